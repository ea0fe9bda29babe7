from __future__ import annotations

from operations.overview import overview_text
from schemas.roles import Role
from schemas.status import HostWork, NodeWork, StackStatus, WorkState


def test_what_a_host_with_two_nodes_is_doing_is_told_whole_in_a_pipe() -> None:
    nodes = tuple(NodeWork(chain=f"geofleet-{name}", height=123_456, block_age_s=1.8) for name in ("lab", "side"))
    host = HostWork(
        host="relayers-1", fleet="relayers", role=Role.RELAYER, region="gcp:northamerica-northeast1", nodes=nodes,
        state=WorkState.STALLED, detail="the last block of geofleet-side is 51 s old, allowed: 15 s", packets=3,
        oldest_pending_s=0.0,
    )  # fmt: skip
    status = StackStatus(stack="lab", target="lab", hosts=(), chains=(), round_trips=(), work=(host,))
    assert "stalled: the last block of geofleet-side is 51 s old, allowed: 15 s" in overview_text(status)
