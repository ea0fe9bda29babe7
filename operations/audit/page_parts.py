"""Parts of the page: tables whose heads repeat on paper, states that words tell as well as colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

_GOOD = ("passed", "passes", "goes on", "running")
_BAD = ("failed", "refused", "goes on, can fork", "halts, can fork", "missing", "stopped", "broken")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: what it says as markup, and how it stands."""

    markup: str
    kind: str = ""
    """`number` to the right, `wide` for prose, `place` on one line."""


def words(text: object) -> Cell:
    """Return a cell of plain text; an em dash where there is none."""
    return Cell(markup=escape(str(text)) or "—")


def prose(text: object) -> Cell:
    """Return a cell of a sentence: it gets room."""
    return Cell(markup=escape(str(text)) or "—", kind="wide")


def figure(text: object) -> Cell:
    """Return a cell of a number."""
    return Cell(markup=escape(str(text)), kind="number")


def code(text: object) -> Cell:
    """Return a cell of a name or a hash."""
    return Cell(markup=f"<code>{escape(str(text))}</code>")


def place(text: object) -> Cell:
    """Return a cell of a place in a file."""
    return Cell(markup=f"<code>{escape(str(text))}</code>", kind="place")


def state(text: str) -> Cell:
    """Return a cell of a verdict: in words, and in a colour."""
    return Cell(markup=state_text(text))


def state_text(text: str) -> str:
    """Return a verdict as markup."""
    kind = "good" if text in _GOOD else "bad" if text in _BAD else "muted" if text in ("", "not applicable") else "warn"
    return f'<span class="e-state e-{kind}">{escape(text) or "—"}</span>'


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table; the first cell of a row is its head. What is told by no row is said in words."""
    body = "".join(_row(row) for row in rows)
    if not body:
        return f"<p>{escape(caption)}: none.</p>"
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    told = escape(caption)
    return (
        f'<div class="e-scroll" role="region" aria-label="{told}" tabindex="0"><table><caption>{told}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n"
    )


def _row(cells: Sequence[Cell]) -> str:
    first, *rest = cells
    head = f'<th scope="row"{_kind(first)}>{first.markup}</th>'
    return "<tr>" + head + "".join(f"<td{_kind(cell)}>{cell.markup}</td>" for cell in rest) + "</tr>\n"


def _kind(cell: Cell) -> str:
    return f' class="e-{cell.kind}"' if cell.kind else ""


def section(title: str, *parts: str, apart: bool = False) -> str:
    """Return a section with its heading; `apart` begins a page on paper."""
    kind = ' class="e-apart"' if apart else ""
    return f'<section id="{anchor(title)}"{kind} aria-labelledby="{anchor(title)}-title">' + (
        f'<h2 id="{anchor(title)}-title">{escape(title)}</h2>\n' + "".join(parts) + "</section>\n"
    )


def anchor(title: str) -> str:
    """Return what a heading is linked by."""
    return "-".join(title.lower().split())


def paragraph(text: str) -> str:
    """Return plain text as a paragraph."""
    return f"<p>{escape(text)}</p>\n"
