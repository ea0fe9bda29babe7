"""The stand-in for GCP: every resource in the interface's form, checked, and kept in a world of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from tests.standins.base.ground import Ground
from tests.standins.base.kind import Call, Kind, RefusedError
from tests.standins.base.servicer import StandinCloud
from tests.standins.base.values import UNKNOWN, Asset, has_unknown
from tests.standins.base.vocabulary import Problem
from tests.standins.gcp import tables_machine, tables_network, tables_trust, tables_watching
from tests.standins.gcp.discovery import problems as document_problems
from tests.standins.gcp.meaning import STORAGE_AGENT, Asked, refusals
from tests.standins.gcp.shapes import (
    Inputs,
    Table,
    body_of,
    inputs_of,
    references,
    replacing,
    settings_of,
    undeclared,
)
from tests.standins.gcp.tables_trust import PROJECT_NUMBER
from tests.standins.gcp.world import Entry, World

VERSION = "10.2.0"
TABLES = (*tables_network.TABLES, *tables_machine.TABLES, *tables_trust.TABLES, *tables_watching.TABLES)
_SERVICE_OF_API = {"serviceusage": ""}
"""Interfaces that need not be switched on; every other is the service of its own name."""
_BUCKET, _OBJECT = "gcp:storage/bucket:Bucket", "gcp:storage/bucketObject:BucketObject"


class TableKind(Kind["GcpCloud"]):
    """A type of resource, as its table says."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.token = table.token
        self.replaces = frozenset(replacing(table.fields))
        self.generated = table.generated

    def problems(self, inputs: Inputs) -> Iterator[Problem]:
        """Yield what is not translated, and what the discovery document refuses."""
        yield from undeclared(self.table.fields, inputs)
        if self.table.path.count("{name}") and inputs.get("name") is None:
            yield "name", "is not given: a resource that peers and people refer to is named by its program"
        if "project" in self.table.fields and inputs.get("project") is None:
            yield "project", "is not given: the provider's default could be another"
        for problem in document_problems(self.table.api, self.table.message, body_of(self.table, inputs)):
            yield "", problem

    def create(self, call: Call[GcpCloud]) -> str:
        """Make it.

        Raises:
            RefusedError: Google would refuse it.
        """
        with call.cloud.lock:
            number = call.cloud.ground.next_number("gcp")
            name = self.table.path.format(number=number, **_texts(call.inputs))
            kept = call.cloud.world.kept(name)
            if kept:
                forever = " (it was destroyed, but Google keeps the name for ever)" if kept.is_gone else ""
                raise RefusedError("409 alreadyExists", f"{name} already exists{forever}")
            self._keep(
                call, name, assigned=dict(self.table.assigned(number, call.inputs)) if self.table.assigned else {}
            )
        return name

    def read(self, call: Call[GcpCloud]) -> Mapping[str, Any] | None:
        """Return what the world holds of it."""
        entry = call.cloud.world.get(call.id)
        if entry is None:
            return None
        found = inputs_of(self.table, dict(entry.body), call.inputs)
        settings = {name: value for name, value in call.inputs.items() if name in settings_of(self.table, call.inputs)}
        more = self.table.outputs(call.id, call.inputs) if self.table.outputs else {}
        return {**settings, **found, **more, **entry.assigned}

    def update(self, call: Call[GcpCloud], changed: frozenset[str]) -> None:
        """Change it in place.

        Raises:
            RefusedError: Google would refuse it, or the provider has to stop the machine and may not.
        """
        with call.cloud.lock:
            entry = call.cloud.world.get(call.id)
            assert entry, "the servicer has read it"
            stops = changed & {"machineType", "minCpuPlatform", "shieldedInstanceConfig", "serviceAccount"}
            if (
                self.token == "gcp:compute/instance:Instance"
                and stops
                and not call.inputs.get("allowStoppingForUpdate")
            ):
                raise RefusedError("provider", f"changing {', '.join(sorted(stops))} needs allowStoppingForUpdate")
            self._keep(call, call.id, assigned=dict(entry.assigned))

    def delete(self, call: Call[GcpCloud]) -> None:
        """Remove it; what Google keeps for ever is only forgotten.

        Raises:
            RefusedError: It is protected, or something still uses it.
        """
        world = call.cloud.world
        with call.cloud.lock:
            entry = world.get(call.id)
            if entry is None:
                return
            if call.inputs.get("deletionPolicy") == "PREVENT":
                raise RefusedError("provider", f"{call.id} has deletion_policy PREVENT")
            if call.inputs.get("deletionPolicy") == "ABANDON":
                return
            if call.inputs.get("deletionProtection") or entry.body.get("deletionProtection"):
                raise RefusedError("400 invalid", f"{call.id} has deletion protection")
            _refuse_while_used(world, entry, self.table)
            _refuse_while_full(world, entry, call.inputs)
            if self.table.is_lasting:
                world.put(Entry(**{**vars(entry), "is_gone": True}))
            else:
                world.drop(call.id)

    def _keep(self, call: Call[GcpCloud], name: str, *, assigned: Mapping[str, Any]) -> None:
        world, body = call.cloud.world, body_of(self.table, call.inputs)
        wrong = [problem for _, problem in self.problems(call.inputs)]
        if wrong:
            raise RefusedError("400 invalid", "; ".join(wrong))
        _refuse_without_service(world, self.table, name, call.cloud.project)
        found = tuple(references(self.table.fields, call.inputs, call.inputs))
        for at, token, target in found:
            entry = world.get(target)
            if entry is None or entry.token != token:
                raise RefusedError("404 notFound", f"{name}: {at} names {target}, which does not exist")
        for code, message in refusals(self.token, Asked(world=world, name=name, inputs=call.inputs, body=body)):
            raise RefusedError(code, f"{name}: {message}")
        world.put(
            Entry(
                name=name,
                token=self.token,
                body=body,
                settings={key: _told(value) for key, value in settings_of(self.table, call.inputs).items()},
                assigned=assigned,
                refers=tuple((at, target) for at, _, target in found),
            )
        )


