"""The relayer of Confio (npm): carries IBC packets between chains, with a full node of each beside it."""

from __future__ import annotations

from schemas.purposes import Purpose
from schemas.roles import Role
from schemas.workloads.model import Form, Port, Program, Reach, Sign, Tells, Trait, Workload

CONFIO_RELAYER = Workload(
    client="confio-relayer",
    roles=(Role.RELAYER,),
    programs=(Program(name="confio-relayer", form=Form.ARCHIVE),),
    units=("confio-relayer",),
    ports=(Port(name="relayer metrics", number=9464, reach=Reach.OPERATOR, metrics_path="/metrics"),),
    user="confio-relayer",
    user_id=934,
    has_data=False,
    keys=(Purpose.WALLET,),
    traits=frozenset({Trait.RELAYER}),
    signs=(
        Sign(metric="geofleet_relayer_packets_relayed_total", tells=Tells.PACKETS),
        Sign(metric="geofleet_relayer_oldest_pending_seconds", tells=Tells.OLDEST_PENDING_S),
        Sign(metric="geofleet_relayer_last_round_timestamp_seconds", tells=Tells.LAST_ROUND_AT),
    ),
)
"""9464 is what OpenTelemetry's exporters take for Prometheus."""
