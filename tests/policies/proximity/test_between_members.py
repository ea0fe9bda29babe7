"""PRX001, and with it how measured figures, estimates and light are told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.fleet_view import view_of
from policies.proximity import between_members
from schemas.report import Severity, Status

Make = Callable[..., Any]
FRANKFURT, DUBLIN, VIRGINIA, FRANKFURT_GCP = "aws:euc1-az1", "aws:euw1-az1", "aws:use1-az1", "gcp:europe-west3-a"


def test_a_measured_round_trip_exactly_at_the_limit_is_kept(hosts: Make) -> None:
    view = view_of(hosts(FRANKFURT, DUBLIN, between_members_ms_max=23.553))
    [found] = between_members.check(view)
    assert found.status is Status.PASSED
    assert found.message == (
        "at most, validators-1 (aws:eu-central-1) to validators-2 (aws:eu-west-1): 23.553 ms (measured); "
        "at most 23.553 ms is promised"
    )


def test_a_measured_round_trip_a_microsecond_over_is_refused(hosts: Make, findings: Make) -> None:
    [found] = findings(between_members, hosts(FRANKFURT, DUBLIN, between_members_ms_max=23.552))
    assert (found.rule_id, found.severity, found.subject) == ("PRX001", Severity.HIGH, "validators")
    assert found.message == "1 pair of regions is over the limit; at most 23.552 ms is promised"
    assert found.counter_example == (
        "validators-1 (aws:eu-central-1) to validators-2 (aws:eu-west-1): 23.553 ms (measured)"
    )
    assert found.remedy == "Raise the limit to 24 ms, or choose nearer regions."


def test_the_slowest_pair_is_the_counter_example(hosts: Make, findings: Make) -> None:
    [found] = findings(between_members, hosts(FRANKFURT, DUBLIN, VIRGINIA, between_members_ms_max=20))
    assert found.message.startswith("3 pairs of regions are over the limit")
    assert "aws:us-east-1): 89.309 ms" in found.counter_example


@pytest.mark.parametrize("limit_ms", [150, 80])
def test_a_composed_figure_warns_whether_it_is_under_or_over_the_limit(
    hosts: Make, findings: Make, limit_ms: float
) -> None:
    [found] = findings(between_members, hosts(FRANKFURT_GCP, VIRGINIA, between_members_ms_max=limit_ms))
    assert (found.status, found.severity) == (Status.FAILED, Severity.MEDIUM)
    assert found.message == (
        f"1 pair of regions is only estimated, which proves no promise; at most {limit_ms} ms is promised"
    )
    assert found.counter_example.endswith("91.033 ms (composed)")


def test_light_refuses_what_an_estimate_cannot(hosts: Make, findings: Make) -> None:
    [found] = findings(between_members, hosts(FRANKFURT_GCP, VIRGINIA, between_members_ms_max=60))
    assert found.severity is Severity.HIGH
    assert found.counter_example.endswith("64.307 ms (the least that light in fibre needs)")
    assert found.remedy == "Choose nearer regions: no network can keep this limit between these."


def test_a_refusal_and_a_warning_stand_beside_each_other(hosts: Make, findings: Make) -> None:
    found = findings(between_members, hosts(FRANKFURT, FRANKFURT_GCP, VIRGINIA, between_members_ms_max=70))
    assert [f.severity for f in found] == [Severity.HIGH, Severity.MEDIUM]
    assert "89.309 ms (measured)" in found[0].counter_example


def test_members_of_one_region_are_a_pair_too(hosts: Make, findings: Make) -> None:
    made = hosts(FRANKFURT, "aws:euc1-az2", between_members_ms_max=0.2)
    [found] = findings(between_members, made)
    assert found.counter_example == (
        "validators-1 (aws:eu-central-1) to validators-2 (aws:eu-central-1): 0.3 ms (measured)"
    )


def test_a_lone_member_keeps_any_limit(hosts: Make) -> None:
    [found] = between_members.check(view_of(hosts(FRANKFURT, between_members_ms_max=1)))
    assert found.message == "there is no pair of members; at most 1 ms is promised"


def test_a_fleet_without_a_limit_is_not_judged(hosts: Make) -> None:
    assert list(between_members.check(view_of(hosts(FRANKFURT, VIRGINIA)))) == []


def test_a_broken_or_unproven_limit_is_not_also_passed(hosts: Make) -> None:
    broken = hosts(FRANKFURT, DUBLIN, between_members_ms_max=20)
    unproven = hosts(FRANKFURT_GCP, VIRGINIA, between_members_ms_max=150)
    for made in (broken, unproven):
        assert [found.status for found in between_members.check(view_of(made))] == [Status.FAILED]
