"""RED025: a validator is reached through more than one place."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.rule import Parameter, Rule, Weaker
from schemas.report import Finding, Severity

RULE = Rule(
    id="RED025",
    title="Validators with sentries have two at least, in two regions",
    judges="each fleet of validators that has sentries",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    source=(
        "cometbft docs, validators: sentries in several regions, so that a validator depends on none of them. Sentries "
        "are each validator's own, so no two validators share a set; which region each takes is not in the plan."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Raise 'sentries.per_validator', and let 'sentries.regions' match more regions.",
    keys=("sentries",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="sentries_min", default=2, minimum=1, maximum=10, weaker=Weaker.LOWER, is_whole=True,
            meaning="Sentries of each validator.",
        ),
        Parameter(
            name="regions_min", default=2, minimum=1, maximum=50, weaker=Weaker.LOWER, is_whole=True,
            meaning="Regions that sentries may be in.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that has sentries."""
    sentries_min = int(RULE.parameter("sentries_min", view.parameters))
    regions_min = int(RULE.parameter("regions_min", view.parameters))
    for fleet in view.fleets:
        found = fleet.terms.sentries
        if found is None:
            continue
        count, regions = found.per_validator, len(found.regions)
        told = (
            f"{count} of at least {sentries_min} sentries for each validator, "
            f"in {regions} of at least {regions_min} regions"
        )
        if count >= sentries_min and regions >= regions_min:
            yield RULE.passed(fleet.name, told)
        else:
            lost = "one sentry" if count < sentries_min else (found.regions[0] if found.regions else "no region")
            yield RULE.failed(fleet.name, told, shown=f"losing {lost} cuts every validator off")
