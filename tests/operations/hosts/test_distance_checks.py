from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from operations.hosts import distance_checks
from operations.hosts.distance_checks import RoundTrip, measured
from operations.hosts.seen import NotApplicableError, NotReadError, Seen
from schemas.plan import Near, Promises
from schemas.roles import Role

HOST = "validators-1"


def promised(seen: Seen, fleet: str, promises: Promises, **changes: object) -> Seen:
    hosts = tuple(
        replace(facts, promises=promises, **changes) if facts.fleet == fleet else facts  # type: ignore[arg-type]
        for facts in seen.inventory.hosts
    )
    return replace(seen, inventory=replace(seen.inventory, hosts=hosts))


def test_recorded_promises_are_kept(seen: Seen) -> None:
    validators = [facts.host for facts in seen.members("validators")]
    assert {host: distance_checks.between_members(seen, host) for host in validators} == {h: [] for h in validators}
    assert distance_checks.near_hub(seen, "relayers-virginia") == []


def test_jitter_is_the_standard_deviation_that_ping_calls_mdev() -> None:
    assert measured([1.0, 2.0, 3.0, 4.0, 10.0]) == RoundTrip(median_ms=3.0, jitter_ms=pytest.approx(3.1623, abs=1e-4))


def test_few_answers_are_no_measurement() -> None:
    assert measured([1.0] * 4) is None


def test_far_member_is_named_with_the_planned_figure(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    seen = promised(seen, "validators", Promises(between_members_ms_max=120))
    far = {**seen.hosts[HOST].pings, "validators-2": (240.0, 241.0, 240.5, 239.0, 240.0)}
    found = replace(seen, hosts={**seen.hosts, HOST: replace(seen.hosts[HOST], pings=far)})
    [problem] = distance_checks.between_members(found, HOST)
    region = seen.facts("validators-2").region
    assert problem.startswith(f"round trip to validators-2 ({region}) is 240.0 ms, promised at most 120 ms; planned ")


def test_unsteady_way_is_named(seen: Seen) -> None:
    seen = promised(seen, "validators", Promises(jitter_ms_max=1.5))
    assert distance_checks.jitter(seen, HOST) == []
    pings = {**seen.hosts[HOST].pings, "validators-3": (80.0, 90.0, 80.0, 90.0, 85.0)}
    found = replace(seen, hosts={**seen.hosts, HOST: replace(seen.hosts[HOST], pings=pings)})
    [problem] = distance_checks.jitter(found, HOST)
    assert "round trip to validators-3 " in problem
    assert problem.endswith("varies by 4.47 ms, promised at most 1.5 ms")


def test_member_that_does_not_answer_is_not_judged(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    found = spoiled(HOST, pings={**seen.hosts[HOST].pings, "validators-2": ()})
    with pytest.raises(NotReadError, match="validators-2 answered 0 pings of validators-1"):
        distance_checks.between_members(found, HOST)


def test_member_that_is_down_is_left_to_its_own_finding(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    pings = {**seen.hosts[HOST].pings, "validators-2": ()}
    down = spoiled("validators-2", unreachable="timed out")
    found = replace(down, hosts={**down.hosts, HOST: replace(seen.hosts[HOST], pings=pings)})
    assert distance_checks.between_members(found, HOST) == []


def test_hub_without_hosts_is_not_applicable(seen: Seen) -> None:
    near = Near(hub="tokyo", at="aws:ap-northeast-1", latency_ms_max=5)
    found = promised(seen, "relayers", Promises(near=(near,), per_hub=2))
    with pytest.raises(NotApplicableError, match="no host is in aws:ap-northeast-1 to measure to"):
        distance_checks.near_hub(found, "relayers-tokyo")


def test_too_few_near_relayers_are_told(seen: Seen) -> None:
    near = Near(hub="virginia", at="aws:us-east-1", latency_ms_max=0.1)
    found = promised(seen, "relayers", Promises(near=(near,), per_hub=2))
    [problem] = distance_checks.near_hub(found, "relayers-virginia")
    assert "of 2 members are near to hub virginia (aws:us-east-1), promised 0.1 ms for 2; too far: " in problem
    assert "relayers-2 " in problem


def test_any_other_role_must_be_near_with_every_member(seen: Seen) -> None:
    near = Near(hub="virginia", at="aws:us-east-1", latency_ms_max=0.1)
    found = promised(seen, "relayers", Promises(near=(near,)), role=Role.ORACLE)
    [problem] = distance_checks.near_hub(found, "relayers-virginia")
    assert problem.startswith("too far from hub virginia (aws:us-east-1), promised 0.1 ms: ")


def test_relayer_that_is_down_is_left_to_its_own_finding(spoiled: Callable[..., Seen]) -> None:
    seen = spoiled("relayers-2", unreachable="timed out", pings={})
    assert distance_checks.near_hub(seen, "relayers-virginia") == []
