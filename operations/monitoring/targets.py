"""Every place of a stack where metrics are served, in the form of Prometheus's file-based discovery (`file_sd`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.plan import HostPlan, Plan
from schemas.workloads import BASE_PORTS, Trait, services_of


@dataclass(frozen=True, kw_only=True)
class Target:
    """One address with metrics."""

    address: str
    """`ADDRESS:PORT`."""
    path: str
    host: str
    fleet: str
    role: str
    region: str
    service: str
    """Name of the client's service on the host; `host` for node exporter."""
    chain: str = ""
    """Chain whose node it is. Others have none: their own metrics say `chain`, and must not be renamed."""


def targets_of(plan: Plan) -> tuple[Target, ...]:
    """Return every target of a plan's hosts, in the plan's order; each host has at least its node exporter."""
    return tuple(target for host in plan.hosts for target in _of_host(host, plan.fleet(host.fleet).chain))


def _of_host(host: HostPlan, own_chain: str) -> Iterator[Target]:
    for port in BASE_PORTS:
        if port.metrics_path:
            yield _target(host, port.number, port.metrics_path, service="host")
    for service in services_of(host.assignments):
        chain = (service.chain or own_chain) if service.has(Trait.COMETBFT_NODE) else ""
        for port in service.ports:
            if port.metrics_path:
                yield _target(host, port.number, port.metrics_path, service=service.name, chain=chain)


def _target(host: HostPlan, number: int, path: str, *, service: str, chain: str = "") -> Target:
    return Target(
        address=f"{host.address}:{number}", path=path, host=host.host, fleet=host.fleet, role=host.role.value,
        region=host.region, service=service, chain=chain,
    )  # fmt: skip


def file_sd(stack: str, targets: tuple[Target, ...]) -> list[dict[str, object]]:
    """Return the targets as Prometheus reads them from a file: a list of groups, each with its labels."""
    groups: list[dict[str, object]] = []
    for target in targets:
        labels = {
            "stack": stack, "host": target.host, "fleet": target.fleet, "role": target.role, "region": target.region,
            "service": target.service, "__metrics_path__": target.path,
        }  # fmt: skip
        groups.append(
            {"targets": [target.address], "labels": labels | ({"chain": target.chain} if target.chain else {})}
        )
    return groups
