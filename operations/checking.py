"""`geofleet check`: a spec and its plan against every rule, with no credentials, engine or plugin."""

from __future__ import annotations

from operations.console import say
from operations.planning import Planned
from policies.fleet_view import view_of_plan
from policies.judge import judge
from policies.places import places_in
from policies.settings import stack_settings
from schemas.diagnostics import dotted
from schemas.errors import ExitCode, FleetError
from schemas.loading import LoadedSpec
from schemas.report import Feed, Finding, Report, Status
from schemas.spec.effects import unacted


class RefusedError(FleetError):
    """Rules refuse the plan; the findings are in the message."""

    exit_code = ExitCode.FINDINGS


def judged(found: Planned) -> Report:
    """Return what the rules say about a plan; findings point into the spec.

    Raises:
        InvalidDocumentError: The settings of the rules are wrong.
    """
    settings = stack_settings(found.files.spec)
    view = settings.applied_to(view_of_plan(found.plan, found.ledger, found.atlas))
    return judge(view, Feed.PLAN, locate=places_in(found.spec.document, view))


def effect_notes(spec: LoadedSpec) -> list[str]:
    """Return, with its place, each field that a spec uses and nothing acts on yet."""
    return [f"{spec.where(*found.path)}: note: {dotted(found.path)} {found.text()}" for found in unacted(spec.network)]


def require_passed(report: Report) -> None:
    """Refuse a plan that a mandatory rule refuses, and say which advice was given.

    Raises:
        RefusedError: With every finding that fails the gate.
    """
    if report.exit_code is ExitCode.PASSED:
        for finding in report.with_status(Status.FAILED):
            say(f"    advice: {finding.text()}")
        return
    error = RefusedError(report_text(report), remedy="Nothing was built.")
    error.exit_code = report.exit_code
    raise error


def report_text(report: Report) -> str:
    """Return the findings that need attention, worst first, and the counts.

    The same finding on many hosts is told once, with the hosts' names.
    """
    shown = report.with_status(Status.FAILED, Status.NOT_EVALUATED)
    ordered = sorted(shown, key=lambda f: (not f.severity.is_mandatory, f.rule_id, f.subject))
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for finding in ordered:
        message = finding.message.removeprefix(f"{finding.subject}: ")
        place = "" if finding.where.text() == finding.subject else finding.where.text()
        key = (finding.status, finding.rule_id, message, finding.counter_example, place)
        alike.setdefault(key, []).append(finding)
    counts = ", ".join(f"{count} {status}" for status, count in report.counts().items())
    return "\n".join([*(_told(group) for group in alike.values()), f"{report.feed} of {report.stack}: {counts}"])


def _told(group: list[Finding]) -> str:
    first = group[0]
    if len(group) == 1:
        return first.text()
    message = first.message.removeprefix(f"{first.subject}: ")
    hosts = ", ".join(finding.subject for finding in group)
    return "\n".join(
        [
            f"{first.status} {first.rule_id} ({first.severity}) on {len(group)} hosts: {message}",
            *(f"  {line}" for line in (hosts, first.counter_example, first.remedy) if line),
        ]
    )
