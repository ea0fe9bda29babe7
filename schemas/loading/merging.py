"""What one file says over another: mappings merge by key, lists of named entries by name, `null` removes.

A mapping and anything else never stand over each other, nor do a list of mappings and a scalar. A scalar and a list
of scalars may: some keys take one value or several.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from schemas.diagnostics import MISTAKES_MAX, Diagnostic, InvalidDocumentError, Path, told_text
from schemas.loading.composed import Merged, Node, Written, entry_at
from schemas.tree import VALUES_MAX, Span

NAMED_BY: dict[str, tuple[tuple[str, ...], ...]] = {
    "near": (("hub",), ("fleet",)),
    "paths": (("source", "destination"),),
    "upgrades": (("height",),),
}
"""Lists whose entries are told apart by other keys than `name`."""

MADE_MAX = 2 * VALUES_MAX
"""Entries that merging may make: many files, each over the next, do more work than their sizes say."""

_LISTS = {"a list", "a list of mappings"}

Name = tuple[tuple[str, str | int], ...]
"""Keys and values that tell an entry of a list apart."""


class Merging:
    """Merges values of several files and remembers where each came from; collects mistakes."""

    def __init__(self) -> None:
        self.merged: dict[int, Merged] = {}
        self.problems: list[Diagnostic] = []
        self._idle: dict[tuple[int, Span], Diagnostic] = {}
        """Each `null` that found nothing to remove; a file further below may still have it."""
        self._removing: set[tuple[int, Span]] = set()
        self._made = 0

    def problem(self, found: Diagnostic) -> None:
        """Take note of a mistake, once.

        Raises:
            InvalidDocumentError: It is the last that is told.
        """
        if found not in self.problems:
            self.problems.append(found)
        if len(self.problems) >= MISTAKES_MAX:
            raise InvalidDocumentError(self.problems)

    def finish(self) -> None:
        """End the merge.

        Raises:
            InvalidDocumentError: With every mistake; a `null` that removed nothing is one.
        """
        for place, found in self._idle.items():
            if place not in self._removing:
                self.problem(found)
        if self.problems:
            raise InvalidDocumentError(self.problems)

    def made(self, container: Any, entries: dict[str | int, Written], removed: dict[str | int, Written]) -> None:
        """Remember a list or mapping that no single file holds.

        Raises:
            InvalidDocumentError: There are too many.
        """
        self._made += len(entries) + 1
        if self._made > MADE_MAX and entries:
            place = next(iter(entries.values())).value
            message = f"merging makes more than {MADE_MAX:,} entries"
            self.stop(place.diagnostic("SPEC405", message, (), remedy="Include less, or extend fewer files."))
        self.merged[id(container)] = Merged(container=container, entries=entries, removed=removed)

    def stop(self, found: Diagnostic) -> None:
        """End at once: a limit is passed.

        Raises:
            InvalidDocumentError: Always.
        """
        raise InvalidDocumentError([*self.problems, found])

    def over(self, top: Node, base: Node, path: Path) -> Node:
        """Return one value over another, at the place of the upper one."""
        if base.value is None:
            return top
        at = Written(top.at.key, top.at.value, (base.at.value, *base.at.over))
        kind, kind_below = _kind(top.value), _kind(base.value)
        if kind == kind_below == "a mapping":
            return Node(self._mapping(top, base, path), at)
        if kind == kind_below == "a list of mappings" and self._is_by_name(top, base, path):
            return Node(self._list(top, base, path), at)
        flat = {"a scalar", "a list"}
        if kind != kind_below and not {kind, kind_below} <= flat and not {kind, kind_below} <= _LISTS:
            message = f"found {kind} over {kind_below}, at {base.at.value.text}"
            remedy = f"Write {kind_below}; to change what it is, remove the key with 'null' in a file between."
            self.problem(top.at.value.diagnostic("SPEC407", message, path, remedy=remedy))
        return Node(top.value, at)

    def _mapping(self, top: Node, base: Node, path: Path) -> dict[str, Any]:
        result, entries = dict(base.value), self.entries(base)
        removed = dict(self._removed(base))
        for key, at in self._removed(top).items():
            removed[key] = self._remove(key, at, entries, path)
            result.pop(str(key), None)
        for key, at in self.entries(top).items():
            value = top.value[key]
            if value is None:
                removed[key] = self._remove(key, at, entries, path)
                result.pop(str(key), None)
            elif key in entries:
                result[str(key)], entries[key] = self.over(
                    Node(value, at), Node(result[str(key)], entries[key]), (*path, key)
                )
            else:
                result[str(key)], entries[key] = value, at
                removed.pop(key, None)
        self.made(result, entries, removed)
        return result

    def _removed(self, node: Node) -> dict[str | int, Written]:
        made = self.merged.get(id(node.value))
        return made.removed if made else {}

    def _remove(self, key: str | int, at: Written, entries: dict[str | int, Written], path: Path) -> Written:
        """Take an entry away and return what is known of that; what is not there may be in a file further below."""
        null = (id(at.value.document), at.value.span)
        there = entries.pop(key, None)
        if there is not None:
            self._removing.add(null)
            return Written(at.key, at.value, (*at.over, there.value, *there.over))
        message = f"'null' removes what is inherited, but nothing gives '{told_text(str(key))}'"
        remedy = _without(str(key), map(str, entries))
        self._idle.setdefault(null, at.value.diagnostic("SPEC408", message, (*path, key), remedy=remedy))
        return at

    def _is_by_name(self, top: Node, base: Node, path: Path) -> bool:
        """Return whether both lists tell their entries apart; tell what makes that impossible."""
        names, names_below = _names(top.value, path), _names(base.value, path)
        if None in names_below or not any(names):
            return False
        if None in names:
            position, keys = names.index(None), " or ".join(told_keys(choice) for choice in named_by(path))
            message = f"has no {keys}; other entries have, and are merged by it with the list at {base.at.value.text}"
            self._entry_problem(top, position, path, message=message, remedy="Give it to every entry, or to none.")
            return False
        return self._differ(top, names, path) and self._differ(base, names_below, path)

    def _differ(self, node: Node, names: list[Name | None], path: Path) -> bool:
        for position, name in enumerate(names):
            if name is not None and names.index(name) != position:
                message = f"{_told(name)} is in the list twice, and entries are merged by it"
                self._entry_problem(node, position, path, message=message, remedy="Remove one.")
                return False
        return True

    def _list(self, top: Node, base: Node, path: Path) -> list[Any]:
        """Return a list of entries with names: those below in their order, then the new ones."""
        found: dict[Name | None, Node] = {}
        for name, entry, at in zip(_names(base.value, path), base.value, self.entries(base).values(), strict=True):
            found[name] = Node(entry, at)
        for position, name in enumerate(_names(top.value, path)):
            assert name is not None, "lists with entries that have no name are not merged"
            entry, at, here = top.value[position], self.entries(top)[position], (*path, position)
            if entry == {**dict(name), "remove": True}:
                if found.pop(name, None) is None:
                    message = f"'remove' takes away what is inherited, but nothing gives {_told(name)}"
                    there = [str(other[-1][1]) for other in found if other]
                    remedy = _without(str(name[-1][1]), there)
                    self.problem(at.value.diagnostic("SPEC408", message, here, remedy=remedy))
            elif name in found:
                found[name] = self.over(Node(entry, at), found[name], here)
            else:
                found[name] = Node(entry, at)
        result = [node.value for node in found.values()]
        self.made(result, {position: node.at for position, node in enumerate(found.values())}, {})
        return result

    def entries(self, node: Node) -> dict[str | int, Written]:
        """Return where each entry of a list or mapping was written, in its order."""
        keys = range(len(node.value)) if isinstance(node.value, list) else node.value
        found: dict[str | int, Written] = {}
        for key in keys:
            at = entry_at(self.merged, node, key)
            assert at is not None, "every entry of a parsed or merged container has a place"
            found[key] = at
        return found

    def _entry_problem(self, node: Node, position: int, path: Path, *, message: str, remedy: str) -> None:
        at = self.entries(node)[position]
        self.problem(at.value.diagnostic("SPEC409", message, (*path, position), remedy=remedy))


def named_by(path: Path) -> tuple[tuple[str, ...], ...]:
    """Return the keys that tell the entries of the list at `path` apart: the first choice that an entry has."""
    return NAMED_BY.get(str(path[-1]), (("name",),)) if path else (("name",),)


def told_keys(keys: tuple[str, ...]) -> str:
    """Return keys in quotes, with an `and`."""
    return " and ".join(f"'{key}'" for key in keys)


def _names(entries: list[Any], path: Path) -> list[Name | None]:
    """Return what tells each entry of a list apart; None for an entry that has no such keys."""
    return [_name(entry, named_by(path)) for entry in entries]


def _name(entry: Any, choices: tuple[tuple[str, ...], ...]) -> Name | None:
    if not isinstance(entry, dict):
        return None
    for keys in choices:
        if all(isinstance(entry.get(key), str | int) for key in keys):
            return tuple((key, entry[key]) for key in keys)
    return None


def _told(name: Name) -> str:
    return " and ".join(f"{key} '{told_text(str(value))}'" for key, value in name)


def _without(name: str, there: Iterable[str]) -> str:
    """Return the remedy for taking away what is not there."""
    close = difflib.get_close_matches(name[:60], sorted(there), n=1, cutoff=0.6)
    return f"Did you mean '{told_text(close[0])}'? Else remove it here." if close else "Remove it here."


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if not isinstance(value, list):
        return "a scalar"
    return "a list of mappings" if any(isinstance(entry, dict) for entry in value) else "a list"
