from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.proximity import hub_jitter
from schemas.plan import Near
from schemas.roles import Role

Make = Callable[..., Any]


def judged(told: Make, view: Make, hosts: Make, *zones: str, jitter_ms: float | None, **more: Any) -> Any:
    near = (Near(hub="tokyo", at="aws:ap-northeast-1", latency_ms_max=230, jitter_ms_max=jitter_ms),)
    made = hosts(*zones, fleet="f", role=more.pop("role", Role.ORACLE), reports_min=1, near=near)
    return told(hub_jitter, view(made))


def test_measured_jitter_exactly_at_the_limit_passes(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, "aws:euc1-az1", jitter_ms=0.542) == [
        ("passed", "f", ("at most, f-1 (aws:eu-central-1) to hub tokyo (aws:ap-northeast-1): 0.542 ms (measured); at most "
         "0.542 ms is promised"))
    ]  # fmt: skip


def test_a_way_that_varies_more_is_refused_with_the_member(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, "aws:apne1-az1", "aws:euw1-az1", jitter_ms=0.5) == [
        ("high", "f", ("1 pair of regions is over the limit; at most 0.5 ms is promised | f-2 (aws:eu-west-1) to hub tokyo "
         "(aws:ap-northeast-1): 5.552 ms (measured)"))
    ]  # fmt: skip


def test_of_relayers_those_that_serve_the_hub_count(hosts: Make, view: Make, told: Make) -> None:
    near = (Near(hub="tokyo", at="aws:ap-northeast-1", latency_ms_max=5, jitter_ms_max=0.5),)
    made = hosts("aws:apne1-az1", "aws:euw1-az1", fleet="f", role=Role.RELAYER, near=near)
    [(level, _, message)] = told(hub_jitter, view(made))
    assert (level, message[:46]) == ("passed", "at most, f-1 (aws:ap-northeast-1) to hub tokyo")


def test_without_the_promise_nothing_is_judged(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, "aws:euw1-az1", jitter_ms=None) == []


def test_of_other_fleets_every_member_counts_however_far(hosts: Make, view: Make, told: Make) -> None:
    near = (Near(hub="tokyo", at="aws:ap-northeast-1", latency_ms_max=5, jitter_ms_max=0.5),)
    made = hosts("aws:euw1-az1", fleet="f", role=Role.ORACLE, reports_min=1, near=near)
    assert [level for level, _, _ in told(hub_jitter, view(made))] == ["high"]
