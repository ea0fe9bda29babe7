"""Where the subject of a finding stands in the spec."""

from __future__ import annotations

from collections.abc import Container

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
        fleet, _, number = subject.rpartition("-")
        # A host whose facts cannot be read has its name all the same: `<fleet>-<n>`.
        named = fleet_of.get(subject) or (fleet if number.isdecimal() and fleet in _fleets(document) else subject)
        path = _existing(document, ("fleets", named, *keys))
        # `fleets` alone says nothing: the subject is the stack, or a key of it.
        if len(path) < 2:
            return Where(file=document.source, line=Mark().line, column=Mark().column, end_column=Mark().end_column)
        mark, file = document.mark(path, of_key=True), document.file_at(path, of_key=True)
        return Where(file=file.source, line=mark.line, column=mark.column, end_column=mark.end_column)

    return locate


def _fleets(document: Document) -> Container[str]:
    fleets = document.value.get("fleets") if isinstance(document.value, dict) else None
    return fleets if isinstance(fleets, dict) else ()


def _existing(document: Document, path: Path) -> Path:
    """Return the part of a path that the document has."""
    value = document.value
    for position, part in enumerate(path):
        if not isinstance(value, dict) or part not in value:
            return path[:position]
        value = value[part]
    return path
