"""CometBFT's `config.toml` (v0.38) as data; what is not named here keeps CometBFT's own default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import tomli_w

from components.bootstrap.members import block_time_ms, ledger_key, validators_of
from schemas.ledger import Ledger, Purpose
from schemas.plan import HostPlan, Plan
from schemas.workloads import COMETBFT, Service

P2P_PORT = next(port.number for port in COMETBFT.ports if port.name == "p2p")
"""Where every validator listens for peers, whatever its application."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Another validator of the chain."""

    node_id: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Rpc:
    """Read by the host's own checks only."""

    laddr: str
    unsafe: bool = False
    pprof_laddr: str = ""


@dataclass(frozen=True, kw_only=True)
class P2p:
    """A closed mesh: every validator dials every other, nobody else is told of or looked for."""

    laddr: str
    external_address: str
    addr_book_file: str
    persistent_peers: str
    unconditional_peer_ids: str
    """Peers that no limit turns away: beyond 40 validators the inbound limit would."""
    private_peer_ids: str
    """Peers that are told to nobody: all, should somebody ever turn the exchange of peers on."""
    pex: bool = False
    addr_book_strict: bool = False
    max_num_inbound_peers: int = 40
    persistent_peers_max_dial_period: str = "10s"
    """By default the pause between dials doubles up to hours; a healed partition must not wait so long."""


@dataclass(frozen=True, kw_only=True)
class Consensus:
    """How long a round waits."""

    timeout_commit: str
    """The spec's `block_time_ms`: the pause after a block before the next is proposed."""
    wal_file: str
    double_sign_check_height: int
    """The spec's `double_sign_check_blocks`, 0 unless it says otherwise, though CometBFT's guide for validators says
    10. On, a node refuses to start while its own signature is in the last blocks: when all stop at once no new block
    ever comes, so the chain could never resume, and a killed validator would stay out for ten blocks. The start guard
    does what it is for: no sign state, no start."""
    timeout_propose: str = "3s"
    """CometBFT's own; holds for the longest round trip of the atlas (under 500 ms) with gossip over two hops.
    It is also what each turn of a lost proposer costs."""
    timeout_propose_delta: str = "500ms"
    timeout_prevote: str = "1s"
    timeout_prevote_delta: str = "500ms"
    timeout_precommit: str = "1s"
    timeout_precommit_delta: str = "500ms"


@dataclass(frozen=True, kw_only=True)
class Instrumentation:
    """Metrics for operators."""

    prometheus_listen_addr: str
    prometheus: bool = True


@dataclass(frozen=True, kw_only=True)
class CometbftConfig:
    """One node's `config.toml`. Paths that are not absolute are below the home that is assembled on the host."""

    moniker: str
    p2p: P2p
    consensus: Consensus
    instrumentation: Instrumentation
    rpc: Rpc
    db_dir: str
    priv_validator_key_file: str
    priv_validator_state_file: str
    node_key_file: str
    proxy_app: str = "persistent_kvstore"
    """CometBFT's own application, in its process; a node of the Cosmos SDK brings another and does not read this."""
    log_level: str = "info"
    genesis_file: str = "config/genesis.json"

    def to_toml(self) -> str:
        """Return the file's text."""
        value: dict[str, Any] = asdict(self)
        # TOML wants plain values before tables.
        return tomli_w.dumps(dict(sorted(value.items(), key=lambda item: (isinstance(item[1], dict), item[0]))))


def node_config(plan: Plan, ledger: Ledger, host: HostPlan, *, service: Service, chain: str) -> CometbftConfig:
    """Return the configuration of a chain's node on a host: a validator among its peers, or a full node behind them.

    Raises:
        MissingKeyError: The ledger lacks the node key of a validator.
    """
    peers = [
        Peer(node_id=ledger_key(ledger, other.host, Purpose.NODE).address, address=other.address)
        for other in validators_of(plan, chain)
        if other.host != host.host
    ]
    key = "observer" if service.chain else "consensus"
    data, credentials = f"/data/{service.name}", f"/run/credentials/{service.units[0]}"
    return CometbftConfig(
        moniker=host.host,
        p2p=_p2p(f"{host.address}:{service.port('p2p')}", peers, data),
        consensus=Consensus(
            timeout_commit=f"{block_time_ms(plan, chain)}ms",
            wal_file=f"{data}/data/cs.wal/wal",
            double_sign_check_height=0 if service.chain else plan.fleet(host.fleet).double_sign_check_blocks,
        ),
        instrumentation=Instrumentation(prometheus_listen_addr=f"{host.address}:{service.port('metrics')}"),
        rpc=Rpc(laddr=f"tcp://127.0.0.1:{service.port('rpc')}"),
        db_dir=f"{data}/data",
        priv_validator_key_file=f"{credentials}/{key}.json",
        priv_validator_state_file=f"{data}/priv_validator_state.json",
        node_key_file=f"{credentials}/node.json",
    )


def _p2p(at: str, peers: Sequence[Peer], data: str) -> P2p:
    identities = ",".join(peer.node_id for peer in peers)
    return P2p(
        laddr=f"tcp://{at}",
        external_address=at,
        addr_book_file=f"{data}/addrbook.json",
        persistent_peers=",".join(f"{peer.node_id}@{peer.address}:{P2P_PORT}" for peer in peers),
        unconditional_peer_ids=identities,
        private_peer_ids=identities,
    )
