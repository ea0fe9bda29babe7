from __future__ import annotations

import pytest

from operations.front_text import front_text
from operations.fronts import _beats, front, reason
from operations.planning import files_of, planned
from schemas.errors import InfeasiblePlacementError
from schemas.front import FleetFront, Front


@pytest.fixture(scope="module")
def found() -> Front:
    return front(planned(files_of("lab")))


def fleet(found: Front, name: str) -> FleetFront:
    return next(fleet for fleet in found.fleets if fleet.fleet == name)


def test_no_point_is_worse_in_everything_than_another(found: Front) -> None:
    for one in found.fleets:
        assert one.points
        assert not any(_beats(a, b) for a in one.points for b in one.points)


def test_promising_less_never_costs_more(found: Front) -> None:
    for one in found.fleets:
        for more in one.points:
            for less in one.points:
                if set(less.survive) < set(more.survive):
                    cheapest = min(point.usd_per_month for point in one.points if point.survive == less.survive)
                    assert cheapest <= more.usd_per_month


def test_every_point_is_proven_and_the_specs_own_level_is_marked(found: Front) -> None:
    validators = fleet(found, "validators")
    assert all(point.proven for point in validators.points)
    assert {point.survive for point in validators.points if point.as_promised} >= {("zone", "region")}


def test_what_cannot_be_had_is_told_with_the_arithmetic(found: Front) -> None:
    [told] = [note for note in fleet(found, "validators").notes if "provider" in note.partition(":")[0]]
    assert told.startswith("surviving zone, region, provider: survive provider: with two clouds no BFT fleet goes on")


def test_fleets_that_list_their_members_have_no_front(found: Front) -> None:
    assert "oracles" not in {one.fleet for one in found.fleets}


def test_the_text_has_a_line_for_each_point(found: Front) -> None:
    text = front_text(found)
    assert text.count(" USD a month") == sum(len(one.points) for one in found.fleets)


def test_a_reason_is_one_line() -> None:
    error = InfeasiblePlacementError("fleet 'a' (3 members) cannot be placed:\n  - survive metro: too few\n  - other")
    assert reason(error) == "survive metro: too few"
