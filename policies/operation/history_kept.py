"""OPS016: nodes keep as much history as relayers may ask for."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.rule import Rule, Scope
from schemas.report import Finding, Severity
from schemas.roles import Role
from schemas.terms import ChainTerms

RULE = Rule(
    id="OPS016",
    title="Nodes of a chain that packets are relayed for keep its unbonding period of history",
    judges="each fleet of validators whose chain has a path here and an 'unbonding_period_s'",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    scope=Scope.STACK,
    source=(
        "hermes 2658 and rly, node_pruning: a relayer needs the unbonding period of history to build proofs and to "
        "submit misbehaviour; 362,880 blocks are 21 days at 5 seconds (research/peers.md, b.2). With faster blocks the "
        "SDK's default is too short."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Set 'pruning: {strategy: custom, keep_blocks: ..., interval_blocks: 100}', or 'strategy: nothing'.",
    keys=("pruning",),
    reads_terms=True,
)

_KEPT_BLOCKS = {"": 362_880, "default": 362_880, "everything": 2}
"""What the Cosmos SDK keeps by strategy; `nothing` prunes nothing."""


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet whose history relayers need."""
    relayed = {end for fleet in view.fleets for path in fleet.terms.paths for end in (path.source, path.destination)}
    for fleet in view.fleets:
        chain = view.chain(fleet.terms.chain)
        if fleet.role is Role.VALIDATOR and chain is not None and chain.chain in relayed:
            yield from _verdict(fleet, chain)


def _verdict(fleet: Fleet, chain: ChainTerms) -> Iterator[Finding]:
    strategy, needed_s = fleet.terms.pruning, chain.unbonding_period_s
    if needed_s is None:
        return
    if strategy == "nothing":
        yield RULE.passed(fleet.name, "keeps all history")
        return
    blocks = fleet.terms.keep_blocks or _KEPT_BLOCKS.get(strategy, 0)
    kept_s = blocks * chain.block_time_ms / 1000
    told = f"keeps {blocks:,} blocks, {kept_s / 86_400:.1f} days; {needed_s / 86_400:.1f} are needed"
    if kept_s >= needed_s:
        yield RULE.passed(fleet.name, told)
    else:
        yield RULE.failed(fleet.name, told, shown=f"a relayer of {chain.chain} that was down for longer cannot go on")
