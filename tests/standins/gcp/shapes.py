"""From Pulumi's form of a resource to the interface's, property by property, and back.

Nothing passes that is not declared. Each type of resource is a table of fields;
`tables_*.py` have them. Names and types in Pulumi's form are the SDK's business
(`tests.standins.base.vocabulary`), those of the interface the discovery document's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins.base.values import UNKNOWN
from tests.standins.gcp import discovery

Inputs = Mapping[str, Any]
Body = dict[str, Any]

_PREFIXES = ("https://www.googleapis.com/compute/v1/", "https://compute.googleapis.com/compute/v1/")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What a property names: a resource that must exist."""

    token: str
    path: str = "{}"
    """Full name when only a short one is given: `projects/{project}/regions/{region}/routers/{}`."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One property: its place in the interface, and what a change of it does."""

    to: str = ""
    """Place in the interface, dotted; empty: the provider's own setting, or (with `inner`) the parent itself."""
    inner: Mapping[str, Field] = field(default_factory=dict)
    """Properties below it, for blocks and lists of blocks."""
    passes: bool = False
    """Whether what is below it has the same names in both forms."""
    replaces: bool = False
    refers: Reference | None = None
    convert: Callable[[Any], Any] | None = None
    """From Pulumi's value to the interface's."""
    restore: Callable[[Any], Any] | None = None
    """From the interface's value to Pulumi's."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One type of resource."""

    token: str
    api: str
    message: str
    path: str
    """Full name, with properties in braces: `projects/{project}/global/networks/{name}`; `{number}` is Google's."""
    fields: Mapping[str, Field]
    join: Callable[[Body, Inputs], Body] | None = None
    """Puts together what the interface wants together; after the fields are in their places."""
    split: Callable[[Body], Body] | None = None
    """Undoes `join`."""
    assigned: Callable[[int, Inputs], Body] | None = None
    """What Google chooses at creation, under Pulumi's names, from a number that no other resource has."""
    outputs: Callable[[str, Inputs], Body] | None = None
    """What follows from full name and inputs, under Pulumi's names."""
    is_lasting: bool = False
    """Whether Google keeps it for ever: destroying forgets it, and its name can never be used again."""
    is_held: bool = False
    """Whether it cannot be deleted while others refer to it."""
    generated: str = ""
    """The input that the provider names by itself when it is not given."""


def plain_reference(value: Any) -> Any:
    """Return a reference without the interface's address in front: `projects/...`."""
    for prefix in _PREFIXES:
        if isinstance(value, str) and value.startswith(prefix):
            return value.removeprefix(prefix)
    return value


def undeclared(fields: Mapping[str, Field], inputs: Inputs, at: str = "") -> Iterator[tuple[str, str]]:
    """Yield every property that is given and that the table does not translate."""
    for name, value in inputs.items():
        if name.startswith("__") or value is None or value is UNKNOWN:
            continue
        declared = fields.get(name)
        if declared is None:
            yield (
                f"{at}{name}",
                "is not translated by the stand-in for GCP: teach it (tests/standins/gcp), or do without",
            )
        elif declared.inner:
            for position, item in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(item, Mapping):
                    step = f"[{position}]" if isinstance(value, list) else ""
                    yield from undeclared(declared.inner, item, f"{at}{name}{step}.")


def replacing(fields: Mapping[str, Field], at: str = "") -> Iterator[str]:
    """Yield the paths that cannot change in place."""
    for name, declared in fields.items():
        if declared.replaces:
            yield f"{at}{name}"
        yield from replacing(declared.inner, f"{at}{name}.")


def body_of(table: Table, inputs: Inputs) -> Body:
    """Return the interface's form of a resource; unknown values stay unknown."""
    body = _placed(table.fields, inputs)
    if table.join:
        body = table.join(body, inputs)
    formed: Body = discovery.in_api_form(table.api, table.message, body)
    return formed


