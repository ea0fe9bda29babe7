"""A plan in two clouds, small and complete: what the back ends' tests build."""

from __future__ import annotations

from dataclasses import replace

from schemas.atlas import Evidence
from schemas.plan import ChainPlan, FleetPlan, HostPlan, LinkPlan, Plan, Promises, RegionPlan
from schemas.roles import Role

ACCOUNT = "123456789012"


def host(name: str, zone: str, address: str, **more: object) -> HostPlan:
    fleet = name.rpartition("-")[0]
    provider = zone.partition(":")[0]
    region = REGION_OF_ZONE[zone]
    values: dict[str, object] = {
        "role": Role(fleet.removesuffix("s")), "client": "cometbft" if fleet == "validators" else "none",
        "client_version": "0.38.26" if fleet == "validators" else "", "power": 10 if fleet == "validators" else 0,
        "machine_type": {"aws": "aws:c6a.xlarge", "gcp": "gcp:n2d-standard-4"}[provider],
    }  # fmt: skip
    return HostPlan(
        host=name, fleet=fleet, provider=provider, region=region, zone=zone, metro="m", operator="self", machine="4x8",
        disk_gib=100, address=address, **{**values, **more},  # type: ignore[arg-type]
    )  # fmt: skip


REGION_OF_ZONE = {
    "aws:euw2-az1": "aws:eu-west-2", "aws:euw2-az2": "aws:eu-west-2", "aws:use2-az1": "aws:us-east-2",
    "gcp:europe-west3-a": "gcp:europe-west3", "gcp:us-east4-b": "gcp:us-east4",
}  # fmt: skip


def region(name: str, number: int) -> RegionPlan:
    return RegionPlan(region=name, metro="m", cidr=f"10.120.{number}.0/24", gateway=f"10.120.{number}.1")


def link(one: str, other: str, round_trip_ms: float) -> LinkPlan:
    return LinkPlan(
        region=one, other=other, round_trip_ms=round_trip_ms, round_trip_evidence=Evidence.MEASURED, jitter_ms=1,
        jitter_evidence=Evidence.ESTIMATED,
    )  # fmt: skip


def fleet(name: str) -> FleetPlan:
    validators = name == "validators"
    return FleetPlan(
        name=name, role=Role(name.removesuffix("s")), chain="perps-1" if validators else "",
        client="cometbft" if validators else "none", client_version="0.38.26" if validators else "", promises=Promises(),
    )  # fmt: skip


TWO_CLOUDS = Plan(
    stack="perps", network="perps", environment="production", spec_sha256="", atlas_version="1",
    network_cidr="10.120.0.0/16", operator_cidr="10.121.0.0/24",
    chains=(ChainPlan(chain="perps-1", engine="cometbft", block_time_ms=1000),),
    fleets=(fleet("oracles"), fleet("validators")),
    regions=(
        region("aws:eu-west-2", 1), region("aws:us-east-2", 2), region("gcp:europe-west3", 3), region("gcp:us-east4", 4),
    ),
    links=(
        link("aws:eu-west-2", "aws:us-east-2", 80), link("aws:eu-west-2", "gcp:europe-west3", 12),
        link("aws:eu-west-2", "gcp:us-east4", 75), link("aws:us-east-2", "gcp:europe-west3", 95),
        link("aws:us-east-2", "gcp:us-east4", 11), link("gcp:europe-west3", "gcp:us-east4", 90),
    ),
    hosts=(
        host("oracles-1", "aws:euw2-az2", "10.120.1.36"),
        host("oracles-2", "gcp:europe-west3-a", "10.120.3.20"),
        host("validators-1", "aws:euw2-az1", "10.120.1.20"),
        host("validators-2", "aws:use2-az1", "10.120.2.20", confidential="sev_snp"),
        host("validators-3", "gcp:us-east4-b", "10.120.4.20"),
    ),
)  # fmt: skip

AWS_ONLY = replace(
    TWO_CLOUDS,
    regions=TWO_CLOUDS.regions[:2],
    links=TWO_CLOUDS.links[:1],
    hosts=tuple(h for h in TWO_CLOUDS.hosts if h.provider == "aws"),
)

GCP_ONLY = replace(
    TWO_CLOUDS,
    regions=TWO_CLOUDS.regions[2:],
    links=TWO_CLOUDS.links[-1:],
    hosts=tuple(h for h in TWO_CLOUDS.hosts if h.provider == "gcp"),
)
