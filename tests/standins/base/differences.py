"""What changes between two sets of inputs, property by property, and what of it needs a new resource."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.standins.base.kind import Kind
from tests.standins.base.values import UNKNOWN, Asset, plain


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One changed property."""

    path: str
    """As Pulumi writes paths: `a.b[0]["c/d"]`."""
    change: str
    """`add`, `delete` or `update`."""
    replaces: bool


def differences(kind: Kind[Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return every change from old to new inputs; an unknown new value counts as one."""
    replacing = kind.replaced_by(plain(old), plain(new))
    found: list[Difference] = []
    for name in sorted({*old, *new}):
        if name.startswith("__") or name in kind.write_only:  # what cannot be read back cannot differ
            continue
        before, after = plain(old.get(name)), plain(new.get(name))
        for steps, change in _changes(kind, (name,), before, after):
            found.append(Difference(path=_path(steps), change=change, replaces=_is_in(steps, replacing)))
    return found


def _changes(kind: Kind[Any], steps: tuple[Any, ...], old: Any, new: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    if old is None or new is None:
        if old is not None or new is not None:
            yield steps, "add" if old is None else "delete"
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _changes(kind, (*steps, key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_changes(kind, steps, old, new)
    elif not _same(kind, steps, old, new):
        yield steps, "update"


def _list_changes(
    kind: Kind[Any], steps: tuple[Any, ...], old: list[Any], new: list[Any]
) -> Iterator[tuple[tuple[Any, ...], str]]:
    if ".".join(str(step) for step in steps if isinstance(step, str)) not in kind.ordered:
        old, new = sorted(old, key=_order), sorted(new, key=_order)
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else None
        after = new[index] if index < len(new) else None
        yield from _changes(kind, (*steps, index), before, after)


def _order(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


def _same(kind: Kind[Any], steps: tuple[Any, ...], old: Any, new: Any) -> bool:
    if new is UNKNOWN or old is UNKNOWN:
        return False
    if steps[0] in kind.documents:
        return same_document(old, new)
    if isinstance(old, Asset) and isinstance(new, Asset):
        return old.sha256 == new.sha256
    return bool(old == new)


def same_document(old: Any, new: Any) -> bool:
    """Return whether two JSON texts say the same; texts that are no JSON are compared as they are."""
    try:
        return bool(json.loads(old) == json.loads(new))
    except (TypeError, ValueError):
        return bool(old == new)


def _path(steps: Iterable[Any]) -> str:
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text


def _is_in(steps: tuple[Any, ...], paths: frozenset[str]) -> bool:
    names = [str(step) for step in steps if isinstance(step, str)]
    return any(".".join(names[: length + 1]) in paths for length in range(len(names)))
