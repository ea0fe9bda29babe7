"""Sequencers that elect their one signer by etcd: a CometBFT chain with one validator, the fleet itself.

Port numbers are etcd's and CometBFT's defaults; etcd tells its metrics on a port of their own.
"""

from __future__ import annotations

from schemas.purposes import Purpose
from schemas.roles import Role
from schemas.workloads.model import Port, Program, Reach, Trait, Workload

ETCD_VERSION = "3.5.21"
"""Of `go.etcd.io/etcd/server/v3`."""

SEQUENCER_POWER = 10
"""Voting power of the one validator that a fleet is; all there is, so the figure says nothing."""

ETCD_SEQUENCER = Workload(
    client="etcd-sequencer",
    roles=(Role.SEQUENCER,),
    programs=(Program(name="cometbft"), Program(name="etcd", version=ETCD_VERSION)),
    units=("etcd-sequencer", "sequencer-etcd", "sequencer-signer"),
    ports=(
        Port(name="p2p", number=26656, reach=Reach.NETWORK),
        Port(name="rpc", number=26657, reach=Reach.LOOPBACK),
        Port(name="metrics", number=26660, reach=Reach.OPERATOR, metrics_path="/metrics"),
        Port(name="etcd", number=2379, reach=Reach.LOOPBACK),
        Port(name="etcd peers", number=2380, reach=Reach.NETWORK),
        Port(name="etcd metrics", number=2381, reach=Reach.OPERATOR, metrics_path="/metrics"),
    ),
    user="etcd-sequencer",
    user_id=940,
    keys=(Purpose.NODE, Purpose.OBSERVER),
    fleet_keys=(Purpose.SEQUENCER,),
    engine="cometbft",
    traits=frozenset({Trait.COMETBFT_NODE, Trait.LEASED_SIGNER}),
)
"""Its version is CometBFT's."""
