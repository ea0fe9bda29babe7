"""IDN002: every host has its keys before it is made."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView, shortened
from policies.rule import Rule
from schemas.report import Finding, Severity, Status
from schemas.workloads import keys_of

RULE = Rule(
    id="IDN002",
    title="Every host has its keys before it is made",
    judges="each fleet",
    severity=Severity.HIGH,
    source=(
        "A key that is made on first boot is in no ledger: nobody can tell whether it is live twice. Persistence "
        "Core-1, 6 November 2022: validators came back without their signing state and were tombstoned."
    ),
    standards=("SOC 2 CC6.1",),
    remedy="Make them: geofleet keys create STACK.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet; deferred while a plan is judged before its keys exist."""
    for fleet in view.fleets:
        if view.keys_known:
            yield _verdict(fleet)
        else:
            yield RULE.finding(
                Status.DEFERRED, fleet.name, "no keys exist yet; they are judged at preview", remedy=RULE.remedy
            )


def _verdict(fleet: Fleet) -> Finding:
    needed = {host.host: keys_of(host.role, host.assignments) for host in fleet.hosts}
    lacking = {
        host.host: [purpose.value for purpose in needed[host.host] if not host.key_fingerprints.get(purpose.value)]
        for host in fleet.hosts
    }
    bare = [f"{host} lacks {', '.join(purposes)}" for host, purposes in lacking.items() if purposes]
    kinds = ", ".join(dict.fromkeys(purpose.value for purposes in needed.values() for purpose in purposes))
    if not bare:
        return RULE.passed(fleet.name, f"each of {len(fleet.hosts)} hosts has its keys: {kinds}")
    return RULE.failed(
        fleet.name, f"{len(bare)} of {len(fleet.hosts)} hosts lack a key; each needs {kinds}", shown=shortened(bare)
    )
