"""Who may open a connection to which port: the cloud firewalls' entries, from the catalogue's ports.

The same for every cloud, and decided from the plan alone. A host's own firewall
(`components.bootstrap.firewall`) says the same once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.plan import FleetPlan, HostPlan, Plan
from schemas.workloads import Port, ports_of

WORLD = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class Admission:
    """One port of a fleet's hosts, and who may connect to it."""

    port: Port
    sources: Mapping[str, str]
    """Name to IPv4 network: a region's subnet, a host's address, or the world. One firewall entry each."""

    @property
    def protocols(self) -> tuple[str, ...]:
        """Return the transports that the port is open for: `tcp`, `udp` or both."""
        protocol = str(getattr(self.port, "protocol", "tcp"))
        return ("tcp", "udp") if protocol == "both" else (protocol,)


def admissions(plan: Plan, fleet: FleetPlan) -> tuple[Admission, ...]:
    """Return the ports that a fleet's hosts are reached on from elsewhere, sorted by number.

    Ports for processes on the host and for operators are not among them: operators
    come through the cloud's own door (Session Manager, IAP), not over the network.
    """
    found = []
    ports = {port for host in plan.hosts_of(fleet.name) for port in ports_of(host.assignments)}
    for port in sorted(ports, key=lambda port: (port.number, port.name)):
        sources = _sources(port.reach.value, plan)
        if sources:
            found.append(Admission(port=port, sources=sources))
    return tuple(found)


def _sources(reach: str, plan: Plan) -> dict[str, str]:
    """Return the networks behind a reach: whole regions for every host, single hosts for one role."""
    if reach == "network":
        # One entry for each region, not for each host: its subnet has hosts of this network only.
        return {region.region.replace(":", "-"): region.cidr for region in plan.regions}
    if reach == "world":
        return {"world": WORLD}
    role = {"sentries": "sentry", "signers": "signer"}.get(reach)
    return {host.host: f"{host.address}/32" for host in plan.hosts if role and host.role.value == role}


def needs_internet(host: HostPlan) -> bool:
    """Return whether a host opens connections to the world: relayers, oracles and sentries do, signers never."""
    return host.role.value in ("relayer", "oracle", "sentry")


def is_public(plan: Plan, fleet: FleetPlan) -> bool:
    """Return whether anyone may connect to a fleet: then it needs a public endpoint."""
    return any("world" in admission.sources for admission in admissions(plan, fleet))
