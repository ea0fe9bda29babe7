"""A fleet: hosts of one role that promise something together."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.hosts.backend import Backend
from components.hosts.host import Host, HostArgs
from schemas.plan import FleetPlan, promises_to_props
from schemas.roles import Role
from schemas.terms import terms_to_props


@dataclass(frozen=True, kw_only=True)
class FleetArgs:
    """One planned fleet with its hosts."""

    plan: FleetPlan
    hosts: tuple[HostArgs, ...]


class Fleet(pulumi.ComponentResource):
    """What every fleet is; the subclasses give it the name of its role."""

    def __init__(
        self, name: str, args: FleetArgs, backend: Backend, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create every host of the fleet."""
        facts = {
            "fleet": args.plan.name,
            "role": args.plan.role.value,
            "client": args.plan.client,
            "client_version": args.plan.client_version,
            "promises": promises_to_props(args.plan.promises),
            "terms": terms_to_props(args.plan.terms),
        }
        super().__init__(f"geofleet:index:{type(self).__name__}", name, facts, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Hosts by name. Not annotated on the class: published fleets would take it for one of their outputs.
        self.hosts = {host.plan.host: Host(host.plan.host, host, backend, child) for host in args.hosts}
        self.register_outputs(facts)


class ValidatorFleet(Fleet):
    """Validators of one chain."""


class RelayerFleet(Fleet):
    """Relayers near their hubs."""


class SequencerFleet(Fleet):
    """Sequencers that elect one signer."""


class OracleFleet(Fleet):
    """Oracles that report prices."""


FLEET_OF_ROLE: dict[Role, type[Fleet]] = {
    Role.VALIDATOR: ValidatorFleet,
    Role.RELAYER: RelayerFleet,
    Role.SEQUENCER: SequencerFleet,
    Role.ORACLE: OracleFleet,
}
