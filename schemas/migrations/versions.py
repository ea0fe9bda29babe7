"""Which versions of the spec's format there are. Light: the loader asks at every start."""

from __future__ import annotations

from schemas.diagnostics import Diagnostic
from schemas.document import Document

CURRENT = "geofleet/v1"
OLDER = ("geofleet/v1alpha1",)
"""Oldest first; each is migrated to the next, the last to the current one."""


def older_version(document: Document) -> Diagnostic | None:
    """Return that a spec is of an older version, and what to run; None when it is not."""
    value = document.value.get("apiVersion") if isinstance(document.value, dict) else None
    if value not in OLDER:
        return None
    return document.diagnostic(
        "SPEC501",
        f"'{value}' is an older version of the format; this geofleet reads {CURRENT}",
        ("apiVersion",),
        remedy=f"Run: geofleet migrate {document.source} --write",
    )
