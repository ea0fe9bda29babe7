"""What a sequencer's three programs are told: CometBFT's `config.toml`, etcd's YAML, the signer's settings."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace

import yaml

from components.bootstrap.clients.cometbft.config import CometbftConfig, Consensus, node_config
from components.bootstrap.members import block_time_ms, validators_of
from schemas.ledger import Ledger
from schemas.plan import HostPlan, Plan
from schemas.terms import RaftTerms
from schemas.workloads import Service

HEARTBEAT_MS_MIN = 100
"""etcd's default: less only costs messages, since a lease is not shorter than two seconds."""
HEARTBEAT_ROUND_TRIPS = 3
ELECTION_MS_MIN = 1000
"""etcd's default; a host whose disk is slow for half a second must not cost a leader."""
ELECTION_HEARTBEATS = 5
LEASE_S_MIN = 2
LEASE_ELECTIONS = 1.5
"""etcd grants no shorter leases."""


@dataclass(frozen=True, kw_only=True)
class SequencerConsensus(Consensus):
    """One validator: what is proposed is decided, unless its proposer was lost."""

    peer_gossip_sleep_duration: str = "20ms"
    """Between messages to one peer; every block waits for a majority of hosts that hold it."""


def timers(plan: Plan, fleet: str) -> RaftTerms:
    """Return the election's timers: as the spec sets them, or from the worst round trip between members."""
    given = plan.fleet(fleet).terms.raft
    if given is not None:
        return given
    regions = sorted({host.region for host in plan.hosts if host.fleet == fleet})
    worst_ms = max(
        (link.round_trip_ms for link in plan.links if link.region in regions and link.other in regions), default=0.0
    )
    heartbeat_ms = max(HEARTBEAT_MS_MIN, math.ceil(HEARTBEAT_ROUND_TRIPS * worst_ms))
    election_ms = max(ELECTION_MS_MIN, ELECTION_HEARTBEATS * heartbeat_ms)
    lease_s = max(LEASE_S_MIN, math.ceil(LEASE_ELECTIONS * election_ms / 1000))
    return RaftTerms(heartbeat_ms=heartbeat_ms, election_timeout_ms=election_ms, lease_s=lease_s)


def cometbft_config(plan: Plan, ledger: Ledger, host: HostPlan, service: Service) -> CometbftConfig:
    """Return the node's configuration: a full node; the flag that makes it ask the signer is its supervisor's.

    Raises:
        MissingKeyError: The ledger lacks the node key of a member.
    """
    config = node_config(plan, ledger, host, service=service, chain=plan.fleet(host.fleet).chain)
    known = {field.name: getattr(config.consensus, field.name) for field in fields(Consensus)}
    # A proposal comes from this host or not at all; after a leader's loss this is how long its round is waited for.
    known |= {"timeout_propose": "500ms", "timeout_propose_delta": "100ms", "double_sign_check_height": 0}
    return replace(
        config,
        consensus=SequencerConsensus(**known),
        priv_validator_key_file=f"/run/credentials/{service.units[0]}/observer.json",
    )


def etcd_config(plan: Plan, ledger: Ledger, host: HostPlan, service: Service) -> str:
    """Return etcd's configuration file (YAML). Clients are on this host only; peers are the fleet's hosts."""
    peer_port = service.port("etcd peers")
    raft = timers(plan, host.fleet)
    members = {
        other.host: f"http://{other.address}:{peer_port}"
        for other in validators_of(plan, plan.fleet(host.fleet).chain)
        if other.fleet == host.fleet
    }
    client = f"http://127.0.0.1:{service.port('etcd')}"
    value = {
        "name": host.host,
        "data-dir": f"/data/{service.name}/etcd",
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": members[host.host],
        "initial-advertise-peer-urls": members[host.host],
        "initial-cluster": ",".join(f"{name}={url}" for name, url in sorted(members.items())),
        "initial-cluster-state": "new",
        "initial-cluster-token": ledger.chain_id(plan.fleet(host.fleet).chain),
        "listen-metrics-urls": f"http://{host.address}:{service.port('etcd metrics')}",
        "heartbeat-interval": round(raft.heartbeat_ms),
        "election-timeout": round(raft.election_timeout_ms),
        "strict-reconfig-check": True,
        "pre-vote": True,
        "auto-compaction-mode": "revision",
        "auto-compaction-retention": "1000",
        "log-level": "warn",
    }
    return yaml.safe_dump(value, sort_keys=True)


def signer_settings(plan: Plan, ledger: Ledger, host: HostPlan, service: Service) -> str:
    """Return the signer's settings (JSON)."""
    chain = plan.fleet(host.fleet).chain
    value = {
        "host": host.host,
        "chain_id": ledger.chain_id(chain),
        "hosts": sum(1 for other in plan.hosts if other.fleet == host.fleet),
        "lease_s": math.ceil(timers(plan, host.fleet).lease_s),
        "block_time_s": block_time_ms(plan, chain) / 1000,
        "etcd": f"127.0.0.1:{service.port('etcd')}",
        "rpc": f"127.0.0.1:{service.port('rpc')}",
        "socket": f"/run/{service.name}/signer.sock",
    }
    return json.dumps(value, indent=1, sort_keys=True) + "\n"
