"""The lab as a Pulumi provider: translates the engine's calls into those of `lab.kinds`.

Known of the SDK: `read` answers an empty ID for what is gone, `diff` shows nothing
without a detailed diff, and exceptions reach users as tracebacks unless they are
turned into messages (`lab/__main__.py` does).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.provider.experimental.provider import (
    CheckFailure,
    CheckRequest,
    CheckResponse,
    ConfigureRequest,
    ConfigureResponse,
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    GetSchemaRequest,
    GetSchemaResponse,
    PropertyDiff,
    PropertyDiffKind,
    Provider,
    ReadRequest,
    ReadResponse,
    UpdateRequest,
    UpdateResponse,
)

from lab.kinds import kind_of
from lab.schema import package_schema

Inputs = dict[str, Any]


class LabProvider(Provider):
    """Regions, links, store, volumes and machines of the lab."""

    async def get_schema(self, request: GetSchemaRequest) -> GetSchemaResponse:
        """Return the package's schema."""
        return GetSchemaResponse(schema=json.dumps(package_schema()))

    async def check_config(self, request: CheckRequest) -> CheckResponse:
        """Accept the provider's configuration: there is none to give."""
        return CheckResponse(inputs=request.new_inputs)

    async def diff_config(self, request: DiffRequest) -> DiffResponse:
        """Say that configuration never changes."""
        return DiffResponse(changes=False)

    async def configure(self, request: ConfigureRequest) -> ConfigureResponse:
        """Accept plain values only; creates can be previewed."""
        return ConfigureResponse(supports_preview=True)

    async def check(self, request: CheckRequest) -> CheckResponse:
        """Refuse unknown, missing and wrongly typed properties, all at once."""
        kind, inputs = kind_of(request.type), _plain(request.new_inputs)
        failures = [CheckFailure(name, reason) for name, reason in kind.problems(inputs)]
        return CheckResponse(inputs=request.new_inputs, failures=failures)

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Compare what was with what is wanted, property by property."""
        kind = kind_of(request.type)
        old, new = _plain(request.old_state), _plain(request.new_inputs)
        detailed: dict[str, PropertyDiff] = {}
        replaces: list[str] = []
        for name in kind.properties:
            for path, change in _differences(name, old.get(name), new.get(name)):
                replace = kind.properties[name].replaces
                detailed[path] = PropertyDiff(_with_replace(change) if replace else change, input_diff=False)
                if replace and name not in replaces:
                    replaces.append(name)
        return DiffResponse(
            changes=bool(detailed),
            replaces=replaces,
            # a machine keeps its name, its address and its volume: the old one must go first
            delete_before_replace=True,
            diffs=sorted({path.split("[")[0] for path in detailed}),
            detailed_diff=detailed,
        )

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Make it, or adopt what a killed run left."""
        kind, inputs = kind_of(request.type), _plain(request.properties)
        if not request.preview:
            await asyncio.to_thread(kind.create, inputs)
        return CreateResponse(resource_id=kind.identity(inputs), properties=request.properties)

    async def read(self, request: ReadRequest) -> ReadResponse:
        """Return what exists; an empty ID for what is gone."""
        kind, known = kind_of(request.type), _plain(request.properties or request.inputs)
        found = await asyncio.to_thread(kind.read, known)
        if found is None:
            return ReadResponse(resource_id="")
        values = _values({**known, **found})
        return ReadResponse(resource_id=request.resource_id, properties=values, inputs=values)

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """Change what can be changed in place."""
        kind, inputs = kind_of(request.type), _plain(request.news)
        if not request.preview:
            await asyncio.to_thread(kind.create, inputs)
        return UpdateResponse(properties=request.news)

    async def delete(self, request: DeleteRequest) -> None:
        """Remove it; what is gone already is no error."""
        await asyncio.to_thread(kind_of(request.type).delete, _plain(request.properties))

    async def cancel(self) -> None:
        """Let running calls finish; each takes seconds."""


def _plain(properties: Mapping[str, PropertyValue]) -> Inputs:
    return {name: _value(value) for name, value in properties.items() if not name.startswith("__")}


def _value(value: PropertyValue) -> Any:
    inner = value.value
    if isinstance(inner, Computed):
        return inner
    if isinstance(inner, Mapping):
        return {key: _value(item) for key, item in inner.items()}
    if isinstance(inner, list | tuple):
        return [_value(item) for item in inner]
    return inner


def _values(plain: Mapping[str, Any]) -> dict[str, PropertyValue]:
    return {name: _property(value) for name, value in plain.items()}


def _property(value: Any) -> PropertyValue:
    if isinstance(value, Mapping):
        return PropertyValue({str(key): _property(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return PropertyValue([_property(item) for item in value])
    return PropertyValue(float(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def _differences(name: str, old: Any, new: Any) -> list[tuple[str, PropertyDiffKind]]:
    """Return the changed paths below a property; maps one level deep, so that one host's change shows as one."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return [
            (f'{name}["{key}"]', _change(old.get(key), new.get(key)))
            for key in sorted({*old, *new})
            if old.get(key) != new.get(key)
        ]
    return [] if old == new else [(name, _change(old, new))]


def _change(old: Any, new: Any) -> PropertyDiffKind:
    if old is None:
        return PropertyDiffKind.ADD
    return PropertyDiffKind.DELETE if new is None else PropertyDiffKind.UPDATE


def _with_replace(change: PropertyDiffKind) -> PropertyDiffKind:
    return {
        PropertyDiffKind.ADD: PropertyDiffKind.ADD_REPLACE,
        PropertyDiffKind.DELETE: PropertyDiffKind.DELETE_REPLACE,
        PropertyDiffKind.UPDATE: PropertyDiffKind.UPDATE_REPLACE,
    }[change]
