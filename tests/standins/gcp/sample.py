"""A small plan in Google's regions, for tests: three validators (one confidential), two relayers, a link to AWS."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pulumi

from components.bootstrap.boot import BootData, user_data
from components.bootstrap.cloud_config import Fragment
from components.fleets.fleet import FleetArgs
from components.fleets.network import NetworkArgs
from components.hosts.backend import Backend, Machine, SignedConfiguration, Tunnel
from components.hosts.host import HostArgs
from schemas.atlas import Evidence
from schemas.facts import facts_of
from schemas.plan import ChainPlan, FleetPlan, HostPlan, LinkPlan, Plan, Promises, RegionPlan
from schemas.roles import Role
from schemas.workloads import programs_of

FLEETS = (
    FleetPlan(
        name="relayers", role=Role.RELAYER, chain="", client="none", client_version="", promises=Promises(),
    ),
    FleetPlan(
        name="validators", role=Role.VALIDATOR, chain="perps-1", client="cometbft", client_version="0.38.26",
        promises=Promises(survive=("zone",)),
    ),
)  # fmt: skip
REGIONS = (
    RegionPlan(region="aws:eu-west-2", metro="london", cidr="10.120.1.0/24", gateway="10.120.1.1"),
    RegionPlan(region="gcp:europe-west2", metro="london", cidr="10.120.2.0/24", gateway="10.120.2.1"),
    RegionPlan(region="gcp:us-central1", metro="council-bluffs", cidr="10.120.3.0/24", gateway="10.120.3.1"),
)


def host(name: str, zone: str, address: str, **more: Any) -> HostPlan:
    """Return a host of the sample; its fleet is in its name."""
    fleet = next(fleet for fleet in FLEETS if fleet.name == name.rpartition("-")[0])
    region = next(region for region in REGIONS if zone.startswith(f"{region.region}-"))
    values: dict[str, Any] = {
        "machine_type": "gcp:n2d-standard-2", "machine": "2x8", "disk_gib": 50, "power": 10, "operator": "self",
        "cost_usd_per_month": 60.0, "price_evidence": "published", **more,
    }  # fmt: skip
    return HostPlan(
        host=name, fleet=fleet.name, role=fleet.role, provider="gcp", region=region.region, zone=zone,
        metro=region.metro, client=fleet.client, client_version=fleet.client_version, address=address, **values,
    )  # fmt: skip


HOSTS = (
    host("relayers-1", "gcp:us-central1-a", "10.120.3.20", power=0, machine_type="gcp:n4-standard-2"),
    host("relayers-2", "gcp:europe-west2-c", "10.120.2.20", power=0),
    host("validators-1", "gcp:europe-west2-a", "10.120.2.10", confidential="sev_snp"),
    host("validators-2", "gcp:europe-west2-b", "10.120.2.11"),
    host("validators-3", "gcp:us-central1-b", "10.120.3.10"),
)
_KM = dict.fromkeys((("aws:eu-west-2", "gcp:europe-west2"), ("aws:eu-west-2", "gcp:us-central1")), 5.0)
PLAN = Plan(
    stack="sample", network="perps", environment="staging", spec_sha256="", atlas_version="1",
    network_cidr="10.120.0.0/16", operator_cidr="10.121.0.0/24",
    chains=(ChainPlan(chain="perps-1", engine="cometbft", block_time_ms=1000),),
    fleets=FLEETS, regions=REGIONS, hosts=HOSTS,
    links=tuple(
        LinkPlan(
            region=one, other=other, round_trip_ms=ms, round_trip_evidence=Evidence.MEASURED, jitter_ms=0.5,
            jitter_evidence=Evidence.ESTIMATED,
        )
        for one, other, ms in (
            ("aws:eu-west-2", "gcp:europe-west2", 2.5), ("aws:eu-west-2", "gcp:us-central1", 95.0),
            ("gcp:europe-west2", "gcp:us-central1", 94.0),
        )
    ),
)  # fmt: skip


def sample_plan(changes: Mapping[str, Any]) -> Plan:
    """Return the plan with some of its values changed: `environment`, `stack`, and `hosts` (name to changes,
    None to leave the host out)."""
    hosts = []
    for one in (*HOSTS, *(_added(name, values) for name, values in (changes.get("added") or {}).items())):
        values = (changes.get("hosts") or {}).get(one.host, {})
        if values is not None:
            hosts.append(dataclasses.replace(one, **values))
    rest = {name: value for name, value in changes.items() if name in ("environment", "stack")}
    return dataclasses.replace(PLAN, hosts=tuple(sorted(hosts, key=lambda one: one.host)), **rest)


def _added(name: str, values: Mapping[str, Any]) -> HostPlan:
    given = dict(values)
    return host(name, given.pop("zone"), given.pop("address"), **given)


def network_args(plan: Plan, backend: Backend) -> NetworkArgs:
    """Return what a network is built from, with real boot data and a configuration that nobody signed."""
    made = {
        one.host: HostArgs(plan=one, facts=facts_of(plan, one), user_data=boot(plan, one, backend))
        for one in plan.hosts
    }
    documents = {one: f'{{"host": "{one}"}}' for one in made}
    return NetworkArgs(
        plan=plan,
        fleets=tuple(
            FleetArgs(plan=fleet, hosts=tuple(made[one.host] for one in plan.hosts_of(fleet.name)))
            for fleet in plan.fleets
        ),
        configuration=SignedConfiguration(
            documents=documents, signatures=dict.fromkeys(documents, "c2ln"), blobs={"ab" * 32: "a blob\n"}
        ),
    )


def boot(plan: Plan, one: HostPlan, backend: Backend) -> str:
    """Return a host's user data."""
    data = BootData(
        stack=plan.stack, host=one.host, fleet=one.fleet, role=one.role, assignments=one.assignments,
        artifacts={program.name: "0" * 64 for program, _ in programs_of(one.assignments)}, address=one.address,
        network_cidr=plan.network_cidr, operator_cidr=plan.operator_cidr, store_url=backend.store_url(plan, one),
        deployer_public_key="A" * 43 + "=", operator_public_key="ssh-ed25519 " + "A" * 68,
    )  # fmt: skip
    return user_data(data, backend.fragment(plan, one))


