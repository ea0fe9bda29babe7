"""RED019: no single source makes a price."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.rule import Parameter, Rule, Weaker
from schemas.report import Finding, Severity
from schemas.terms import PairTerms

RULE = Rule(
    id="RED019",
    title="Every price has three sources at least, and none decides alone",
    judges="each fleet of oracles that names pairs",
    severity=Severity.HIGH,
    source=(
        "Compound, 26 November 2020: one exchange's price of DAI, 1.30, anchored to a thin average; 85 to 103 million "
        "US dollars were liquidated. price-feeder wants three sources for each price (research/peers.md, b.4)."
    ),
    standards=("SOC 2 PI1.2",),
    remedy="Add independent sources, or raise 'sources_min'.",
    keys=("pairs",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="sources_min", default=3, minimum=1, maximum=50, weaker=Weaker.LOWER, is_whole=True,
            meaning="Sources of one price.",
        ),
        Parameter(
            name="weight_max", default=0.5, minimum=0.01, maximum=1.0,
            meaning="Largest weight of one source when only 'sources_min' of the pair answer, all weighing the same.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet with pairs."""
    least = int(RULE.parameter("sources_min", view.parameters))
    weight_max = RULE.parameter("weight_max", view.parameters)
    for fleet in view.fleets:
        if fleet.terms.pairs:
            yield _verdict(fleet, least, weight_max)


def _verdict(fleet: Fleet, least: int, weight_max: float) -> Finding:
    pairs = fleet.terms.pairs
    faults = [fault for pair in pairs for fault in _faults(pair, least, weight_max)]
    if not faults:
        return RULE.passed(fleet.name, f"{len(pairs)} prices have {least} sources or more each")
    return RULE.failed(
        fleet.name, f"{len({name for name, _ in faults})} of {len(pairs)} prices rest on too few sources",
        shown="; ".join(f"{name} {fault}" for name, fault in faults[:5]),
    )  # fmt: skip


def _faults(pair: PairTerms, least: int, weight_max: float) -> Iterator[tuple[str, str]]:
    count = len(set(pair.sources))
    if count < least:
        yield pair.pair, f"has {count} of at least {least} sources"
    weight = 1 / min(pair.sources_min, count)
    if weight > weight_max:
        yield pair.pair, f"may be made by {pair.sources_min} alone: {weight * 100:.0f} % of it is one source"
