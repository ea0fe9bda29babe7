"""simapp of ibc-go v8: a chain of the Cosmos SDK with accounts, staking, governance and IBC."""

from __future__ import annotations

from schemas.purposes import Purpose
from schemas.roles import Role
from schemas.workloads.model import Port, Program, Reach, Trait, Workload

SIMAPP = Workload(
    client="simapp",
    roles=(Role.VALIDATOR,),
    programs=(Program(name="simd"),),
    units=("simapp",),
    ports=(
        Port(name="p2p", number=26656, reach=Reach.NETWORK),
        Port(name="rpc", number=26657, reach=Reach.LOOPBACK),
        Port(name="metrics", number=26660, reach=Reach.OPERATOR, metrics_path="/metrics"),
        Port(name="grpc", number=9090, reach=Reach.LOOPBACK),
    ),
    user="simapp",
    user_id=933,
    keys=(Purpose.ACCOUNT,),
    companion_keys=(Purpose.NODE, Purpose.OBSERVER),
    engine="cometbft",
    traits=frozenset({Trait.COMETBFT_NODE, Trait.SDK_CHAIN}),
)
"""Its version is that of the ibc-go module. Port numbers are its defaults."""
