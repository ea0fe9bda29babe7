"""What was made from what: a step is done again only when its inputs changed or its result is gone."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

SCHEMA = "geofleet/setup-stamp/v1"


def digest(*parts: str) -> str:
    """Return the SHA-256 (hex) over texts, each delimited, so that no two lists of texts share one."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode()
        total.update(f"{len(data)}:".encode() + data)
    return total.hexdigest()


def digest_of_files(root: Path, files: Iterable[Path]) -> str:
    """Return the SHA-256 (hex) over files: their paths below root, whether they are executable, their bytes."""
    parts: list[str] = []
    for file in sorted(files):
        executable = "x" if os.access(file, os.X_OK) else "-"
        parts += [file.relative_to(root).as_posix(), executable, hashlib.sha256(file.read_bytes()).hexdigest()]
    return digest(*parts)


def files_below(folder: Path) -> list[Path]:
    """Return the folder's regular files, sorted, without what Python leaves behind."""
    return sorted(file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def is_current(stamp: Path, inputs: str) -> bool:
    """Return whether the stamp says that the result was made from these inputs."""
    try:
        found = json.loads(stamp.read_text(encoding="utf-8"))
        return bool(found["schema"] == SCHEMA and found["inputs"] == inputs)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write(stamp: Path, inputs: str) -> None:
    """Record that the result was made from these inputs."""
    write_text(stamp, json.dumps({"schema": SCHEMA, "inputs": inputs}, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace a file's content in one step: a reader sees the old or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
