"""Who reaches a host: firewall rules aimed at its own service account, ports from the catalogue, sessions by IAP."""

from __future__ import annotations

import pulumi
from pulumi_gcp import compute

from components.bootstrap.fragments_gcp import IAP_RANGE
from components.hosts.admission import WORLD, admissions
from components.hosts.gcp_network import Ground
from components.hosts.gcp_scope import Scope
from schemas.plan import HostPlan

ALLOW_PRIORITY = 1000


def is_public(scope: Scope, host: HostPlan) -> bool:
    """Return whether the world reaches a port of the host, which then has an external address."""
    fleet = scope.plan.fleet(host.fleet)
    return any(WORLD in admission.sources.values() for admission in admissions(scope.plan, fleet))


def admit(
    scope: Scope, host: HostPlan, ground: Ground, *, account: pulumi.Output[str], parent: pulumi.Resource
) -> None:
    """Make a host's rules: one for each port of its client, and one for sessions through IAP."""
    entries = {"ssh": ("22", [IAP_RANGE])}
    for admission in admissions(scope.plan, scope.plan.fleet(host.fleet)):
        entries[admission.port.name] = (str(admission.port.number), sorted(set(admission.sources.values())))
    for name, (port, sources) in entries.items():
        rule = scope.name(host.host, name)
        compute.Firewall(
            rule,
            name=rule,
            project=scope.project,
            network=ground.network.id,
            description=f"{name} of {host.host}" + (", through IAP only" if name == "ssh" else ""),
            direction="INGRESS",
            priority=ALLOW_PRIORITY,
            source_ranges=sources,
            target_service_accounts=[account],
            allows=[compute.FirewallAllowArgs(protocol="tcp", ports=[port])],
            log_config=compute.FirewallLogConfigArgs(metadata="INCLUDE_ALL_METADATA") if name == "ssh" else None,
            opts=scope.options(parent),
        )
