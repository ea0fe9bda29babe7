"""What a back end does: the ground that hosts stand on, one machine each, and the network configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pulumi

from components.bootstrap.cloud_config import Fragment
from components.hosts.crossings import Crossing
from schemas.plan import HostPlan, Plan


@dataclass(frozen=True, kw_only=True)
class SignedConfiguration:
    """Network configuration as hosts pull it; everything in it is public."""

    documents: Mapping[str, str]
    """Host to its document (canonical JSON)."""
    signatures: Mapping[str, str]
    """Host to the deployer's signature over the document's bytes: Ed25519, base64."""
    blobs: Mapping[str, str]
    """SHA-256 (hex) to the text that documents refer to."""
    artifacts: Mapping[str, Path] = field(default_factory=dict)
    """SHA-256 (hex) to the file in this machine's cache: binaries that boot data names.

    The lab's store serves the cache itself and takes no notice.
    """


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The machine that a back end made for a host."""

    resource: pulumi.Resource
    address: pulumi.Output[str]
    """Private IPv4 address; the planned one."""


class Backend(Protocol):
    """Turns decisions into resources; makes no choices of its own.

    Every method names its resources after the plan's names, never after a
    position in a list, and gives them `parent`. The order of calls is: `store_url`
    and `fragment` (pure, before anything exists), `prepare`, `machine` for every
    host, `publish`.
    """

    target: str
    """Value of the Pulumi config `geofleet:target` that chooses this back end."""

    def store_url(self, plan: Plan, host: HostPlan) -> str:
        """Return where a host finds the store; known before anything exists."""

    def fragment(self, plan: Plan, host: HostPlan) -> Fragment:
        """Return what this provider adds to a host's boot data; the core is the same everywhere."""

    def prepare(self, plan: Plan, *, parent: pulumi.Resource) -> None:
        """Make the ground: regions with their subnets, links between them, the configuration store."""

    def machine(self, host: HostPlan, *, user_data: str, parent: pulumi.Resource) -> Machine:
        """Make one host's data volume and its machine, which boots from user data only."""

    def publish(self, configuration: SignedConfiguration, *, parent: pulumi.Resource) -> pulumi.Resource:
        """Put the network configuration into the stack's store."""


class CloudProvider(Backend, Protocol):
    """The back end of one cloud: of a plan it makes the regions and hosts of its own provider only."""

    provider: str
    """First part of its regions' names: `aws` or `gcp`."""


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """The end of a crossing that waits for tunnels."""

    address: pulumi.Output[str]
    """Public IPv4 address of the gateway's interface."""
    asn: int
    """BGP number of its router."""


@dataclass(frozen=True, kw_only=True)
class Tunnel:
    """One of the two tunnels of a crossing, as the end that opened it made it."""

    address: pulumi.Output[str]
    """Public IPv4 address of the opener's end."""
    shared_key: pulumi.Output[str]
    """Secret, made by the opener's cloud; the engine's state keeps it encrypted."""
    asn: int
    """BGP number of the opener's router."""


class CrossingListener(Protocol):
    """The cloud whose gateways have their addresses first (GCP: HA VPN)."""

    def listen(self, crossings: Sequence[Crossing], *, parent: pulumi.Resource) -> Mapping[str, Gateway]:
        """Make a gateway in every region that a crossing ends in; returns crossing name to its gateway."""

    def accept(
        self, crossings: Sequence[Crossing], tunnels: Mapping[str, tuple[Tunnel, Tunnel]], *, parent: pulumi.Resource
    ) -> None:
        """Make this end of every crossing's tunnels (crossing name to its two), with BGP over them."""


class CrossingOpener(Protocol):
    """The cloud that makes tunnels to addresses that it is given (AWS: site-to-site VPN)."""

    def open(
        self, crossings: Sequence[Crossing], gateways: Mapping[str, Gateway], *, parent: pulumi.Resource
    ) -> Mapping[str, tuple[Tunnel, Tunnel]]:
        """Make the tunnels of every crossing; returns crossing name to its two tunnels."""
