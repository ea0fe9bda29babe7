"""What fleets of every role must say: what they run, how many they are, whom they are near."""

from __future__ import annotations

from collections import Counter

from schemas import workloads
from schemas.diagnostics import Path, nearest
from schemas.loading.judged import Judged, Problems, size_of
from schemas.loading.meaning_chains import download_problems
from schemas.loading.meaning_hubs import limit_problems
from schemas.loading.meaning_places import operator_problems
from schemas.spec import CatalogueClient, Client, Fleet, NearHub, ValidatorFleet
from schemas.survival import members_max_per_domain

ROLES_OF_CLIENT = {client: declared.roles for client, declared in workloads.CATALOGUE.items()}
"""Which roles a client serves."""


def fleet_problems(judged: Judged, name: str, fleet: Fleet) -> Problems:
    """Yield what is wrong with a fleet, whatever its role."""
    at: Path = ("fleets", name)
    yield from _workload(judged, fleet, at)
    yield from _size(judged, fleet, at)
    yield from _near(judged, name, fleet)
    yield from _ports(judged, fleet, at)
    yield from _disruption(judged, fleet, at)
    yield from operator_problems(judged, fleet.operator, (*at, "operator"))
    for combination, times in Counter(tuple(sorted(kinds)) for kinds in fleet.survive_together).items():
        if times > 1:
            yield judged.problem(
                "SPEC359", f"[{', '.join(combination)}] is listed {times} times", (*at, "survive_together"), of_key=True,
                remedy="Keep one of them.",
            )  # fmt: skip


def _workload(judged: Judged, fleet: Fleet, at: Path) -> Problems:
    if (fleet.client is None) == (fleet.workload is None):
        said = "says both 'client' and 'workload: none'" if fleet.client else "does not say what its hosts run"
        yield judged.problem(
            "SPEC302", said, at, of_key=True,
            remedy="Give 'client: {name, version}', or 'workload: none' if the hosts run nothing yet.",
        )  # fmt: skip
    if fleet.client is not None:
        yield from client_problems(judged, fleet.client, fleet, (*at, "client"))


def client_problems(judged: Judged, client: Client, fleet: Fleet, path: Path) -> Problems:
    """Yield what is wrong with a client of the catalogue; a custom one may serve any role."""
    if not isinstance(client, CatalogueClient):
        return
    if fleet.role not in ROLES_OF_CLIENT[client.name]:
        roles = " or ".join(f"'{role}'" for role in ROLES_OF_CLIENT[client.name])
        yield judged.problem(
            "SPEC312", f"client '{client.name}' serves role {roles}, not '{fleet.role}'", (*path, "name"),
            remedy="Change the role, or write 'workload: none' instead of 'client'.",
        )  # fmt: skip
    yield from download_problems(judged, client.url, client.sha256, path)
    chain = judged.network.chains.get(fleet.chain_id or "")
    if isinstance(fleet, ValidatorFleet) and chain is not None and chain.engine != _engine_of(client):
        yield judged.problem(
            "SPEC329", f"client '{client.name}' does not run engine '{chain.engine}' of chain '{fleet.chain}'",
            (*path, "name"), remedy="Choose a client of that engine, such as a custom one, or another chain.",
        )  # fmt: skip


def _engine_of(client: CatalogueClient) -> str:
    return workloads.CATALOGUE[client.name].engine


def _size(judged: Judged, fleet: Fleet, at: Path) -> Problems:
    given = [key for key in ("count", "members", "per_hub") if getattr(fleet, key, None)]
    if len(given) > 1:
        yield judged.problem(
            "SPEC303", f"'{given[0]}' and '{given[1]}' both say how many members there are", (*at, given[1]),
            of_key=True, remedy=f"Keep one of {' and '.join(given)}.",
        )  # fmt: skip
    if fleet.members_per_hub and not fleet.near_hubs:
        yield judged.problem(
            "SPEC304", "needs at least one hub under 'near'", (*at, "per_hub"), of_key=True,
            remedy="Name the hubs under 'near', or give 'count'.",
        )  # fmt: skip
    elif fleet.members_per_hub and not all(near.latency_ms_max for near in fleet.near_hubs):
        yield judged.problem(
            "SPEC304", "needs a 'latency_ms_max' for every hub under 'near'", (*at, "per_hub"), of_key=True,
            remedy="Say how near is near, or give 'count'.",
        )  # fmt: skip


