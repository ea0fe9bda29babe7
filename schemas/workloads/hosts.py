"""What a host runs, opens and needs, given its clients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from schemas.purposes import Purpose
from schemas.roles import Role
from schemas.workloads.catalogue import CATALOGUE
from schemas.workloads.model import Assignment, Port, Program, Reach, Service

BASE_PORTS = (
    Port(name="ssh", number=22, reach=Reach.OPERATOR),
    Port(name="node_exporter", number=9100, reach=Reach.OPERATOR, metrics_path="/metrics"),
)
"""On every host. Node exporter's number: its own default."""

BASE_UNITS = (
    "ssh.service",
    "nftables.service",
    "prometheus-node-exporter.service",
    "geofleet-configuration.service",
)
"""Active on every host."""

SANDBOXED_BASE_UNITS = ("prometheus-node-exporter.service", "geofleet-configuration.service")
"""Those of the base units that must also pass the sandbox limit; sshd and nftables administer the host itself."""

BASE_KEYS = (Purpose.SSH_HOST,)
"""Of every host."""

KEYS_OF_ROLE: dict[Role, tuple[Purpose, ...]] = {
    Role.VALIDATOR: (Purpose.CONSENSUS, Purpose.NODE),
    Role.RELAYER: (),
    Role.SEQUENCER: (),
    Role.ORACLE: (),
}
"""Keys that a role asks for, whatever its client."""


def services_of(assignments: Iterable[Assignment]) -> tuple[Service, ...]:
    """Return the services of a host, in the order of its assignments; the host's own client comes first."""
    return tuple(_services(assignments))


def _services(assignments: Iterable[Assignment]) -> Iterator[Service]:
    taken: Counter[int] = Counter()
    for assignment in assignments:
        workload = CATALOGUE[assignment.client]
        numbers = [port.number for port in workload.ports]
        position = max((taken[number] for number in numbers), default=0)
        yield Service(workload=workload, version=assignment.version, chain=assignment.chain, position=position)
        taken.update(dict.fromkeys(numbers, 1))


def ports_of(assignments: Iterable[Assignment]) -> tuple[Port, ...]:
    """Return every port that a host with these clients listens on, sorted by number."""
    own = [port for service in services_of(assignments) for port in service.ports]
    return tuple(sorted((*BASE_PORTS, *own), key=lambda port: port.number))


def workload_units_of(assignments: Iterable[Assignment]) -> tuple[str, ...]:
    """Return the units of a host's clients."""
    return tuple(unit for service in services_of(assignments) for unit in service.units)


def units_of(assignments: Iterable[Assignment]) -> tuple[str, ...]:
    """Return every unit that must be active on a host with these clients."""
    return BASE_UNITS + workload_units_of(assignments)


def sandboxed_units_of(assignments: Iterable[Assignment]) -> tuple[str, ...]:
    """Return the units whose sandbox must be of exposure 2.0 or less."""
    return SANDBOXED_BASE_UNITS + workload_units_of(assignments)


def programs_of(assignments: Iterable[Assignment]) -> tuple[tuple[Program, str], ...]:
    """Return what a host fetches, each program once, with its version."""
    found = {
        program.name: (program, program.version or service.version)
        for service in services_of(assignments)
        for program in service.workload.programs
    }
    return tuple(found[name] for name in sorted(found))


def keys_of(role: Role, assignments: Iterable[Assignment]) -> tuple[Purpose, ...]:
    """Return the keys that a host must have, each once; a client outside the catalogue asks for none."""
    wanted = [*KEYS_OF_ROLE[role]]
    for service in services_of(assignment for assignment in assignments if assignment.client in CATALOGUE):
        wanted += service.workload.companion_keys if service.chain else service.workload.keys
    return tuple(dict.fromkeys((*wanted, *BASE_KEYS)))


def fleet_keys_of(assignments: Iterable[Assignment]) -> tuple[Purpose, ...]:
    """Return the keys that a host has in common with its fleet; a client outside the catalogue asks for none."""
    services = services_of(assignment for assignment in assignments if assignment.client in CATALOGUE)
    return tuple(dict.fromkeys(p for s in services if not s.chain for p in s.workload.fleet_keys))
