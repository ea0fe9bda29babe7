"""The components as other programs take them: a dictionary at the boundary, the locked plan behind it.

The SDK's analyzer reads annotations as objects, so this module keeps them as such
(no `from __future__ import annotations`), and it reads descriptions from the docstrings here.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NotRequired, TypedDict

import pulumi
from pulumi.errors import InputPropertyError

from components.fleets import fleet as fleets
from components.fleets import network as networks
from schemas.errors import FleetError
from schemas.roles import Role
from stacks.program import backend_for, network_args
from stacks.stack import locked_plan, stack_files, stack_ledger

GROUND = "geofleet:index:Ground"


class FleetInputs(TypedDict):
    """Which locked plan is built, and where; its spec holds one fleet, of this role."""

    stack: str
    """Name of the geofleet stack. NAME.yaml, NAME.lock.yaml and NAME.keys.yaml are read: `geofleet plan NAME --write` and
    `geofleet keys create NAME` make the last two."""
    folder: NotRequired[str]
    """Folder of these files; geofleet's own `stacks/` when not given. Absolute: the package runs in a folder of its own."""
    target: NotRequired[str]
    """`lab` (this machine) or `cloud`; the stack's configuration `geofleet:target` when not given. What the accounts need
    to be told (`geofleet:awsAccount` and so on) is configuration of the stack too."""


class NetworkInputs(TypedDict):
    """Which locked plan is built, and where; every fleet of its spec."""

    stack: str
    """Name of the geofleet stack. NAME.yaml, NAME.lock.yaml and NAME.keys.yaml are read: `geofleet plan NAME --write` and
    `geofleet keys create NAME` make the last two."""
    folder: NotRequired[str]
    """Folder of these files; geofleet's own `stacks/` when not given. Absolute: the package runs in a folder of its own."""
    target: NotRequired[str]
    """`lab` (this machine) or `cloud`; the stack's configuration `geofleet:target` when not given. What the accounts need
    to be told (`geofleet:awsAccount` and so on) is configuration of the stack too."""


class Ground(pulumi.ComponentResource):
    """What a single fleet stands on: regions, links and the store of its configuration."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Make the component; the back end puts the ground's parts below it."""
        super().__init__(GROUND, name, {}, opts)
        self.register_outputs({})


class _Built:
    """A plan, ready to be built, with the options that bring its providers."""

    def __init__(self, args: FleetInputs | NetworkInputs, opts: pulumi.ResourceOptions | None) -> None:
        target = args.get("target") or pulumi.Config("geofleet").get("target") or "lab"
        self.stack = args["stack"]
        folder = Path(args["folder"]) if "folder" in args else None
        try:
            files = stack_files(self.stack, folder)
            _, self.plan = locked_plan(files)
            self.backend, providers = backend_for(target, self.plan)
            self.args = network_args(self.plan, stack_ledger(files), self.backend)
        except FleetError as error:
            raise InputPropertyError("stack", f"{error}\n{error.remedy}".rstrip()) from None
        given = {provider.package for provider in _given_providers(opts)}
        own = [provider for provider in providers if provider.package not in given]
        self.opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(providers=own))

    def only_fleet(self, role: Role) -> str:
        """Return the name of the plan's one fleet; refuse a plan that holds others, or one of another role."""
        names = [fleet.name for fleet in self.plan.fleets]
        if [fleet.role for fleet in self.plan.fleets] != [role]:
            raise InputPropertyError(
                "stack",
                f"stack '{self.stack}' holds {', '.join(names)}, not one fleet of role {role.value}\n"
                "Use geofleet.Network for several fleets, or a spec of its own for this one.",
            )
        return names[0]

    def make_ground(self, name: str) -> None:
        """Make what a single fleet stands on."""
        self.backend.prepare(self.plan, parent=Ground(f"{name}-ground", self.opts))

    def published(self, fleet: fleets.Fleet) -> tuple[pulumi.Output[dict[str, str]], pulumi.Output[str]]:
        """Publish what the fleet's hosts are told; return its hosts' addresses, and the spec's SHA-256."""
        self.backend.publish(self.args.configuration, parent=fleet)
        addresses = pulumi.Output.all(**{host: made.address for host, made in fleet.hosts.items()})
        return addresses, pulumi.Output.from_input(self.plan.spec_sha256)


