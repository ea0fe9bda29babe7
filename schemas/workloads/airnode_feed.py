"""API3's Airnode feed (npm): signs what exchanges say; our own oracle beside it decides, reports and serves."""

from __future__ import annotations

from schemas.purposes import Purpose
from schemas.roles import Role
from schemas.workloads.model import Form, Port, Program, Reach, Trait, Workload

AIRNODE_FEED = Workload(
    client="airnode-feed",
    roles=(Role.ORACLE,),
    programs=(Program(name="airnode-feed", form=Form.ARCHIVE),),
    units=("airnode-feed", "oracle"),
    ports=(
        Port(name="signed values", number=8091, reach=Reach.LOOPBACK),
        Port(name="prices", number=9480, reach=Reach.OPERATOR, metrics_path="/metrics"),
    ),
    user="airnode-feed",
    user_id=945,
    has_data=False,
    keys=(Purpose.WALLET, Purpose.AIRNODE),
    traits=frozenset({Trait.PRICE_FEED}),
)
"""The feed itself listens nowhere: it sends every signed value to the oracle's loopback port."""
