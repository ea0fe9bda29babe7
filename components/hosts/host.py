"""The provider-neutral host: facts, published once, and a machine from a back end."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.hosts.backend import Backend
from schemas.facts import HostFacts
from schemas.plan import HostPlan

TOKEN = "geofleet:index:Host"  # noqa: S105 - a type token, not a secret


@dataclass(frozen=True, kw_only=True)
class HostArgs:
    """Everything that makes one host; plain values, known at preview."""

    plan: HostPlan
    facts: HostFacts
    user_data: str


class Host(pulumi.ComponentResource):
    """One host: `<fleet>-<n>`.

    Its facts are both inputs (resource policies see them) and registered outputs
    (stack policies see only those).
    """

    address: pulumi.Output[str]
    """Private IPv4 address."""

    def __init__(self, name: str, args: HostArgs, backend: Backend, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the host's machine and publish its facts."""
        facts = args.facts.to_props()
        super().__init__(TOKEN, name, facts, opts)
        machine = backend.machine(args.plan, user_data=args.user_data, parent=self)
        self.address = machine.address
        self.register_outputs(facts)
