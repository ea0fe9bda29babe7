"""Where the subject of a finding stands in the spec."""

from __future__ import annotations

from policies.fleet_view import FleetView
from policies.judge import Locate
from schemas.diagnostics import Mark, Path
from schemas.document import Document
from schemas.report import Where


def places_in(document: Document, view: FleetView) -> Locate:
    """Return a locator for `judge`: the key that a rule is about, else the fleet's name, else the file's first line.

    Args:
        document: The spec, as `LoadedSpec.document` holds it.
        view: What is judged; says which fleet a host is of.
    """
    fleet_of = {host.host: host.fleet for host in view.hosts}

    def locate(subject: str, keys: tuple[str, ...]) -> Where:
        path = _existing(document, ("fleets", fleet_of.get(subject, subject), *keys))
        # `fleets` alone says nothing: the subject is the stack, or a key of it.
        if len(path) < 2:
            return Where(file=document.source, line=Mark().line, column=Mark().column, end_column=Mark().end_column)
        mark, file = document.mark(path, of_key=True), document.file_at(path, of_key=True)
        return Where(file=file.source, line=mark.line, column=mark.column, end_column=mark.end_column)

    return locate


def _existing(document: Document, path: Path) -> Path:
    """Return the part of a path that the document has."""
    value = document.value
    for position, part in enumerate(path):
        if not isinstance(value, dict) or part not in value:
            return path[:position]
        value = value[part]
    return path
