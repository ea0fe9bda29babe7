"""The lab provider's package schema, made from the kinds."""

from __future__ import annotations

from typing import Any

from lab.kinds import KINDS, PACKAGE, Property


def package_schema() -> dict[str, Any]:
    """Return the Pulumi package schema: every kind with its properties."""
    return {
        "name": PACKAGE,
        "version": "0.1.0",
        "description": "Hosts and an emulated wide-area network on one machine.",
        "license": "Apache-2.0",
        "resources": {
            f"{PACKAGE}:index:{kind.name}": {
                "description": kind.description,
                "inputProperties": {name: _property(p) for name, p in kind.properties.items()},
                "properties": {name: _property(p) for name, p in kind.properties.items()},
                "requiredInputs": sorted(kind.properties),
                "required": sorted(kind.properties),
            }
            for kind in KINDS
        },
    }


def _property(property_: Property) -> dict[str, Any]:
    value: dict[str, Any] = {"description": property_.description}
    if property_.type is dict:
        return {**value, "type": "object", "additionalProperties": {"type": "string"}}
    names = {str: "string", float: "number", int: "integer"}
    return {**value, "type": names[property_.type], **({"replaceOnChanges": True} if property_.replaces else {})}
