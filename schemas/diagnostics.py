"""A mistake in a file, and how it is shown: place, finding, expectation, remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from schemas.errors import ExitCode, FleetError, SpecError

Path = tuple[str | int, ...]
"""Where a value stands in a document: keys and list positions from the root."""

ERROR_SCHEMA = "geofleet/error/v1"

MISTAKES_MAX = 100
"""A file is read on to its hundredth mistake, no further: what follows is noise, and time."""

_LINE_WIDTH = 120
_NAMES_SHOWN = 20


@dataclass(frozen=True, kw_only=True, order=True)
class Mark:
    """A place in a text; lines and columns count from 1."""

    line: int = 1
    column: int = 1
    end_column: int = 2


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One mistake, with everything needed to mend it."""

    code: str
    """Stable: `SPEC1xx` text, `SPEC2xx` structure, `SPEC3xx` meaning; see `schemas.codes`."""
    message: str
    file: str
    mark: Mark = field(default_factory=Mark)
    path: str = ""
    remedy: str = ""
    line_text: str = ""
    notes: tuple[str, ...] = ()
    """What else belongs to it: values in other files that this one stands over."""

    @property
    def where(self) -> str:
        """Return `file:line:column`."""
        return f"{self.file}:{self.mark.line}:{self.mark.column}"

    def text(self) -> str:
        """Return the mistake as a reader meets it, with the line and a caret."""
        subject = f"{self.path}: " if self.path else ""
        lines = [f"{self.where}: error {self.code} {subject}{self.message}"]
        if self.line_text.strip():
            lines += _snippet(self.line_text, self.mark)
        lines += [f"  {note}" for note in (*self.notes, self.remedy) if note]
        return "\n".join(lines)

    def problem(self) -> Problem:
        """Return the form used in JSON output."""
        return Problem(
            code=self.code,
            message=self.message,
            at=self.where,
            path=self.path,
            file=self.file,
            line=self.mark.line,
            column=self.mark.column,
            end_column=self.mark.end_column,
            remedy=self.remedy,
        )


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake as JSON output has it; what is not known is empty or 0."""

    code: str = ""
    """Of a mistake in a file, such as `SPEC201`."""
    message: str
    at: str = ""
    """Where it is, as text: `file:line:column`, or whatever place is known."""
    path: str = ""
    """Where the value stands in the file: `fleets.validators.count`."""
    file: str = ""
    line: int = 0
    column: int = 0
    end_column: int = 0
    """Column after the last character of what is marked, on the same line."""
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class ErrorReport:
    """Why a command stopped."""

    exit_code: ExitCode
    problems: tuple[Problem, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `--format json` prints instead of a result."""
        return {
            "schema": ERROR_SCHEMA,
            "exit_code": int(self.exit_code),
            "problems": [asdict(problem) for problem in self.problems],
        }


def error_report(error: FleetError) -> ErrorReport:
    """Return why a command stopped: every mistake of a file, or the one problem."""
    if isinstance(error, InvalidDocumentError):
        problems = tuple(found.problem() for found in error.diagnostics)
    else:
        problems = (Problem(message=error.problem, at=error.at, remedy=error.remedy),)
    return ErrorReport(exit_code=error.exit_code, problems=problems)


def _snippet(line: str, mark: Mark) -> list[str]:
    """Return the marked part of a line, and the carets under it."""
    start = max(0, mark.column - _LINE_WIDTH + 20) if len(line) > _LINE_WIDTH else 0
    shown = line[start : start + _LINE_WIDTH].replace("\t", " ")
    column = mark.column - start
    width = max(1, min(mark.end_column - mark.column, len(shown) + 1 - column))
    cut = "..." if start else ""
    return [f"{mark.line:5d} | {cut}{shown}", f"      | {' ' * (len(cut) + column - 1)}{'^' * width}"]


class InvalidDocumentError(SpecError):
    """A file that cannot be used; `diagnostics` holds every mistake in order of place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        found = sorted(diagnostics, key=lambda d: (d.file, d.mark, d.code, d.message))
        assert found, "an invalid document has at least one mistake"
        self.diagnostics = tuple(found)
        lines = [d.text() for d in found]
        if len(found) >= MISTAKES_MAX:
            lines.append(f"{len(found)} mistakes found; the rest of the file was not judged.")
        elif len(found) > 1:
            lines.append(f"{len(found)} mistakes found.")
        super().__init__("\n".join(lines))


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return a remedy that names the nearest allowed words, and all of them when they are few."""
    words = sorted(allowed)
    if not words:
        return "Nothing is allowed here."
    # The matcher's cost grows with the word's length, and no allowed word is long.
    close = difflib.get_close_matches(word[:60], words, n=3, cutoff=0.6)
    if len(words) > _NAMES_SHOWN:
        if close:
            return f"Did you mean {' or '.join(repr(name) for name in close)}?"
        return f"Allowed: {', '.join(words[:_NAMES_SHOWN])}, and {len(words) - _NAMES_SHOWN} more."
    guess = f"Did you mean '{close[0]}'? " if close else ""
    return f"{guess}Allowed: {', '.join(words)}."


def dotted(path: Path) -> str:
    """Return a path as text: `fleets.validators.members[2].region`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{told_text(part)}" if text else told_text(part)
    return text


def told_text(text: str) -> str:
    """Return text that is fit for one line of a message: cut at 60 characters, control characters escaped."""
    cut = text if len(text) <= 60 else f"{text[:57]}..."
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut)
