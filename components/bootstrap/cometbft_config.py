"""CometBFT's `config.toml` (v0.38) as data; what is not named here keeps CometBFT's own default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import tomli_w

from schemas.workloads import COMETBFT

DATA_DIR = "/data/cometbft"
CREDENTIALS_DIR = "/run/credentials/cometbft.service"

_PORT = {port.name: port.number for port in COMETBFT.ports}


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Another validator of the chain."""

    node_id: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Rpc:
    """Read by the host's own checks only."""

    laddr: str = f"tcp://127.0.0.1:{_PORT['rpc']}"
    unsafe: bool = False
    pprof_laddr: str = ""


@dataclass(frozen=True, kw_only=True)
class P2p:
    """A closed mesh: every validator dials every other, nobody else is told of or looked for."""

    laddr: str
    external_address: str
    persistent_peers: str
    unconditional_peer_ids: str
    """Peers that no limit turns away: beyond 40 validators the inbound limit would."""
    pex: bool = False
    addr_book_strict: bool = False
    addr_book_file: str = f"{DATA_DIR}/addrbook.json"
    persistent_peers_max_dial_period: str = "10s"
    """By default the pause between dials doubles up to hours; a healed partition must not wait so long."""


@dataclass(frozen=True, kw_only=True)
class Consensus:
    """How long a round waits."""

    timeout_commit: str
    """The spec's `block_time_ms`: the pause after a block before the next is proposed."""
    timeout_propose: str = "3s"
    """CometBFT's own; holds for the longest round trip of the atlas (under 500 ms) with gossip over two hops.
    It is also what each turn of a lost proposer costs."""
    timeout_propose_delta: str = "500ms"
    timeout_prevote: str = "1s"
    timeout_prevote_delta: str = "500ms"
    timeout_precommit: str = "1s"
    timeout_precommit_delta: str = "500ms"
    double_sign_check_height: int = 0
    """Off, though CometBFT's guide for validators says 10. On, a node refuses to start while its own signature is
    in the last blocks: when all stop at once no new block ever comes, so the chain could never resume, and a
    killed validator would stay out for ten blocks. The start guard does what it is for: no sign state, no start."""
    wal_file: str = f"{DATA_DIR}/data/cs.wal/wal"


@dataclass(frozen=True, kw_only=True)
class Instrumentation:
    """Metrics for operators."""

    prometheus_listen_addr: str
    prometheus: bool = True


@dataclass(frozen=True, kw_only=True)
class CometbftConfig:
    """One validator's `config.toml`. Paths that are not absolute are below the home that the guard assembles."""

    moniker: str
    p2p: P2p
    consensus: Consensus
    instrumentation: Instrumentation
    rpc: Rpc = field(default_factory=Rpc)
    proxy_app: str = "persistent_kvstore"
    log_level: str = "info"
    genesis_file: str = "config/genesis.json"
    db_dir: str = f"{DATA_DIR}/data"
    priv_validator_key_file: str = f"{CREDENTIALS_DIR}/consensus.json"
    priv_validator_state_file: str = f"{DATA_DIR}/priv_validator_state.json"
    node_key_file: str = f"{CREDENTIALS_DIR}/node.json"

    def to_toml(self) -> str:
        """Return the file's text."""
        value: dict[str, Any] = asdict(self)
        # TOML wants plain values before tables.
        return tomli_w.dumps(dict(sorted(value.items(), key=lambda item: (isinstance(item[1], dict), item[0]))))


def cometbft_config(*, host: str, address: str, peers: Sequence[Peer], block_time_ms: int) -> CometbftConfig:
    """Return a validator's configuration among its peers."""
    at = f"{address}:{_PORT['p2p']}"
    return CometbftConfig(
        moniker=host,
        p2p=P2p(
            laddr=f"tcp://{at}",
            external_address=at,
            persistent_peers=",".join(f"{peer.node_id}@{peer.address}:{_PORT['p2p']}" for peer in peers),
            unconditional_peer_ids=",".join(peer.node_id for peer in peers),
        ),
        consensus=Consensus(timeout_commit=f"{block_time_ms}ms"),
        instrumentation=Instrumentation(prometheus_listen_addr=f"{address}:{_PORT['metrics']}"),
    )
