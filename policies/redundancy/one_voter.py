"""RED029: no voter alone can stop a chain."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.redundancy.shares import share_of, weight_of_members
from policies.rule import Parameter, Rule
from schemas.report import Finding, Severity
from schemas.roles import Quorum

RULE = Rule(
    id="RED029",
    title="No validator alone holds a third of the voting power",
    judges="each fleet of four validators or more, members of others included",
    severity=Severity.MEDIUM,
    severity_in={"production": Severity.HIGH},
    source=(
        "Arithmetic of quorums: more than two thirds must vote, so one voter with a third stops the chain whenever it "
        "restarts. Solana, 2022: three hosting companies held 65 % of the stake (research/reliability.md, P1)."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Spread its power over more validators.",
    keys=("power",),
    parameters=(
        Parameter(
            name="share_max", default=1 / 3, minimum=0.0, maximum=1.0,
            meaning="One validator holds less than this share of voting power.",
        ),
    ),
)  # fmt: skip

_MEMBERS_MIN = 4
"""Of three, one always holds a third: RED020 judges fleets that are too small."""


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet of validators that is large enough."""
    share_max = RULE.parameter("share_max", view.parameters)
    for fleet in view.fleets:
        weights = weight_of_members(fleet)
        if fleet.quorum is not Quorum.BFT or len(weights) < _MEMBERS_MIN:
            continue
        name = max(weights, key=lambda member: weights[member])
        share = share_of(fleet, [name])
        told = f"{name} holds {float(share) * 100:.1f} % of voting power; less than {share_max * 100:.1f} % is safe"
        if float(share) < share_max:
            yield RULE.passed(fleet.name, told)
        else:
            yield RULE.failed(fleet.name, told, shown=f"whenever {name} restarts, the chain halts")
