from __future__ import annotations

from components.placement.keeping import spread_seats
from schemas.lock import Lock, Placement

MEMBERS = """fleets:
  validators:
    role: validator
    chain: net-1
    workload: none
    members:
"""


def listed(*members: tuple[str, int]) -> str:
    lines = [f'      - {{region: "{region}", power: {power}}}' for region, power in members]
    return MEMBERS + "\n".join(lines) + "\n"


def test_listed_members_are_spread_over_the_zones_of_their_region(spec, placed) -> None:
    plan, _ = placed(spec(listed(*[("aws:eu-west-2", 10)] * 4)))
    assert sorted(host.zone for host in plan.hosts) == ["aws:euw2-az1", "aws:euw2-az2", "aws:euw2-az3", "aws:euw2-az4"]


def test_a_zone_that_is_named_is_taken_and_others_avoid_it(spec, placed) -> None:
    text = MEMBERS + '      - {region: "aws:eu-west-2"}\n      - {region: "aws:eu-west-2", zone: "aws:euw2-az1"}\n'
    plan, _ = placed(spec(text))
    assert sorted(host.zone for host in plan.hosts) == ["aws:euw2-az1", "aws:euw2-az2"]


def test_a_new_member_does_not_take_the_power_of_another(spec, placed) -> None:
    two = listed(("aws:eu-west-2", 20), ("aws:eu-west-2", 10))
    plan, lock = placed(spec(two))
    powers = {host.host: host.power for host in plan.hosts}
    assert powers == {"validators-1": 20, "validators-2": 10}
    more = listed(("aws:eu-west-2", 30), ("aws:eu-west-2", 10), ("aws:eu-west-2", 20))
    plan, _ = placed(spec(more), lock)
    assert {host.host: host.power for host in plan.hosts} == {**powers, "validators-3": 30}


def test_removing_a_listed_member_removes_only_it(spec, placed) -> None:
    _, lock = placed(spec(listed(("aws:eu-west-2", 20), ("aws:eu-west-1", 10), ("aws:eu-west-2", 10))))
    plan, new = placed(spec(listed(("aws:eu-west-2", 20), ("aws:eu-west-2", 10))), lock)
    assert where(new).items() < where(lock).items()
    assert [(host.region, host.power) for host in plan.hosts] == [("aws:eu-west-2", 20), ("aws:eu-west-2", 10)]


def where(lock: Lock) -> dict[str, tuple[str, str, str]]:
    return {p.host: (p.region, p.zone, p.address) for p in lock.placements}


def at(number: int, zone: str) -> Placement:
    return Placement(host=f"f-{number}", fleet="f", region="r", zone=zone, address="10.120.1.10", power=0)


def test_a_new_host_goes_to_the_zone_that_holds_fewest() -> None:
    kept = [at(1, "a"), at(2, "a"), at(3, "b")]
    seats = spread_seats("r", 5, kept, {"a": 5, "b": 5, "c": 5}, power=0)
    assert [(seat.host, seat.zone) for seat in seats] == [
        ("f-1", "a"), ("f-2", "a"), ("f-3", "b"), ("", "c"), ("", "b"),
    ]  # fmt: skip


def test_the_newest_host_of_the_fullest_zone_leaves_first() -> None:
    kept = [at(1, "a"), at(2, "a"), at(10, "a"), at(3, "b")]
    assert {seat.host for seat in spread_seats("r", 3, kept, {"a": 5, "b": 5}, power=0)} == {"f-1", "f-2", "f-3"}
    assert {seat.host for seat in spread_seats("r", 2, kept, {"a": 5, "b": 5}, power=0)} == {"f-1", "f-3"}
    assert {seat.host for seat in spread_seats("r", 1, kept, {"a": 5, "b": 5}, power=0)} == {"f-1"}


def test_a_zone_with_room_for_none_gets_none_even_when_it_is_empty() -> None:
    """Members of others in it leave no room: found by the oracle that enumerates small fleets."""
    assert {seat.zone for seat in spread_seats("r", 2, [], {"a": 0, "b": 2}, power=0)} == {"b"}
