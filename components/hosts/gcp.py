"""The back end of Google Cloud: one project, one network, and the hosts that a plan places there.

Of a plan it makes Google's regions and hosts only. Its parts are `gcp_<noun>.py`;
pulumi_gcp is imported in them and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import compute, dns, storage

from components.bootstrap.cloud_config import Fragment
from components.bootstrap.fragments_gcp import STORE_URL, GcpHost, gcp_fragment
from components.hosts import gcp_crossings
from components.hosts.backend import Gateway, Machine, SignedConfiguration, Tunnel
from components.hosts.crossings import Crossing
from components.hosts.gcp_alarms import alarms
from components.hosts.gcp_budget import budget
from components.hosts.gcp_firewall import admit
from components.hosts.gcp_identity import account, secret_id, secrets
from components.hosts.gcp_keys import RegionKeys, project, region_keys
from components.hosts.gcp_machines import MachineParts, instance, spread_policy
from components.hosts.gcp_names import name_host, private_zone
from components.hosts.gcp_network import Ground, ground
from components.hosts.gcp_scope import PROVIDER, Scope
from components.hosts.gcp_settings import GcpSettings
from components.hosts.gcp_store import bucket, publish, store_name
from components.hosts.secret_names import secret_files
from schemas.errors import UsageError
from schemas.plan import HostPlan, Plan


@dataclass(kw_only=True)
class _Made:
    """What `prepare` made, for hosts and links to stand on."""

    scope: Scope
    parent: pulumi.Resource
    ground: Ground
    keys: Mapping[str, RegionKeys]
    stores: Mapping[str, storage.Bucket]
    names: dns.ManagedZone
    spreads: Mapping[tuple[str, str], compute.ResourcePolicy]
    gateways: Mapping[str, compute.HaVpnGateway]


class GcpBackend:
    """Makes a plan's part on Google Cloud. One per stack: it remembers the ground between the calls."""

    target = "cloud"
    provider = PROVIDER

    def __init__(self, settings: GcpSettings, provider: pulumi.ProviderResource | None = None) -> None:
        """Take the project, and the provider that acts in it.

        Args:
            settings: The project and who answers for it.
            provider: Explicit provider; None takes the stack's default one.

        Raises:
            UsageError: No project is named.
        """
        if not settings.project:
            raise UsageError(
                "no project of Google Cloud is named",
                remedy="Name it: pulumi config set geofleet:gcpProject PROJECT_ID.",
            )
        self._settings = settings
        self._provider = provider
        self._made: _Made | None = None

    def store_url(self, plan: Plan, host: HostPlan) -> str:
        """Return the host's own door to its region's bucket: only root may ask for the token that it needs."""
        return STORE_URL

    def fragment(self, plan: Plan, host: HostPlan) -> Fragment:
        """Return what a machine on GCP needs beside the core: disk, secrets, clock, names, and its door to the store."""
        scope = self._scope(plan)
        return gcp_fragment(
            GcpHost(
                project=scope.project,
                bucket=store_name(plan.stack, scope.project, host.region),
                secrets={file: secret_id(plan.stack, host.host, file) for file in secret_files(host)},
            )
        )

    def prepare(self, plan: Plan, *, parent: pulumi.Resource) -> None:
        """Make network, keys, stores, private names, alarms and budget."""
        scope = self._scope(plan)
        base = ground(scope, parent=parent)
        known = project(scope, base, parent=parent)
        keys = {
            region.region: region_keys(scope, region, base, known.agents, parent=parent) for region in scope.regions
        }
        self._made = _Made(
            scope=scope,
            parent=parent,
            ground=base,
            keys=keys,
            stores={
                region.region: bucket(scope, region, keys[region.region], parent=parent) for region in scope.regions
            },
            names=private_zone(scope, base, parent=parent),
            spreads={
                (fleet, region): spread_policy(scope, fleet, region, parent=base.network)
                for fleet, region in sorted({(host.fleet, host.region) for host in scope.hosts})
            },
            gateways={},
        )
        budget(scope, base, known, alarms(scope, base, parent=parent), parent=parent)

    def machine(self, host: HostPlan, *, user_data: str, parent: pulumi.Resource) -> Machine:
        """Make one host: its identity, its secrets (empty), its firewall rules, its disk and its instance.

        Raises:
            UsageError: The plan's machine type is missing, or cannot be what the plan says.
        """
        made = self._ready()
        scope, keys = made.scope, made.keys[host.region]
        identity = account(scope, host, made.stores[host.region], after=made.ground.services, parent=parent)
        rights = secrets(scope, host, keys, reader=identity, parent=parent)
        admit(scope, host, made.ground, account=identity.email, parent=parent)
        parts = MachineParts(
            ground=made.ground,
            account=identity.email,
            key=keys.keys["disks"].id,
            spread=made.spreads[host.fleet, host.region],
            before=(keys.grants["disks"], *rights),
        )
        resource = instance(scope, host, parts, user_data=user_data, parent=parent)
        name_host(scope, made.names, host, parent=parent)
        return Machine(resource=resource, address=pulumi.Output.from_input(host.address))

    def publish(self, configuration: SignedConfiguration, *, parent: pulumi.Resource) -> pulumi.Resource:
        """Put into each region's bucket what that region's hosts need."""
        made = self._ready()
        last: pulumi.Resource = made.ground.network
        for region in made.scope.regions:
            last = publish(made.scope, region, made.stores[region.region], configuration)
        return last

    def listen(self, crossings: Sequence[Crossing], *, parent: pulumi.Resource) -> Mapping[str, Gateway]:
        """Make a gateway in every region that a link to AWS ends in."""
        made = self._ready()
        made.gateways = gcp_crossings.gateways(made.scope, made.ground, crossings, parent=parent)
        return gcp_crossings.offered(made.gateways, crossings)

    def accept(
        self, crossings: Sequence[Crossing], tunnels: Mapping[str, tuple[Tunnel, Tunnel]], *, parent: pulumi.Resource
    ) -> None:
        """Make this end of every link's tunnels."""
        made = self._ready()
        for crossing in crossings:
            gcp_crossings.accept(made.scope, made.ground, made.gateways, crossing, tunnels[crossing.name])

    def _scope(self, plan: Plan) -> Scope:
        return Scope(settings=self._settings, plan=plan, provider=self._provider)

    def _ready(self) -> _Made:
        assert self._made is not None, "prepare comes first"
        return self._made


__all__ = ["GcpBackend", "GcpSettings"]
