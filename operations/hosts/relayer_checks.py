"""Whether relayers do their work: OPS060 (a transfer arrives), OPS061 (relayers are fit), OPS062 (their own nodes)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from operations.hosts import commands
from operations.hosts.chains import wait_s
from operations.hosts.seen import HostSeen, NotReadError, Seen, together

ROUND_AGE_S_MAX = 120.0
"""A relayer that has not looked at a path for so long hangs, whatever its unit says."""
PENDING_AGE_S_MAX = 120.0
CLIENT_LEFT_MIN = 1 / 3
"""Part of the trusting period that must be left: an expired light client needs a vote of the chain."""
BALANCE_MIN = 1_000_000.0
"""Smallest coins: about a hundred transactions at a price of 0.025."""

_SAMPLE = re.compile(r"^geofleet_relayer_(\w+)(?:\{([^}]*)\})? (\S+)$", re.M)


def transfer(seen: Seen, path: str) -> list[str]:
    """Return why a transfer along a path did not arrive, or was not acknowledged."""
    found = seen.transfers.get(path)
    if found is None:
        raise NotReadError(f"no transfer was sent along {path}")
    if found.unread:
        raise NotReadError(found.unread)
    if found.problem:
        return [found.problem]
    if found.acknowledged_s is None:
        where = "did not arrive" if found.arrived_s is None else f"arrived after {found.arrived_s:.0f} s"
        return [f"packet {found.sequence} of {path} {where}, and was not acknowledged"]
    return []


def fitness(seen: Seen, host: str) -> list[str]:
    """Return what keeps a relayer from carrying, or soon will."""
    found = seen.hosts[host]
    samples = list(samples_of(found.text(commands.RELAYER)))
    paths = [path for path in seen.inventory.paths if host in path.hosts]
    return together(
        lambda: _rounds(samples, [path.name for path in paths], _now(found)),
        lambda: _channels(samples, [f"{path.name} {channel}" for path in paths for channel in path.channels]),
        lambda: _waiting(samples),
        lambda: _clients(samples, 2 * len(paths)),
        lambda: _wallets(samples, {chain for path in paths for chain in (path.source, path.destination)}),
    )


Sample = tuple[str, dict[str, str], float]


def samples_of(text: str) -> Iterator[Sample]:
    """Yield name, labels and value of a relayer's metrics."""
    for name, labels, value in _SAMPLE.findall(text):
        yield name, dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value)


def _now(found: HostSeen) -> float:
    return float(found.text(commands.TIME))


def _rounds(samples: list[Sample], paths: list[str], now: float) -> Iterator[str]:
    last = {labels["path"]: value for name, labels, value in samples if name == "last_round_timestamp_seconds"}
    for path in paths:
        if path not in last:
            yield f"never got from one end of {path} to the other"
        elif now - last[path] > ROUND_AGE_S_MAX:
            yield f"looked at {path} {now - last[path]:.0f} s ago, allowed: {ROUND_AGE_S_MAX:.0f} s"


def _channels(samples: list[Sample], expected: list[str]) -> Iterator[str]:
    state = {
        f"{labels['path']} {labels['channel']}": value for name, labels, value in samples if name == "channel_open"
    }
    yield from (f"channel {channel} is not open" for channel in expected if state.get(channel) != 1)


def _waiting(samples: list[Sample]) -> Iterator[str]:
    for name, labels, value in samples:
        if name == "oldest_pending_seconds" and value > PENDING_AGE_S_MAX:
            yield f"a packet from {labels['from']} waits for {value:.0f} s, allowed: {PENDING_AGE_S_MAX:.0f} s"


def _clients(samples: list[Sample], expected: int) -> Iterator[str]:
    ages = {(x["chain"], x["client"]): value for name, x, value in samples if name == "client_age_seconds"}
    left = {(x["chain"], x["client"]): value for name, x, value in samples if name == "client_expiry_seconds"}
    if len(left) < expected:
        yield f"tells of {len(left)} light clients, expected {expected}"
    for (chain, client), expiry in left.items():
        whole = expiry + ages.get((chain, client), 0)
        if expiry < whole * CLIENT_LEFT_MIN:
            yield f"{client} on {chain} expires in {expiry:.0f} s of {whole:.0f}, a third must be left"


def _wallets(samples: list[Sample], chains: set[str]) -> Iterator[str]:
    balances = {labels["chain"]: value for name, labels, value in samples if name == "wallet_balance"}
    for chain in sorted(chains):
        if balances.get(chain, 0) < BALANCE_MIN:
            yield f"the wallet has {balances.get(chain, 0):.0f} on {chain}, at least {BALANCE_MIN:.0f} are needed"


def followers(seen: Seen, host: str) -> list[str]:
    """Return which full nodes of a host are of another chain, behind, or stand still."""
    facts, found = seen.facts(host), seen.hosts[host]
    problems = []
    for service in (node for node in facts.nodes if node.chain):
        chain = seen.chain(service.chain)
        status = found.rpc(commands.follower(service))
        if status["node_info"]["network"] != chain.chain_id:
            problems.append(f"{service.name} is of chain {status['node_info']['network']}, expected {chain.chain_id}")
        if status["sync_info"]["catching_up"]:
            problems.append(f"{service.name} is still catching up")
        block_at = datetime.fromisoformat(str(status["sync_info"]["latest_block_time"])).timestamp()
        if (age_s := _now(found) - block_at) > wait_s(chain):
            problems.append(f"{service.name}: the last block is {age_s:.0f} s old, allowed: {wait_s(chain):.0f} s")
        if int(status["validator_info"]["voting_power"]):
            problems.append(f"{service.name} votes: the key of a full node must be no validator's")
    return problems
