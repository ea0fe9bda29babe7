"""A report of rules as JUnit XML and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from operations.notices import Subject
from schemas.errors import ExitCode
from schemas.report import Finding, Report, Status


def report_junit(report: Report, subject: Subject) -> str:
    """Return one test case for each rule and subject; advice is an output, not a failure."""
    cases = [finding for finding in report.findings if finding.status is not Status.NOT_APPLICABLE]
    failed = [f for f in cases if f.status is Status.FAILED and f.severity.is_mandatory]
    errors = [f for f in cases if f.status is Status.NOT_EVALUATED]
    skipped = [f for f in cases if f.status in (Status.WAIVED, Status.DEFERRED)]
    suite = ElementTree.Element(
        "testsuite", name=f"geofleet {report.feed} of {report.stack}", tests=str(len(cases)), failures=str(len(failed)),
        errors=str(len(errors)), skipped=str(len(skipped)),
    )  # fmt: skip
    for finding in cases:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"{report.stack}.{finding.rule_id}", name=finding.subject,
            file=finding.where.file or subject.file, line=str(max(finding.where.line, 1)),
        )  # fmt: skip
        if finding in failed:
            ElementTree.SubElement(
                case, "failure", message=finding.message, type=str(finding.severity)
            ).text = finding.text()
        elif finding.status is Status.NOT_EVALUATED:
            ElementTree.SubElement(case, "error", message=finding.message, type="not evaluated").text = finding.text()
        elif finding in skipped:
            ElementTree.SubElement(case, "skipped", message=f"{finding.status}: {finding.message}")
        elif finding.status is Status.FAILED:
            ElementTree.SubElement(case, "system-out").text = f"advice: {finding.text()}"
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode")


def report_markdown(report: Report) -> str:
    """Return the verdict, a table of what needs attention, and the counts."""
    verdict = {ExitCode.PASSED: "passes", ExitCode.FINDINGS: "is refused"}.get(report.exit_code, "could not be judged")
    counts = ", ".join(f"{count} {status}" for status, count in report.counts().items())
    lines = [f"### `{report.stack}` {verdict}", "", f"{report.feed}: {counts}", ""]
    shown = report.with_status(Status.FAILED, Status.NOT_EVALUATED, Status.WAIVED)
    if shown:
        lines += ["| rule | severity | status | subject | what | where |", "| --- | --- | --- | --- | --- | --- |"]
        lines += list(_rows(shown))
    return "\n".join(lines).rstrip()


def _rows(findings: tuple[Finding, ...]) -> Iterator[str]:
    for f in sorted(findings, key=lambda f: (not f.severity.is_mandatory, f.rule_id, f.subject)):
        told = "; ".join(part for part in (f.message.removeprefix(f"{f.subject}: "), f.counter_example) if part)
        yield f"| {f.rule_id} | {f.severity} | {f.status} | {f.subject} | {_cell(told)} | {f.where.text()} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
