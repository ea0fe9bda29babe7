"""What the emulated project holds: every resource in the interface's form, by its full name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.standins.base.ground import Ground

_KIND = "gcp"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One resource."""

    name: str
    """Full name: `projects/p/global/networks/n`."""
    token: str
    body: Mapping[str, Any]
    """In the interface's form, checked against its discovery document."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What only the provider knows of (`forceDestroy`, an object's content): no part of the interface."""
    assigned: Mapping[str, Any] = field(default_factory=dict)
    """What Google chose, under Pulumi's names."""
    refers: tuple[tuple[str, str], ...] = ()
    """Property and full name of what it refers to."""
    is_gone: bool = False
    """Forgotten by everyone, kept by Google: key rings, keys."""


class World:
    """The project's resources, in the ground that test and stand-in share."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def get(self, name: str) -> Entry | None:
        """Return a resource that exists, or None."""
        found = self.kept(name)
        return None if found is None or found.is_gone else found

    def kept(self, name: str) -> Entry | None:
        """Return a resource, even one that only Google remembers."""
        value = self.ground.get(_KIND, "", name)
        return None if value is None else _entry(value)

    def entries(self, token: str | None = None) -> Iterator[Entry]:
        """Yield every resource that exists, sorted by name."""
        for value in self.ground.facts(_KIND).values():
            entry = _entry(value)
            if not entry.is_gone and token in (None, entry.token):
                yield entry

    def forgotten(self) -> list[str]:
        """Return the names that Google keeps for ever and that nothing uses any more."""
        entries = [_entry(value) for value in self.ground.facts(_KIND).values()]
        return [entry.name for entry in entries if entry.is_gone]

    def put(self, entry: Entry) -> None:
        """Keep a resource, in place of a former state of it."""
        self.ground.put(_KIND, "", entry.name, asdict(entry))

    def drop(self, name: str) -> None:
        """Remove a resource."""
        self.ground.drop(_KIND, "", name)

    def drift(self, name: str, path: str, value: Any) -> None:
        """Change a field of a resource behind the engine's back; `path` is dotted, in the interface's form."""
        entry = self.get(name)
        assert entry, f"the world has no {name}"
        body = json.loads(json.dumps(entry.body))
        at: Any = body
        *folders, last = path.split(".")
        for step in folders:
            at = at[int(step)] if step.isdigit() else at[step]
        at[last] = value
        self.put(Entry(**{**vars(entry), "body": body}))

    def write(self, path: Path) -> None:
        """Write the whole world as JSON, sorted, for a reader."""
        told = {entry.name: {"type": entry.token, "body": entry.body} for entry in self.entries()}
        path.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _entry(value: Mapping[str, Any]) -> Entry:
    return Entry(**{**value, "refers": tuple((one, other) for one, other in value["refers"])})
