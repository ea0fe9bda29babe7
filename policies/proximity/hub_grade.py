"""PRX017: promises to hubs rest on places that somebody vouches for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.rule import Rule
from schemas.atlas import Grade
from schemas.report import Finding, Severity

RULE = Rule(
    id="PRX017",
    title="It is known from the operator itself where each promised hub is",
    judges="each fleet that promises to be near to a hub of the atlas",
    severity=Severity.HIGH,
    source=(
        "The atlas grades hubs: A, the operator's own page; B, a named third party measured or quotes it; C, inferred "
        "from round trips or hearsay, where sources contradict each other. A limit to the wrong place is kept in vain."
    ),
    remedy="Name the region yourself ('hubs: {name: {at: ...}}') once you have measured it.",
    keys=("near",),
    reads_terms=True,
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that is near to hubs of the atlas; grade B advises, C refuses."""
    grades = {hub.hub: hub.grade for hub in view.network_terms.hubs}
    for fleet in view.fleets:
        known = {near.hub: grades[near.hub] for near in fleet.promises.near if grades.get(near.hub)}
        if known:
            yield _verdict(fleet, known)


def _verdict(fleet: Fleet, grades: dict[str, str]) -> Finding:
    weak = [f"{hub} has grade {grade}" for hub, grade in grades.items() if grade != Grade.OFFICIAL]
    if not weak:
        return RULE.passed(fleet.name, f"{', '.join(grades)}: grade A")
    found = RULE.failed(fleet.name, "; ".join(weak), shown="the hub may be elsewhere than the limit is measured to")
    return found if Grade.INFERRED in grades.values() else dataclasses.replace(found, severity=Severity.LOW)
