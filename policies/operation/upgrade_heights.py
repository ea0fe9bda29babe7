"""OPS013: upgrades of a chain are far enough apart to be judged one by one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from policies.fleet_view import FleetView
from policies.rule import Parameter, Rule, Scope, Weaker
from schemas.report import Finding, Severity
from schemas.terms import ChainTerms

RULE = Rule(
    id="OPS013",
    title="A chain's upgrades have heights of their own, far enough apart to go back between them",
    judges="each chain with two upgrades or more",
    severity=Severity.MEDIUM,
    severity_in={"production": Severity.HIGH},
    scope=Scope.STACK,
    source=(
        "cosmos-sdk 19227 and 22731: an upgrade was applied at once, or at the wrong height; it takes 20 minutes to "
        "hours until two thirds have upgraded (research/peers.md, b.1). Ethereum's test network, 14 August 2020: a "
        "hasty second release broke peering on top of the first fault."
    ),
    standards=("SOC 2 CC8.1", "ISO 27001:2022 A.8.32"),
    remedy="Give the later upgrade a greater height, or make both at one height with one release.",
    reads_terms=True,
    parameters=(
        Parameter(
            name="blocks_min", default=1000, minimum=1, maximum=10_000_000, weaker=Weaker.LOWER, is_whole=True,
            meaning="Blocks between two upgrades of one client.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each chain with several upgrades."""
    blocks_min = int(RULE.parameter("blocks_min", view.parameters))
    for chain in view.network_terms.chains:
        if len(chain.upgrades) > 1:
            yield _verdict(view.stack, chain, blocks_min)


def _verdict(stack: str, chain: ChainTerms, blocks_min: int) -> Finding:
    ordered = sorted(chain.upgrades, key=lambda upgrade: upgrade.height)
    near = [(one, other) for one, other in pairwise(ordered) if other.height - one.height < blocks_min]
    if not near:
        return RULE.passed(stack, f"chain {chain.chain}: {len(ordered)} upgrades, {blocks_min:,} blocks apart or more")
    one, other = near[0]
    return RULE.failed(
        stack, f"chain {chain.chain}: upgrades are {other.height - one.height:,} blocks apart; at least "
        f"{blocks_min:,} needed",
        shown=f"{one.client} {one.version} at {one.height:,}, {other.client} {other.version} at {other.height:,}",
    )  # fmt: skip
