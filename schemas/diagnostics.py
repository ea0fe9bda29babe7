"""A mistake in a file, and how it is shown: place, finding, expectation, remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.errors import SpecError

Path = tuple[str | int, ...]
"""Where a value stands in a document: keys and list positions from the root."""


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
    """Stable: `SPEC1xx` text, `SPEC2xx` structure, `SPEC3xx` meaning."""
    message: str
    file: str
    mark: Mark = field(default_factory=Mark)
    path: str = ""
    remedy: str = ""
    line_text: str = ""

    @property
    def where(self) -> str:
        """Return `file:line:column`."""
        return f"{self.file}:{self.mark.line}:{self.mark.column}"

    def text(self) -> str:
        """Return the mistake as a reader meets it, with the line and a caret."""
        subject = f"{self.path}: " if self.path else ""
        lines = [f"{self.where}: error {self.code} {subject}{self.message}"]
        if self.line_text.strip():
            number = f"{self.mark.line:5d}"
            shown = self.line_text[:160]
            width = max(1, min(self.mark.end_column, len(shown) + 1) - self.mark.column)
            lines.append(f"{number} | {shown}")
            if self.mark.column <= len(shown) + 1:
                lines.append(f"      | {' ' * (self.mark.column - 1)}{'^' * width}")
        if self.remedy:
            lines.append(f"  {self.remedy}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """Return the form used in `geofleet check --format json`."""
        return {
            "code": self.code,
            "message": self.message,
            "path": self.path,
            "file": self.file,
            "line": self.mark.line,
            "column": self.mark.column,
            "remedy": self.remedy,
        }


class InvalidDocumentError(SpecError):
    """A file that cannot be used; `diagnostics` holds every mistake in order of place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        found = sorted(diagnostics, key=lambda d: (d.file, d.mark, d.code))
        assert found, "an invalid document has at least one mistake"
        self.diagnostics = tuple(found)
        count = f"\n{len(found)} mistakes found." if len(found) > 1 else ""
        super().__init__("\n".join(d.text() for d in found) + count)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return a remedy that names the nearest allowed word, or all of them."""
    words = sorted(allowed)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'? Allowed: {', '.join(words[:20])}."
    return f"Allowed: {', '.join(words[:20])}{', ...' if len(words) > 20 else ''}."


def dotted(path: Path) -> str:
    """Return a path as text: `fleets.validators.members[2].region`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
