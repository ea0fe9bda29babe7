from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from policies.fleet_view import view_of
from policies.judge import judge
from policies.redundancy import provider_share
from schemas.report import Feed, Severity, Status
from schemas.roles import Role

Make = Callable[..., Any]
AWS = ("aws:euc1-az1", "aws:euc1-az2", "aws:euw1-az1", "aws:euw1-az2")


def test_exactly_two_thirds_with_one_cloud_is_good_practice_still(hosts: Make, findings: Make) -> None:
    assert findings(provider_share, hosts(*AWS, "gcp:europe-west3-a", "gcp:europe-west3-b")) == []


def test_more_than_two_thirds_with_one_cloud_is_told_with_its_share(hosts: Make, findings: Make) -> None:
    [found] = findings(provider_share, hosts(*AWS, "gcp:europe-west3-a"))
    assert (found.rule_id, found.severity) == ("RED011", Severity.LOW)
    assert found.message == "aws holds 80.0 % of voting power; at most 66.7 % is good practice"


def test_three_members_are_too_few_to_be_judged(hosts: Make) -> None:
    assert list(provider_share.check(view_of(hosts(*AWS[:3])))) == []


def test_production_weighs_it_more_than_the_lab_and_neither_stops_a_deployment(hosts: Make) -> None:
    made = hosts(*AWS)
    for environment, severity in (("production", Severity.MEDIUM), ("lab", Severity.LOW)):
        view = view_of([dataclasses.replace(host, environment=environment) for host in made])
        [found] = [f for f in judge(view, Feed.PLAN).findings if f.rule_id == "RED011"]
        assert (found.status, found.severity, found.severity.is_mandatory) == (Status.FAILED, severity, False)


def test_a_platform_team_can_set_the_share(hosts: Make) -> None:
    view = view_of(hosts(*AWS[:3], "gcp:europe-west3-a"))
    strict = dataclasses.replace(view, parameters={"RED011": {"share_max": 0.75}})
    assert [f.status for f in provider_share.check(view)] == [Status.FAILED]
    assert [f.status for f in provider_share.check(strict)] == [Status.PASSED]


def test_members_count_where_votes_have_no_power(hosts: Make, findings: Make) -> None:
    made = hosts(*AWS, "gcp:europe-west3-a", role=Role.SEQUENCER, powers=(1, 1, 1, 1, 90))
    [found] = findings(provider_share, made)
    assert found.message == "aws holds 80.0 % of members; at most 66.7 % is good practice"


def test_where_nobody_has_power_no_cloud_holds_any(hosts: Make, findings: Make) -> None:
    assert findings(provider_share, hosts(*AWS, powers=(0, 0, 0, 0))) == []
