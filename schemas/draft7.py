"""JSON Schema as editors and validators read it most widely: draft 7, from what Pydantic makes (2020-12)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

REF_TEMPLATE = "#/definitions/{model}"
"""Give it to Pydantic, so that references are right from the start."""


def draft7(schema: dict[str, Any], *, title: str) -> dict[str, Any]:
    """Return the schema in draft 7's words.

    Args:
        schema: Made by Pydantic with `REF_TEMPLATE`.
        title: What the schema describes.
    """
    rest = _converted({key: value for key, value in schema.items() if key not in ("$defs", "title")})
    definitions = {name: _converted(value) for name, value in schema.get("$defs", {}).items()}
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": title, **rest, "definitions": definitions}


def _converted(value: Any) -> Any:
    if isinstance(value, list):
        return [_converted(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: _converted(item) for key, item in value.items()}
    if isinstance(found.get("properties"), dict):
        found["properties"] = {
            name: {**field, "title": name.replace("_", " ")} if "title" in field else field
            for name, field in found["properties"].items()
        }
    if "discriminator" in found:
        found = _told_by_tag(found)
    elif "oneOf" in found:
        # The variants are closed, so no value fits two; `anyOf` says the same in fewer errors.
        found["anyOf"] = found.pop("oneOf")
    if "$ref" in found and len(found) > 1:
        # Draft 7 ignores whatever stands beside a reference: description and default would be lost.
        found = {"allOf": [{"$ref": found.pop("$ref")}], **found}
    if "patternProperties" in found:
        found.setdefault("additionalProperties", False)
    return found


def _told_by_tag(found: dict[str, Any]) -> dict[str, Any]:
    """Return a tagged union as conditions on its tag: an editor then tells what is wrong with the variant meant."""
    union = found.pop("discriminator")
    key, mapping = union["propertyName"], union["mapping"]
    del found["oneOf"]
    tag = {"type": "string", "enum": list(mapping), "description": "Decides which other keys there are."}
    branches = [
        {"if": {"required": [key], "properties": {key: {"const": word}}}, "then": {"$ref": ref}}
        for word, ref in mapping.items()
    ]
    return {**found, "type": "object", "required": [key], "properties": {key: tag}, "allOf": branches}


def schema_text(schema: dict[str, Any]) -> str:
    """Return a schema as the text that is committed."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schemas(schemas: dict[Path, dict[str, Any]]) -> None:
    """Write each schema to its file."""
    for path, schema in schemas.items():
        path.write_text(schema_text(schema), encoding="utf-8")
