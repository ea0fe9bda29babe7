"""From a plan and what was kept of its deployments to one document of evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from operations.audit.kept import Kept, rfc3339, verdict_of
from operations.audit.promises import Known, promises_of, worst
from operations.audit.versions import hashes_of, versions_of
from operations.checking import judged
from operations.latency_after import Distances
from operations.planning import Planned
from operations.simulating import simulate
from policies.catalogue import CATALOGUE
from policies.settings import Settings, stack_settings
from schemas.audit import EvidenceDocument, FleetLosses, RuleEvidence, VerificationEvidence, WaiverEvidence
from schemas.report import Finding, Report, Status
from schemas.simulation import Case, FleetSimulation
from schemas.status import StackStatus


def evidence_of(found: Planned, *, folder: Path, now: datetime.datetime) -> EvidenceDocument:
    """Return everything about a stack.

    Args:
        found: Its spec and plan.
        folder: Where commands keep what they found: `.geofleet`.
        now: The document's own date.

    Raises:
        InvalidDocumentError: The settings of the rules, waivers or baseline are wrong.
        AtlasError: Atlas and plan lack a region.
    """
    settings, report = stack_settings(found.files.spec), judged(found)
    simulated = simulate(found.plan, atlas=found.atlas).fleets
    kept = Kept(folder=folder, stack=found.files.name)
    status, drills = kept.status(), kept.drills()
    verification = kept.verification(found.plan, settings, now.date())
    known = Known(
        plan=found.plan, distances=Distances(found.plan, found.atlas), findings=report.findings, simulated=simulated,
        status=status, verification=verification, drills=drills,
    )  # fmt: skip
    return EvidenceDocument(
        stack=found.files.name, made_at=rfc3339(now), verdict=verdict_of(report.exit_code), locked=found.locked,
        plan=found.plan, rules=tuple(_rules(report, settings, found.plan.environment)),
        waivers=tuple(_waivers(settings, now.date())), promises=promises_of(known),
        losses=tuple(_losses(fleet) for fleet in simulated), measurements=status, verification=verification,
        drills=drills, versions=versions_of(found), hashes=hashes_of(found),
        notes=(*_notes(found, status, verification), *kept.notes),
    )  # fmt: skip


def _rules(report: Report, settings: Settings, environment: str) -> Iterator[RuleEvidence]:
    by_rule: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_rule.setdefault(finding.rule_id, []).append(finding)
    for entry in sorted(CATALOGUE, key=lambda entry: entry.rule.id):
        findings = by_rule.get(entry.rule.id, [])
        yield RuleEvidence(
            rule_id=entry.rule.id, title=entry.rule.title, severity=settings.severity_of(entry.rule, environment),
            standards=entry.rule.standards, status=worst(findings) or Status.NOT_EVALUATED, findings=tuple(findings),
        )  # fmt: skip


def _waivers(settings: Settings, day: datetime.date) -> Iterator[WaiverEvidence]:
    for one in settings.waivers:
        yield WaiverEvidence(
            rule_id=one.rule_id, subject=one.subject, owner=one.owner, reason=one.reason,
            created=one.created.isoformat(), expires=one.expires.isoformat(), in_force=one.counts_on(day),
            is_baseline=one.is_baseline, place=one.place,
        )  # fmt: skip


def _losses(fleet: FleetSimulation) -> FleetLosses:
    of_kind: dict[str, Case] = {}
    for case in fleet.singles:
        of_kind.setdefault(case.lost[0].kind, case)
    chosen = [case for case in fleet.singles if case in of_kind.values()]
    return FleetLosses(
        fleet=fleet.fleet, role=fleet.role, members=fleet.members, as_planned=fleet.as_planned,
        worst=(*chosen, *fleet.pairs[:1]), broken=fleet.broken, notes=fleet.notes,
    )  # fmt: skip


def _notes(
    found: Planned, status: StackStatus | None, verification: VerificationEvidence | None
) -> Iterator[str]:  # fmt: skip
    if not found.locked:
        yield "no plan lock fits the spec: the hosts were placed in memory, and another run may place them elsewhere"
    yield from found.plan.notes
    if verification and verification.hosts_not_seen:
        yield f"the last verification did not look at {', '.join(verification.hosts_not_seen)}"
    if verification and verification.hosts_not_planned:
        yield f"the last verification is of hosts that are not in this plan: {', '.join(verification.hosts_not_planned)}"
    if status and {host.host for host in status.hosts} != {host.host for host in found.plan.hosts}:
        yield "the last measurement is of other hosts than this plan's"
