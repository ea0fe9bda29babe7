"""Network configuration: what every host is told of the others, rendered from plan and key ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from components.bootstrap.clients.catalogue import genesis_files, host_programs, rendering_of
from components.bootstrap.clients.rendering import View
from components.bootstrap.members import MissingKeyError
from schemas.canonical import canonical_json, sha256_hex
from schemas.ledger import Ledger
from schemas.plan import HostPlan, Plan
from schemas.workloads import services_of

SCHEMA = "geofleet/configuration/v1"
FIRST_START_SCHEMA = "geofleet/first-start/v1"


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What the store publishes; all of it public."""

    documents: Mapping[str, str]
    """Host to its document (canonical JSON): the bytes that are signed."""
    blobs: Mapping[str, str]
    """SHA-256 (hex) to text: the files that documents name, and programs that boot data names."""


def network_configuration(plan: Plan, ledger: Ledger, *, stand_ins: str = "") -> Configuration:
    """Return every host's configuration; hosts without workload have no files.

    Args:
        plan: The plan.
        ledger: The stack's keys.
        stand_ins: Address of the lab's stand-ins for exchanges and chains of others; empty: hosts ask the world.

    Raises:
        MissingKeyError: The ledger lacks a key of a validator.
    """
    documents: dict[str, str] = {}
    blobs: dict[str, str] = {}
    view = View(plan=plan, ledger=ledger, genesis=genesis_files(plan, ledger), stand_ins=stand_ins)
    for host in plan.hosts:
        services = services_of(host.assignments)
        files = _files(view, host)
        blobs |= {sha256_hex(program.text): program.text for program in host_programs(services)}
        blobs |= {sha256_hex(text): text for text in files.values()}
        documents[host.host] = canonical_json(
            {
                "schema": SCHEMA,
                "stack": plan.stack,
                "host": host.host,
                "files": [{"path": path, "sha256": sha256_hex(text)} for path, text in sorted(files.items())],
                "units": [unit for service in services for unit in service.units],
            }
        )
    return Configuration(documents=documents, blobs=dict(sorted(blobs.items())))


def _files(view: View, host: HostPlan) -> dict[str, str]:
    """Return path to text of one host's files; the first folder is the unit that they belong to."""
    files: dict[str, str] = {}
    for service in services_of(host.assignments):
        found = rendering_of(service).files(view, host, service)
        assert all(path.split("/")[0] in service.unit_names for path in found), f"{service.name} writes elsewhere"
        files |= found
    return files


def first_start_document(ledger: Ledger, plan: Plan, host: HostPlan) -> str:
    """Return a host's one-time permission to sign without former sign state (canonical JSON, to be signed).

    Raises:
        MissingKeyError: The ledger holds no permission for the host.
    """
    found = ledger.first_start(host.host)
    if found is None:
        raise MissingKeyError(
            f"the key ledger holds no first-start permission for {host.host}",
            at=f"stacks/{ledger.stack}.keys.yaml",
        )
    return canonical_json(
        {
            "schema": FIRST_START_SCHEMA,
            "stack": plan.stack,
            "host": host.host,
            "chain_id": ledger.chain_id(plan.fleet(host.fleet).chain),
            "token": found.token,
            "expires": found.expires,
        }
    )
