"""CometBFT v0.38 with its own key-value application: the smallest real chain. Port numbers are its defaults."""

from __future__ import annotations

from schemas.purposes import Purpose
from schemas.roles import Role
from schemas.workloads.model import Port, Program, Reach, Trait, Workload

COMETBFT = Workload(
    client="cometbft",
    roles=(Role.VALIDATOR,),
    programs=(Program(name="cometbft"),),
    units=("cometbft",),
    ports=(
        Port(name="p2p", number=26656, reach=Reach.NETWORK),
        Port(name="rpc", number=26657, reach=Reach.LOOPBACK),
        Port(name="metrics", number=26660, reach=Reach.OPERATOR, metrics_path="/metrics"),
    ),
    user="cometbft",
    user_id=931,
    companion_keys=(Purpose.NODE, Purpose.OBSERVER),
    engine="cometbft",
    traits=frozenset({Trait.COMETBFT_NODE}),
)
