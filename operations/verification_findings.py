"""From the suite's JUnit file to findings: one per claim and subject, named by host and rule."""

from __future__ import annotations

import datetime
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from policies.catalogue import RULES
from policies.settings import Settings
from policies.waiving import waived
from schemas.report import Finding, Status, Where

_UNTOLD = "the test ended before it said what it judges"


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One test, as the JUnit file has it."""

    name: str
    outcome: str
    """`passed`, `failure`, `error` or `skipped`."""
    message: str
    told: dict[str, list[str]]
    """Properties that the test recorded."""

    def one(self, name: str) -> str:
        return self.told.get(name, [""])[0]


def findings_of(junit: Path, environment: str, settings: Settings, *, day: datetime.date) -> list[Finding]:
    """Return what the suite found, as the stack's settings weigh it and with what its waivers cover.

    A host that cannot be reached has one finding, that it is unreachable; what could not be judged
    because of that is left out. Tests of users' own, which name no rule, are told under their own name.
    A waiver that covers nothing here is not told: the plan may be what it is for, and `geofleet check` tells it.

    Args:
        junit: The suite's file.
        environment: Of the stack.
        settings: Of its rules.
        day: On which waivers must be in force.
    """
    return waived(_found(junit, environment, settings), settings.waivers, day)


def _found(junit: Path, environment: str, settings: Settings) -> Iterator[Finding]:
    # The file is our own child's: nothing in it can be an attack on the parser.
    for element in ElementTree.parse(junit).iter("testcase"):  # noqa: S314
        case = _case(element)
        if "unreachable" not in case.told:
            yield _finding(case, environment, settings)


def _case(element: ElementTree.Element) -> _Case:
    told: dict[str, list[str]] = {}
    for entry in element.iter("property"):
        told.setdefault(entry.attrib["name"], []).append(entry.attrib["value"])
    outcomes = [child for child in element if child.tag in ("failure", "error", "skipped")]
    outcome = outcomes[0] if outcomes else None
    return _Case(
        name=element.attrib["name"],
        outcome="passed" if outcome is None else outcome.tag,
        message="" if outcome is None else outcome.attrib.get("message", ""),
        told=told,
    )


def _finding(case: _Case, environment: str, settings: Settings) -> Finding:
    rule_id = case.one("rule") or case.name.partition("[")[2].partition("-")[0]
    subject = case.one("subject") or case.name.partition("[")[2].rpartition("]")[0].partition("-")[2] or case.name
    rule = RULES.get(rule_id)
    if rule is None:
        return _own_test(case)
    status, message = _verdict(case)
    return Finding(
        rule_id=rule_id,
        status=status,
        severity=settings.severity_of(rule, environment),
        subject=subject,
        message=message,
        remedy=rule.remedy if status in (Status.FAILED, Status.NOT_EVALUATED) else "",
        where=Where(host=case.one("host")),
    )


def _verdict(case: _Case) -> tuple[Status, str]:
    if problems := case.told.get("problem"):
        return Status.FAILED, "; ".join(problems)
    if reason := case.one("not applicable"):
        return Status.NOT_APPLICABLE, reason
    if reason := case.one("not evaluated"):
        return Status.NOT_EVALUATED, reason
    if case.outcome == "passed":
        return Status.PASSED, case.one("claim") or _UNTOLD
    return Status.NOT_EVALUATED, f"{case.name} ended with {case.outcome}: {case.message or _UNTOLD}"


def _own_test(case: _Case) -> Finding:
    """Return the finding of a user's own test: the suite's mandatory severity, since somebody wrote it down."""
    status = {"passed": Status.PASSED, "failure": Status.FAILED, "skipped": Status.NOT_APPLICABLE}
    base = RULES["OPS002"]
    return Finding(
        rule_id="OWN",
        status=status.get(case.outcome, Status.NOT_EVALUATED),
        severity=base.severity,
        subject=case.name,
        message=case.message or case.outcome,
    )
