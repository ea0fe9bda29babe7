from __future__ import annotations

import json

import pytest

from schemas.errors import ExitCode
from schemas.report import Feed, Finding, Report, Severity, Status, Where, report


def finding(status: Status, severity: Severity = Severity.HIGH, **more: str) -> Finding:
    rule_id = more.pop("rule_id", "RED001")
    return Finding(rule_id=rule_id, status=status, severity=severity, subject="validators", message="m", **more)


def of(*findings: Finding, feed: Feed = Feed.PLAN) -> Report:
    return report(feed, "lab", findings)


@pytest.mark.parametrize(
    ("status", "severity", "feed", "exit_code"),
    [
        (Status.PASSED, Severity.CRITICAL, Feed.PLAN, ExitCode.PASSED),
        (Status.FAILED, Severity.CRITICAL, Feed.PLAN, ExitCode.FINDINGS),
        (Status.FAILED, Severity.HIGH, Feed.HOSTS, ExitCode.FINDINGS),
        (Status.FAILED, Severity.MEDIUM, Feed.PLAN, ExitCode.PASSED),
        (Status.FAILED, Severity.LOW, Feed.PLAN, ExitCode.PASSED),
        (Status.WAIVED, Severity.CRITICAL, Feed.PLAN, ExitCode.PASSED),
        (Status.NOT_APPLICABLE, Severity.CRITICAL, Feed.PLAN, ExitCode.PASSED),
        (Status.NOT_EVALUATED, Severity.HIGH, Feed.PLAN, ExitCode.NOT_EVALUATED),
        (Status.NOT_EVALUATED, Severity.LOW, Feed.PLAN, ExitCode.NOT_EVALUATED),
        (Status.DEFERRED, Severity.HIGH, Feed.PLAN, ExitCode.PASSED),
        (Status.DEFERRED, Severity.HIGH, Feed.PREVIEW, ExitCode.PASSED),
        (Status.DEFERRED, Severity.HIGH, Feed.STATE, ExitCode.NOT_EVALUATED),
        (Status.DEFERRED, Severity.HIGH, Feed.HOSTS, ExitCode.NOT_EVALUATED),
    ],
)
def test_the_exit_code_follows_status_severity_and_feed(
    status: Status, severity: Severity, feed: Feed, exit_code: ExitCode
) -> None:
    assert of(finding(Status.PASSED), finding(status, severity), feed=feed).exit_code is exit_code


def test_a_failure_outweighs_what_was_not_evaluated() -> None:
    assert of(finding(Status.NOT_EVALUATED), finding(Status.FAILED)).exit_code is ExitCode.FINDINGS


def test_a_report_that_judged_nothing_has_not_passed() -> None:
    assert of().exit_code is ExitCode.NOT_EVALUATED


def test_findings_are_in_one_order_however_they_come() -> None:
    found = [finding(Status.PASSED, rule_id=rule_id) for rule_id in ("SEC002", "RED001", "PRX001")]
    assert of(*found) == of(*reversed(found))
    assert [f.rule_id for f in of(*found).findings] == ["PRX001", "RED001", "SEC002"]


def test_a_finding_is_told_with_place_counter_example_and_remedy() -> None:
    found = Finding(
        rule_id="RED002", status=Status.FAILED, severity=Severity.CRITICAL, subject="validators",
        message="does not survive the loss of a region", remedy="Add a region.",
        counter_example="losing aws:eu-central-1 leaves 58.1 % of voting power; more than 66.7 % is needed",
        where=Where(file="stacks/perps.yaml", line=17, column=5, host="validators-1"),
    )  # fmt: skip
    assert found.text() == (
        "stacks/perps.yaml:17:5: failed RED002 (critical) validators: does not survive the loss of a region\n"
        "  losing aws:eu-central-1 leaves 58.1 % of voting power; more than 66.7 % is needed\n"
        "  Add a region."
    )
    assert finding(Status.PASSED).text() == "passed RED001 (high) validators: m"


def test_counts_name_only_what_occurs_and_json_is_plain() -> None:
    found = of(finding(Status.PASSED), finding(Status.PASSED), finding(Status.NOT_APPLICABLE))
    assert found.counts() == {"passed": 2, "not applicable": 1}
    told = json.loads(json.dumps(found.to_json()))
    assert told["schema"] == "geofleet/report/v1"
    assert told["findings"][0]["status"] == "not applicable"
    assert told["findings"][0]["where"] == {"file": "", "line": 0, "column": 0, "end_column": 0, "host": "", "urn": ""}
