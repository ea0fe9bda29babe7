"""`geofleet migrate`: a spec of an older version becomes one of the current, every comment in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from operations.console import say
from operations.formatting import spec_path
from operations.rewriting import difference, write_anew
from schemas.diagnostics import InvalidDocumentError
from schemas.document import Document, read_file, read_text
from schemas.errors import UsageError
from schemas.loading import load_spec_text
from schemas.migrations import CURRENT, OLDER, v1alpha1
from schemas.migrations.draft import Change, Draft
from schemas.syntax import comments_of, nodes_of

_STEPS: dict[str, Callable[[Draft], None]] = {v1alpha1.VERSION: v1alpha1.migrate}
"""Version to what brings it to the next one."""

assert tuple(_STEPS) == OLDER, "each older version has a way on"


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """A spec of the current version, and what was changed."""

    source: str
    version: str
    """That it had."""
    before: str
    after: str
    changes: tuple[Change, ...]


def run_migrate(argument: str, *, writes: bool, shows_diff: bool) -> str:
    """Bring a spec to the current version and say what changes.

    Args:
        argument: A file or a stack's name.
        writes: Write the file.
        shows_diff: Return what changes, not the whole text.

    Returns:
        What belongs on standard output: the text or the difference; empty when the file was written,
        or was of the current version.

    Raises:
        InvalidDocumentError: It is not strict YAML, has a value that cannot be migrated, or is no valid spec then.
        UsageError: Its version is not known.
    """
    path = spec_path(argument)
    found = migrated(read_file(path, source=str(path)))
    if found is None:
        say(f"{path}: is {CURRENT} already")
        return ""
    for change in found.changes:
        say(change.text(found.source))
    if writes:
        write_anew(path, found.after)
    if shows_diff:
        return difference(found.before, found.after, name=found.source)
    return "" if writes else found.after


def migrated(document: Document) -> Migrated | None:
    """Return a spec in the current version; None when it is there already. See `run_migrate` for what it raises."""
    version = first = _version(document)
    changes: list[Change] = []
    text, current = document.text, document
    while version != CURRENT:
        draft = Draft(current)
        _STEPS[version](draft)
        if draft.problems:
            raise InvalidDocumentError(draft.problems)
        text = draft.text()
        changes += sorted(draft.changes)
        current = read_text(text, source=document.source)
        version = _version(current)
    if first == CURRENT:
        return None
    kept = sorted(comments_of(text, nodes_of(text)))
    assert kept == sorted(comments_of(document.text, nodes_of(document.text))), "a migration keeps every comment"
    load_spec_text(text, source=f"{document.source} (migrated)")
    return Migrated(source=document.source, version=first, before=document.text, after=text, changes=tuple(changes))


def _version(document: Document) -> str:
    version = document.value.get("apiVersion") if isinstance(document.value, dict) else None
    known = ", ".join([*OLDER, CURRENT])
    if version is None:
        raise UsageError(f"{document.source} has no 'apiVersion'", remedy=f"Add it: one of {known}.")
    if version not in (*OLDER, CURRENT):
        raise UsageError(
            f"version '{version}' is not known", at=document.where(("apiVersion",)), remedy=f"Known are: {known}."
        )
    assert isinstance(version, str), "the known versions are text"
    return version
