from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from operations.baselines import write_baseline
from operations.notices import Subject
from operations.report_forms import report_junit, report_markdown
from policies.waivers import read_baseline
from schemas.errors import UsageError
from schemas.locations import REPOSITORY
from schemas.report import Feed, Finding, Report, Severity, Status, Where


def finding(rule: str, status: Status, severity: Severity = Severity.HIGH) -> Finding:
    where = Where(file="stacks/lab.yaml", line=7, column=3)
    return Finding(
        rule_id=rule, status=status, severity=severity, subject="validators", message="found a | b", where=where
    )


REPORT = Report(
    feed=Feed.PLAN, stack="lab",
    findings=(
        finding("RED001", Status.FAILED), finding("RED002", Status.FAILED, Severity.LOW),
        finding("RED003", Status.NOT_EVALUATED), finding("RED004", Status.WAIVED), finding("RED005", Status.PASSED),
        finding("RED006", Status.NOT_APPLICABLE),
    ),
)  # fmt: skip


def test_junit_fails_what_fails_the_gate_and_skips_what_is_waived() -> None:
    suite = ElementTree.fromstring(report_junit(REPORT, Subject(stack="lab", file="stacks/lab.yaml")))
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5", "failures": "1", "errors": "1", "skipped": "1",
    }  # fmt: skip
    by_rule = {str(case.get("classname")): [child.tag for child in case] for case in suite}
    assert by_rule == {
        "lab.RED001": ["failure"], "lab.RED002": ["system-out"], "lab.RED003": ["error"], "lab.RED004": ["skipped"],
        "lab.RED005": [],
    }  # fmt: skip


def test_markdown_begins_with_the_verdict_and_keeps_cells_whole() -> None:
    text = report_markdown(REPORT)
    assert text.splitlines()[0] == "### `lab` is refused"
    assert "| RED001 | high | failed | validators | found a \\| b | stacks/lab.yaml:7:3 |" in text


def test_a_first_baseline_needs_somebody_who_answers_for_it(tmp_path: Path) -> None:
    spec = tmp_path / "lab.yaml"
    spec.write_text((REPOSITORY / "stacks" / "lab.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(UsageError, match="stack 'lab' has no baseline yet, and somebody has to answer for it"):
        write_baseline(str(spec), owner="", reason="")


def test_a_baseline_is_written_once_and_then_only_gets_shorter(tmp_path: Path) -> None:
    spec = tmp_path / "lab.yaml"
    text = (REPOSITORY / "stacks" / "lab.yaml").read_text(encoding="utf-8")
    spec.write_text(text, encoding="utf-8")
    strict = "schema: geofleet/policies/v1\nrules:\n  RED014: {severity: critical}\n  RED012: {severity: critical}\n"
    (tmp_path / "lab.policies.yaml").write_text(strict, encoding="utf-8")
    told = write_baseline(str(spec), owner="platform", reason="as it was when the rules came")
    held = read_baseline(tmp_path / "lab.baseline.yaml")
    assert told.endswith(f"lab.baseline.yaml: {len(held)} findings")
    assert {one.rule_id for one in held} == {"RED012", "RED014"}
    (tmp_path / "lab.policies.yaml").write_text(
        strict.replace("RED012: {severity: critical}", "OPS010: {severity: low}")
    )
    spec.write_text(text.replace("survive: {zone: 1, region: 1}\n", "survive: {zone: 1}\n"), encoding="utf-8")
    assert "->" in write_baseline(str(spec), owner="", reason="")
    later = read_baseline(tmp_path / "lab.baseline.yaml")
    assert {(o.rule_id, o.subject) for o in later} < {(o.rule_id, o.subject) for o in held}
