"""Fragments put in where `include` names them."""

from __future__ import annotations

from typing import Any

from schemas.diagnostics import Path
from schemas.loading.composed import How, Node, Origin, Written
from schemas.loading.merging import Merging
from schemas.loading.reading import File, Files
from schemas.tree import DEPTH_MAX

EXTENDS, INCLUDE = "extends", "include"


class Filling:
    """Puts fragments into the values of files."""

    def __init__(self, files: Files, merging: Merging) -> None:
        self._files, self._merging = files, merging
        self._done: dict[int, Node] = {}
        """By `id` of a list or mapping: the same one, or what it became. Aliases and fragments are shared."""
        self._above = 0
        """Levels that the open fragments stand under, together."""

    def base(self, file: File) -> Node:
        """Return the value of a spec or a base, without `extends` and with its fragments."""
        self._files.open = file.route
        root = file.root
        if not isinstance(root.value, dict):
            return self._filled(root, ())
        if INCLUDE in root.value:
            self._misplaced(root, INCLUDE, (), f"Write '{EXTENDS}' to put a whole spec under this one.")
        filled = self._entries(root, (), without=(EXTENDS,))
        self._files.require_small(filled.value, root.at.value, ())
        return filled

    def _fragment(self, file: File, place: Origin, path: Path) -> Node:
        """Return a fragment's value, and make it when it is used first."""
        if file.fragment is None:
            # Before any size is known: fragments in fragments would be too deep for the interpreter itself.
            self._above += len(path)
            if self._above > DEPTH_MAX:
                message = f"is nested deeper than {DEPTH_MAX} levels with its fragments"
                self._merging.stop(place.diagnostic("SPEC405", message, (*path, INCLUDE), remedy="Flatten it."))
            self._files.open.append(file)
            file.fragment = self._filled(file.root, ())
            self._files.open.pop()
            self._above -= len(path)
        return file.fragment

    def _filled(self, node: Node, path: Path) -> Node:
        value = node.value
        if not isinstance(value, dict | list):
            return node
        if id(value) in self._done:
            done = self._done[id(value)]
            return node if done.value is value else Node(done.value, done.at._replace(key=node.at.key))
        if isinstance(value, dict) and EXTENDS in value:
            self._misplaced(node, EXTENDS, path, f"Write '{INCLUDE}' to put a fragment in here.")
        with_fragment = isinstance(value, dict) and INCLUDE in value
        found = self._included(node, path) if with_fragment else self._entries(node, path)
        self._done[id(value)] = found
        return found

    def _included(self, node: Node, path: Path) -> Node:
        """Return what the fragments of a mapping make, with its other keys over them."""
        rest = self._entries(node, path, without=(INCLUDE,))
        result: Node | None = None
        for file, place in self._files.named(node, INCLUDE, path, how=How.INCLUDED):
            fragment = self._fragment(file, place, path)
            self._files.require_small(fragment.value, place, (*path, INCLUDE), above=len(path))
            self._files.use(fragment.value, place, (*path, INCLUDE))
            result = fragment if result is None else self._merging.over(fragment, result, path)
        if result is None:
            return rest
        if rest.value:
            result = self._merging.over(rest, result, path)
        return Node(result.value, Written(node.at.key, result.at.value, result.at.over))

    def _entries(self, node: Node, path: Path, *, without: tuple[str, ...] = ()) -> Node:
        """Return a list or mapping with its entries filled: itself when nothing changes."""
        entries = {key: at for key, at in self._merging.entries(node).items() if key not in without}
        found = {key: self._filled(Node(node.value[key], at), (*path, key)) for key, at in entries.items()}
        if len(entries) == len(node.value) and all(child.value is node.value[key] for key, child in found.items()):
            return node
        values = {key: child.value for key, child in found.items()}
        value: Any = values if isinstance(node.value, dict) else list(values.values())
        self._merging.made(value, {key: child.at for key, child in found.items()}, {})
        return Node(value, node.at)

    def _misplaced(self, node: Node, key: str, path: Path, remedy: str) -> None:
        at = self._merging.entries(node)[key]
        message = f"'{key}' does not stand here: {_STANDS[key]}"
        self._merging.problem(at.key.diagnostic("SPEC406", message, (*path, key), remedy=remedy))


_STANDS = {
    EXTENDS: "only the root of a spec or a base has it",
    INCLUDE: "it is for a part of a spec",
}