def _near(judged: Judged, name: str, fleet: Fleet) -> Problems:
    network = judged.network
    seen: set[str] = set()
    for position, near in enumerate(fleet.near):
        at: Path = ("fleets", name, "near", position)
        if isinstance(near, NearHub):
            if near.hub not in network.hubs:
                yield judged.problem(
                    "SPEC305", f"hub '{near.hub}' is not under 'hubs'", (*at, "hub"),
                    remedy=nearest(near.hub, network.hubs) if network.hubs else "Add it under 'hubs'.",
                )  # fmt: skip
            elif near.hub in seen:
                yield judged.problem(
                    "SPEC313", f"hub '{near.hub}' is named twice", (*at, "hub"), remedy="Keep the stricter limit."
                )
            else:
                yield from limit_problems(judged, near, network.hubs[near.hub], at)
            seen.add(near.hub)
        elif near.fleet == name:
            yield judged.problem(
                "SPEC320", "a fleet cannot be near itself", (*at, "fleet"),
                remedy="Limit the round trips inside it with 'latency: {between_members_ms_max}'.",
            )  # fmt: skip
        elif near.fleet not in network.fleets:
            others = [other for other in network.fleets if other != name]
            yield judged.problem(
                "SPEC320", f"fleet '{near.fleet}' is not under 'fleets'", (*at, "fleet"),
                remedy=nearest(near.fleet, others),
            )  # fmt: skip


def _ports(judged: Judged, fleet: Fleet, at: Path) -> Problems:
    own = isinstance(fleet.client, CatalogueClient) and workloads.Assignment(
        client=fleet.client.name, version=fleet.client.version
    )
    holder = {
        port.number: port.name for port in workloads.ports_of([own] if own else []) if port.name not in fleet.ports
    }
    for name, port in fleet.ports.items():
        path: Path = (*at, "ports", name)
        if port.number in holder:
            yield judged.problem(
                "SPEC354", f"{port.number} is the port of '{holder[port.number]}' already", (*path, "number"),
                remedy="Give each name a number of its own.",
            )  # fmt: skip
        holder.setdefault(port.number, name)
        has_sentries = isinstance(fleet, ValidatorFleet) and fleet.sentries is not None
        has_signers = isinstance(fleet, ValidatorFleet) and fleet.signer.kind != "local"
        if (port.reach == "sentries" and not has_sentries) or (port.reach == "signers" and not has_signers):
            needed = "sentries" if port.reach == "sentries" else "signer: {kind: remote_threshold}"
            yield judged.problem(
                "SPEC355", f"the fleet has no {port.reach} that could connect", (*path, "reach"),
                remedy=f"Add '{needed}', or choose another reach.",
            )  # fmt: skip


def _disruption(judged: Judged, fleet: Fleet, at: Path) -> Problems:
    size, wanted = size_of(fleet), fleet.disruption.unavailable_max
    if size is None or "disruption" not in fleet.model_fields_set:
        return
    size += len(fleet.external_members)
    most = members_max_per_domain(fleet.quorum, size, reports_min=fleet.threshold or 1)
    if wanted > most:
        may = "none may be out" if most < 1 else f"only {most} may be out"
        yield judged.problem(
            "SPEC360", f"is {wanted}, but of {size} members {may} while the fleet goes on",
            (*at, "disruption", "unavailable_max"),
            remedy="Add members." if most < 1 else f"Lower it to {most}, or add members.",
        )  # fmt: skip
