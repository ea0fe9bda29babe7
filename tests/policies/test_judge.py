from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from policies.catalogue import CATALOGUE, RULES, Entry
from policies.fleet_view import FleetView, Unknown, view_of
from policies.judge import judge
from policies.rule import Rule, Scope
from schemas.errors import AtlasError, ExitCode
from schemas.report import Feed, Finding, Severity, Status, Where

Make = Callable[..., Any]
FOUR = ("aws:euc1-az1", "aws:euw1-az1", "aws:euw2-az1", "gcp:europe-west3-a")
RULE = Rule(
    id="RED099", title="t", judges="each fleet", severity=Severity.MEDIUM, source="s", remedy="r", keys=("survive",)
)


def entry(check: Callable[[FleetView], Iterator[Finding]], **changes: Any) -> Entry:
    return Entry(rule=dataclasses.replace(RULE, **changes), check=check)


def test_no_rule_of_the_catalogue_is_silent_on_any_feed(hosts: Make) -> None:
    view = view_of(hosts(*FOUR, survive=("zone",)))
    for feed in (Feed.PLAN, Feed.PREVIEW, Feed.STATE):
        assert {finding.rule_id for finding in judge(view, feed).findings} == set(RULES)


def test_a_sound_fleet_passes_the_gate_with_its_margins_told(hosts: Make) -> None:
    zones = (*FOUR[:2], "gcp:europe-north1-a", "gcp:europe-west2-a")
    made = hosts(*zones, survive=("zone", "region"), halt_safely=("provider",), between_members_ms_max=50)
    report = judge(view_of(made), Feed.PREVIEW)
    assert report.exit_code is ExitCode.PASSED
    assert report.with_status(Status.FAILED, Status.NOT_EVALUATED, Status.DEFERRED) == ()
    assert [f.rule_id for f in report.with_status(Status.PASSED)] == [
        "IDN001", "IDN002", "IDN003", "OPS010", "OPS011", "OPS019", "PRX001", "RED001", "RED002", "RED010", "RED011",
        "RED014", "RED015", "RED020", "RED028", "RED028", "RED029",
    ]  # fmt: skip


def test_rules_that_hosts_alone_can_be_judged_by_say_so(hosts: Make) -> None:
    [found] = [f for f in judge(view_of(hosts(*FOUR)), Feed.PLAN).findings if f.rule_id == "SEC003"]
    assert (found.status, found.message) == (Status.NOT_APPLICABLE, "is judged from: hosts")


def test_a_rule_with_nothing_to_judge_says_so(hosts: Make) -> None:
    [found] = [f for f in judge(view_of(hosts(*FOUR)), Feed.PLAN).findings if f.rule_id == "RED003"]
    assert (found.status, found.message) == (
        Status.NOT_APPLICABLE,
        "nothing here to judge: it is for each fleet that promises 'survive: {provider: 1}'",
    )


def test_a_crash_in_a_rule_is_a_failed_critical_finding_of_that_rule(hosts: Make) -> None:
    def check(_view: FleetView) -> Iterator[Finding]:
        yield from ()
        raise ZeroDivisionError("division by zero")

    report = judge(view_of(hosts(*FOUR)), Feed.PLAN, entries=[entry(check)])
    [found] = report.findings
    assert (found.rule_id, found.status, found.severity) == ("RED099", Status.FAILED, Severity.CRITICAL)
    assert found.message == "internal error: ZeroDivisionError: division by zero"
    assert report.exit_code is ExitCode.FINDINGS


def test_a_crash_over_one_fleet_does_not_hide_the_other(hosts: Make) -> None:
    def check(view: FleetView) -> Iterator[Finding]:
        for fleet in view.fleets:
            if fleet.name == "others":
                raise RuntimeError("boom")
            yield RULE.failed(fleet.name, "broken")

    view = view_of(hosts(*FOUR) + hosts(*FOUR, fleet="others"))
    found = judge(view, Feed.PLAN, entries=[entry(check)]).findings
    assert [(f.subject, f.message) for f in found] == [
        ("others", "internal error: RuntimeError: boom"),
        ("validators", "broken"),
    ]


def test_what_the_atlas_lacks_is_not_evaluated_and_fails_the_gate(hosts: Make) -> None:
    def check(_view: FleetView) -> Iterator[Finding]:
        yield from ()
        raise AtlasError("region 'aws:x' is not in the atlas", remedy="Did you mean 'aws:y'?")

    report = judge(view_of(hosts(*FOUR)), Feed.PLAN, entries=[entry(check)])
    [found] = report.findings
    assert (found.status, found.message) == (Status.NOT_EVALUATED, "region 'aws:x' is not in the atlas")
    assert found.remedy == "Did you mean 'aws:y'?"
    assert report.exit_code is ExitCode.NOT_EVALUATED


