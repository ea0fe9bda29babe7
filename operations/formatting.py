"""`geofleet fmt`: specs in one layout, with the same meaning and every comment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from operations.console import say, show
from operations.planning import files_of
from operations.rewriting import difference, write_anew
from operations.spec_fields import key_order
from operations.yaml_layout import laid_out
from schemas.diagnostics import InvalidDocumentError
from schemas.document import Document, read_file, read_text
from schemas.errors import ExitCode, FleetError, UsageError
from schemas.syntax import comments_of, nodes_of
from stacks.stack import STACKS

_SPEC_KEYS = frozenset({"apiVersion", "extends", "fleets"})
"""A file with one of these keys is a spec, or a part of one."""


@dataclass(frozen=True, kw_only=True)
class Formatted:
    """A spec in the one layout."""

    path: Path
    before: str
    """As it is on disk."""
    after: str

    @property
    def is_changed(self) -> bool:
        """Return whether the file is not in the layout."""
        return self.before != self.after


def format_files(paths: Iterable[str], *, writes: bool, shows_diff: bool, fails: bool) -> ExitCode:
    """Format specs; every file is looked at, also after one that is refused.

    Args:
        paths: Files, folders, names of stacks.
        writes: Write the files that change.
        shows_diff: Show what changes.
        fails: End with 1 when any file changes.

    Raises:
        UsageError: A path names no spec.
        FleetError: Files cannot be formatted; the message has all of them.
    """
    changed, refused = 0, []
    for path in files_in(paths):
        try:
            found = formatted(path)
        except FleetError as error:
            refused.append(error)
            continue
        if not found.is_changed:
            continue
        changed += 1
        if shows_diff:
            show(difference(found.before, found.after, name=str(path)).rstrip("\n"))
        else:
            show(f"{path}: {'formatted' if writes else 'not formatted'}")
        if writes:
            write_anew(path, found.after)
    if refused:
        raise _together(refused)
    if fails and changed:
        say(f"Format {'it' if changed == 1 else f'the {changed} files'} with: geofleet fmt {' '.join(paths)}")
        return ExitCode.FINDINGS
    return ExitCode.PASSED


def files_in(paths: Iterable[str]) -> Iterator[Path]:
    """Yield the specs that arguments name: a stack's, a file, every spec of a folder.

    Raises:
        UsageError: One names none.
    """
    for text in paths:
        path = spec_path(text)
        if not path.is_dir():
            yield path
            continue
        inside = [file for file in sorted(path.rglob("*.y*ml")) if is_spec_file(file)]
        if not inside:
            raise UsageError(f"no spec is in the folder '{text}'", remedy="Name a file, or another folder.")
        yield from inside


def spec_path(text: str) -> Path:
    """Return what an argument names: a stack's spec where there is one, else the path.

    A stack's name wins over a folder of that name, as everywhere; say `./NAME` for the folder.

    Raises:
        UsageError: It is neither a path that exists nor the name of a stack.
    """
    path = Path(text)
    is_name = os.sep not in text and (STACKS / f"{text}.yaml").is_file()
    return files_of(text).spec if is_name or not path.exists() else path


def is_spec_file(path: Path) -> bool:
    """Return whether a file is a spec or a part of one; a file that cannot be read is none."""
    try:
        return _is_spec(read_file(path))
    except InvalidDocumentError:
        return False


def _is_spec(document: Document) -> bool:
    return isinstance(document.value, dict) and bool(_SPEC_KEYS & document.value.keys())


def formatted(path: Path) -> Formatted:
    """Return a file in the one layout.

    Raises:
        InvalidDocumentError: It is not strict YAML.
        UsageError: It is no spec, or cannot be laid out without a loss.
    """
    source = str(path)
    document = read_file(path, source=source)
    if not _is_spec(document):
        raise UsageError(
            f"{source} is not a spec: it has no 'apiVersion'",
            remedy="Name a spec; locks and ledgers are not formatted.",
        )
    after = laid_out(document.text, key_order, source=source)
    _require_same(document, after)
    return Formatted(path=path, before=path.read_bytes().decode("utf-8"), after=after)


def _require_same(before: Document, after: str) -> None:
    """Check that a text means what another did, to its last comment: ours is the mistake if it does not.

    Equal values are more than an equal hash of the resolved spec, and can be compared for a part of a spec too.
    """
    again = read_text(after, source=before.source)
    assert again.value == before.value, f"{before.source}: formatting would change a value; nothing was written"
    kept = sorted(comments_of(after, nodes_of(after)))
    had = sorted(comments_of(before.text, nodes_of(before.text)))
    assert kept == had, f"{before.source}: formatting would lose a comment; nothing was written"


def _together(errors: list[FleetError]) -> FleetError:
    if len(errors) == 1:
        return errors[0]
    told = [f"{error}\n  {error.remedy}" if error.remedy else str(error) for error in errors]
    return UsageError("\n".join([*told, f"{len(errors)} files cannot be formatted."]))
