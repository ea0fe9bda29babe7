"""The page of evidence: one file of HTML without scripts, and without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from operations.audit.page_parts import (
    Cell,
    anchor,
    code,
    figure,
    paragraph,
    place,
    prose,
    section,
    state,
    state_text,
    table,
    words,
)  # fmt: skip
from operations.audit.page_style import STYLE
from operations.pictures.fleet_map import map_svg
from operations.pictures.heat_map import matrix_svg
from operations.simulation_text import latency_text
from schemas.atlas import Atlas
from schemas.audit import NOT_MEASURED, EvidenceDocument, FleetLosses, RuleEvidence
from schemas.drill import Claim
from schemas.plan_cost import PlanCost, usd_text
from schemas.report import Finding, Severity, Status
from schemas.simulation import Case

_OPEN = (Status.FAILED, Status.NOT_EVALUATED, Status.DEFERRED, Status.WAIVED)
_FINDING_COLUMNS = ("rule", "state", "severity", "subject", "what was found", "where")


def page(found: EvidenceDocument, content_sha256: str, atlas: Atlas) -> str:
    """Return the page.

    Args:
        found: What it tells.
        content_sha256: Of the JSON document beside it.
        atlas: What is known of the world: the one that the plan was made with.

    Raises:
        AtlasError: Atlas and plan lack a region.
    """
    sections = {
        "Rules": _rules(found), "Waivers": _waivers(found), "Promises and measurements": _promises(found),
        "Placements": _placements(found, atlas), "Round trips": _round_trips(found, atlas),
        "What failures leave": _losses(found), "Costs": _costs(found), "Verification of hosts": _verification(found),
        "Drills": _drills(found), "Versions and hashes": _origins(found),
    }  # fmt: skip
    links = "".join(f'<li><a href="#{anchor(title)}">{escape(title)}</a></li>' for title in sections)
    apart = ("Placements", "Round trips")
    body = "".join(section(title, markup, apart=title in apart) for title, markup in sections.items())
    title = f"Evidence of {found.stack}, {found.made_at[:10]}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'{_header(found, title)}<nav aria-label="Sections"><ol>{links}</ol></nav></header>\n'
        f"<main>\n{body}</main>\n{_footer(content_sha256)}</body>\n</html>\n"
    )


def _header(found: EvidenceDocument, title: str) -> str:
    plan, verified = found.plan, found.verification
    drilled = sum(drill.verdict == "passed" for drill in found.drills)
    facts = {
        "Rules on spec and plan": state_text(found.verdict),
        "Verification of hosts": state_text(verified.verdict if verified else "none kept"),
        "Drills": f"{drilled} of {len(found.drills)} passed" if found.drills else state_text("none kept"),
        "Hosts": f"{len(plan.hosts)} in {len(plan.regions)} regions",
        "Cost a month": escape(_cost_text(plan.costs[-1])) if plan.costs else "unknown",
        "Environment": escape(plan.environment),
    }
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())
    notes = "".join(f"<p>{escape(note)}</p>" for note in found.notes)
    return (
        f"<header><h1>{escape(title)}</h1>"
        f'<p class="e-muted">Network {escape(plan.network)}; made {escape(found.made_at)} by <code>geofleet report '
        f"{escape(found.stack)}</code> from spec <code>{plan.spec_sha256}</code></p>"
        f'<dl class="e-facts">{listed}</dl>' + (f'<div class="e-notes">{notes}</div>' if notes else "")
    )


def _rules(found: EvidenceDocument) -> str:
    counts: dict[str, int] = {}
    for rule in found.rules:
        counts[rule.status.value] = counts.get(rule.status.value, 0) + 1
    told = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    open_ = [finding for rule in found.rules for finding in rule.findings if finding.status in _OPEN]
    return (
        paragraph(f"{len(found.rules)} rules were asked: {told}. A rule counts by the worst of its findings.")
        + table("Findings that need attention, or are settled later", _FINDING_COLUMNS, map(_finding, open_))
        + table(
            "Every rule of the catalogue", ("rule", "state", "severity", "what holds when it passes", "judged", "standards"),
            map(_rule, found.rules),
        )
    )  # fmt: skip


def _finding(finding: Finding) -> list[Cell]:
    told = (finding.message, finding.counter_example, finding.remedy)
    return [
        words(finding.rule_id), state(_stands(finding.status, finding.severity)), words(finding.severity), words(finding.subject),
        Cell(markup="<br>".join(escape(part) for part in told if part), kind="wide"), place(finding.where.text()),
    ]  # fmt: skip


def _rule(rule: RuleEvidence) -> list[Cell]:
    if rule.status is Status.NOT_APPLICABLE:
        judged = rule.findings[0].message
    else:
        judged = ", ".join(finding.subject for finding in rule.findings[:6])
        judged += f" and {len(rule.findings) - 6} more" if len(rule.findings) > 6 else ""
    return [
        words(rule.rule_id), state(_stands(rule.status, rule.severity)), words(rule.severity), prose(rule.title), prose(judged),
        words(", ".join(rule.standards)),
    ]  # fmt: skip


def _stands(status: Status, severity: Severity) -> str:
    """Return a status as a reader takes it: what does not fail the gate is advice."""
    return "failed (advice)" if status is Status.FAILED and not severity.is_mandatory else status.value


def _waivers(found: EvidenceDocument) -> str:
    return table(
        "Findings that somebody answers for",
        ("rule", "subject", "counts", "owner", "reason", "created", "expires", "written in"),
        (
            [
                words(one.rule_id), words(one.subject), state("in force" if one.in_force else "expired or not yet"),
                words(one.owner), prose(one.reason), words(one.created), words(one.expires), code(one.place),
            ]
            for one in found.waivers
        ),
    )  # fmt: skip


def _promises(found: EvidenceDocument) -> str:
    looked = found.measurements.looked_at if found.measurements else ""
    told = f"Round trips were measured last on {looked}." if looked else "No measurement of this stack was kept."
    return paragraph(
        f"{told} Planned figures are the atlas's, with its evidence; what nobody measured is said to be so."
    ) + table(
        "Each promise of the spec", ("fleet", "promise", "rule", "rule says", "planned", "measured", "hosts verified"),
        (
            [
                words(one.fleet), prose(one.promise), words(one.rule_id), state(one.judged), prose(one.planned),
                prose(one.measured), words(one.verified or NOT_MEASURED),
            ]
            for one in found.promises
        ),
    )  # fmt: skip


def _placements(found: EvidenceDocument, atlas: Atlas) -> str:
    return _picture(map_svg(found.plan, atlas), "Where hosts are, and what separates them.") + table(
        "Hosts", ("host", "region", "zone", "operator", "client", "machine", "power"),
        (
            [
                words(host.host), words(host.region), words(host.zone), words(host.operator),
                words(f"{host.client} {host.client_version}".strip()), words(host.machine_type or host.machine),
                figure(host.power),
            ]
            for host in found.plan.hosts
        ),
    )  # fmt: skip


def _round_trips(found: EvidenceDocument, atlas: Atlas) -> str:
    measured = {
        (trip.region, trip.other): trip for trip in (found.measurements.round_trips if found.measurements else ())
    }
    rows = []
    for link in found.plan.links:
        trip = measured.get((link.region, link.other))
        figures = (trip.measured_ms, trip.measured_jitter_ms) if trip else (None, None)
        rows.append(
            [
                words(link.region), words(link.other), figure(f"{link.round_trip_ms:.2f}"),
                words(link.round_trip_evidence), figure(f"{link.jitter_ms:.2f}"), words(link.jitter_evidence),
                *(figure(NOT_MEASURED if value is None else f"{value:.2f}") for value in figures),
            ]
        )  # fmt: skip
    columns = (
        "between", "and", "planned ms", "evidence", "jitter planned", "evidence", "measured ms", "jitter measured",
    )  # fmt: skip
    picture = _picture(matrix_svg(found.plan, atlas), "Planned round trips and jitter between regions and to hubs.")
    return picture + table("Round trips between regions in use, in milliseconds", columns, rows)


def _picture(svg: str, caption: str) -> str:
    return (
        f'<figure><div class="e-picture" role="region" aria-label="{escape(caption)}" tabindex="0">{svg}</div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>\n"
    )


def _losses(found: EvidenceDocument) -> str:
    told = (
        "On paper: the worst loss of each kind, and of several at once. Drills, below, are what was tried in earnest."
    )
    return paragraph(told) + "".join(_fleet_losses(fleet) for fleet in found.losses)


def _fleet_losses(fleet: FleetLosses) -> str:
    planned = fleet.as_planned
    speed = f"; {latency_text(planned.latency)}" if planned.latency else ""
    told = f"{fleet.role}, {fleet.members} members; {planned.left} of {planned.needed} needed{speed}."
    broken = "".join(
        paragraph(f"Broken: {one.promise} ({one.rule_id or 'no rule'}): {one.left} left; {one.needed} needed.")
        for one in fleet.broken
    )
    columns = ("lost", "then", "left", "needed", "with an upgrade beside it", "how fast")
    rows = (_loss(case) for case in fleet.worst)
    heading = f"<h3>{escape(fleet.fleet)}</h3>\n"
    return heading + paragraph(told) + broken + table(f"Worst losses of {fleet.fleet}", columns, rows) + "".join(
        paragraph(note) for note in fleet.notes
    )  # fmt: skip


def _loss(case: Case) -> list[Cell]:
    return [
        prose(" and ".join(f"{lost.kind} {lost.name}" for lost in case.lost)), state(case.after.verdict),
        words(case.after.left), words(case.after.needed), state(case.during_upgrade.verdict),
        prose(latency_text(case.after.latency) if case.after.latency else ""),
    ]  # fmt: skip


def _costs(found: EvidenceDocument) -> str:
    sums = table(
        "Machines, USD for 730 hours on demand", ("fleet", "USD a month", "of it estimated", "hosts of unknown price"),
        (
            [
                words(cost.fleet or "in all"), figure(usd_text(cost.usd_per_month)),
                figure(f"{cost.usd_per_month_estimated:.2f}"), figure(cost.hosts_unknown),
            ]
            for cost in found.plan.costs
        ),
    )  # fmt: skip
    return sums + table(
        "Each host", ("host", "machine type", "USD a month", "evidence"),
        (
            [
                words(host.host), words(host.machine_type or "unknown"), figure(usd_text(host.cost_usd_per_month)),
                words(host.price_evidence or "none"),
            ]
            for host in found.plan.hosts
        ),
    )  # fmt: skip


def _cost_text(cost: PlanCost) -> str:
    notes = f", {cost.hosts_unknown} hosts unknown" if cost.hosts_unknown else ""
    known = "unknown" if cost.usd_per_month is None else f"{cost.usd_per_month:,.2f} USD"
    return known if cost.usd_per_month is None else known + notes


def _verification(found: EvidenceDocument) -> str:
    one = found.verification
    if one is None:
        return paragraph("No verification of this stack's hosts was kept: nothing here was proved on a host.")
    counts: dict[str, dict[str, int]] = {}
    for finding in one.findings:
        of_rule = counts.setdefault(finding.rule_id, {})
        of_rule[finding.status.value] = of_rule.get(finding.status.value, 0) + 1
    titles = {rule.rule_id: rule.title for rule in found.rules}
    open_ = [finding for finding in one.findings if finding.status in _OPEN]
    rows = (
        [
            words(rule),
            prose(titles.get(rule, "the user's own test")),
            words(", ".join(f"{n} {s}" for s, n in of.items())),
        ]
        for rule, of in sorted(counts.items())
    )
    return (
        f"<p>{state_text(one.verdict)}: the last one began {escape(one.began)}; <code>{escape(one.file)}</code>, SHA-256 "
        f"<code>{one.sha256}</code>.</p>\n"
        + table("What needs attention on hosts", _FINDING_COLUMNS, map(_finding, open_))
        + table("What was looked at on hosts", ("rule", "what holds when it passes", "hosts and subjects"), rows)
    )


def _drills(found: EvidenceDocument) -> str:
    return table(
        "Failures caused on purpose", ("began", "verdict", "scenario", "target", "claims", "record"),
        (
            [
                words(one.began), state(one.verdict), prose(f"{one.scenario}: {one.title}"), words(one.target),
                prose("; ".join(_claims(one.claims)) or one.problem),
                Cell(markup=f"<code>{escape(one.file)}</code><br><code>{one.sha256}</code>"),
            ]
            for one in found.drills
        ),
    )  # fmt: skip


def _claims(claims: tuple[Claim, ...]) -> Iterator[str]:
    for claim in claims:
        yield f"{claim.name}: {'held' if claim.held else f'did not hold, {claim.found}'}"


def _origins(found: EvidenceDocument) -> str:
    versions = ([words(one.name), code(one.version)] for one in found.versions)
    hashes = ([words(one.name), code(one.sha256) if one.sha256 else words(one.note)] for one in found.hashes)
    return table("Versions", ("what", "version"), versions) + table("SHA-256", ("what", "hash"), hashes)


def _footer(content_sha256: str) -> str:
    return (
        "<footer><p>The same as data: <code>evidence.json</code> beside this page (schema "
        f"<code>geofleet/evidence/v1</code>). SHA-256 of its content: <code>{content_sha256}</code>, over its canonical "
        "JSON (keys sorted, no spaces, UTF-8) without <code>content_sha256</code>.</p></footer>\n"
    )
