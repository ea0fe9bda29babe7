"""RED017: what a fleet believes of a foreign chain, more than one operator says."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.rule import Parameter, Rule, Scope, Weaker
from schemas.report import Finding, Severity
from schemas.terms import ChainTerms

RULE = Rule(
    id="RED017",
    title="A chain operated elsewhere is read from several operators' endpoints",
    judges="each chain operated elsewhere that a fleet relays to, reports to or posts batches to",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    scope=Scope.STACK,
    source=(
        "KelpDAO, 18 April 2026: two endpoints with replaced binaries and an honest one under attack; failover to the "
        "forged ones released 116,500 rsETH in 46 minutes. AWS us-east-1, 20 October 2025: one endpoint provider was "
        "down, and six networks with it. Operators are told apart by the last two labels of their host names."
    ),
    standards=("SOC 2 CC9.2", "ISO 27001:2022 A.5.21"),
    remedy="Add endpoints of other operators under the chain's 'rpc'; let readers stop where they disagree.",
    reads_terms=True,
    parameters=(
        Parameter(
            name="operators_min", default=2, minimum=1, maximum=20, weaker=Weaker.LOWER, is_whole=True,
            meaning="Operators of its endpoints.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each foreign chain that is used, under the first fleet that uses it."""
    operators_min = int(RULE.parameter("operators_min", view.parameters))
    judged: set[str] = set()
    for fleet in view.fleets:
        for name in _used(fleet):
            chain = view.chain(name)
            if chain is not None and not chain.is_made_here and name not in judged:
                judged.add(name)
                yield _verdict(fleet, chain, operators_min)


def _used(fleet: Fleet) -> list[str]:
    terms = fleet.terms
    ends = {end for path in terms.paths for end in (path.source, path.destination)}
    return sorted({*ends, terms.chain, terms.batches_to} - {""})


def _verdict(fleet: Fleet, chain: ChainTerms, operators_min: int) -> Finding:
    operators = sorted({".".join(host.split(".")[-2:]) for host in chain.endpoints})
    told = f"chain {chain.chain} is read from {len(operators)} of at least {operators_min} operators"
    if len(operators) >= operators_min:
        return RULE.passed(fleet.name, f"{told}: {', '.join(operators)}")
    who = f"if {operators[0]} lies or fails" if operators else "it has no endpoint"
    return RULE.failed(fleet.name, told, shown=f"{who}, nothing contradicts it")
