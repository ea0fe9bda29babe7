"""Measured round trips keep the promises of the spec."""

from __future__ import annotations

import pytest

from operations.hosts import distance_checks


@pytest.mark.rule("PRX001", each="member with a promise of nearness")
def test_members_are_as_near_as_promised(problems) -> None:
    """The median round trip to each other member of the fleet is within the promise."""
    assert problems(distance_checks.between_members) == []


@pytest.mark.rule("PRX002", each="member with a promise of steadiness")
def test_round_trips_are_as_steady_as_promised(problems) -> None:
    """The standard deviation of the round trip to each other member of the fleet is within the promise."""
    assert problems(distance_checks.jitter) == []


@pytest.mark.rule("PRX003", each="hub")
def test_members_are_as_near_to_the_hub_as_promised(problems) -> None:
    """As many members as promised are near to the hub, measured to a host in the hub's region."""
    assert problems(distance_checks.near_hub) == []
