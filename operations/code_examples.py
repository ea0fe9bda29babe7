"""One wrong and one right example for each code of a mistake in a spec; what is said is what the loader says.

The tests load them all: a wrong one gives its code, and the right one beside it is a spec.
"""

from __future__ import annotations

from dataclasses import dataclass

from operations.mistake_examples import EXAMPLES
from schemas.diagnostics import InvalidDocumentError
from schemas.loading import load_spec_text

WITHOUT_EXAMPLE = frozenset(
    {"SPEC100", "SPEC101", "SPEC102", "SPEC107", "SPEC109", "SPEC113", "SPEC502"}
    | {f"SPEC4{number:02d}" for number in range(100)}
)
"""Mistakes of a whole file, of its size, or of several files: no few lines of one spec show them."""


@dataclass(frozen=True, kw_only=True)
class ShownMistake:
    """A mistake as a reader meets it; empty where it is not about lines that could be shown."""

    bad: str = ""
    message: str = ""
    good: str = ""


def shown_mistake(code: str) -> ShownMistake:
    """Return a wrong and a right example of a code, and what the loader says of the wrong one."""
    if code not in EXAMPLES:
        return ShownMistake()
    found = EXAMPLES[code]
    return ShownMistake(bad=found.bad, message=_said(code, found.spec(found.bad)), good=found.good)


def _said(code: str, text: str) -> str:
    try:
        load_spec_text(text)
    except InvalidDocumentError as error:
        return next((found.text() for found in error.diagnostics if found.code == code), "")
    return ""