def test_missing_facts_are_not_evaluated_by_every_rule_and_fail_the_gate(hosts: Make) -> None:
    unknown = [Unknown(host="validators-5", fleet="validators", reason="not known: zone")]
    report = judge(view_of(hosts(*FOUR, survive=("zone",)), unknown=unknown), Feed.PREVIEW)
    planned = {e.rule.id for e in CATALOGUE if e.check and Feed.PREVIEW in e.rule.feeds and not e.rule.tokens}
    assert {f.rule_id for f in report.with_status(Status.NOT_EVALUATED)} == planned
    assert report.exit_code is ExitCode.NOT_EVALUATED
    [zones] = [f for f in report.findings if f.rule_id == "RED001"]
    assert zones.message == "facts are missing that should be there: validators-5: not known: zone"


def test_another_fleets_fault_is_found_beside_missing_facts(hosts: Make) -> None:
    unknown = [Unknown(host="others-1", fleet="others", reason="not known: zone")]
    report = judge(view_of(hosts(*FOUR[:3], survive=("zone",)), unknown=unknown), Feed.PREVIEW)
    zones = [(f.subject, f.status) for f in report.findings if f.rule_id == "RED001"]
    assert zones == [("others", Status.NOT_EVALUATED), ("validators", Status.FAILED)]


def test_findings_are_placed_by_the_callers_locator(hosts: Make) -> None:
    def locate(subject: str, keys: tuple[str, ...]) -> Where:
        return Where(file=f"{subject}/{'.'.join(keys)}", line=3, column=5)

    found = judge(view_of(hosts(*FOUR[:3], survive=("zone",))), Feed.PLAN, locate=locate).findings
    [zones] = [f for f in found if f.rule_id == "RED001"]
    assert zones.text().startswith("validators/survive.zone:3:5: failed RED001 (critical) validators: does not survive")


def test_the_environment_decides_how_good_practice_weighs(hosts: Make) -> None:
    def check(view: FleetView) -> Iterator[Finding]:
        yield RULE.failed("validators", "broken")

    weighed = entry(check, severity_in={"production": Severity.HIGH}, scope=Scope.STACK)
    [found] = judge(view_of(hosts(*FOUR)), Feed.PLAN, entries=[weighed]).findings
    assert found.severity is Severity.HIGH


def test_a_finding_with_a_severity_of_its_own_keeps_it(hosts: Make) -> None:
    def check(view: FleetView) -> Iterator[Finding]:
        yield dataclasses.replace(RULE.failed("validators", "estimated"), severity=Severity.LOW)

    weighed = entry(check, severity_in={"production": Severity.HIGH}, scope=Scope.STACK)
    [found] = judge(view_of(hosts(*FOUR)), Feed.PLAN, entries=[weighed]).findings
    assert found.severity is Severity.LOW


def test_each_fleet_is_weighed_in_its_own_environment_and_the_rest_in_the_first_hosts(hosts: Make) -> None:
    lab = [dataclasses.replace(host, environment="lab") for host in hosts(*FOUR, fleet="a-lab")]
    view = view_of(lab + hosts(*FOUR))
    assert view.environment_of("a-lab") == "lab"
    assert view.environment_of("validators") == "production"
    assert view.environment_of("perps") == "lab"
    assert view_of([]).environment_of("perps") == ""


def test_a_rule_is_not_asked_about_a_feed_that_it_does_not_judge(hosts: Make) -> None:
    def check(_view: FleetView) -> Iterator[Finding]:
        raise AssertionError("asked all the same")

    planned = entry(check, feeds=frozenset({Feed.PLAN}))
    [found] = judge(view_of(hosts(*FOUR)), Feed.STATE, entries=[planned]).findings
    assert (found.status, found.message) == (Status.NOT_APPLICABLE, "is judged from: plan")


def test_hosts_are_judged_by_looking_at_them(hosts: Make) -> None:
    with pytest.raises(AssertionError, match="tests/hosts"):
        judge(view_of(hosts(*FOUR)), Feed.HOSTS)


def test_a_thousand_hosts_are_judged_in_no_time(hosts: Make) -> None:
    zones = [FOUR[position % 4] for position in range(250)]
    promised: dict[str, Any] = {"survive": ("zone", "region"), "between_members_ms_max": 30, "jitter_ms_max": 2}
    made = [host for fleet in "abcd" for host in hosts(*zones, fleet=f"fleet-{fleet}", **promised)]
    started = time.process_time()
    report = judge(view_of(made), Feed.PLAN)
    assert time.process_time() - started < 4.0
    assert len([f for f in report.findings if f.rule_id == "RED001"]) == 4
