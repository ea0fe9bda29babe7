"""Google's own description of its interfaces: what a request's body may hold.

The discovery documents come with google-api-python-client and are read as files, so
that no client, no credentials and no network are needed.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.standins.base.values import UNKNOWN

VERSIONS = {
    "billingbudgets": "v1", "cloudkms": "v1", "cloudresourcemanager": "v1", "compute": "v1", "dns": "v1", "iam": "v1",
    "iap": "v1", "logging": "v2", "monitoring": "v3", "secretmanager": "v1", "serviceusage": "v1", "storage": "v1",
}  # fmt: skip
"""The interfaces that the project's resources belong to, in the version that the provider uses."""

_OUTPUT_ONLY = ("[output only]", "output only")
_INT64 = ("int64", "uint64")


@cache
def document(api: str) -> Mapping[str, Any]:
    """Return an interface's discovery document; `api` is one of `VERSIONS`."""
    found = importlib.util.find_spec("googleapiclient")
    assert found, "google-api-python-client is missing: pip install -e .[dev]"
    assert found.submodule_search_locations, "googleapiclient is not a package"
    folder = Path(found.submodule_search_locations[0]) / "discovery_cache" / "documents"
    loaded: Mapping[str, Any] = json.loads((folder / f"{api}.{VERSIONS[api]}.json").read_text(encoding="utf-8"))
    return loaded


def schema(api: str, name: str) -> Mapping[str, Any]:
    """Return one message of an interface; it must exist."""
    found: Mapping[str, Any] = document(api)["schemas"][name]
    return found


def problems(api: str, name: str, body: Mapping[str, Any]) -> list[str]:
    """Return everything that an interface would refuse in a body: names, types, enums, what is missing."""
    return list(_object(api, schema(api, name), body, name))


def enum_of(api: str, name: str, *path: str) -> tuple[str, ...]:
    """Return the values that a field of a message may take."""
    at: Mapping[str, Any] = schema(api, name)
    for step in path:
        at = _resolved(api, at)["properties"][step]
        at = at["items"] if at.get("type") == "array" else at
    return tuple(at["enum"])


def in_api_form(api: str, name: str, value: Any) -> Any:
    """Return a body with its whole numbers written as the interface writes them: 64-bit ones as text."""
    return _formed(api, schema(api, name), value)


def _formed(api: str, wanted: Mapping[str, Any], value: Any) -> Any:
    wanted = _resolved(api, wanted)
    if isinstance(value, Mapping):
        inner = wanted.get("properties", {})
        rest = wanted.get("additionalProperties", {})
        return {key: _formed(api, inner.get(key, rest), item) for key, item in value.items()}
    if isinstance(value, list):
        return [_formed(api, wanted.get("items", {}), item) for item in value]
    if isinstance(value, float) and value.is_integer() and wanted.get("type") in ("integer", "string"):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and wanted.get("format") in _INT64:
        return str(value)
    return value


def _resolved(api: str, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    return schema(api, wanted["$ref"]) if "$ref" in wanted else wanted


def _object(api: str, wanted: Mapping[str, Any], body: Mapping[str, Any], at: str) -> Iterator[str]:
    properties = wanted.get("properties", {})
    for key, value in body.items():
        if key in properties:
            field = properties[key]
            if _is_output_only(field):
                yield f"{at}.{key} is set by the service only"
            yield from _value(api, field, value, f"{at}.{key}")
        elif "additionalProperties" in wanted:
            yield from _value(api, wanted["additionalProperties"], value, f"{at}.{key}")
        else:
            yield f"{at} has no field '{key}'; it has: {', '.join(sorted(properties))}"
    for key, field in properties.items():
        required = field.get("annotations", {}).get("required", ())
        if key not in body and any(method.rpartition(".")[2] in ("insert", "create") for method in required):
            yield f"{at} needs '{key}'"


def _is_output_only(field: Mapping[str, Any]) -> bool:
    told = field.get("description", "").lower()
    return bool(field.get("readOnly")) or told.startswith(_OUTPUT_ONLY)


def _value(api: str, wanted: Mapping[str, Any], value: Any, at: str) -> Iterator[str]:
    if value is UNKNOWN:
        return
    wanted = _resolved(api, wanted)
    kind = wanted.get("type", "any")
    if kind == "object" and isinstance(value, Mapping):
        yield from _object(api, wanted, value, at)
    elif kind == "array" and isinstance(value, list):
        for position, item in enumerate(value):
            yield from _value(api, wanted["items"], item, f"{at}[{position}]")
    elif not _is_of_type(kind, value):
        yield f"{at} is {value!r}, expected {kind}"
    elif "enum" in wanted and value not in wanted["enum"]:
        yield f"{at} is {value!r}, expected one of: {', '.join(wanted['enum'])}"
    elif wanted.get("format") in _INT64 and not _is_whole_text(value):
        yield f"{at} is {value!r}, expected a whole number as text"


def _is_of_type(kind: str, value: Any) -> bool:
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    types: dict[str, type] = {"string": str, "boolean": bool, "object": dict, "array": list}
    return kind == "any" or isinstance(value, types[kind])


def _is_whole_text(value: Any) -> bool:
    return isinstance(value, str) and value.removeprefix("-").isdigit()
