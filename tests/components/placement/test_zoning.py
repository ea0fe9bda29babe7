from __future__ import annotations

from components.placement.problem import Limit, Problem, Site
from components.placement.zoning import members_of_zones, seats_in_zones
from schemas.lock import Placement


def problem(*limits: Limit) -> Problem:
    sites = tuple(
        Site(zone=f"{region}-{z}", region=region, metro=region, provider="aws", members_min=0, members_max=5)
        for region in ("near", "nearer") for z in "ab"
    )  # fmt: skip
    return Problem(count=5, sites=sites, limits=limits, apart=frozenset(), weights_us={}, open_regions=frozenset())


def test_members_are_even_over_zones_and_earlier_names_take_what_is_left() -> None:
    found = members_of_zones(problem(), {"near": 3, "nearer": 2})
    assert found == {"near-a": 2, "near-b": 1, "nearer-a": 1, "nearer-b": 1}


def test_a_limit_over_zones_of_two_regions_makes_numbers_uneven() -> None:
    together = Limit(name="survive_together.0", sites=frozenset({0, 2}), at_most=1)
    found = members_of_zones(problem(together), {"near": 3, "nearer": 2})
    assert found == {"near-a": 1, "near-b": 2, "nearer-a": 0, "nearer-b": 2}


def test_limits_that_no_numbers_keep_are_told() -> None:
    none_here = Limit(name="survive_together.0", sites=frozenset({0, 1}), at_most=2)
    assert members_of_zones(problem(none_here), {"near": 3, "nearer": 2}) is None


def test_locked_hosts_keep_their_zone_and_the_newest_leaves_where_there_are_too_many() -> None:
    kept = [
        Placement(host=f"net-{n}", fleet="net", region="near", zone="near-a", address=f"10.120.1.{n}", power=3)
        for n in (10, 9)
    ]  # fmt: skip
    seats = seats_in_zones({"near-a": 1, "near-b": 1}, {"near-a": "near", "near-b": "near"}, kept, power=3)
    assert [(seat.host, seat.zone, seat.power) for seat in seats] == [("net-9", "near-a", 3), ("", "near-b", 3)]
