"""Who reaches a host: firewall rules aimed at its own service account, ports from the catalogue, sessions by IAP."""

from __future__ import annotations

import pulumi
from pulumi_gcp import compute

from components.bootstrap.fragments_gcp import IAP_RANGE
from components.hosts.admission import admissions
from components.hosts.gcp_network import Ground
from components.hosts.gcp_scope import Scope
from schemas.plan import HostPlan

ALLOW_PRIORITY = 1000


def admit(
    scope: Scope, host: HostPlan, ground: Ground, *, account: pulumi.Output[str], parent: pulumi.Resource
) -> None:
    """Make a host's rules: one for each port of its client, and one for sessions through IAP.

    Each is logged: who came in to a client's port matters after an incident, by address; sessions with all that is known.
    """
    entries: dict[str, tuple[tuple[str, ...], str, list[str]]] = {"ssh": (("tcp",), "22", [IAP_RANGE])}
    for admission in admissions(scope.plan, scope.plan.fleet(host.fleet)):
        sources = sorted(set(admission.sources.values()))
        entries[admission.port.name] = (admission.protocols, str(admission.port.number), sources)
    for name, (protocols, port, sources) in entries.items():
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
            allows=[compute.FirewallAllowArgs(protocol=protocol, ports=[port]) for protocol in protocols],
            log_config=compute.FirewallLogConfigArgs(
                metadata=f"{'INCLUDE' if name == 'ssh' else 'EXCLUDE'}_ALL_METADATA"
            ),
            opts=scope.options(parent),
        )
