"""Findings that somebody answers for: they stay in the report, with who and until when, and do not fail the gate.

Only what failed can be waived. What could not be judged never becomes advice.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from policies.operation.waivers_kept import RULE
from policies.waiver import Waiver
from policies.waivers import in_force
from schemas.report import Finding, Severity, Status


def waived(findings: Iterable[Finding], waivers: Sequence[Waiver], today: datetime.date) -> list[Finding]:
    """Return findings with those waived that a waiver in force covers."""
    counted = in_force(waivers, today)
    return [_waived(finding, counted) for finding in findings]


def _waived(finding: Finding, waivers: Sequence[Waiver]) -> Finding:
    if finding.status is not Status.FAILED:
        return finding
    found = next((waiver for waiver in waivers if waiver.covers(finding.rule_id, finding.subject)), None)
    if found is None or finding.rule_id == RULE.id:
        return finding
    return replace(finding, status=Status.WAIVED, message=f"{finding.message}; {found.text()}")


def dead(findings: Sequence[Finding], waivers: Sequence[Waiver], today: datetime.date) -> Iterator[Finding]:
    """Yield a finding for each waiver in force that covers nothing that failed.

    A dead entry of a baseline is worse: behind it the same fault could come back unseen. It must go.

    Args:
        findings: Of all rules over one stack, before anything was waived.
        waivers: All of the stack.
        today: The day.
    """
    failed = {(finding.rule_id, finding.subject) for finding in findings if finding.status is Status.FAILED}
    judged = {finding.rule_id for finding in findings if finding.status is not Status.NOT_APPLICABLE}
    for waiver in in_force(waivers, today):
        if waiver.rule_id not in judged or any(waiver.covers(*one) for one in failed):
            continue
        what = "baseline entry" if waiver.is_baseline else "waiver"
        remedy = "Tighten it: geofleet baseline STACK --write." if waiver.is_baseline else "Remove it."
        told = RULE.failed(
            waiver.place, f"the {what} for {waiver.rule_id} on {waiver.subject} covers nothing that is broken",
            remedy=remedy,
        )  # fmt: skip
        yield replace(told, severity=Severity.HIGH if waiver.is_baseline else RULE.severity)
