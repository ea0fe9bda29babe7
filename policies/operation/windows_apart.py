"""OPS012: fleets that depend on each other are not worked on at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from policies.fleet_view import Fleet, FleetView
from policies.operation.opening_times import WEEK_MINUTES, open_minutes
from policies.rule import Rule, Scope
from schemas.report import Finding, Severity

RULE = Rule(
    id="OPS012",
    title="Fleets that work for one chain have maintenance windows apart",
    judges="each two fleets with windows that make, order, report to or relay for the same chain",
    severity=Severity.LOW,
    scope=Scope.STACK,
    source=(
        "SSV and Ankr, 10 September 2025: two systems in maintenance at once, and one key live in both. Arbitrum, 9 "
        "January 2022: primary failed while the back-ups were worked on. Never two domains in one batch "
        "(research/reliability.md, R7)."
    ),
    standards=("SOC 2 CC8.1", "ISO 27001:2022 A.8.32"),
    remedy="Give the fleets windows of their own under 'maintenance', at other times.",
    keys=("maintenance",),
    reads_terms=True,
)

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each pair of fleets that share a chain."""
    with_windows = [fleet for fleet in view.fleets if fleet.terms.maintenance]
    for one, other in combinations(with_windows, 2):
        shared = sorted(_chains(one) & _chains(other))
        if shared:
            yield _verdict(one, other, shared[0])


def _chains(fleet: Fleet) -> set[str]:
    terms = fleet.terms
    ends = {end for path in terms.paths for end in (path.source, path.destination)}
    return {terms.chain, *ends} - {""}


def _verdict(one: Fleet, other: Fleet, chain: str) -> Finding:
    both = _open(one) & _open(other)
    if not both:
        return RULE.passed(one.name, f"is worked on at other times than {other.name} (chain {chain})")
    first = min(both)
    return RULE.failed(
        one.name, f"is worked on at the same time as {other.name} (chain {chain})",
        shown=f"both windows are open on {_DAYS[first // 1440]} at {first % 1440 // 60:02d}:{first % 60:02d} UTC, "
        f"{len(both)} of {WEEK_MINUTES} minutes a week",
    )  # fmt: skip


def _open(fleet: Fleet) -> frozenset[int]:
    return frozenset().union(*(open_minutes(window) for window in fleet.terms.maintenance))
