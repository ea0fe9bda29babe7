"""Sequencers: voters that cannot split in halves, and timers that fit the round trips."""

from __future__ import annotations

from schemas.diagnostics import Path
from schemas.loading.judged import Judged, Problems, size_of
from schemas.loading.meaning_chains import unmade_problems
from schemas.spec import SequencerFleet
from schemas.spec.sequencers import Raft

HEARTBEAT_ROUND_TRIPS_MIN = 3
"""A heartbeat of fewer worst round trips makes followers doubt a leader that lives. ev-node's guide to high
availability sends within 3 round trips and beats every 4 (research/peers.md, b.3)."""

ELECTION_HEARTBEATS_MIN = 5
"""etcd does not start with less: "--election-timeout should be at least as 5 times as --heartbeat-interval"."""

LEASE_ELECTIONS_MIN = 1.5
"""etcd makes shorter leases this long: they would end while it elects (server/etcdserver, `minTTL`)."""


def sequencer_problems(judged: Judged, fleet: SequencerFleet, at: Path) -> Problems:
    """Yield what is wrong with a fleet of sequencers."""
    if fleet.chain is not None:
        yield from unmade_problems(judged, fleet.chain, (*at, "chain"))
    own = size_of(fleet)
    voters = None if own is None else own + len(fleet.external)
    if voters is not None and voters % 2 == 0:
        key, may = "count" if fleet.count else "members", (voters - 1) // 2
        yield judged.problem(
            "SPEC344", f"of {voters} voters {may or 'none'} may be lost, as of {voters - 1}: half is no majority",
            (*at, key), of_key=True,
            remedy=f"Make it {voters + 1}, or {voters - 1}; members without a vote go under 'standby'.",
        )  # fmt: skip
    if fleet.raft is not None:
        yield from _timers(judged, fleet, fleet.raft, at)
    if fleet.batches is not None:
        path: Path = (*at, "batches", "chain")
        yield from unmade_problems(judged, fleet.batches.chain, path)
        if fleet.batches.chain == fleet.chain:
            yield judged.problem(
                "SPEC321", f"batches of chain '{fleet.chain}' are posted to itself", path,
                remedy="Name the chain that settles it.",
            )  # fmt: skip


def _timers(judged: Judged, fleet: SequencerFleet, raft: Raft, at: Path) -> Problems:
    path: Path = (*at, "raft")
    worst = fleet.latency.between_members_ms_max
    if worst is None:
        yield judged.problem(
            "SPEC348", "timers are set, but round trips between members have no limit", path, of_key=True,
            remedy="Add 'latency: {between_members_ms_max}', or leave 'raft' out: timers then follow from the plan.",
        )  # fmt: skip
    elif raft.heartbeat_ms < HEARTBEAT_ROUND_TRIPS_MIN * worst:
        least = HEARTBEAT_ROUND_TRIPS_MIN * worst
        yield judged.problem(
            "SPEC345",
            f"is {raft.heartbeat_ms:g} ms, less than {HEARTBEAT_ROUND_TRIPS_MIN} round trips of up to {worst:g} ms",
            (*path, "heartbeat_ms"), remedy=f"Raise it to {least:g}, or lower 'latency.between_members_ms_max'.",
        )  # fmt: skip
    shortest = ELECTION_HEARTBEATS_MIN * raft.heartbeat_ms
    if raft.election_timeout_ms < shortest:
        yield judged.problem(
            "SPEC346", f"is {raft.election_timeout_ms:g} ms, less than {ELECTION_HEARTBEATS_MIN} heartbeats of "
            f"{raft.heartbeat_ms:g} ms", (*path, "election_timeout_ms"), remedy=f"Raise it to {shortest:g} or more.",
        )  # fmt: skip
    lease_ms = LEASE_ELECTIONS_MIN * raft.election_timeout_ms
    if raft.lease_s * 1000 < lease_ms:
        yield judged.problem(
            "SPEC347", f"is {raft.lease_s:g} s, less than {LEASE_ELECTIONS_MIN:g} times the election timeout of "
            f"{raft.election_timeout_ms:g} ms", (*path, "lease_s"), remedy=f"Raise it to {lease_ms / 1000:g} or more.",
        )  # fmt: skip
