"""A document made of several files: one value, and for every part of it the file and the place where it was written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

from schemas.diagnostics import Diagnostic, Mark, Path, dotted
from schemas.document import Document
from schemas.tree import Span, mark_of


class How(StrEnum):
    """How a value came into the spec."""

    HERE = "here"
    INHERITED = "inherited"
    INCLUDED = "included"
    DEFAULT = "default"


class Origin(NamedTuple):
    """A place in one of the files."""

    document: Document
    span: Span

    @property
    def text(self) -> str:
        """Return `file:line:column`."""
        mark = mark_of(self.span)
        return f"{self.document.source}:{mark.line}:{mark.column}"

    def diagnostic(self, code: str, message: str, path: Path, *, remedy: str) -> Diagnostic:
        """Return a mistake located here."""
        mark = mark_of(self.span)
        return Diagnostic(
            code=code, message=message, file=self.document.source, mark=mark, path=dotted(path), remedy=remedy,
            line_text=self.document.line_text(mark),
        )  # fmt: skip


class Written(NamedTuple):
    """Where an entry of a list or mapping was written."""

    key: Origin
    """Of the key; of the value, in a list."""
    value: Origin
    """Of the value, in the most specific file that says something about it."""
    over: tuple[Origin, ...] = ()
    """Values that it stands over or is merged with, nearest first."""


class Node(NamedTuple):
    """A value, and where it was written."""

    value: Any
    at: Written


@dataclass(kw_only=True)
class Merged:
    """A list or mapping that no single file holds."""

    container: Any
    entries: dict[str | int, Written]
    removed: dict[str | int, Written]
    """Keys that a `null` took away: where it stands, and over what."""


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """One of the files, and how far it is from the spec."""

    document: Document
    how: How
    depth: int
    """Steps of `extends` and `include` from the spec: 0 for the spec itself."""


@dataclass(frozen=True, kw_only=True)
class ComposedDocument(Document):
    """A spec with its bases and fragments put in; `source` and `text` are the spec's own."""

    merged: dict[int, Merged] = field(repr=False)
    """By `id` of each list and mapping that was made by composition."""
    files: tuple[SourceFile, ...] = field(repr=False)
    """The most specific first."""
    chain: tuple[str, ...] = ()
    """Names of the spec and its bases, each over the ones after it."""

    def written(self, path: Path) -> tuple[Written, bool]:
        """Return where a value was written, or its nearest parent that exists; and whether it exists."""
        root = Origin(self.files[0].document, self.root_span)
        node = Node(self.value, Written(root, root))
        for part in path:
            at = entry_at(self.merged, node, part)
            if at is None:
                return node.at, False
            node = Node(node.value[part], at)
        return node.at, True

    def file_at(self, path: Path, *, of_key: bool = False) -> Document:
        """Return the file in which the value (or its key) at `path` was written."""
        return self._place(path, of_key=of_key).document

    def mark(self, path: Path, *, of_key: bool = False) -> Mark:
        """Return the place of a value (or its key) in its file; falls back to the nearest parent."""
        return mark_of(self._place(path, of_key=of_key).span)

    def diagnostic(self, code: str, message: str, path: Path, *, remedy: str, of_key: bool = False) -> Diagnostic:
        """Return a located mistake about the value (or key) at `path`, with the values that it stands over."""
        found = super().diagnostic(code, message, path, remedy=remedy, of_key=of_key)
        at, exists = self.written(path)
        if not exists or not at.over:
            return found
        return replace(found, notes=(f"It stands over {' and '.join(place.text for place in at.over)}.",))

    def lacking(self, code: str, message: str, path: Path, *, key: str, remedy: str) -> Diagnostic:
        """Return a mistake about a key that is missing: at the `null` that removed it, else at the mapping."""
        container = self.value
        for part in path:
            container = container[part]
        merged = self.merged.get(id(container))
        if merged and key in merged.removed:
            return merged.removed[key].value.diagnostic(
                code, message, path, remedy=f"Remove the 'null': '{key}' is needed."
            )
        found = self.diagnostic(code, message, path, remedy=remedy, of_key=True)
        at, _ = self.written(path)
        files = dict.fromkeys([*self.chain, *(origin.document.source for origin in (at.value, *at.over))])
        return replace(found, notes=(f"None of these files gives it: {', '.join(files)}.",))

    def _place(self, path: Path, *, of_key: bool) -> Origin:
        at, exists = self.written(path)
        return at.key if of_key and exists and path else at.value


def entry_at(merged: dict[int, Merged], node: Node, part: str | int) -> Written | None:
    """Return where an entry of a list or mapping was written; None where there is no such entry."""
    if not isinstance(node.value, dict | list):
        return None
    made = merged.get(id(node.value))
    if made is not None:
        return made.entries.get(part)
    document = node.at.value.document
    places = document.places.get(id(node.value))
    if places is None or part not in places.values:
        return None
    value = Origin(document, places.values[part])
    key = places.keys.get(part)
    return Written(value if key is None else Origin(document, key), value)
