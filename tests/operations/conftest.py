from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from schemas import atlas, locations
from schemas.plan import FleetPlan, HostPlan, LinkPlan, Plan, Promises, RegionPlan
from schemas.roles import Role

MakePlan = Callable[..., Plan]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of the test's own, so that nothing real is written."""
    monkeypatch.setattr(locations, "REPOSITORY", tmp_path)
    return tmp_path / ".geofleet"


def hosts_in(fleet: FleetPlan, zones: str, powers: Mapping[str, int]) -> list[HostPlan]:
    """Return a host for each zone that is named, in their order; a zone may be named `zone@operator`."""
    found = []
    for number, word in enumerate(zones.split(), start=1):
        zone, _, operator = word.partition("@")
        region = atlas.region(atlas.zone_region(zone) or "")
        name = f"{fleet.name}-{number}"
        votes = fleet.role is Role.VALIDATOR
        found.append(
            HostPlan(
                host=name, fleet=fleet.name, role=fleet.role, provider=region.provider, region=region.name, zone=zone,
                metro=region.metro, operator=operator or "self", client=fleet.client,
                client_version=fleet.client_version, machine="2x4", disk_gib=20,
                power=powers.get(name, 10) if votes else 0, address=f"10.120.1.{number + 9}",
            )
        )  # fmt: skip
    return found


@pytest.fixture
def make_plan() -> MakePlan:
    """Make a plan from zones by fleet, `validators="aws:euc1-az1 aws:use1-az1"`; a fleet's name begins with its role."""

    def make(
        stack: str = "trial", *, promises: Mapping[str, Promises] | None = None, powers: Mapping[str, int] | None = None,
        **zones: str,
    ) -> Plan:  # fmt: skip
        fleets, hosts = [], []
        for name in sorted(zones):
            role = next(role for role in Role if name.startswith(role))
            client = ("cometbft", "0.38.26") if role is Role.VALIDATOR else ("none", "")
            given = (promises or {}).get(name, Promises(reports_min=2) if role is Role.ORACLE else Promises())
            fleet = FleetPlan(
                name=name, role=role, chain="c-1" if role is Role.VALIDATOR else "", client=client[0],
                client_version=client[1], promises=given,
            )  # fmt: skip
            fleets.append(fleet)
            hosts += hosts_in(fleet, zones[name], powers or {})
        return linked(stack, fleets, hosts)

    return make


def linked(stack: str, fleets: list[FleetPlan], hosts: list[HostPlan]) -> Plan:
    """Return a plan of hosts with every region and link that they use."""
    used = sorted({host.region for host in hosts})
    links = []
    for one, other in combinations(used, 2):
        delay, jitter = atlas.round_trip(one, other), atlas.jitter(one, other)
        links.append(
            LinkPlan(
                region=one, other=other, round_trip_ms=delay.value_ms, round_trip_evidence=delay.evidence,
                jitter_ms=jitter.value_ms, jitter_evidence=jitter.evidence,
            )
        )  # fmt: skip
    base = Plan(
        stack=stack, network=stack, environment="lab", spec_sha256="0" * 64, atlas_version="2026-11-24",
        network_cidr="10.120.0.0/16", operator_cidr="10.121.0.0/24", chains=(), fleets=tuple(fleets), regions=(),
        links=tuple(links), hosts=tuple(hosts),
    )  # fmt: skip
    regions = [
        RegionPlan(
            region=region, metro=atlas.region(region).metro, cidr=f"10.120.{k}.0/24", gateway=f"10.120.{k}.1"
        )
        for k, region in enumerate(used, start=1)
    ]  # fmt: skip
    return replace(base, regions=tuple(regions))
