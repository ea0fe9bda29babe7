"""Strict YAML: text to plain values, each with its place in the file.

PyYAML's C parser delivers events; limits are checked on them, before anything
is built (its composer crashes the process on 50,000 nested brackets in 100 KB).
Scalars follow the YAML 1.2 core schema: `NO` is Norway, `0600` is text, `12:30`
is text. Duplicate keys, merge keys, tags and non-text keys are mistakes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from schemas.diagnostics import Diagnostic, InvalidDocumentError, Mark, Path

BYTES_MAX = 1 << 20
DEPTH_MAX = 32
VALUES_MAX = 200_000
ALIASES_MAX = 50
DIGITS_MAX = 18
"""Integers up to this many digits stay exact in every consumer of 64-bit numbers."""

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL_FLOAT = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = {"", "~", "null", "Null", "NULL"}
_FORBIDDEN_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_STRING_TAG = "tag:yaml.org,2002:str"


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed file: its value, and where every value and key stands."""

    source: str
    value: Any
    text: str
    values: dict[Path, Mark] = field(repr=False)
    keys: dict[Path, Mark] = field(repr=False)

    def mark(self, path: Path, *, of_key: bool = False) -> Mark:
        """Return the place of a value (or its key); falls back to the nearest parent."""
        if of_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Mark())

    def where(self, path: Path) -> str:
        """Return `file:line:column` of a value."""
        mark = self.mark(path)
        return f"{self.source}:{mark.line}:{mark.column}"

    def line_text(self, mark: Mark) -> str:
        """Return the text of the line that a mark stands on."""
        lines = self.text.split("\n")
        return lines[mark.line - 1] if mark.line <= len(lines) else ""

    def diagnostic(
        self, code: str, message: str, path: Path, *, remedy: str = "", of_key: bool = False, shown: str = ""
    ) -> Diagnostic:
        """Return a located mistake about the value (or key) at `path`."""
        mark = self.mark(path, of_key=of_key)
        return Diagnostic(
            code=code, message=message, file=self.source, mark=mark, path=shown,
            remedy=remedy, line_text=self.line_text(mark),
        )  # fmt: skip


