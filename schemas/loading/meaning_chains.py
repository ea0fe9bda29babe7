"""Chains: who makes them, what others need of them, and their upgrades."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.diagnostics import Path, nearest
from schemas.loading.judged import Judged, Problems
from schemas.spec import Chain, CometbftChain, ExternalChain, SequencerFleet, ValidatorFleet


def chain_problems(judged: Judged) -> Problems:
    """Yield what is wrong with each chain."""
    for name, chain in judged.network.chains.items():
        path: Path = ("chains", name)
        yield from _operation(judged, chain, path)
        yield from _upgrades(judged, name, chain)
        if isinstance(chain, CometbftChain):
            trusted, unbonding = chain.trusting_period_s, chain.unbonding_period_s
            if trusted is not None and unbonding is not None and trusted >= unbonding:
                yield judged.problem(
                    "SPEC333", f"is {trusted:.12g} s, but stake is liable for {unbonding:.12g} s only",
                    (*path, "trusting_period_s"),
                    remedy=f"Two thirds of 'unbonding_period_s' are usual: {unbonding * 2 / 3:.0f}.",
                )  # fmt: skip


def _operation(judged: Judged, chain: Chain, path: Path) -> Problems:
    if chain.operated == "here":
        if isinstance(chain, ExternalChain):
            yield judged.problem(
                "SPEC327", "is a chain of an engine that geofleet does not run", path, of_key=True,
                remedy="Add 'operated: elsewhere', and its 'rpc'.",
            )  # fmt: skip
            return
        for key in ("rpc", "websocket", "grpc", "genesis", "seeds"):
            if getattr(chain, key, None):
                yield judged.problem(
                    "SPEC327", "is for a chain operated elsewhere", (*path, key), of_key=True,
                    remedy=f"Remove '{key}', or add 'operated: elsewhere'.",
                )  # fmt: skip
    elif not chain.rpc:
        yield judged.problem(
            "SPEC327", "is operated elsewhere, but has no endpoint", path, of_key=True,
            remedy="Add 'rpc:' with at least one URL.",
        )  # fmt: skip


def _upgrades(judged: Judged, name: str, chain: Chain) -> Problems:
    running = _clients_of(judged, name)
    before: dict[str, int] = {}
    for position, upgrade in enumerate(chain.upgrades):
        path: Path = ("chains", name, "upgrades", position)
        earlier = before.get(upgrade.client)
        if earlier is not None and upgrade.height <= earlier:
            yield judged.problem(
                "SPEC331", f"height {upgrade.height} is not above {earlier}, the upgrade before it",
                (*path, "height"), remedy="List the upgrades of a client in ascending order of height.",
            )  # fmt: skip
        before[upgrade.client] = upgrade.height
        if upgrade.client not in running:
            who = f"no fleet of chain '{name}' runs client '{upgrade.client}'"
            yield judged.problem("SPEC334", who, (*path, "client"), remedy=nearest(upgrade.client, running))
        yield from download_problems(judged, upgrade.url, upgrade.sha256, path)


def _clients_of(judged: Judged, chain: str) -> set[str]:
    """Return the clients that the fleets of a chain run."""
    found: set[str] = set()
    for fleet in judged.network.fleets.values():
        if fleet.chain_id == chain:
            clients = [fleet.client, *(member.client for member in fleet.members)]
            found |= {client.software for client in clients if client is not None}
    return found


def download_problems(judged: Judged, url: str | None, sha256: str | None, path: Path) -> Problems:
    """Yield that a download lacks its hash, or a hash its download."""
    if (url is None) != (sha256 is None):
        given, wanted = ("url", "sha256") if url else ("sha256", "url")
        yield judged.problem(
            "SPEC332", f"needs '{wanted}' beside it", (*path, given), of_key=True,
            remedy=f"Add '{wanted}:': nothing is run whose hash is not known before.",
        )  # fmt: skip


def unmade_problems(judged: Judged, chain: str, path: Path) -> Problems:
    """Yield that a chain is not there, or that nobody makes it."""
    chains = judged.network.chains
    if chain not in chains:
        yield judged.problem(
            "SPEC306", f"chain '{chain}' is not under 'chains'", path,
            remedy=nearest(chain, chains) if chains else "Add it under 'chains'.",
        )  # fmt: skip
    elif chains[chain].operated == "here" and not any(_makers(judged, chain)):
        yield judged.problem(
            "SPEC328", f"chain '{chain}' is made by no fleet", path,
            remedy="Add a fleet of validators or sequencers for it, or say 'operated: elsewhere' at the chain.",
        )  # fmt: skip


def _makers(judged: Judged, chain: str) -> Iterable[bool]:
    return (
        isinstance(fleet, ValidatorFleet | SequencerFleet) and fleet.chain == chain
        for fleet in judged.network.fleets.values()
    )