def _placed(fields: Mapping[str, Field], inputs: Inputs) -> Body:
    body: Body = {}
    for name, declared in fields.items():
        value = inputs.get(name)
        if value is None:
            continue
        if declared.inner and isinstance(value, Mapping):
            value = _placed(declared.inner, value)
            if not declared.to:
                _merge(body, value)
                continue
        elif declared.inner and isinstance(value, list):
            value = [_placed(declared.inner, item) if isinstance(item, Mapping) else item for item in value]
        if declared.to:
            _put(body, declared.to, _converted(declared, value))
    return body


def _converted(declared: Field, value: Any) -> Any:
    if value is UNKNOWN:
        return value
    if declared.refers:
        value = [plain_reference(item) for item in value] if isinstance(value, list) else plain_reference(value)
    return declared.convert(value) if declared.convert else value


def _merge(body: Body, more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(body.get(key), dict):
            _merge(body[key], value)
        else:
            body[key] = value


def _put(body: Body, path: str, value: Any) -> None:
    *folders, last = path.split(".")
    for folder in folders:
        body = body.setdefault(folder, {})
    if isinstance(value, Mapping) and isinstance(body.get(last), dict):
        _merge(body[last], value)
    else:
        body[last] = value


def settings_of(table: Table, inputs: Inputs) -> Body:
    """Return the inputs that only the provider knows of: they are no part of the interface."""
    return {
        name: inputs[name]
        for name, declared in table.fields.items()
        if not declared.to and not declared.inner and inputs.get(name) is not None
    }


def references(
    fields: Mapping[str, Field], inputs: Inputs, whole: Inputs, at: str = ""
) -> Iterator[tuple[str, str, str]]:
    """Yield property, type token and full name of everything that a resource refers to and that is known."""
    for name, declared in fields.items():
        value = inputs.get(name)
        if value is None or value is UNKNOWN:
            continue
        items = value if isinstance(value, list) else [value]
        for position, item in enumerate(items):
            step = f"{at}{name}[{position}]" if isinstance(value, list) else f"{at}{name}"
            if declared.inner and isinstance(item, Mapping):
                yield from references(declared.inner, item, whole, f"{step}.")
            elif declared.refers and isinstance(item, str):
                yield step, declared.refers.token, full_name(declared.refers, item, whole)


def full_name(reference: Reference, value: str, whole: Inputs) -> str:
    """Return what a reference names, as the world knows it."""
    value = str(plain_reference(value))
    if value.startswith("projects/") or reference.path == "{}":
        return value
    return reference.path.format(value, **{key: item for key, item in whole.items() if isinstance(item, str)})


def inputs_of(table: Table, body: Body, former: Inputs) -> Body:
    """Return Pulumi's form of what the world has: former values where they still say the same.

    Args:
        table: The type of resource.
        body: What the world has.
        former: The resource's inputs as they were; only properties that they set are looked at.
    """
    was = body_of(table, former)
    if table.split:
        was, body = table.split(was), table.split(body)
    return _read(table.fields, former, was, body)


def _read(fields: Mapping[str, Field], former: Inputs, was: Any, now: Any) -> Body:
    found: Body = {}
    for name, value in former.items():
        declared = fields.get(name)
        if declared is None or value is None or (not declared.to and not declared.inner):
            continue
        before, after = (_get(was, declared.to), _get(now, declared.to)) if declared.to else (was, now)
        if before == after:
            found[name] = value
        elif declared.restore and after is not None:
            found[name] = declared.restore(after)
        elif declared.inner and isinstance(value, Mapping) and isinstance(after, Mapping):
            found[name] = _read(declared.inner, value, before, after)
        elif declared.inner and isinstance(after, list) and len(after) == len(value):
            found[name] = [_read(declared.inner, *parts) for parts in zip(value, before, after, strict=True)]
        elif after is not None:
            found[name] = _as_number(value, after)
    return found


def _as_number(former: Any, value: Any) -> Any:
    """Return a 64-bit number, which the interface writes as text, as the number that Pulumi takes."""
    is_number = isinstance(former, int) and not isinstance(former, bool)
    return int(value) if is_number and isinstance(value, str) and value.isdigit() else value


def _get(body: Any, path: str) -> Any:
    for step in path.split("."):
        body = body.get(step) if isinstance(body, Mapping) else None
    return body