def read_file(path: FilePath, *, source: str = "") -> Document:
    """Read one YAML file.

    Args:
        path: The file; read as UTF-8.
        source: How messages name it; the path as given when empty.

    Raises:
        InvalidDocumentError: It is missing, unreadable, too large or not strict YAML.
    """
    name = source or str(path)
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _refusal(name, "SPEC100", f"cannot be read: {reason}", remedy="Name a YAML file that exists.") from error
    if len(data) > BYTES_MAX:
        raise _refusal(
            name, "SPEC101", f"is larger than {BYTES_MAX:,} bytes", remedy="Split it, or remove what is not a spec."
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _refusal(name, "SPEC102", "is not UTF-8 text", line=line, remedy="Save the file as UTF-8.") from error
    return read_text(text, source=name)


def read_text(text: str, *, source: str) -> Document:
    """Parse YAML text strictly; see `read_file` for what it raises."""
    if len(text.encode("utf-8", "surrogatepass")) > BYTES_MAX:
        raise _refusal(source, "SPEC101", f"is larger than {BYTES_MAX:,} bytes", remedy="Split it.")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found = _FORBIDDEN_CHARACTER.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
        raise _refusal(
            source, "SPEC103", f"control character U+{ord(found.group()):04X} is not allowed",
            line=line, column=column, remedy="Delete the character.",
        )  # fmt: skip
    builder = _Builder(source, text)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _refusal(
            source, "SPEC104", f"is not YAML: {error.problem or error.context}", line=line, column=column,
            line_text=_line(text, line), remedy="Mend the syntax here or on the line before.",
        ) from error  # fmt: skip
    except (yaml.YAMLError, ValueError, UnicodeError) as error:
        raise _refusal(source, "SPEC104", f"is not YAML: {error}", remedy="Mend the syntax.") from error
    return builder.finish()


def _line(text: str, number: int) -> str:
    lines = text.split("\n")
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _refusal(
    source: str, code: str, message: str, *, line: int = 1, column: int = 1, remedy: str = "", line_text: str = ""
) -> InvalidDocumentError:
    mark = Mark(line=line, column=column, end_column=column + 1)
    return InvalidDocumentError(
        [Diagnostic(code=code, message=message, file=source, mark=mark, remedy=remedy, line_text=line_text)]
    )



@dataclass
class _Open:
    """A list or mapping that is being filled."""

    value: Any
    path: Path
    anchor: str | None
    key: str | None = None


class _Builder:
    """Takes parser events one by one; never recurses, so depth cannot hurt it."""

    def __init__(self, source: str, text: str) -> None:
        self._source, self._text = source, text
        self._open: list[_Open] = []
        self._root: list[Any] = []
        self._values: dict[Path, Mark] = {}
        self._keys: dict[Path, Mark] = {}
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._problems: list[Diagnostic] = []
        self._count = self._aliases = self._documents = 0

    def take(self, event: Any) -> None:
        """Handle one event of `yaml.parse`."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._start(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self._open.pop()
            if done.anchor is not None:
                self._anchors[done.anchor] = (done.value, self._count)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(event, "SPEC105", "holds more than one document", "Keep one document per file.")

    def finish(self) -> Document:
        """Return the document, or raise with every mistake found."""
        if not self._root:
            raise _refusal(self._source, "SPEC106", "is empty", remedy="Write a spec; see docs/spec.md.")
        if self._problems:
            raise InvalidDocumentError(self._problems)
        return Document(
            source=self._source, value=self._root[0], text=self._text, values=self._values, keys=self._keys
        )

    def _problem(self, event: Any, code: str, message: str, remedy: str) -> None:
        mark = _mark_of(event)
        self._problems.append(
            Diagnostic(code=code, message=message, file=self._source, mark=mark, remedy=remedy,
                       line_text=_line(self._text, mark.line))
        )  # fmt: skip

    def _stop(self, event: Any, code: str, message: str, remedy: str) -> None:
        self._problem(event, code, message, remedy)
        raise InvalidDocumentError(self._problems)

    def _counted(self, event: Any) -> None:
        self._count += 1
        if self._count > VALUES_MAX:
            self._stop(event, "SPEC107", f"holds more than {VALUES_MAX:,} values", "Split the file.")
        if getattr(event, "tag", None) not in (None, "!", _STRING_TAG):
            self._problem(event, "SPEC108", f"tag '{event.tag}' is not allowed", "Remove the tag.")

    def _start(self, event: Any) -> None:
        self._counted(event)
        if len(self._open) >= DEPTH_MAX:
            self._stop(event, "SPEC109", f"is nested deeper than {DEPTH_MAX} levels", "Flatten it.")
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        parent = self._open[-1] if self._open else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            self._stop(event, "SPEC110", "a key must be text, not a list or mapping", "Use a plain word as key.")
        path = self._place(value, event)
        self._open.append(_Open(value=value, path=path, anchor=event.anchor))

    def _scalar(self, event: Any) -> None:
        self._counted(event)
        parent = self._open[-1] if self._open else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            self._key(parent, event)
            return
        value = self._scalar_value(event)
        self._place(value, event)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._count)

    def _key(self, parent: _Open, event: Any) -> None:
        key = event.value
        if key == "<<":
            self._problem(event, "SPEC111", "merge keys ('<<') are not allowed", "Write the values out.")
        elif key in parent.value:
            first = self._keys[(*parent.path, key)]
            self._problem(event, "SPEC112", f"key '{key}' is given twice, first on line {first.line}", "Remove one.")
            key = f"{key}\0{self._count}"
        elif event.implicit[0] and not isinstance(_core_scalar(key), str):
            self._problem(
                event, "SPEC110", f"a key must be text, not {_kind(_core_scalar(key))}", f'Quote it: "{key}".'
            )
        self._keys[(*parent.path, key)] = _mark_of(event)
        parent.key = key

    def _alias(self, event: Any) -> None:
        self._aliases += 1
        if self._aliases > ALIASES_MAX:
            self._stop(event, "SPEC113", f"uses more than {ALIASES_MAX} aliases", "Write the values out.")
        parent = self._open[-1] if self._open else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            self._stop(event, "SPEC110", "a key must be text, not an alias", "Use a plain word as key.")
        if event.anchor not in self._anchors:
            known = any(event.anchor == o.anchor for o in self._open)
            said = "refers to the value it stands in" if known else "has no anchor before it"
            self._problem(event, "SPEC114", f"alias '*{event.anchor}' {said}", "Write the value out.")
            self._place(None, event)
            return
        value, _ = self._anchors[event.anchor]
        self._count += _size(value)
        self._counted(event)
        self._place(value, event)

    def _place(self, value: Any, event: Any) -> Path:
        if not self._open:
            self._root.append(value)
            path: Path = ()
        else:
            parent = self._open[-1]
            if isinstance(parent.value, dict):
                assert parent.key is not None
                path = (*parent.path, parent.key)
                parent.value[parent.key] = value
                parent.key = None
            else:
                path = (*parent.path, len(parent.value))
                parent.value.append(value)
        self._values[path] = _mark_of(event)
        return path

    def _scalar_value(self, event: Any) -> Any:
        if not event.implicit[0]:
            return event.value
        if _SPECIAL_FLOAT.match(event.value):
            self._problem(event, "SPEC115", f"'{event.value}' is not a number that can be used", "Write a number.")
            return 0
        if _INTEGER.match(event.value) and len(event.value.lstrip("+-")) > DIGITS_MAX:
            self._problem(
                event, "SPEC116", f"a number of more than {DIGITS_MAX} digits",
                "Quote it if it is an identifier; shorten it if it is a quantity.",
            )  # fmt: skip
            return 0
        return _core_scalar(event.value)


def _core_scalar(text: str) -> Any:
    """Return a plain scalar's value by the YAML 1.2 core schema; numbers never start with 0."""
    if text in _NULLS:
        return None
    if text in _WORDS:
        return _WORDS[text]
    digits = text.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return text
    if _INTEGER.match(text):
        return int(text) if len(digits) <= DIGITS_MAX else text
    if _FLOAT.match(text):
        number = float(text)
        return number if abs(number) < 1e300 else text
    return text


def _kind(value: Any) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number", type(None): "null"}
    return names.get(type(value), "text")


def _mark_of(event: Any) -> Mark:
    start, end = event.start_mark, event.end_mark
    last = end.column + 1 if end.line == start.line else start.column + 2
    return Mark(line=start.line + 1, column=start.column + 1, end_column=max(last, start.column + 2))


def _size(value: Any) -> int:
    """Return how many values an alias stands for; aliased values are small or over the limit already."""
    total, waiting = 0, [value]
    while waiting and total <= VALUES_MAX:
        item = waiting.pop()
        total += 1
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return total
