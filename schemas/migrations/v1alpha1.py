"""From `geofleet/v1alpha1` to `geofleet/v1`.

The alpha was a draft that no release carried. It said less than v1 does, and said seven things otherwise:

| v1alpha1 | v1 |
|---|---|
| `near[].rtt_ms_max` | `near[].latency_ms_max` |
| `latency.rtt_ms_max` | `latency.between_members_ms_max` |
| `quorum: 2` (oracles) | `reports_min: 2` |
| `client: cometbft@0.38.26` | `client: {name: cometbft, version: 0.38.26}` |
| `survive: [zone, region]`, and `halt_safely` | `survive: {zone: 1, region: 1}` |
| members as text, `aws:eu-west-2@20` | members as mappings, `{region: "aws:eu-west-2", power: 20}` |
| hubs as text, `deribit: aws:eu-west-2` | hubs as mappings, `deribit: {at: "aws:eu-west-2"}` |

`tests/schemas/migrations` keeps the alpha's own JSON Schema and specs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.diagnostics import Path
from schemas.migrations.draft import Draft
from schemas.syntax import Node

VERSION = "geofleet/v1alpha1"
NEXT = "geofleet/v1"

_PLACE = re.compile(r"(?P<region>[a-z]+:[a-z0-9-]+)(?:@(?P<power>[1-9][0-9]{0,9}))?\Z")
_CLIENT = re.compile(r"(?P<name>[a-z][a-z0-9-]*)@(?P<version>[0-9]+\.[0-9]+\.[0-9]+)\Z")
_DOMAIN = re.compile(r"[a-z]+\Z")


def migrate(draft: Draft) -> None:
    """Note every edit that makes a spec of the alpha one of v1; values that cannot be read become problems."""
    root = draft.root
    for key, value in _pairs(root):
        if key.value == "apiVersion":
            draft.replace(value, NEXT, ("apiVersion",), why="the version that this geofleet reads")
        elif key.value == "hubs":
            _hubs(draft, value)
        elif key.value == "fleets":
            for name, fleet in _pairs(value):
                _fleet(draft, fleet, ("fleets", name.value))


def _hubs(draft: Draft, hubs: Node) -> None:
    for name, hub in _pairs(hubs):
        path: Path = ("hubs", name.value)
        if hub.kind == "mapping":
            continue
        if hub.kind != "scalar" or "@" in hub.value or not _PLACE.match(hub.value):
            draft.refuse(hub, path, "is not a region, such as aws:eu-west-2", remedy="Write the region out.")
            continue
        draft.replace(hub, f'{{at: "{hub.value}"}}', path, why="a hub can be more than a region")


def _fleet(draft: Draft, fleet: Node, at: Path) -> None:
    for key, value in _pairs(fleet):
        path = (*at, key.value)
        if key.value == "quorum":
            draft.rename(key, "reports_min", path, why="it is the number of reports that oracles need")
        elif key.value == "client":
            _client(draft, value, path)
        elif key.value in ("survive", "halt_safely"):
            _losses(draft, value, path)
        elif key.value == "members":
            _members(draft, value, path)
        elif key.value == "latency":
            _renamed(draft, value, "between_members_ms_max", path, why="it says between whom")
        elif key.value == "near" and value.kind == "list":
            for position, near in enumerate(value.items):
                _renamed(draft, near, "latency_ms_max", (*path, position), why="every key calls it latency")


def _renamed(draft: Draft, limits: Node, name: str, at: Path, *, why: str) -> None:
    for key, _ in _pairs(limits):
        if key.value == "rtt_ms_max":
            draft.rename(key, name, (*at, key.value), why=why)


def _client(draft: Draft, client: Node, path: Path) -> None:
    if client.kind == "mapping":
        return
    found = _CLIENT.match(client.value) if client.kind == "scalar" else None
    if found is None:
        draft.refuse(client, path, "is not a name and a version, such as cometbft@0.38.26", remedy="Write both.")
        return
    text = f"{{name: {found['name']}, version: {found['version']}}}"
    draft.replace(client, text, path, why="a client can have a URL and a SHA-256 too")


def _losses(draft: Draft, losses: Node, path: Path) -> None:
    if losses.kind == "mapping":
        return
    words = [item.value if item.kind == "scalar" else "" for item in losses.items]
    if losses.kind != "list" or not all(_DOMAIN.match(word) for word in words):
        draft.refuse(losses, path, "is not a list of failure domains, such as [zone, region]", remedy="Write the list.")
        return
    entries = [f"{word}: 1" for word in words]
    draft.list_to_mapping(losses, entries, path, why="it says how many may be lost")


def _members(draft: Draft, members: Node, path: Path) -> None:
    for position, member in enumerate(members.items if members.kind == "list" else []):
        at = (*path, position)
        if member.kind == "mapping":
            continue
        found = _PLACE.match(member.value) if member.kind == "scalar" else None
        if found is None:
            remedy = "Write a region, and its power if it has one."
            draft.refuse(member, at, "is not a region with its power, such as aws:eu-west-2@20", remedy=remedy)
            continue
        power = f", power: {found['power']}" if found["power"] else ""
        text = f'{{region: "{found["region"]}"{power}}}'
        draft.replace(member, text, at, why="a member can have more than a region and a power")


def _pairs(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the entries of a mapping; what is none has no entries, and the loader says so later."""
    if node.kind == "mapping":
        yield from node.pairs()
