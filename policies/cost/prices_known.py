"""CST002: it is known what every host costs."""

from __future__ import annotations

from collections.abc import Iterator

from policies.cost.known import cost_of
from policies.fleet_view import FleetView, shortened
from policies.rule import PLAN_ONLY, Parameter, Rule
from schemas.report import Finding, Severity

RULE = Rule(
    id="CST002",
    title="Every host's price is known, and few are estimated",
    judges="each fleet; from the plan only, as prices are no host's facts",
    severity=Severity.LOW,
    feeds=PLAN_ONLY,
    source=(
        "A price that nobody knows is not zero: a sum over such hosts looks cheap and is not. Clouds publish prices by "
        "region and machine; where the atlas has none it says so (docs/atlas.md)."
    ),
    remedy="Add the prices to atlas/overrides.yaml, or choose machines and regions with published ones.",
    parameters=(
        Parameter(
            name="estimated_share_max", default=0.5, minimum=0.0, maximum=1.0,
            meaning="Largest part of a fleet's hosts whose price is estimated.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet."""
    share_max = RULE.parameter("estimated_share_max", view.parameters)
    for fleet in view.fleets:
        cost, count = cost_of(view, fleet.hosts), len(fleet.hosts)
        if cost.unknown:
            yield RULE.failed(
                fleet.name, f"no price is known of {len(cost.unknown)} of {count} hosts", shown=shortened(cost.unknown)
            )
        elif len(cost.estimated) > share_max * count:
            yield RULE.failed(
                fleet.name, f"{len(cost.estimated)} of {count} prices are estimated", shown=shortened(cost.estimated)
            )
        else:
            yield RULE.passed(fleet.name, f"costs {cost.text()}")
