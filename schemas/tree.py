"""YAML parser events to a tree of plain values, each with its place; limits come first.

Works event by event and never recurses, so depth cannot hurt it. Places are kept by
container, and looked up only when a message needs one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from schemas.diagnostics import MISTAKES_MAX, Diagnostic, InvalidDocumentError, Mark, told_text
from schemas.scalars import Scalar, UnusableNumberError, plain_value

BYTES_MAX = 1 << 20
DEPTH_MAX = 32
VALUES_MAX = 100_000
ALIASES_MAX = 50

FORBIDDEN_CHARACTER = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control characters, line ends that only YAML 1.1 knows, and what turns the direction of text around."""

_TEXT_TAGS = (None, "tag:yaml.org,2002:str")


Span = tuple[int, int, int, int]
"""Line and column of the first character and of the one after the last, from 0. Tuples of numbers cost the garbage
collector nothing; the parser's own events, kept, doubled the time of a large file."""


@dataclass(slots=True)
class Places:
    """Where the entries of one container stand, by key or position."""

    keys: dict[str | int, Span]
    values: dict[str | int, Span]


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being filled."""

    value: Any
    places: Places
    anchor: str | None
    is_mapping: bool
    key: str | None = None


class TreeBuilder:
    """Takes parser events one by one; ends with a value, or with every mistake found."""

    def __init__(self, source: str, lines: list[str]) -> None:
        self.root: Any = None
        self.root_span: Span | None = None
        self.places: dict[int, Places] = {}
        """By `id` of the container; the tree keeps every container alive."""
        self.problems: list[Diagnostic] = []
        self._source, self._lines = source, lines
        self._open: list[_Open] = []
        self._anchors: dict[str, Any] = {}
        self._count = self._characters = self._aliases = self._documents = 0
        self._handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }

    def take(self, event: Any) -> None:
        """Handle one event of `yaml.parse`.

        Raises:
            InvalidDocumentError: A limit is passed; nothing after it is read.
        """
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(event, "SPEC105", "holds more than one document", "Keep one document per file.")

    def _start(self, event: Any) -> None:
        self._counted(event)
        if len(self._open) >= DEPTH_MAX:
            self._stop(event, "SPEC109", f"is nested deeper than {DEPTH_MAX} levels", "Flatten it.")
        if self._awaits_key():
            self._stop(event, "SPEC110", "a key must be text, not a list or mapping", "Use a plain word as key.")
        is_mapping = type(event) is yaml.MappingStartEvent
        value: Any = {} if is_mapping else []
        self._place(value, event)
        places = self.places[id(value)] = Places({}, {})
        self._open.append(_Open(value, places, event.anchor, is_mapping))

    def _end(self, _event: Any) -> None:
        done = self._open.pop()
        if done.anchor is not None:
            self._anchors[done.anchor] = done.value

    def _scalar(self, event: Any) -> None:
        self._counted(event)
        if event.style == '"':
            self._escaped(event)
        if self._awaits_key():
            self._key(self._open[-1], event)
            return
        value = self._plain(event) if event.implicit[0] else event.value
        self._place(value, event)
        if event.anchor is not None:
            self._anchors[event.anchor] = value

    def _plain(self, event: Any) -> Scalar:
        try:
            return plain_value(event.value)
        except UnusableNumberError as error:
            self._problem(event, "SPEC115", error.problem, error.remedy)
            return None

    def _escaped(self, event: Any) -> None:
        found = FORBIDDEN_CHARACTER.search(event.value)
        if found:
            self._problem(
                event, "SPEC103", f"control character U+{ord(found.group()):04X} is not allowed", "Delete the escape."
            )

    def _key(self, parent: _Open, event: Any) -> None:
        key: str = event.value
        if event.implicit[0]:
            if key == "<<":
                self._problem(event, "SPEC111", "merge keys ('<<') are not allowed", "Write the values out.")
            else:
                self._plain_key(key, event)
        if key in parent.value:
            line = parent.places.keys[key][0] + 1
            said = f"key '{told_text(key)}' is given twice, first on line {line}"
            self._problem(event, "SPEC112", said, "Remove one.")
        else:
            parent.places.keys[key] = _span(event)
        parent.key = key

    def _plain_key(self, key: str, event: Any) -> None:
        try:
            value = plain_value(key)
        except UnusableNumberError:
            value = 0
        if not isinstance(value, str):
            remedy = f'Quote it: "{told_text(key)}".' if key else "Write the key before the colon."
            self._problem(event, "SPEC110", f"a key must be text, not {_kind(value)}", remedy)

    def _alias(self, event: Any) -> None:
        self._aliases += 1
        if self._aliases > ALIASES_MAX:
            self._stop(event, "SPEC113", f"uses more than {ALIASES_MAX} aliases", "Write the values out.")
        if self._awaits_key():
            self._stop(event, "SPEC110", "a key must be text, not an alias", "Use a plain word as key.")
        if event.anchor not in self._anchors:
            known = any(event.anchor == container.anchor for container in self._open)
            said = "refers to the value it stands in" if known else "has no anchor before it"
            self._problem(event, "SPEC114", f"alias '*{told_text(event.anchor)}' {said}", "Write the value out.")
            self._place(None, event)
            return
        value = self._anchors[event.anchor]
        self._weigh(value)
        if self._count > VALUES_MAX or self._characters > BYTES_MAX:
            self._stop(event, "SPEC107", "grows too large through aliases", "Write the values out, or split the file.")
        self._place(value, event)

    def _weigh(self, value: Any) -> None:
        """Count what an alias stands for, until a limit is passed: nested aliases multiply."""
        waiting = [value]
        while waiting and self._count <= VALUES_MAX and self._characters <= BYTES_MAX:
            item = waiting.pop()
            self._count += 1
            if isinstance(item, dict):
                waiting.extend(item.values())
                self._characters += sum(map(len, item))
            elif isinstance(item, list):
                waiting.extend(item)
            elif isinstance(item, str):
                self._characters += len(item)

    def _awaits_key(self) -> bool:
        return bool(self._open) and self._open[-1].is_mapping and self._open[-1].key is None

    def _counted(self, event: Any) -> None:
        self._count += 1
        if self._count > VALUES_MAX:
            self._stop(event, "SPEC107", f"holds more than {VALUES_MAX:,} values", "Split the file.")
        if event.tag not in _TEXT_TAGS:
            self._problem(event, "SPEC108", f"tag '{told_text(event.tag)}' is not allowed", "Remove the tag.")

    def _place(self, value: Any, event: Any) -> None:
        if not self._open:
            self.root, self.root_span = value, _span(event)
            return
        parent = self._open[-1]
        if parent.is_mapping:
            key = parent.key
            assert key is not None
            parent.key = None
            parent.value[key] = value
            parent.places.values[key] = _span(event)
        else:
            parent.places.values[len(parent.value)] = _span(event)
            parent.value.append(value)

    def _problem(self, event: Any, code: str, message: str, remedy: str) -> None:
        mark = mark_of(_span(event))
        line = self._lines[mark.line - 1] if mark.line <= len(self._lines) else ""
        self.problems.append(
            Diagnostic(code=code, message=message, file=self._source, mark=mark, remedy=remedy, line_text=line)
        )
        if len(self.problems) >= MISTAKES_MAX:
            raise InvalidDocumentError(self.problems)

    def _stop(self, event: Any, code: str, message: str, remedy: str) -> None:
        self._problem(event, code, message, remedy)
        raise InvalidDocumentError(self.problems)


def mark_of(span: Span) -> Mark:
    """Return a place as messages tell it; a value of several lines is marked by its first character."""
    line, column, end_line, end_column = span
    last = end_column + 1 if end_line == line else 0
    return Mark(line=line + 1, column=column + 1, end_column=max(last, column + 2))


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return start.line, start.column, end.line, end.column


def _kind(value: Scalar) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")
