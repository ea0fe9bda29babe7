"""What `pulumi stack export` and `pulumi preview --json` write, turned into what rules judge. Free of Pulumi."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.catalogue import is_judged
from policies.published import FACT_NAMES, TOKENS, Component
from policies.resources import HOST, Owner, Resource, Resources, owner_from, owner_of, resources_of
from policies.values import ABSENT, plain, unknown_parts
from schemas.errors import UsageError
from schemas.report import Feed

BYTES_MAX = 512 * 1024 * 1024
"""A state of 100,000 resources has about 300 MB."""

_REMEDY = "Make one with: pulumi stack export --stack STACK --file FILE."
_NOT_MADE = frozenset({"delete", "delete-replaced", "discard", "remove-pending-replace"})
"""Steps of a preview after which a resource is gone."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """One stack as a file holds it."""

    feed: Feed
    """State, or preview for a preview's file."""
    stack: str
    components: tuple[Component, ...]
    resources: Resources
    counted: int
    """Resources of every kind, so that an empty stack is not taken for a sound one."""


def read_exported(path: Path) -> Exported:
    """Read a file that Pulumi exported.

    Raises:
        UsageError: It cannot be read, or is neither a state nor a preview.
    """
    try:
        if path.stat().st_size > BYTES_MAX:
            raise UsageError(f"{path} is larger than {BYTES_MAX // 2**20} MiB", remedy=_REMEDY)
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", remedy=_REMEDY) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON: {error}", remedy=_REMEDY) from error
    return exported_from(document, source=str(path))


def exported_from(document: Any, *, source: str) -> Exported:
    """Return what a parsed file holds.

    Args:
        document: The JSON document.
        source: Its name, for messages.

    Raises:
        UsageError: It is neither a state nor a preview, or one of its resources has no type or URN.
    """
    feed, found = _listed(document, source)
    for position, one in enumerate(found):
        if not isinstance(one, dict) or not isinstance(one.get("urn"), str) or not isinstance(one.get("type"), str):
            raise UsageError(f"{source}: resource {position} has no urn and type", remedy=_REMEDY)
    parents = {one["urn"]: str(one["parent"]) for one in found if one.get("parent")}
    components = tuple(_component(one) for one in found if one["type"].startswith(TOKENS))
    owners = {c.urn: owner_from(c.name, c.props) for c in components if c.token == HOST}
    providers = {one["urn"]: one for one in found if one["type"].startswith("pulumi:providers:")}
    return Exported(
        feed=feed,
        stack=found[0]["urn"].removeprefix("urn:pulumi:").partition("::")[0] if found else "",
        components=components,
        resources=resources_of(
            _resource(one, providers, owner_of(one["urn"], parents, owners)) for one in found if is_judged(one["type"])
        ),
        counted=len([one for one in found if one["type"] != "pulumi:pulumi:Stack"]),
    )


def _listed(document: Any, source: str) -> tuple[Feed, list[Any]]:
    """Return a file's feed and its resources, by its form."""
    if isinstance(document, dict):
        latest = document.get("deployment") or (document.get("checkpoint") or {}).get("latest")
        if isinstance(latest, dict):
            if document.get("version") not in (3, 4):
                raise UsageError(f"{source} is a state of version {document.get('version')}", remedy=_REMEDY)
            found = latest.get("resources") or []
            if not isinstance(found, list):
                raise UsageError(f"{source} has resources that are no list", remedy=_REMEDY)
            return Feed.STATE, [one for one in found if not (isinstance(one, dict) and one.get("delete"))]
        if isinstance(document.get("steps"), list):
            return Feed.PREVIEW, list(_planned(document["steps"]))
        if isinstance(document.get("checkpoint"), dict):
            return Feed.STATE, []
    raise UsageError(f"{source} is neither a state nor a preview of Pulumi", remedy=_REMEDY)


def _planned(steps: list[Any]) -> Iterator[Any]:
    for step in steps:
        if isinstance(step, dict) and step.get("op") not in _NOT_MADE and step.get("newState"):
            yield step["newState"]


def _component(one: Mapping[str, Any]) -> Component:
    known: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    props = one.get("outputs") or one.get("inputs") or {}
    names = FACT_NAMES if one["type"] == HOST else ("terms", "environment")
    for name in set(names).intersection(props):
        value = plain(props[name])
        doubts = [part.reason for part in unknown_parts(value)]
        if doubts:
            unreadable[name] = doubts[0]
        else:
            known[name] = value
    return Component(token=one["type"], urn=one["urn"], name=_name(one["urn"]), props=known, unreadable=unreadable)


def _resource(one: Mapping[str, Any], providers: Mapping[str, Mapping[str, Any]], owner: Owner | None) -> Resource:
    # A reference to a provider is its URN and its ID: `urn:pulumi:...::ID`.
    provider = providers.get(str(one.get("provider", "")).rpartition("::")[0], {})
    outputs = plain(one["outputs"]) if one.get("outputs") else ABSENT
    if isinstance(outputs, dict) and one.get("id"):
        outputs.setdefault("id", str(one["id"]))
    return Resource(
        token=one["type"],
        name=_name(one["urn"]),
        urn=one["urn"],
        inputs=plain(one["inputs"]) if one.get("inputs") else ABSENT,
        outputs=outputs,
        provider=plain(provider.get("inputs") or {}),
        references={name: tuple(urns) for name, urns in (one.get("propertyDependencies") or {}).items() if urns},
        owner=owner,
    )


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
