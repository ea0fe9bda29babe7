"""A whole network: the ground, its fleets, and the configuration that they share."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.fleets.fleet import FLEET_OF_ROLE, FleetArgs
from components.hosts.backend import Backend, SignedConfiguration
from schemas.plan import Plan
from schemas.terms import terms_to_props

TOKEN = "geofleet:index:Network"  # noqa: S105 - a type token, not a secret


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """One plan, ready to be built."""

    plan: Plan
    fleets: tuple[FleetArgs, ...]
    configuration: SignedConfiguration


class Network(pulumi.ComponentResource):
    """Everything of one stack."""

    def __init__(
        self, name: str, args: NetworkArgs, backend: Backend, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the ground, then the fleets, and publish their configuration."""
        facts = {
            "network": args.plan.network,
            "environment": args.plan.environment,
            "target": backend.target,
            "spec_sha256": args.plan.spec_sha256,
            "atlas_version": args.plan.atlas_version,
            "terms": terms_to_props(args.plan.terms),
        }
        super().__init__(TOKEN, name, facts, opts)
        backend.prepare(args.plan, parent=self)
        child = pulumi.ResourceOptions(parent=self)
        for fleet in args.fleets:
            FLEET_OF_ROLE[fleet.plan.role](fleet.plan.name, fleet, backend, child)
        backend.publish(args.configuration, parent=self)
        self.register_outputs(facts)
