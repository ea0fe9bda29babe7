"""What hosts run, kept in the cache by SHA-256, and the index that finds it by name and version."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

from machine import stamps

from schemas import artifacts
from schemas.locations import artifact_path, cache_dir

_INDEX_LOCK = threading.Lock()
"""Steps run side by side in one process; setups of several clones exclude each other anyway."""


def is_cached(name: str, version: str) -> bool:
    """Return whether the cache holds a program, and it is what its name says."""
    sha256 = _index().get(f"{name} {version}", "")
    path = artifact_path(sha256) if sha256 else None
    # The name is a promise to the hosts, which check it: 90 MB take 60 ms.
    return path is not None and path.is_file() and _sha256(path) == sha256


def keep(made: Path, name: str, version: str) -> str:
    """Move a program into the cache; return its SHA-256 (hex)."""
    sha256 = _sha256(made)
    target = artifact_path(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    made.replace(target)
    with _INDEX_LOCK:
        content = {
            "schema": artifacts.SCHEMA,
            "artifacts": dict(sorted({**_index(), f"{name} {version}": sha256}.items())),
        }
        stamps.write_text(cache_dir() / "artifacts" / "index.json", json.dumps(content, indent=2) + "\n")
    return sha256


def _index() -> dict[str, str]:
    try:
        found = json.loads((cache_dir() / "artifacts" / "index.json").read_text(encoding="utf-8"))["artifacts"]
        return {str(name): str(sha256) for name, sha256 in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
