"""A stand-in engine that remembers what a program registers, and a cloud that only listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components.bootstrap.cloud_config import Fragment
from components.fleets.fleet import FleetArgs
from components.fleets.network import Network, NetworkArgs
from components.hosts.backend import Backend, Gateway, Machine, SignedConfiguration, Tunnel
from components.hosts.crossings import Crossing
from components.hosts.host import HostArgs
from schemas.facts import facts_of
from schemas.plan import HostPlan, Plan


class Recorder(pulumi.runtime.Mocks):
    """Remembers what was registered, by type and name, and what was looked up."""

    def __init__(self) -> None:
        self.seen: dict[str, pulumi.runtime.MockResourceArgs] = {}
        self.calls: list[pulumi.runtime.MockCallArgs] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        key = f"{args.typ.rpartition(':')[2]} {args.name}"
        assert key not in self.seen, f"{key} is registered twice"
        self.seen[key] = args
        kind = args.typ.rpartition(":")[2]
        made = {
            "arn": f"arn:{args.name}", "keyId": f"key-{args.name}", "zoneId": f"zone-{args.name}",
            "availabilityZone": f"zone of {args.inputs.get('availabilityZoneId')}", "prefixListId": "pl-1",
            "tunnel1Address": "192.0.2.1", "tunnel2Address": "192.0.2.2", "tunnel1PresharedKey": "psk-1",
            "tunnel2PresharedKey": "psk-2", "dnsName": f"{args.name}.elb", "name": args.name,
        }  # fmt: skip
        if kind == "HaVpnGateway":
            made["vpnInterfaces"] = [{"id": end, "ipAddress": f"203.0.113.{end + 1}"} for end in (0, 1)]
        if kind == "Account":
            made["email"] = f"{args.inputs['accountId']}@perps.iam.gserviceaccount.com"
            made["member"] = f"serviceAccount:{made['email']}"
        made = {key: value for key, value in made.items() if key in _OUTPUTS.get(kind, ("arn",))}
        return f"id-{args.name}", {**made, **args.inputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[Any, Any]:
        self.calls.append(args)
        if args.token == "aws:ec2/getAmi:getAmi":
            return {"id": f"ami-{args.args['region']}", **args.args}
        if args.token in _PROJECT:
            return {"number": "123", "member": "serviceAccount:store", "emailAddress": "store"}
        raise AssertionError(f"nothing is looked up, but {args.token} was")

    def of(self, kind: str) -> dict[str, Any]:
        """Return name to inputs of every resource of a type."""
        return {key.partition(" ")[2]: args.inputs for key, args in self.seen.items() if key.startswith(f"{kind} ")}


_PROJECT = (
    "gcp:organizations/getProject:getProject",
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount",
)
_OUTPUTS = {
    "HaVpnGateway": ("vpnInterfaces",), "Account": ("email", "member"),
    "Key": ("arn", "keyId"), "Zone": ("arn", "zoneId"), "Subnet": ("arn", "availabilityZone"),
    "VpcEndpoint": ("arn", "prefixListId"), "LoadBalancer": ("arn", "dnsName"),
    "VpnConnection": ("arn", "tunnel1Address", "tunnel2Address", "tunnel1PresharedKey", "tunnel2PresharedKey"),
}  # fmt: skip


def build(backend: Backend, plan: Plan) -> Recorder:
    """Build a plan's network in the stand-in engine."""

    def program() -> None:
        fleets = tuple(
            FleetArgs(
                plan=fleet,
                hosts=tuple(
                    HostArgs(plan=host, facts=facts_of(plan, host, {}), user_data="#cloud-config\n{}\n")
                    for host in plan.hosts_of(fleet.name)
                ),
            )
            for fleet in plan.fleets
        )
        names = [host.host for host in plan.hosts]
        signed = SignedConfiguration(
            documents=dict.fromkeys(names, "{}"), signatures=dict.fromkeys(names, "c2ln"), blobs={"ab" * 32: "text"}
        )
        Network(plan.stack, NetworkArgs(plan=plan, fleets=fleets, configuration=signed), backend)

    return in_mock_engine(program, stack=plan.stack)


def in_mock_engine(program: Callable[[], None], *, stack: str) -> Recorder:
    """Run a program in the stand-in engine; every event loop that Pulumi opens is closed again."""
    recorder = Recorder()

    @pulumi.runtime.test
    def run() -> None:
        mocks.set_mocks(recorder, project="geofleet", stack=stack, preview=False)
        program()

    loops: list[asyncio.AbstractEventLoop] = []
    make = asyncio.new_event_loop

    def recorded() -> asyncio.AbstractEventLoop:
        loops.append(make())
        return loops[-1]

    with pytest.MonkeyPatch.context() as patch:
        # Pulumi leaves its loops open; whichever test the collector ran in would be blamed for them.
        patch.setattr(asyncio, "new_event_loop", recorded)
        asyncio.set_event_loop(recorded())
        try:
            run()
        finally:
            asyncio.set_event_loop(None)
            for loop in loops:
                loop.close()
    return recorder


class Listener:
    """The other cloud, as far as links to it need one."""

    target = "cloud"
    provider = "gcp"

    def __init__(self) -> None:
        self.accepted: dict[str, tuple[Tunnel, Tunnel]] = {}

    def store_url(self, plan: Plan, host: HostPlan) -> str:
        return "https://store.example"

    def fragment(self, plan: Plan, host: HostPlan) -> Fragment:
        return Fragment()

    def prepare(self, plan: Plan, *, parent: pulumi.Resource) -> None: ...

    def machine(self, host: HostPlan, *, user_data: str, parent: pulumi.Resource) -> Machine:
        return Machine(resource=parent, address=pulumi.Output.from_input(host.address))

    def publish(self, configuration: SignedConfiguration, *, parent: pulumi.Resource) -> pulumi.Resource:
        return parent

    def listen(self, crossings: Sequence[Crossing], *, parent: pulumi.Resource) -> Mapping[str, Gateway]:
        return {
            crossing.name: Gateway(address=pulumi.Output.from_input("198.51.100.1"), asn=65010)
            for crossing in crossings
        }

    def accept(
        self, crossings: Sequence[Crossing], tunnels: Mapping[str, tuple[Tunnel, Tunnel]], *, parent: pulumi.Resource
    ) -> None:
        self.accepted = dict(tunnels)
