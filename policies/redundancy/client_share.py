"""RED012: no client's fault can stop a fleet, promised or not."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.redundancy.shares import heaviest_share
from policies.rule import Parameter, Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain
from schemas.workloads import NO_WORKLOAD

RULE = Rule(
    id="RED012",
    title="No client runs a third of a fleet or more",
    judges="each fleet of four members or more that runs a workload",
    severity=Severity.LOW,
    source=(
        "Ethereum, 4 December 2025: a fault in one client (15 to 23 % of validators) cost 248 blocks; participation "
        "fell to 75 %. Base, 25 June 2026: all replicas ran one binary, and stood still together for 116 minutes. "
        "With a third or more of the voters on one client, its fault stops the chain."
    ),
    standards=("SOC 2 A1.2", "ISO 27001:2022 A.8.14"),
    remedy="Let members run another implementation, or keep a follower on one; advice only while a chain has just one.",
    parameters=(
        Parameter(
            name="share_max", default=1 / 3, minimum=0.0, maximum=1.0,
            meaning="One client holds less than this share of voting power (validators) or members (others).",
        ),
        Parameter(
            name="members_min", default=4, minimum=1, maximum=1000, meaning="Smaller fleets are not judged.",
            is_whole=True,
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that is large enough to be mixed."""
    share_max = RULE.parameter("share_max", view.parameters)
    members_min = RULE.parameter("members_min", view.parameters)
    for fleet in view.fleets:
        runs = {host.client for host in fleet.hosts} != {NO_WORKLOAD}
        if runs and len(fleet.members()) >= members_min:
            yield _verdict(fleet, share_max)


def _verdict(fleet: Fleet, share_max: float) -> Finding:
    found = heaviest_share(fleet, Domain.CLIENT)
    told = f"{found.text()}; less than {share_max * 100:.1f} % is good practice"
    if float(found.share) < share_max:
        return RULE.passed(fleet.name, told)
    return RULE.failed(fleet.name, told, shown=f"a fault in {found.domain} stops all of it at once")
