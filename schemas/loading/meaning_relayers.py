"""Relayers: paths between chains that exist and differ, and a wallet for each end."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.diagnostics import Path, nearest
from schemas.loading.judged import Judged, Problems
from schemas.loading.meaning_chains import unmade_problems
from schemas.spec import RelayerFleet


def relayer_problems(judged: Judged, fleet: RelayerFleet, at: Path) -> Problems:
    """Yield what is wrong with a fleet of relayers."""
    seen: dict[tuple[str, frozenset[str]], int] = {}
    for position, path in enumerate(fleet.paths):
        where: Path = (*at, "paths", position)
        if path.source == path.destination:
            yield judged.problem(
                "SPEC340", f"source and destination are both '{path.source}'", (*where, "destination"),
                remedy="Name two different chains.",
            )  # fmt: skip
        for key in ("source", "destination"):
            yield from _end(judged, getattr(path, key), (*where, key))
        for index, channel in enumerate(path.channels):
            # Either end may be called the source, and a channel is named as the source knows it.
            name = (f"{path.source}/{channel}", frozenset({path.source, path.destination}))
            if name in seen:
                yield judged.problem(
                    "SPEC342", f"'{channel}' of '{path.source}' is relayed by path {seen[name]} already",
                    (*where, "channels", index), remedy="Keep it once: two would pay for the same packets.",
                )  # fmt: skip
            seen.setdefault(name, position)
    yield from _wallets(judged, fleet, at)


def _end(judged: Judged, chain: str, path: Path) -> Problems:
    yield from unmade_problems(judged, chain, path)
    known = judged.network.chains.get(chain)
    if known is not None and known.engine == "evm":
        yield judged.problem(
            "SPEC341", f"chain '{chain}' has engine 'evm', which has no IBC channels", path,
            remedy="Relay between chains of engine cometbft, or external ones that have IBC.",
        )  # fmt: skip


def _wallets(judged: Judged, fleet: RelayerFleet, at: Path) -> Problems:
    served = {chain for path in fleet.paths for chain in (path.source, path.destination)}
    tables: list[tuple[str, Iterable[str], Path]] = [("wallets", fleet.wallets, at), ("gas", fleet.gas, at)]
    tables += [("wallets", member.wallets, (*at, "members", n)) for n, member in enumerate(fleet.members)]
    for key, table, base in tables:
        for chain in table:
            if chain not in served:
                yield judged.problem(
                    "SPEC343", f"chain '{chain}' is on none of the fleet's paths", (*base, key, chain), of_key=True,
                    remedy=nearest(chain, served) if served else "Add the path under 'paths', or remove it.",
                )  # fmt: skip
    for chain in sorted(served - fleet.wallets.keys()) if fleet.wallets else ():
        yield judged.problem(
            "SPEC343", f"there is no wallet on chain '{chain}', which a path needs", (*at, "wallets"), of_key=True,
            remedy=f"Add '{chain}:' under 'wallets': packets go both ways, and each end is paid for.",
        )  # fmt: skip
