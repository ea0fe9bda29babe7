"""RED022: a price is what most of its sources say."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.rule import Rule
from schemas.report import Finding, Severity

RULE = Rule(
    id="RED022",
    title="A price is reported only when most of its sources answer",
    judges="each fleet of oracles that names pairs",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    source=(
        "Arithmetic of majorities: with half of the sources or fewer, two oracles can report two prices and both be "
        "within the rules. Aave, 10 March 2026: one price from two fields of different age cost 26 million US dollars."
    ),
    standards=("SOC 2 PI1.2",),
    remedy="Raise 'sources_min' above half of the pair's sources.",
    keys=("pairs",),
    reads_terms=True,
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet with pairs."""
    for fleet in view.fleets:
        pairs = fleet.terms.pairs
        few = [f"{p.pair}: {p.sources_min} of {len(p.sources)}" for p in pairs if 2 * p.sources_min <= len(p.sources)]
        if few:
            yield RULE.failed(
                fleet.name, f"{len(few)} of {len(pairs)} prices need half of their sources or fewer",
                shown="; ".join(few[:5]),
            )  # fmt: skip
        elif pairs:
            yield RULE.passed(fleet.name, f"each of {len(pairs)} prices needs most of its sources")
