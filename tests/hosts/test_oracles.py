"""Oracles tell what things are worth: served, fresh on the chain, from enough sources, near the truth."""

from __future__ import annotations

import pytest

from operations.hosts import oracle_checks


@pytest.mark.rule("OPS080", each="price")
def test_a_price_is_served_and_fresh_on_the_chain(problems) -> None:
    """The oracle serves the pair, and its report on the chain, read by the verifier, is within the heartbeat."""
    assert problems(oracle_checks.freshness) == []


@pytest.mark.rule("OPS081", each="price")
def test_a_price_comes_from_enough_sources(problems) -> None:
    """The oracle uses the promised minimum of sources at least."""
    assert problems(oracle_checks.sources) == []


@pytest.mark.rule("OPS082", each="price")
def test_a_report_was_near_the_truth(problems) -> None:
    """In the lab: what the chain has was within the deviation of the true price when it was signed."""
    assert problems(oracle_checks.deviation) == []
