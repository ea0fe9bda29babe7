"""A text that is being migrated: small edits where old words stand, so that everything else stays as it was written."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.diagnostics import Diagnostic, Mark, Path, dotted
from schemas.document import Document
from schemas.syntax import Node, Place, nodes_of


@dataclass(frozen=True, kw_only=True, order=True)
class Change:
    """One thing that a migration changes, and why."""

    line: int
    column: int
    path: str
    what: str
    why: str

    def text(self, source: str) -> str:
        """Return the change as a reader meets it."""
        return f"{source}:{self.line}:{self.column}: {self.path}: {self.what} ({self.why})"


class Draft:
    """Collects edits of a text; they are made together, so places stay right."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.root = nodes_of(document.text)
        self.changes: list[Change] = []
        self.problems: list[Diagnostic] = []
        self._edits: list[tuple[Place, Place, str]] = []

    def rename(self, key: Node, name: str, path: Path, *, why: str) -> None:
        """Give a key another name."""
        self._edit(key.start, key.end, name)
        self._changed(key, path, f"is now '{name}'", why)

    def replace(self, node: Node, text: str, path: Path, *, why: str) -> None:
        """Write a value that stands on one line anew."""
        self._edit(node.start, node.end, text)
        self._changed(node, path, f"is now {text}", why)

    def list_to_mapping(self, node: Node, entries: list[str], path: Path, *, why: str) -> None:
        """Make a mapping of a list, item by item: comments between them stay.

        Args:
            node: The list.
            entries: `key: value` for each item.
            path: Where it stands.
            why: Told with the change.
        """
        lines = self.document.lines
        for item, entry in zip(node.items, entries, strict=True):
            if node.is_block:
                dash = lines[item.start[0]].rindex("-", 0, item.start[1])
                self._edit((item.start[0], dash), item.end, f"  {entry}")
            else:
                self._edit(item.start, item.end, entry)
        if not node.is_block:
            self._edit(node.start, (node.start[0], node.start[1] + 1), "{")
            self._edit((node.end[0], node.end[1] - 1), node.end, "}")
        self._changed(node, path, f"is now {{{', '.join(entries)}}}", why)

    def refuse(self, node: Node, path: Path, message: str, *, remedy: str) -> None:
        """Note a value that cannot be migrated."""
        line, column = node.start
        is_one_line = node.end[0] == line and not node.is_block
        mark = Mark(line=line + 1, column=column + 1, end_column=node.end[1] + 1 if is_one_line else column + 2)
        self.problems.append(
            Diagnostic(
                code="SPEC502", message=message, file=self.document.source, mark=mark, path=dotted(path),
                remedy=remedy, line_text=self.document.line_text(mark),
            )
        )  # fmt: skip

    def text(self) -> str:
        """Return the text with every edit made."""
        lines = list(self.document.lines)
        for start, end, text in sorted(self._edits, reverse=True):
            assert start[0] == end[0], "an edit stays on its line"
            lines[start[0]] = f"{lines[start[0]][: start[1]]}{text}{lines[start[0]][end[1] :]}"
        return "\n".join(lines)

    def _edit(self, start: Place, end: Place, text: str) -> None:
        self._edits.append((start, end, text))

    def _changed(self, node: Node, path: Path, what: str, why: str) -> None:
        self.changes.append(
            Change(line=node.start[0] + 1, column=node.start[1] + 1, path=dotted(path), what=what, why=why)
        )
