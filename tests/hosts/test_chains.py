"""Chains live, agree, and have the voting power that was planned."""

from __future__ import annotations

import pytest

from operations.hosts import chain_checks


@pytest.mark.rule("OPS004", each="node of a chain")
def test_chain_height_grows(problems) -> None:
    """The node's chain grows while we watch, its last block is new, and it is not catching up."""
    assert problems(chain_checks.growth) == []


@pytest.mark.rule("OPS004", each="chain")
def test_nodes_agree_on_the_chain(problems) -> None:
    """Every node holds the same block at one common height."""
    assert problems(chain_checks.agreement) == []


@pytest.mark.rule("RED021", each="node of a chain")
def test_voting_power_is_as_planned(problems) -> None:
    """The validator set that the node tells has the planned voting power, validator by validator."""
    assert problems(chain_checks.power) == []
