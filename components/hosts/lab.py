"""The lab back end: systemd hosts on this machine, joined by an emulated wide-area network.

The resources are those of the provider plugin in `lab/`; facts keep the logical
provider, region and zone.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

import pulumi

from components.bootstrap.boot import LAB
from components.bootstrap.cloud_config import Fragment
from components.hosts.backend import Machine, SignedConfiguration
from schemas.feeding import stand_in_answers
from schemas.plan import HostPlan, Plan

STORE_PORT = 8080
PACKAGE = "geofleet-lab"


def stand_ins_address(plan: Plan) -> str:
    """Return where the lab's stand-ins answer, as its store does: the operator's end of the wide-area network."""
    return str(ipaddress.ip_network(plan.operator_cidr)[2])


def _short(region: str) -> str:
    return region.replace(":", "-")


class LabBackend:
    """Makes a network out of namespaces, bridges, a router and containers."""

    target = "lab"

    def __init__(self, *, image: str) -> None:
        """Remember which host image containers start from: `localhost/geofleet-host:<tag>`."""
        self._image = image
        self._stack = ""
        self._regions: dict[str, pulumi.Resource] = {}

    def prepare(self, plan: Plan, *, parent: pulumi.Resource) -> None:
        """Make the wide-area network, its regions and links, and the store."""
        self._stack = plan.stack
        wan = _lab_resource(
            "WideAreaNetwork",
            f"{plan.stack}-wan",
            {"stack": plan.stack, "network_cidr": plan.network_cidr, "operator_cidr": plan.operator_cidr},
            pulumi.ResourceOptions(parent=parent),
        )
        on_wan = pulumi.ResourceOptions(parent=parent, depends_on=[wan])
        for region in plan.regions:
            self._regions[region.region] = _lab_resource(
                "Region",
                _short(region.region),
                {"stack": plan.stack, "region": region.region, "cidr": region.cidr},
                on_wan,
            )
        for link in plan.links:
            _lab_resource(
                "Link",
                f"{_short(link.region)}-{_short(link.other)}",
                {
                    "stack": plan.stack,
                    "region": link.region,
                    "other": link.other,
                    "cidr": plan.region(link.region).cidr,
                    "other_cidr": plan.region(link.other).cidr,
                    "round_trip_ms": link.round_trip_ms,
                    "jitter_ms": link.jitter_ms,
                },
                on_wan,
            )
        _lab_resource(
            "Store", f"{plan.stack}-store", {"stack": plan.stack, "operator_cidr": plan.operator_cidr}, on_wan
        )
        self._exchanges(plan, on_wan)
        self._evm_chains(plan, on_wan)

    def _exchanges(self, plan: Plan, opts: pulumi.ResourceOptions) -> None:
        """Make what stands in for the exchanges of the plan's pairs; a stack without pairs has none."""
        answers = stand_in_answers(fleet.feeding for fleet in plan.fleets if fleet.feeding)
        if answers:
            _lab_resource(
                "Exchanges",
                f"{plan.stack}-exchanges",
                {"stack": plan.stack, "operator_cidr": plan.operator_cidr, "answers": answers},
                opts,
            )

    def _evm_chains(self, plan: Plan, opts: pulumi.ResourceOptions) -> None:
        """Make what stands in for the EVM chain that prices are put on; a stack without such oracles has none."""
        targets = {fleet.feeding.target for fleet in plan.fleets if fleet.feeding and fleet.feeding.target}
        assert len(targets) <= 1, "the lab has one address for an EVM chain"
        for target in targets:
            _lab_resource(
                "EvmChain",
                target.chain,
                {
                    "stack": plan.stack,
                    "operator_cidr": plan.operator_cidr,
                    "chain_number": target.chain_number,
                    "block_time_ms": target.block_time_ms,
                },
                opts,
            )

    def machine(self, host: HostPlan, *, user_data: str, parent: pulumi.Resource) -> Machine:
        """Make the host's data volume and its container."""
        volume = _lab_resource(
            "Volume",
            f"{host.host}-data",
            {"stack": self._stack, "host": host.host},
            pulumi.ResourceOptions(parent=parent),
        )
        machine = _lab_resource(
            "Machine",
            host.host,
            {
                "stack": self._stack,
                "host": host.host,
                "address": host.address,
                "image": self._image,
                "user_data": user_data,
            },
            pulumi.ResourceOptions(parent=parent, depends_on=[volume, self._regions[host.region]]),
        )
        return Machine(resource=machine, address=pulumi.Output.from_input(host.address))

    def publish(self, configuration: SignedConfiguration, *, parent: pulumi.Resource) -> pulumi.Resource:
        """Publish in the store's directory."""
        return _lab_resource(
            "Configuration",
            f"{self._stack}-configuration",
            {
                "stack": self._stack,
                "documents": dict(configuration.documents),
                "signatures": dict(configuration.signatures),
                "blobs": dict(configuration.blobs),
            },
            pulumi.ResourceOptions(parent=parent),
        )

    def store_url(self, plan: Plan, host: HostPlan) -> str:
        """Return the store's address, the same for every host: the operator's end of the wide-area network."""
        return f"http://{stand_ins_address(plan)}:{STORE_PORT}"

    def fragment(self, plan: Plan, host: HostPlan) -> Fragment:
        """Return what a container needs beside the core."""
        return LAB


def _lab_resource(
    kind: str, name: str, properties: Mapping[str, Any], opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    return pulumi.CustomResource(f"{PACKAGE}:index:{kind}", name, dict(properties), opts)
