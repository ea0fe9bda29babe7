"""Which file an `extends` or `include` names, and whether a spec may read it.

Nothing outside the root is read, whatever a path says or a link leads to: a spec is judged in CI before anyone has
reviewed it, and a message shows lines of the files that it read.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from schemas import locations
from schemas.diagnostics import told_text

CHARACTERS_MAX = 500
SUFFIXES = (".yaml", ".yml")

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class RefusedReferenceError(ValueError):
    """A path that may not be followed, or leads to no file."""

    def __init__(self, code: str, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.code, self.problem, self.remedy = code, problem, remedy


@dataclass(frozen=True, kw_only=True)
class Home:
    """The spec that is being read: what bounds its paths, and how files are named in messages."""

    root: Path
    """Nothing outside it is read; free of links."""
    folder: Path
    """The spec's own folder; free of links."""
    named_from: Path
    """What messages put before a path from the spec's folder; absolute where the spec was reached by a link."""

    def shown(self, file: Path) -> str:
        """Return how messages name a file: as seen from where the spec's own name starts."""
        return os.path.normpath(self.named_from / os.path.relpath(file, self.folder))


def home_of(spec: Path, *, source: str) -> Home:
    """Return what bounds a spec's references.

    The root is the nearest folder above that holds `.git`; without one, this checkout, if the spec is inside; else the
    spec's own folder.

    Args:
        spec: The file.
        source: How messages name it.
    """
    folder = spec.resolve().parent
    root = next((above for above in (folder, *folder.parents) if (above / ".git").exists()), None)
    if root is None:
        checkout = locations.REPOSITORY
        root = checkout if folder.is_relative_to(checkout) else folder
    by_link = spec.parent.resolve() != folder
    return Home(root=root, folder=folder, named_from=folder if by_link else Path(source).parent)


def referenced_file(text: str, *, folder: Path, home: Home) -> Path:
    """Return the file that a path names: a regular file inside the root, free of links.

    Args:
        text: As written after `extends` or `include`.
        folder: Of the file that says it.
        home: Holds the root, which no path may leave.

    Raises:
        RefusedReferenceError: The path is not relative, leaves the root, or leads to no YAML file.
    """
    _require_relative(text)
    plain = Path(os.path.normpath(folder / text))
    bounds = "the spec's folder" if home.root == home.folder else "the repository"
    if not plain.is_relative_to(home.root):
        raise _refused(f"'{told_text(text)}' leads out of {bounds}", "Move the file inside; nothing outside is read.")
    try:
        file = plain.resolve()
        if not file.is_relative_to(home.root):
            problem = f"'{told_text(text)}' follows a link out of {bounds}"
            raise _refused(problem, "Put the file itself there; nothing outside is read.")
        if file.suffix not in SUFFIXES:
            ends = " or ".join(SUFFIXES)
            raise _refused(f"'{told_text(text)}' is not a YAML file", f"Name a file that ends with {ends}.")
        is_file = stat.S_ISREG(file.stat().st_mode)
    except RuntimeError as error:
        raise _unreadable(text, plain, "its links lead in a circle") from error
    except OSError as error:
        raise _unreadable(text, plain, error.strerror or str(error)) from error
    # A pipe or a device would keep the reader waiting for ever.
    if not is_file:
        raise _unreadable(text, plain, "it is not a file")
    return file


def _require_relative(text: str) -> None:
    if len(text) > CHARACTERS_MAX:
        raise _refused(f"the path is longer than {CHARACTERS_MAX} characters", "Shorten it.")
    if _URL.match(text):
        raise _refused(f"'{told_text(text)}' is a URL", "Copy the file into the repository; nothing is fetched.")
    if text.startswith(("/", "~", "\\")):
        raise _refused(f"'{told_text(text)}' is not a relative path", "Write it from the folder of this file.")


def _refused(problem: str, remedy: str) -> RefusedReferenceError:
    return RefusedReferenceError("SPEC402", problem, remedy)


def _unreadable(text: str, file: Path, reason: str) -> RefusedReferenceError:
    """Return the refusal of a file that is not there, with the nearest name beside it."""
    try:
        names = {entry.stem: entry.name for entry in sorted(file.parent.iterdir()) if entry.suffix in SUFFIXES}
    except OSError:
        names = {}
    close = difflib.get_close_matches(file.stem[:60], list(names)[:1000], n=1, cutoff=0.6)
    found = names[close[0]] if close else file.name
    remedy = f"Did you mean '{Path(text).with_name(found)}'?" if found != file.name else ""
    return RefusedReferenceError(
        "SPEC403", f"'{told_text(text)}' cannot be read: {reason}", remedy or "Name a YAML file that exists."
    )
