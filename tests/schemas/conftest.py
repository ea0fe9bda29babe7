from __future__ import annotations

import pytest

from schemas.atlas.latency import Evidence
from schemas.plan import ChainPlan, FleetPlan, HostPlan, LinkPlan, Near, Plan, Promises, RegionPlan
from schemas.roles import Role


@pytest.fixture
def plan() -> Plan:
    """Two hosts in two regions, with every kind of promise."""
    promises = Promises(
        survive=("zone", "region"), halt_safely=("provider",), between_members_ms_max=60.0, jitter_ms_max=2.5,
        near=(Near(hub="deribit", at="aws:eu-west-2", latency_ms_max=6.0),), per_hub=2, reports_min=3,
    )  # fmt: skip
    places = [
        ("aws:eu-west-2", "aws:euw2-az1", "london", 1),
        ("gcp:europe-west3", "gcp:europe-west3-a", "frankfurt", 2),
    ]
    return Plan(
        stack="lab",
        network="perps",
        environment="lab",
        spec_sha256="0" * 64,
        atlas_version="2026-11-24",
        network_cidr="10.120.0.0/16",
        operator_cidr="10.121.0.0/24",
        chains=(ChainPlan(chain="perps-1", engine="cometbft", block_time_ms=2000),),
        fleets=(
            FleetPlan(
                name="validators", role=Role.VALIDATOR, chain="perps-1", client="cometbft", client_version="0.38.26",
                promises=promises,
            ),
        ),
        regions=tuple(
            RegionPlan(region=region, metro=metro, cidr=f"10.120.{k}.0/24", gateway=f"10.120.{k}.1")
            for region, _, metro, k in places
        ),
        links=(
            LinkPlan(
                region="aws:eu-west-2", other="gcp:europe-west3", round_trip_ms=13.5,
                round_trip_evidence=Evidence.MEASURED, jitter_ms=0.52, jitter_evidence=Evidence.ESTIMATED,
            ),
        ),
        hosts=tuple(
            HostPlan(
                host=f"validators-{k}", fleet="validators", role=Role.VALIDATOR, provider=region.partition(":")[0],
                region=region, zone=zone, metro=metro, operator="self", client="cometbft", client_version="0.38.26",
                machine="2x4", disk_gib=50, power=10, address=f"10.120.{k}.10",
            )
            for region, zone, metro, k in places
        ),
    )  # fmt: skip
