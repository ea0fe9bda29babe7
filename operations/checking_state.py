"""`geofleet check --state FILE`: an exported state or preview against every rule that judges what is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from operations.console import say
from operations.notices import Subject
from operations.planning import files_of
from policies.exported import Exported, read_exported
from policies.fleet_view import FleetView
from policies.judge import Locate, judge
from policies.places import places_in
from policies.published import published
from policies.settings import stack_settings
from schemas.atlas import PUBLISHED, Atlas
from schemas.errors import FleetError, UsageError
from schemas.loading.atlas_file import stack_atlas
from schemas.report import Report, Where
from stacks.stack import StackFiles, load_stack_spec, shown


def judged_state(path: Path, argument: str = "") -> tuple[Report, Subject]:
    """Return what the rules say about a file that Pulumi exported, and what it is about.

    Args:
        path: Of `pulumi stack export` or `pulumi preview --json`.
        argument: Stack or spec that findings point into; the stack that the file names where it is empty.

    Raises:
        UsageError: The file is neither, or is of another stack than the one that is named.
    """
    found = read_exported(path)
    files = _files(found, argument)
    if found.counted == 0:
        return Report(feed=found.feed, stack=found.stack, findings=()), Subject(stack=found.stack, file=str(path))
    settings = stack_settings(files.spec if files else path)
    atlas = stack_atlas(files.spec) if files else PUBLISHED
    stack = published(found.components, _always(atlas), lambda _: settings, found.resources)
    report = judge(stack.view, found.feed, locate=_locate(files, stack.view, stack.urn_of))
    subject = Subject(
        stack=found.stack, file=shown(files.spec) if files else str(path), environment=stack.view.environment
    )
    return report, subject


def _files(found: Exported, argument: str) -> StackFiles | None:
    """Return the files of the stack that is named, else of the one that the file is of; None if there is no spec."""
    if argument:
        files = files_of(argument)
        if found.stack and files.name != found.stack:
            raise UsageError(
                f"the file is of stack '{found.stack}', not of '{files.name}'",
                remedy=f"Export that one: pulumi stack export --stack {files.name}; or leave the name out.",
            )
        return files
    try:
        own = files_of(found.stack) if found.stack else None
    except FleetError:
        return None
    return own if own and own.spec.exists() else None


def _always(atlas: Atlas) -> Callable[[str], Atlas]:
    return lambda _stack: atlas


def _locate(files: StackFiles | None, view: FleetView, urn_of: Callable[[str], str]) -> Locate:
    """Return what gives findings the line of the spec that made their subject, and their URN."""
    if files is None:
        return lambda subject, _keys: Where(urn=urn_of(subject))
    try:
        document = load_stack_spec(files).document
    except FleetError as error:
        say(f"findings have no line: {error}")
        return lambda subject, _keys: Where(urn=urn_of(subject))
    return places_in(document, view)
