"""Writing a file anew so that nobody ever sees half of it, and showing what would change."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path


def write_anew(path: Path, text: str) -> None:
    """Replace a file's text, whole or not at all; its mode stays, and a link goes on pointing to it."""
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o644
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def difference(before: str, after: str, *, name: str) -> str:
    """Return what changes as a unified diff; empty when nothing does."""
    return "".join(_lines(before, after, name))


def _lines(before: str, after: str, name: str) -> Iterator[str]:
    found = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"{name} (as it is)",
        f"{name} (as it would be)",
    )
    for line in found:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