def _texts(inputs: Inputs) -> dict[str, str]:
    return {key: value for key, value in inputs.items() if isinstance(value, str)}


def _told(value: Any) -> Any:
    return {"sha256": value.sha256, "path": value.path} if isinstance(value, Asset) else value


def _refuse_without_service(world: World, table: Table, name: str, project: str) -> None:
    service = _SERVICE_OF_API.get(table.api, table.api)
    project = name.split("/")[1] if name.startswith("projects/") else project
    if service and world.get(f"projects/{project}/services/{service}.googleapis.com") is None:
        raise RefusedError(
            "403 accessNotConfigured",
            f"{service}.googleapis.com has not been used in project {project} before or it is disabled",
        )


def _refuse_while_used(world: World, entry: Entry, table: Table) -> None:
    if not table.is_held:
        return
    for other in world.entries():
        if other.name != entry.name and any(target == entry.name for _, target in other.refers):
            raise RefusedError(
                "400 resourceInUseByAnotherResource", f"'{entry.name}' is already being used by '{other.name}'"
            )


def _refuse_while_full(world: World, entry: Entry, inputs: Inputs) -> None:
    """Refuse what still has something in it: Google deletes no bucket with objects, no zone with records."""
    inside = [
        other for other in world.entries()
        if any(target == entry.name for _, target in other.refers)
        and (entry.token, other.token) in (
            (_BUCKET, _OBJECT), ("gcp:dns/managedZone:ManagedZone", "gcp:dns/recordSet:RecordSet"),
        )
    ]  # fmt: skip
    if inside and not inputs.get("forceDestroy"):
        raise RefusedError("409 conflict", f"'{entry.name}' still has '{inside[0].name}' in it")
    for other in inside:
        world.drop(other.name)


class GcpCloud(StandinCloud):
    """One project of Google's, empty at first."""

    package = "gcp"
    version = VERSION
    settings = frozenset({"project", "region", "zone", "defaultLabels"})

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.kinds = {table.token: TableKind(table) for table in TABLES}
        self.world = World(ground)
        self.lock = threading.RLock()
        self.project = ""

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Take the provider's configuration."""
        self.project = str(settings.get("project", ""))

    def region(self, values: Mapping[str, Any]) -> str:
        """Return the region (or zone, or location) of a resource; empty for what is everywhere."""
        found = next((values[key] for key in ("zone", "region", "location") if isinstance(values.get(key), str)), "")
        return str(found)

    def shared_outputs(self, kind: Kind[Any], inputs: Mapping[str, Any], region: str) -> Mapping[str, Any]:
        """Return the labels that the provider adds to those of the program."""
        labels = inputs.get("labels")
        labelled = isinstance(kind, TableKind) and "labels" in kind.table.fields and kind.table.api != "monitoring"
        if not labelled or not isinstance(labels, Mapping) or has_unknown(labels):
            return {}
        return {"effectiveLabels": {**labels, "goog-pulumi-provisioned": "true"}, "pulumiLabels": dict(labels)}

    def invoke(self, token: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer a function.

        Raises:
            RefusedError: The stand-in has no such function.
        """
        if has_unknown(arguments):
            return dict.fromkeys(("number", "member", "emailAddress"), UNKNOWN)
        if token == "gcp:organizations/getProject:getProject":
            project = arguments.get("projectId") or self.project
            return {"id": f"projects/{project}", "projectId": project, "number": PROJECT_NUMBER, "name": project}
        if token == "gcp:storage/getProjectServiceAccount:getProjectServiceAccount":
            email = STORAGE_AGENT.removeprefix("serviceAccount:")
            return {
                "id": email,
                "emailAddress": email,
                "member": STORAGE_AGENT,
                "project": arguments.get("project", ""),
            }
        raise RefusedError("notFound", f"the stand-in for gcp has no function {token}: teach it, or do without")

    def api_error(self, error: Exception) -> str | None:
        """Return None: refusals here are `RefusedError`, every other error is a mistake of the stand-in."""
        del error
        return None


__all__ = ["GcpCloud", "TableKind"]
