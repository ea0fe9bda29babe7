"""Strict YAML: text to plain values, each with its place in the file.

PyYAML's C parser delivers events; limits are checked on them, before anything
is built (its composer crashes the process on 50,000 nested brackets in 100 KB).
Duplicate keys, merge keys, tags and keys that are not text are mistakes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

import yaml

from schemas.diagnostics import Diagnostic, InvalidDocumentError, Mark, Path, dotted
from schemas.scalars import is_plain_text
from schemas.tree import BYTES_MAX, FORBIDDEN_CHARACTER, Places, Span, TreeBuilder, mark_of


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed file: its value, and where every value and key stands."""

    source: str
    value: Any
    text: str
    root_span: Span = field(repr=False)
    places: dict[int, Places] = field(repr=False)
    """By `id` of each list and mapping in `value`."""

    @cached_property
    def lines(self) -> list[str]:
        """Return the lines of the text."""
        return self.text.split("\n")

    def file_at(self, path: Path, *, of_key: bool = False) -> Document:
        """Return the file in which a value (or its key) was written; `schemas.loading.composed` knows of several."""
        del path, of_key
        return self

    def mark(self, path: Path, *, of_key: bool = False) -> Mark:
        """Return the place of a value (or its key); falls back to the nearest parent."""
        value, span = self.value, self.root_span
        for position, part in enumerate(path):
            places = self.places.get(id(value)) if isinstance(value, dict | list) else None
            if places is None or part not in places.values:
                break
            is_last = position == len(path) - 1
            span = places.keys.get(part, places.values[part]) if of_key and is_last else places.values[part]
            value = value[part]
        return mark_of(span)

    def where(self, path: Path) -> str:
        """Return `file:line:column` of a value."""
        mark = self.mark(path)
        return f"{self.file_at(path).source}:{mark.line}:{mark.column}"

    def line_text(self, mark: Mark) -> str:
        """Return the text of the line that a mark stands on."""
        return self.lines[mark.line - 1] if mark.line <= len(self.lines) else ""

    def diagnostic(self, code: str, message: str, path: Path, *, remedy: str, of_key: bool = False) -> Diagnostic:
        """Return a located mistake about the value (or key) at `path`."""
        mark, file = self.mark(path, of_key=of_key), self.file_at(path, of_key=of_key)
        return Diagnostic(
            code=code,
            message=message,
            file=file.source,
            mark=mark,
            path=dotted(path),
            remedy=remedy,
            line_text=file.line_text(mark),
        )

    def lacking(self, code: str, message: str, path: Path, *, key: str, remedy: str) -> Diagnostic:
        """Return a located mistake about a key that the mapping at `path` lacks."""
        del key
        return self.diagnostic(code, message, path, remedy=remedy, of_key=True)


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
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        found = Diagnostic(
            code="SPEC100", message=f"cannot be read: {reason}", file=name, remedy="Name a YAML file that exists."
        )
        raise InvalidDocumentError([found]) from error
    if len(data) > BYTES_MAX:
        raise _too_large(name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        mark = _mark_after(before)
        remedy = "Save the file as UTF-8."
        found = Diagnostic(code="SPEC102", message="is not UTF-8 text", file=name, mark=mark, remedy=remedy)
        raise InvalidDocumentError([found]) from error
    return read_text(text, source=name)


def read_text(text: str, *, source: str) -> Document:
    """Parse YAML text strictly; see `read_file` for what it raises."""
    if len(text) > BYTES_MAX or len(text.encode("utf-8", "surrogatepass")) > BYTES_MAX:
        raise _too_large(source)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = FORBIDDEN_CHARACTER.search(text)
    if found:
        message = f"control character U+{ord(found.group()):04X} is not allowed"
        mark = _mark_after(text[: found.start()])
        raise InvalidDocumentError(
            [Diagnostic(code="SPEC103", message=message, file=source, mark=mark, remedy="Delete the character.")]
        )
    builder = TreeBuilder(source, text.split("\n"))
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.YAMLError as error:
        raise InvalidDocumentError([*builder.problems, _syntax(error, source, text)]) from error
    if builder.root_span is None:
        remedy = "Write a spec; see docs/spec.md."
        raise InvalidDocumentError([Diagnostic(code="SPEC106", message="is empty", file=source, remedy=remedy)])
    if builder.problems:
        raise InvalidDocumentError(builder.problems)
    return Document(source=source, value=builder.root, text=text, root_span=builder.root_span, places=builder.places)


def yaml_text(value: Any) -> str:
    """Return plain values as block YAML that `read_text` reads back as the same values."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


class _Dumper(yaml.SafeDumper):
    """Quotes every text that this module would read as something else: `12e456` is one, to YAML 1.1 it is not."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return True: every value is written out where it stands."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if is_plain_text(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _syntax(error: yaml.YAMLError, source: str, text: str) -> Diagnostic:
    """Return what the parser found, at the place where it noticed."""
    problem, at = str(error), None
    if isinstance(error, yaml.MarkedYAMLError):
        problem, at = str(error.problem or error.context), error.problem_mark or error.context_mark
    line, column = (at.line + 1, at.column + 1) if at else (1, 1)
    lines = text.split("\n")
    return Diagnostic(
        code="SPEC104",
        message=f"is not YAML: {problem}",
        file=source,
        mark=Mark(line=line, column=column, end_column=column + 1),
        remedy="Mend the syntax here or on the line before.",
        line_text=lines[line - 1] if line <= len(lines) else "",
    )


def _mark_after(text: str) -> Mark:
    column = len(text) - (text.rfind("\n") + 1) + 1
    return Mark(line=text.count("\n") + 1, column=column, end_column=column + 1)


def _too_large(source: str) -> InvalidDocumentError:
    message = f"is larger than {BYTES_MAX:,} bytes"
    remedy = "Split it, or remove what is not a spec."
    return InvalidDocumentError([Diagnostic(code="SPEC101", message=message, file=source, remedy=remedy)])