def _given_providers(opts: pulumi.ResourceOptions | None) -> list[pulumi.ProviderResource]:
    providers = opts.providers if opts is not None else None
    if isinstance(providers, Mapping):
        return list(providers.values())
    return list(providers or [])


class ValidatorFleet(fleets.ValidatorFleet):
    """Validators of one chain, spread so that the promises of their spec hold; one key has one live holder."""

    fleet: pulumi.Output[str]
    """Name of the fleet in the spec."""
    spec_sha256: pulumi.Output[str]
    """SHA-256 of the spec that was built."""
    addresses: pulumi.Output[dict[str, str]]
    """Host to its private IPv4 address."""

    def __init__(self, name: str, args: FleetInputs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Build the ground, the hosts, and what hosts are told."""
        built = _Built(args, opts)
        self.fleet = pulumi.Output.from_input(built.only_fleet(Role.VALIDATOR))
        built.make_ground(name)
        super().__init__(name, built.args.fleets[0], built.backend, built.opts)
        self.addresses, self.spec_sha256 = built.published(self)


class RelayerFleet(fleets.RelayerFleet):
    """Relayers beside the hubs that they serve, so many that one is left when any place they must survive is lost."""

    fleet: pulumi.Output[str]
    """Name of the fleet in the spec."""
    spec_sha256: pulumi.Output[str]
    """SHA-256 of the spec that was built."""
    addresses: pulumi.Output[dict[str, str]]
    """Host to its private IPv4 address."""

    def __init__(self, name: str, args: FleetInputs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Build the ground, the hosts, and what hosts are told."""
        built = _Built(args, opts)
        self.fleet = pulumi.Output.from_input(built.only_fleet(Role.RELAYER))
        built.make_ground(name)
        super().__init__(name, built.args.fleets[0], built.backend, built.opts)
        self.addresses, self.spec_sha256 = built.published(self)


class SequencerFleet(fleets.SequencerFleet):
    """Sequencers near each other that elect one signer, a majority of which outlives what they must survive."""

    fleet: pulumi.Output[str]
    """Name of the fleet in the spec."""
    spec_sha256: pulumi.Output[str]
    """SHA-256 of the spec that was built."""
    addresses: pulumi.Output[dict[str, str]]
    """Host to its private IPv4 address."""

    def __init__(self, name: str, args: FleetInputs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Build the ground, the hosts, and what hosts are told."""
        built = _Built(args, opts)
        self.fleet = pulumi.Output.from_input(built.only_fleet(Role.SEQUENCER))
        built.make_ground(name)
        super().__init__(name, built.args.fleets[0], built.backend, built.opts)
        self.addresses, self.spec_sha256 = built.published(self)


class OracleFleet(fleets.OracleFleet):
    """Oracles of which enough go on reporting prices when any place they must survive is lost."""

    fleet: pulumi.Output[str]
    """Name of the fleet in the spec."""
    spec_sha256: pulumi.Output[str]
    """SHA-256 of the spec that was built."""
    addresses: pulumi.Output[dict[str, str]]
    """Host to its private IPv4 address."""

    def __init__(self, name: str, args: FleetInputs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Build the ground, the hosts, and what hosts are told."""
        built = _Built(args, opts)
        self.fleet = pulumi.Output.from_input(built.only_fleet(Role.ORACLE))
        built.make_ground(name)
        super().__init__(name, built.args.fleets[0], built.backend, built.opts)
        self.addresses, self.spec_sha256 = built.published(self)


class Network(networks.Network):
    """A whole decentralised network: the ground, every fleet of the spec, and the configuration that they share."""

    spec_sha256: pulumi.Output[str]
    """SHA-256 of the spec that was built."""
    hosts: pulumi.Output[list[str]]
    """Names of all hosts, sorted; each is `<fleet>-<n>` for ever."""

    def __init__(self, name: str, args: NetworkInputs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Build everything of the spec."""
        built = _Built(args, opts)
        super().__init__(name, built.args, built.backend, built.opts)
        self.spec_sha256 = pulumi.Output.from_input(built.plan.spec_sha256)
        self.hosts = pulumi.Output.from_input(sorted(host.host for host in built.plan.hosts))
