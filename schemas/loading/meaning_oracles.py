"""Oracles: enough members, enough sources, and prices whose age is known."""

from __future__ import annotations

from schemas.diagnostics import Path
from schemas.loading.judged import Judged, Problems, size_of
from schemas.loading.meaning_chains import unmade_problems
from schemas.spec import OracleFleet, Pair


def oracle_problems(judged: Judged, fleet: OracleFleet, at: Path) -> Problems:
    """Yield what is wrong with a fleet of oracles."""
    own = size_of(fleet)
    size = None if own is None else own + len(fleet.external)
    if size is not None and fleet.reports_min > size:
        yield judged.problem(
            "SPEC309", f"is {fleet.reports_min}, but the fleet has {size} members", (*at, "reports_min"),
            remedy=f"Lower it to {size} or less, or add members.",
        )  # fmt: skip
    if fleet.chain is not None:
        yield from unmade_problems(judged, fleet.chain, (*at, "chain"))
    else:
        paying: list[tuple[str | None, Path]] = [(fleet.wallet, at)]
        paying += [(member.wallet, (*at, "members", n)) for n, member in enumerate(fleet.members)]
        for wallet, base in paying:
            if wallet is not None:
                yield judged.problem(
                    "SPEC352", "pays on no chain: the fleet names none", (*base, "wallet"), of_key=True,
                    remedy="Add 'chain:' to the fleet, or remove 'wallet'.",
                )  # fmt: skip
    for name, pair in fleet.pairs.items():
        yield from _pair(judged, pair, (*at, "pairs", name))


def _pair(judged: Judged, pair: Pair, at: Path) -> Problems:
    for position, source in enumerate(pair.sources):
        if source in pair.sources[:position]:
            yield judged.problem(
                "SPEC349", f"source '{source}' is named twice", (*at, "sources", position),
                remedy="Remove it here: it would be counted as two.",
            )  # fmt: skip
    sources = len(set(pair.sources))
    if pair.sources_min > sources:
        yield judged.problem(
            "SPEC350", f"is {pair.sources_min}, but the pair has {sources} {'source' if sources == 1 else 'sources'}",
            (*at, "sources_min"), remedy=f"Add sources, or lower it to {sources}." if sources > 1 else "Add sources.",
        )  # fmt: skip
    rule, limit = pair.outliers.rule, pair.outliers.limit
    if rule != "none" and limit is None:
        yield judged.problem(
            "SPEC351", f"rule '{rule}' needs a 'limit'", (*at, "outliers"), of_key=True,
            remedy="Add 'limit:': 1.5 standard deviations, or so many basis points.",
        )  # fmt: skip
    elif rule == "none" and limit is not None:
        yield judged.problem(
            "SPEC351", "is for a rule, and the rule is 'none'", (*at, "outliers", "limit"), of_key=True,
            remedy="Remove 'limit', or choose a rule.",
        )  # fmt: skip
    if pair.age_s_max is not None and pair.age_s_max > pair.heartbeat_s:
        yield judged.problem(
            "SPEC353", f"is {pair.age_s_max:.12g} s, more than the heartbeat of {pair.heartbeat_s} s",
            (*at, "age_s_max"), remedy=f"Lower it to {pair.heartbeat_s} or less: else a dead source is reported as new.",
        )  # fmt: skip
