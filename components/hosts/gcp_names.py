"""Private names on GCP: `<host>.<stack>.geofleet.internal`, answered inside the network only."""

from __future__ import annotations

import pulumi
from pulumi_gcp import dns

from components.hosts.gcp_network import Ground
from components.hosts.gcp_scope import Scope
from schemas.plan import HostPlan

SECONDS_KEPT = 60


def domain(stack: str) -> str:
    """Return a stack's private domain, with the dot that ends it."""
    return f"{stack}.geofleet.internal."


def private_zone(scope: Scope, ground: Ground, *, parent: pulumi.Resource) -> dns.ManagedZone:
    """Make the zone, visible in the stack's network only."""
    return dns.ManagedZone(
        scope.name("names"),
        name=scope.name("names"),
        project=scope.project,
        dns_name=domain(scope.plan.stack),
        description=f"Hosts of geofleet stack {scope.plan.stack}",
        visibility="private",
        private_visibility_config=dns.ManagedZonePrivateVisibilityConfigArgs(
            networks=[dns.ManagedZonePrivateVisibilityConfigNetworkArgs(network_url=ground.network.id)]
        ),
        labels=scope.labels(),
        opts=scope.options(parent),
    )


def name_host(scope: Scope, zone: dns.ManagedZone, host: HostPlan, *, parent: pulumi.Resource) -> None:
    """Give a host its name."""
    dns.RecordSet(
        scope.name(host.host, "name"),
        project=scope.project,
        managed_zone=zone.name,
        name=f"{host.host}.{domain(scope.plan.stack)}",
        type="A",
        ttl=SECONDS_KEPT,
        rrdatas=[host.address],
        opts=scope.options(parent),
    )
