from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

from policies.waiver import Waiver
from schemas.report import Severity, Status
from tests.policies.test_waivers import ONE, TODAY, of_rule, view, waivers

Make = Callable[..., Any]


def test_an_expired_one_is_told_and_waives_nothing(hosts: Make) -> None:
    [found] = of_rule(view(hosts, *waivers(ONE), today=datetime.date(2027, 3, 1)), "OPS070")
    assert found.status is Status.FAILED
    assert found.message == "the waiver for RED002 on validators ended on 2027-02-01 and waives nothing"


def test_one_that_is_about_to_end_is_called_out(hosts: Make) -> None:
    [found] = of_rule(view(hosts, *waivers(ONE), today=datetime.date(2027, 1, 19)), "OPS070")
    assert found.message == "the waiver for RED002 on validators ends in 13 days, on 2027-02-01"
    [kept] = of_rule(view(hosts, *waivers(ONE), today=datetime.date(2027, 1, 18)), "OPS070")
    assert kept.status is Status.PASSED


def test_one_from_the_future_is_told(hosts: Make) -> None:
    [found] = of_rule(view(hosts, *waivers(ONE), today=datetime.date(2026, 10, 1)), "OPS070")
    assert found.message == "the waiver for RED002 on validators begins on 2026-11-01"


def test_one_that_covers_nothing_is_told_with_its_place(hosts: Make) -> None:
    found = of_rule(view(hosts, *waivers(ONE.replace("validators", "relayers"))), "OPS070")
    dead = [finding for finding in found if finding.status is Status.FAILED]
    assert [finding.message for finding in dead] == ["the waiver for RED002 on relayers covers nothing that is broken"]
    assert dead[0].subject == "geofleet.waivers.yaml:3:12"


def test_the_rule_about_waivers_cannot_be_waived(hosts: Make) -> None:
    expired = ONE.replace("2027-02-01", "2026-11-10")
    own = ONE.replace("RED002", "OPS070").replace("subject: validators", 'subject: "*"')
    found = of_rule(view(hosts, *waivers(expired + own)), "OPS070")
    assert any(finding.status is Status.FAILED for finding in found)
    assert all(finding.status is not Status.WAIVED for finding in found)


def test_a_dead_entry_of_a_baseline_fails_the_gate(hosts: Make) -> None:
    entry = Waiver(
        rule_id="RED001", subject="validators", reason="-", owner="-", created=TODAY,
        expires=TODAY + datetime.timedelta(days=300), place="lab.baseline.yaml:7:5", is_baseline=True,
    )  # fmt: skip
    dead = [finding for finding in of_rule(view(hosts, entry), "OPS070") if finding.status is Status.FAILED]
    # RED001 has nothing to judge here: no promise about zones, so nothing is known of the entry
    assert dead == []
    entry = dataclasses.replace(entry, rule_id="RED002", subject="others")
    [found] = [finding for finding in of_rule(view(hosts, entry), "OPS070") if finding.status is Status.FAILED]
    assert (found.severity, found.remedy) == (Severity.HIGH, "Tighten it: geofleet baseline STACK --write.")
