"""What a back end does: the ground that hosts stand on, one machine each, and the network configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pulumi

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


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The machine that a back end made for a host."""

    resource: pulumi.Resource
    address: pulumi.Output[str]
    """Private IPv4 address; the planned one."""


class Backend(Protocol):
    """Turns decisions into resources; makes no choices of its own.

    Every method names its resources after the plan's names, never after a
    position in a list, and gives them `parent`.
    """

    target: str
    """Value of the Pulumi config `geofleet:target` that chooses this back end."""

    def prepare(self, plan: Plan, *, parent: pulumi.Resource) -> None:
        """Make the ground: regions with their subnets, links between them, the configuration store."""

    def machine(self, host: HostPlan, *, user_data: str, parent: pulumi.Resource) -> Machine:
        """Make one host's data volume and its machine, which boots from user data only."""

    def publish(self, configuration: SignedConfiguration, *, parent: pulumi.Resource) -> pulumi.Resource:
        """Put the network configuration into the stack's store."""

    def store_url(self, plan: Plan) -> str:
        """Return where hosts find the store; known before anything exists."""
