"""What the oracles of a fleet report, as the plan has it, and the answers that stand in for exchanges in the lab."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.canonical import canonical_json
from schemas.exchanges import EXCHANGES, question


@dataclass(frozen=True, kw_only=True)
class PairPlan:
    """One price: where it comes from, and when it is reported."""

    pair: str
    """`BASE-QUOTE`."""
    sources: tuple[str, ...]
    """Names of exchanges, sorted."""
    sources_min: int
    """Sources that must agree on a price, or none is reported."""
    deviation_bps: int
    """Change since the last report that causes a new one."""
    heartbeat_s: int
    """Longest time between two reports."""
    age_s_max: float
    """Age at which a source's price is not used any more."""
    outlier_rule: str
    """`none`, `deviations` or `basis_points`."""
    outlier_limit: float | None


@dataclass(frozen=True, kw_only=True)
class EvmTarget:
    """The EVM chain that prices are put on."""

    chain: str
    """Name in the spec."""
    chain_number: int
    """EIP-155 chain ID."""
    block_time_ms: int
    rpc: tuple[str, ...]
    """Endpoints; in the lab a stand-in chain takes their place."""


@dataclass(frozen=True, kw_only=True)
class Feeding:
    """What the oracles of a fleet report."""

    pairs: tuple[PairPlan, ...]
    """Sorted by name."""
    target: EvmTarget | None = None
    """Chain that they report to; None: none, or one of another engine."""


def stand_in_answers(feedings: Iterable[Feeding]) -> dict[str, str]:
    """Return what the lab's exchanges answer for the pairs of all fleets.

    Returns:
        Path and query to JSON: the source, the pair, and the exchange's form of answer. A source that is no known
        exchange has none: only a client of the user's own knows how to ask it.
    """
    asked = {(source, pair.pair) for feeding in feedings for pair in feeding.pairs for source in pair.sources}
    found = {}
    for source, pair in sorted(asked):
        if source not in EXCHANGES:
            continue
        what = question(source, pair)
        found[what.stand_in_target] = canonical_json({"source": source, "pair": pair, "answer": what.sample_answer()})
    return found
