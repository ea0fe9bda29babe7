"""RED028: a network is more than one region and one provider."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.rule import Parameter, Rule, Scope, Weaker
from schemas.report import Finding, Severity

RULE = Rule(
    id="RED028",
    title="The network's hosts are in two regions and with two providers at least",
    judges="each stack of two hosts or more",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    scope=Scope.STACK,
    source=(
        "Google Cloud, 12 June 2025: one faulty policy, replicated everywhere in seconds; every region's interfaces "
        "failed for seven and a half hours. AWS us-east-1, 20 October 2025: one region, and whoever was only there."
    ),
    standards=("SOC 2 CC9.1", "ISO 27001:2022 A.5.23"),
    remedy="Place one fleet at least with another provider, or in another region.",
    parameters=(
        Parameter(
            name="regions_min", default=2, minimum=1, maximum=50, weaker=Weaker.LOWER, is_whole=True,
            meaning="Regions of the network.",
        ),
        Parameter(
            name="providers_min", default=2, minimum=1, maximum=10, weaker=Weaker.LOWER, is_whole=True,
            meaning="Providers of the network.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for the stack."""
    if len(view.hosts) < 2:
        return
    for what, used in (
        ("regions", sorted({host.region for host in view.hosts})),
        ("providers", sorted({host.provider for host in view.hosts})),
    ):
        least = int(RULE.parameter(f"{what}_min", view.parameters))
        told = f"all {len(view.hosts):,} hosts are in {len(used)} of at least {least} {what}"
        if len(used) < least:
            yield RULE.failed(view.stack, told, shown=f"losing {', '.join(used)} leaves nothing")
        else:
            yield RULE.passed(view.stack, told)
