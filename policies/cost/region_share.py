"""CST003: no region takes most of the money."""

from __future__ import annotations

from collections.abc import Iterator

from policies.cost.known import cost_of
from policies.fleet_view import FleetView
from policies.rule import PLAN_ONLY, Parameter, Rule, Scope
from schemas.facts import HostFacts
from schemas.report import Finding, Severity

RULE = Rule(
    id="CST003",
    title="No region takes most of the network's cost",
    judges="each stack of four hosts or more whose prices are all known; from the plan only",
    severity=Severity.LOW,
    feeds=PLAN_ONLY,
    scope=Scope.STACK,
    source=(
        "Where most of the money goes is where most of the machines are: what a region's outage idles is paid for all "
        "the same (AWS us-east-1, 20 October 2025: most of a day). A provider's price list is a dependency too."
    ),
    standards=("SOC 2 CC9.2",),
    remedy="Place members in other regions, or ask for smaller machines there.",
    parameters=(
        Parameter(
            name="share_max", default=0.6, minimum=0.05, maximum=1.0, meaning="Largest part of the cost in one region."
        ),
        Parameter(
            name="hosts_min", default=4, minimum=1, maximum=1000, is_whole=True, meaning="Smaller stacks are not judged."
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for a stack that is large enough and priced."""
    share_max, hosts_min = (RULE.parameter(p.name, view.parameters) for p in RULE.parameters)
    total = cost_of(view, view.hosts)
    if len(view.hosts) < hosts_min or total.unknown or not total.usd_per_month:
        return
    regions: dict[str, list[HostFacts]] = {}
    for host in view.hosts:
        regions.setdefault(host.region, []).append(host)
    costs = {region: cost_of(view, hosts).usd_per_month for region, hosts in sorted(regions.items())}
    dearest = max(costs, key=lambda region: costs[region])
    share = costs[dearest] / total.usd_per_month
    told = f"{dearest} takes {share * 100:.1f} % of {total.text()}; at most {share_max * 100:.1f} % is good practice"
    if share <= share_max:
        yield RULE.passed(view.stack, told)
    else:
        yield RULE.failed(view.stack, told, shown=f"an outage of {dearest} idles what most is paid for")
