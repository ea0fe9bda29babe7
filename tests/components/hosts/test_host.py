"""Components through Pulumi's mock engine: what they register, under whom, with which facts."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components.fleets.fleet import FleetArgs, ValidatorFleet
from components.fleets.network import Network, NetworkArgs
from components.hosts.backend import SignedConfiguration
from components.hosts.host import HostArgs
from components.hosts.lab import LabBackend
from schemas.atlas import Evidence
from schemas.facts import HostFacts, facts_of
from schemas.feeding import Feeding, PairPlan
from schemas.plan import ChainPlan, FleetPlan, HostPlan, LinkPlan, Plan, Promises, RegionPlan
from schemas.roles import Role

HOST = HostPlan(
    host="validators-1", fleet="validators", role=Role.VALIDATOR, provider="aws", region="aws:eu-west-2",
    zone="aws:euw2-az1", metro="london", operator="self", client="cometbft", client_version="0.38.26", machine="2x4",
    disk_gib=50, power=10, address="10.120.1.10",
)  # fmt: skip
FLEET = FleetPlan(
    name="validators", role=Role.VALIDATOR, chain="perps-1", client="cometbft", client_version="0.38.26",
    promises=Promises(survive=("zone",)),
)  # fmt: skip
PAIR = PairPlan(
    pair="ETH-USD", sources=("coinbase", "in-house", "okx"), sources_min=2, deviation_bps=50, heartbeat_s=60,
    age_s_max=60, outlier_rule="none", outlier_limit=None,
)  # fmt: skip
ORACLES = FleetPlan(
    name="oracles", role=Role.ORACLE, chain="", client="none", client_version="", promises=Promises(),
    feeding=Feeding(pairs=(PAIR,)),
)  # fmt: skip
PLAN = Plan(
    stack="lab", network="lab", environment="lab", spec_sha256="", atlas_version="1", network_cidr="10.120.0.0/16",
    operator_cidr="10.121.0.0/24", chains=(ChainPlan(chain="perps-1", engine="cometbft", block_time_ms=1000),),
    fleets=(FLEET, ORACLES),
    regions=(
        RegionPlan(region="aws:eu-west-2", metro="london", cidr="10.120.1.0/24", gateway="10.120.1.1"),
        RegionPlan(region="gcp:europe-west2", metro="london", cidr="10.120.2.0/24", gateway="10.120.2.1"),
    ),
    links=(
        LinkPlan(
            region="aws:eu-west-2", other="gcp:europe-west2", round_trip_ms=2.5,
            round_trip_evidence=Evidence.MEASURED, jitter_ms=0.5, jitter_evidence=Evidence.ESTIMATED,
        ),
    ),
    hosts=(HOST,),
)  # fmt: skip


class Recorder(pulumi.runtime.Mocks):
    """Remembers what was registered."""

    def __init__(self) -> None:
        self.seen: dict[str, pulumi.runtime.MockResourceArgs] = {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        self.seen[f"{args.typ.rpartition(':')[2]} {args.name}"] = args
        return args.name, dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[Any, Any]:
        raise AssertionError(f"nothing is looked up, but {args.token} was")


@pytest.fixture(scope="module")
def built() -> Recorder:
    """The stand-in engine after everything was registered: absence can be claimed only then."""
    recorder = Recorder()

    @pulumi.runtime.test
    def build() -> None:
        mocks.set_mocks(recorder, project="geofleet", stack="lab", preview=False)
        facts = facts_of(PLAN, HOST, {"consensus": "SHA256:abc"})
        fleet = FleetArgs(plan=FLEET, hosts=(HostArgs(plan=HOST, facts=facts, user_data="#cloud-config\n{}\n"),))
        signed = SignedConfiguration(documents={"validators-1": "{}"}, signatures={"validators-1": "c2ln"}, blobs={})
        Network("lab", NetworkArgs(plan=PLAN, fleets=(fleet,), configuration=signed), LabBackend(image="i:1"))

    loops: list[asyncio.AbstractEventLoop] = []
    make = asyncio.new_event_loop

    def recorded() -> asyncio.AbstractEventLoop:
        loops.append(make())
        return loops[-1]

    with pytest.MonkeyPatch.context() as patch:
        # Pulumi leaves its loops open; whichever test the collector ran in would be blamed for them.
        patch.setattr(asyncio, "new_event_loop", recorded)
        asyncio.set_event_loop(recorded())
        build()
    asyncio.set_event_loop(None)
    for loop in loops:
        loop.close()
    return recorder


def test_a_network_is_ground_and_hosts_and_configuration(built: Recorder) -> None:
    assert sorted(built.seen) == [
        "Configuration lab-configuration",
        "Exchanges lab-exchanges",
        "Host validators-1",
        "Link aws-eu-west-2-gcp-europe-west2",
        "Machine validators-1",
        "Network lab",
        "Region aws-eu-west-2",
        "Region gcp-europe-west2",
        "Store lab-store",
        "ValidatorFleet validators",
        "Volume validators-1-data",
        "WideAreaNetwork lab-wan",
    ]


def test_a_host_publishes_its_facts_as_inputs(built: Recorder) -> None:
    inputs = built.seen["Host validators-1"].inputs
    assert HostFacts.from_props(inputs) == facts_of(PLAN, HOST, {"consensus": "SHA256:abc"})


def test_a_machine_boots_from_its_user_data_at_its_planned_address(built: Recorder) -> None:
    assert built.seen["Machine validators-1"].inputs == {
        "stack": "lab", "host": "validators-1", "address": "10.120.1.10", "image": "i:1",
        "user_data": "#cloud-config\n{}\n",
    }  # fmt: skip


def test_links_carry_the_plans_figures(built: Recorder) -> None:
    inputs = built.seen["Link aws-eu-west-2-gcp-europe-west2"].inputs
    assert (inputs["round_trip_ms"], inputs["jitter_ms"]) == (2.5, 0.5)


def test_the_exchanges_of_pairs_are_played_those_that_are_known(built: Recorder) -> None:
    inputs = built.seen["Exchanges lab-exchanges"].inputs
    assert sorted(inputs["answers"]) == [
        "/coinbase/v2/prices/ETH-USD/spot", "/okx/api/v5/market/ticker?instId=ETH-USD",
    ]  # fmt: skip
    assert inputs["operator_cidr"] == "10.121.0.0/24"


def test_no_resource_name_hangs_on_a_position(built: Recorder) -> None:
    names = {key.partition(" ")[2] for key in built.seen}
    assert all("0" not in name and not name.endswith("-2-2") for name in names)


def test_fleets_are_named_by_their_role() -> None:
    assert ValidatorFleet.__name__ == "ValidatorFleet"