class NoAws:
    """Stands where the back end of AWS would: makes nothing, and opens tunnels that nobody answers."""

    target = "cloud"
    provider = "aws"

    def store_url(self, plan: Plan, host: HostPlan) -> str:
        raise AssertionError("the sample has no hosts on AWS")

    def fragment(self, plan: Plan, host: HostPlan) -> Fragment:
        raise AssertionError("the sample has no hosts on AWS")

    def prepare(self, plan: Plan, *, parent: pulumi.Resource) -> None:
        """Make nothing."""

    def machine(self, host: HostPlan, *, user_data: str, parent: pulumi.Resource) -> Machine:
        raise AssertionError("the sample has no hosts on AWS")

    def publish(self, configuration: SignedConfiguration, *, parent: pulumi.Resource) -> pulumi.Resource:
        return parent

    def open(self, crossings: Any, gateways: Any, *, parent: pulumi.Resource) -> dict[str, tuple[Tunnel, Tunnel]]:
        """Return two tunnels for each link, with addresses that are kept for examples."""
        found = {}
        for number, crossing in enumerate(crossings):
            made = [
                Tunnel(
                    address=gateways[crossing.name].address.apply(lambda _, a=f"192.0.2.{10 * number + end}": a),
                    shared_key=pulumi.Output.secret(f"planted-canary-{crossing.name}-{end}"),
                    asn=64513,
                )
                for end in (1, 2)
            ]
            found[crossing.name] = (made[0], made[1])
        return found
