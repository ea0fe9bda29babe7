"""What is written as SARIF fits the 2.1.0 schema, and every result can be shown on its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from operations.notices import FAILURE, INFEASIBLE, Notice, Subject, error_notices, report_notices
from operations.sarif import sarif
from policies.catalogue import RULES
from schemas.codes import CODES
from schemas.diagnostics import InvalidDocumentError
from schemas.document import read_text
from schemas.errors import ExitCode, FleetError, InfeasiblePlacementError
from schemas.loading import load_spec_text
from schemas.locations import REPOSITORY
from schemas.report import Feed, Finding, Report, Severity, Status, Where

SCHEMA = json.loads((Path(__file__).parent.parent / "data" / "sarif-2.1.0-rtm.5.json").read_text())
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)
SUBJECT = Subject(stack="perps", file="stacks/lab.yaml", environment="production")


def valid(notices: tuple[Notice, ...], exit_code: ExitCode = ExitCode.FINDINGS) -> dict[str, Any]:
    """Return the one run of a SARIF log that fits the schema."""
    log = sarif(notices, SUBJECT, exit_code)
    problems = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in VALIDATOR.iter_errors(log)]
    assert problems == []
    [run] = log["runs"]
    assert isinstance(run, dict)
    return run


def finding(**changed: Any) -> Finding:
    told: dict[str, Any] = {
        "rule_id": "RED002", "status": Status.FAILED, "severity": Severity.CRITICAL, "subject": "validators",
        "message": "validators: goes on without no region", "counter_example": "losing aws:eu-west-2 leaves 50 %",
        "remedy": "Add a region.",
        "where": Where(file="stacks/lab.yaml", line=50, column=22, end_column=28),
    }  # fmt: skip
    return Finding(**{**told, **changed})


def notices(*findings: Finding) -> tuple[Notice, ...]:
    return report_notices(Report(feed=Feed.PLAN, stack="perps", findings=findings))


def mistakes(text: str, source: str = "stacks/perps.yaml") -> tuple[Notice, ...]:
    with pytest.raises(InvalidDocumentError) as caught:
        load_spec_text(text, source=source)
    return error_notices(caught.value, file=source)


def test_a_finding_is_a_result_on_its_line_with_everything_that_was_found() -> None:
    [result] = valid(notices(finding()))["results"]
    assert result["ruleId"] == "RED002"
    assert result["level"] == "error"
    assert result["message"]["text"] == (
        "validators: goes on without no region\nlosing aws:eu-west-2 leaves 50 %\nAdd a region."
    )
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "stacks/lab.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 50, "startColumn": 22, "endColumn": 28},
            },
            "logicalLocations": [{"fullyQualifiedName": "validators"}],
        }
    ]


@pytest.mark.parametrize(
    ("status", "severity", "level"),
    [
        (Status.FAILED, Severity.CRITICAL, "error"), (Status.FAILED, Severity.HIGH, "error"),
        (Status.FAILED, Severity.MEDIUM, "warning"), (Status.FAILED, Severity.LOW, "note"),
        (Status.NOT_EVALUATED, Severity.LOW, "error"),
    ],
)  # fmt: skip
def test_what_fails_the_gate_is_an_error(status: Status, severity: Severity, level: str) -> None:
    [result] = valid(notices(finding(status=status, severity=severity)))["results"]
    assert result["level"] == level


def test_what_passes_or_is_deferred_is_no_result() -> None:
    quiet = [finding(status=status) for status in (Status.PASSED, Status.NOT_APPLICABLE, Status.DEFERRED)]
    assert valid(notices(*quiet), ExitCode.PASSED)["results"] == []


def test_a_waived_finding_is_a_result_that_is_suppressed() -> None:
    [result] = valid(notices(finding(status=Status.WAIVED)))["results"]
    assert [found["status"] for found in result["suppressions"]] == ["accepted"]


def test_a_finding_without_a_place_in_a_file_is_shown_on_the_spec() -> None:
    [result] = valid(notices(finding(where=Where(host="validators-1"))))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "stacks/lab.yaml"
    assert place["region"] == {"startLine": 1, "startColumn": 1}


def test_every_rule_and_code_has_help_and_fits_the_schema() -> None:
    every = tuple(Notice(code=code, level="error", message="m") for code in (*RULES, *CODES, INFEASIBLE, FAILURE))
    rules = valid(every)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(rule["id"] for rule in rules)
    assert {rule["id"] for rule in rules} == {*RULES, *CODES, INFEASIBLE, FAILURE}
    assert all(rule["help"]["markdown"] and rule["shortDescription"]["text"] for rule in rules)


def test_a_rules_score_is_the_one_of_the_stacks_environment() -> None:
    stricter = next(rule for rule in RULES.values() if "production" in rule.severity_in)
    [found] = valid(notices(finding(rule_id=stricter.id)))["tool"]["driver"]["rules"]
    scores = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}
    assert found["properties"]["security-severity"] == scores[stricter.severity_in["production"]]
    assert found["properties"]["security-severity"] != scores[stricter.severity]


def test_a_mistake_of_the_spec_is_a_result_too() -> None:
    text = (REPOSITORY / "stacks" / "lab.yaml").read_text().replace("environment: lab", "environment: labb")
    run = valid(mistakes(text), ExitCode.USAGE)
    [result] = run["results"]
    line = 1 + text.splitlines().index("metadata: {name: lab, environment: labb}")
    assert result["ruleId"] == "SPEC204"
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": line, "startColumn": 36, "endColumn": 40,
    }  # fmt: skip
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 2}]


def test_all_mistakes_of_a_file_are_told() -> None:
    found = mistakes("apiVersion: geofleet/v1\nkind: Network\nmetadata: {nam: x}\nfleets: {}\n")
    assert len(valid(found)["results"]) == len(found) > 2


def test_a_fingerprint_stays_when_lines_above_change_and_tells_mistakes_apart() -> None:
    text = (
        (REPOSITORY / "stacks" / "lab.yaml").read_text().replace("count: 4", "count: 0").replace("count: 3", "count: 0")
    )
    first, second = valid(mistakes(text))["results"]
    moved, _ = valid(mistakes("# a line\n\n" + text))["results"]
    assert first["partialFingerprints"] == moved["partialFingerprints"]
    assert first["partialFingerprints"] != second["partialFingerprints"]
    assert first["partialFingerprints"].keys() == {"geofleet/v1", "primaryLocationLineHash"}
    twice = valid(notices(finding(), finding()))["results"]
    assert twice[0]["partialFingerprints"] != twice[1]["partialFingerprints"]


def test_a_promise_that_no_placement_keeps_is_a_result_where_the_promise_stands() -> None:
    error = InfeasiblePlacementError("cannot be placed", at="stacks/lab.yaml:50:14", remedy="Promise less.")
    run = valid(error_notices(error, file="stacks/lab.yaml"), ExitCode.INFEASIBLE)
    [result] = run["results"]
    assert result["ruleId"] == INFEASIBLE
    assert result["message"]["text"] == "cannot be placed\nPromise less."
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 50, "startColumn": 14}
    assert run["invocations"][0]["executionSuccessful"] is True


def test_a_failure_says_that_nothing_was_judged() -> None:
    run = valid(error_notices(FleetError("the lock is of another stack"), file="stacks/lab.yaml"), ExitCode.USAGE)
    assert run["invocations"][0]["executionSuccessful"] is False
    assert [result["ruleId"] for result in run["results"]] == [FAILURE]


def test_a_path_is_told_from_the_root_of_its_own_repository_and_escaped(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    file = tmp_path / "net works" / "a#b.yaml"
    file.parent.mkdir()
    file.touch()
    [result] = valid(notices(finding(where=Where(file=str(file), line=1, column=1))))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "net%20works/a%23b.yaml", "uriBaseId": "%SRCROOT%",
    }  # fmt: skip


def test_text_that_schema_and_services_would_choke_on_is_carried() -> None:
    [result] = valid(notices(finding(message='"quoted" <b>é</b> 日本 \\ %0A', where=Where(file="a.yaml"))))["results"]
    assert json.loads(json.dumps(result))["message"]["text"].startswith('validators: "quoted" <b>é</b> 日本 \\ %0A')


def test_one_run_makes_the_same_log_twice() -> None:
    found = notices(finding(), finding(rule_id="RED001"))
    assert sarif(found, SUBJECT, ExitCode.FINDINGS) == sarif(found, SUBJECT, ExitCode.FINDINGS)


def test_the_schema_refuses_what_is_not_sarif() -> None:
    log = sarif(notices(finding()), SUBJECT, ExitCode.FINDINGS)
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not VALIDATOR.is_valid(log)


def test_columns_count_characters_not_bytes() -> None:
    document = read_text('a: {"é日本": 1, b: 2}\n', source="a.yaml")
    assert document.mark(("a", "b"), of_key=True).column == 15
    assert valid(notices(finding()))["columnKind"] == "unicodeCodePoints"


@pytest.mark.parametrize(
    "where",
    [
        Where(urn="urn:pulumi:shop::project::aws:ec2/instance:Instance::web"),
        Where(file="stacks/lab.yaml", line=38, column=3, urn="urn:pulumi:lab::geofleet::aws:ec2/instance:Instance::m"),
        Where(file="stacks/lab.yaml", line=38, column=3, host="validators-1", urn="urn:pulumi:lab::p::a:b:C::ü %/#"),
    ],
    ids=["of nobody's spec", "with its line", "with a name that no URI has"],
)
@pytest.mark.parametrize("status", [Status.FAILED, Status.NOT_EVALUATED, Status.WAIVED])
def test_finding_on_a_cloud_resource_fits_the_schema_and_has_a_line(where: Where, status: Status) -> None:
    found = finding(rule_id="SEC010", status=status, subject=where.urn, where=where)
    run = valid(report_notices(Report(feed=Feed.STATE, stack="perps", findings=(found,))))
    [result] = run["results"]
    [location] = result["locations"]
    region = location["physicalLocation"]["region"]
    assert region["startLine"] >= 1
    assert where.urn in json.dumps(result, ensure_ascii=False)
