"""The bare Pulumi program of cloud_preview.py: registers what resources.json says, with the SDKs' own classes."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
from pulumi import _types as sdk_types

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"

made: dict[str, pulumi.CustomResource] = {}


@cache
def sdk_class(token: str) -> tuple[type[pulumi.CustomResource], Mapping[str, str]]:
    """Return a type's class, and name in the engine to name of the argument."""
    if token.startswith("pulumi:providers:"):
        module = importlib.import_module(f"pulumi_{token.rpartition(':')[2]}")
        found, arguments = module.Provider, importlib.import_module(f"{module.__name__}.provider").ProviderArgs
    else:
        package, path, name = token.split(":")
        folder = path.partition("/")[0]
        parent = importlib.import_module(f"pulumi_{package}" + ("" if folder == "index" else f".{folder}"))
        found = getattr(parent, name)
        module = importlib.import_module(found.__module__)
        arguments = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")
    names = sdk_types.input_type_py_to_pulumi_names(arguments)
    return found, {theirs: ours for ours, theirs in names.items()}


def setting(value: Any) -> Any:
    """Return a provider's setting: the engine has those that are not texts as JSON."""
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value


def value_of(value: Any, sources: list[pulumi.CustomResource]) -> Any:
    """Return a property as a program would give it: what is not known yet comes from another resource."""
    if value == UNKNOWN:
        return sources[0].id if sources else pulumi.Output(set(), *(future(v) for v in (None, False, False)))
    if isinstance(value, dict):
        if SIGNATURE in value:
            if "path" in value:
                return pulumi.FileAsset(value["path"])
            return pulumi.StringAsset(value["text"]) if "text" in value else pulumi.Output.secret("secret")
        return {key: value_of(item, sources) for key, item in value.items()}
    return [value_of(item, sources) for item in value] if isinstance(value, list) else value


def future(value: Any) -> asyncio.Future[Any]:
    """Return a future that has its value."""
    found: asyncio.Future[Any] = asyncio.get_event_loop().create_future()
    found.set_result(value)
    return found


def register(one: Mapping[str, Any]) -> None:
    """Register one resource."""
    token, urn = one["type"], one["urn"]
    found, names = sdk_class(token)
    through = one["propertyDependencies"]
    inputs = {
        names[key]: value_of(value, [made[other] for other in through.get(key) or [] if other in made])
        for key, value in one["inputs"].items()
        if key in names
    }
    if token.startswith("pulumi:providers:"):
        inputs = {name: setting(value) for name, value in inputs.items()}
    counted = {other for others in through.values() for other in others or []}
    options = pulumi.ResourceOptions(
        depends_on=[made[other] for other in one["dependencies"] if other in made and other not in counted],
        provider=made.get(one["provider"].rpartition("::")[0]),  # type: ignore[arg-type]  # it is a provider
    )
    made[urn] = found(urn.rpartition("::")[2], opts=options, **inputs)


for registration in json.loads(Path("resources.json").read_text(encoding="utf-8")):
    register(registration)
