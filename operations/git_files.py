"""What git says, and the YAML files of a revision."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def git(folder: Path, *arguments: str) -> bytes | None:
    """Return what git says in a folder; None when it refuses, or is not installed."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def top_of(folder: Path) -> Path | None:
    """Return the root of the checkout that a folder is in; None where it is in none."""
    found = git(folder, "rev-parse", "--show-toplevel")
    return Path(found.decode().strip()) if found else None


@contextmanager
def yaml_files(top: Path, revision: str) -> Iterator[Path | None]:
    """Yield a folder that has every YAML file of a revision, as the checkout's root has them.

    Args:
        top: Root of a checkout.
        revision: Any revision; a word that begins with a dash is none.

    Yields:
        None where there is no such revision, or it has no such file.
    """
    archive = None
    if not revision.startswith("-"):  # a revision is never an option
        archive = git(top, "archive", "--format=tar", revision, "--", "*.y*ml")
    if not archive:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="geofleet-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder)
