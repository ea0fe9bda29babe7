"""The JSON Schema of an overlay, for editors: `python -m schemas.loading.overlay` writes `schemas/overlay.schema.json`.

A spec that extends another says only what differs, so nothing is needed and everything may be `null`; and any part may
be a fragment. Derived from the spec's own schema, so that the two never part.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from schemas.draft7 import write_schemas
from schemas.spec.schema import network_schema

FILE = Path(__file__).parent.parent / "overlay.schema.json"

_PATHS = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
    ]
}
_EXTENDS = {"description": "What this spec stands over: the path of a base, or several, each over the ones before it."}
_INCLUDE = {"description": "A fragment, or several, that stands here; other keys beside it go over it."}
_REMOVE = {"const": True, "description": "Removes the inherited entry of this name."}
_FRAGMENT = {"$ref": "#/definitions/Fragment"}
_ALTERNATIVES = {"oneOf": "anyOf"}
"""Without its needed keys a value may fit several variants."""

_KEPT = ("enum", "const", "if")
_OPENED = ("required", "minProperties", "default", "examples")


def overlay_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 7) of a spec with `extends`: looser than the spec's own, by what a base may give."""
    network = network_schema()
    definitions = {name: _opened(part) for name, part in network["definitions"].items()}
    root = {key: value for key, value in network.items() if key not in ("definitions", "$schema", "title")}
    root = _opened(root)
    root["properties"] = {"extends": {**_PATHS, **_EXTENDS}, **root["properties"]}
    root["properties"].pop("include")
    root["properties"].pop("remove")
    fragment = {
        "type": "object",
        "properties": {"include": {**_PATHS, **_INCLUDE}},
        "required": ["include"],
    }
    return {
        "$schema": network["$schema"],
        "title": "geofleet overlay",
        **root,
        "required": ["extends"],
        "definitions": {**definitions, "Fragment": fragment},
    }


def _opened(schema: Any) -> Any:
    """Return a schema that needs nothing, and takes `null` or a fragment for every value."""
    if isinstance(schema, list):
        return [_opened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {
        _ALTERNATIVES.get(key, key): value if key in _KEPT else _opened(value)
        for key, value in schema.items()
        if key not in _OPENED
    }
    for key in ("properties", "patternProperties"):
        if isinstance(schema.get(key), dict):
            found[key] = {name: _or_nothing(_opened(value)) for name, value in schema[key].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        found["additionalProperties"] = _or_nothing(_opened(schema["additionalProperties"]))
    if "properties" in found or "patternProperties" in found:
        found["properties"] = {**found.get("properties", {}), "include": {**_PATHS, **_INCLUDE}, "remove": _REMOVE}
    chosen = [part for part in found.get("allOf", ()) if isinstance(part, dict) and "then" in part]
    if chosen:
        # Where the key that decides is left to a base, one of the variants must fit.
        untold = {"allOf": [{"not": part["if"]} for part in chosen]}
        found["allOf"] = [*found["allOf"], {"if": untold, "then": {"anyOf": [part["then"] for part in chosen]}}]
    return found


def _or_nothing(schema: Any) -> dict[str, Any]:
    """Return a schema that also takes `null`, or a fragment; its description stays where editors look."""
    described = {key: schema[key] for key in ("title", "description") if key in schema}
    rest = {key: value for key, value in schema.items() if key not in described}
    return {**described, "anyOf": [rest, {"type": "null"}, _FRAGMENT]}


if __name__ == "__main__":
    write_schemas({FILE: overlay_schema()})
