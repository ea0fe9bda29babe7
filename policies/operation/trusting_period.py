"""OPS017: light clients trust for less time than stake is liable."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.rule import Parameter, Rule, Scope
from schemas.report import Finding, Severity
from schemas.terms import ChainTerms

RULE = Rule(
    id="OPS017",
    title="The trusting period of light clients is at most two thirds of the unbonding period",
    judges="each chain that says both 'trusting_period_s' and 'unbonding_period_s'",
    severity=Severity.HIGH,
    scope=Scope.STACK,
    source=(
        "rly, advanced_usage: two thirds of the unbonding period (14 of 21 days). A client that trusts for longer than "
        "stake is liable believes headers that nobody can be slashed for (ibc-go 3326)."
    ),
    standards=("SOC 2 PI1.1",),
    remedy="Lower 'trusting_period_s' to two thirds of 'unbonding_period_s'.",
    reads_terms=True,
    parameters=(
        Parameter(
            name="share_max", default=2 / 3, minimum=0.1, maximum=1.0,
            meaning="Largest part of the unbonding period; more advises, all of it is refused.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each chain that says both."""
    share_max = RULE.parameter("share_max", view.parameters)
    for chain in view.network_terms.chains:
        if chain.trusting_period_s is not None and chain.unbonding_period_s is not None:
            yield _verdict(view.stack, chain, chain.trusting_period_s / chain.unbonding_period_s, share_max)


def _verdict(stack: str, chain: ChainTerms, share: float, share_max: float) -> Finding:
    told = f"chain {chain.chain}: light clients trust for {share * 100:.1f} % of the unbonding period"
    if share >= 1:
        return RULE.failed(stack, told, shown="headers are believed after their signers' stake is gone")
    # To six digits: two thirds of 21 days are not whole seconds everywhere.
    if round(share - share_max, 6) <= 0:
        return RULE.passed(stack, told)
    advice = RULE.failed(stack, f"{told}; at most {share_max * 100:.1f} % is good practice")
    return dataclasses.replace(advice, severity=Severity.MEDIUM)
