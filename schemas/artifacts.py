"""Programs built or fetched once and kept by their SHA-256: the cache's own index.

`~/.cache/geofleet/artifacts/index.json` maps `name version` to a SHA-256;
`tools/setup.py` writes it. Hosts fetch a binary by hash, never by name.
"""

from __future__ import annotations

import json

from schemas.errors import EnvironmentMissingError
from schemas.locations import artifact_path, cache_dir

SCHEMA = "geofleet/artifacts/v1"


def artifact_sha256(name: str, version: str) -> str:
    """Return the SHA-256 (hex) of a cached binary.

    Raises:
        EnvironmentMissingError: The cache does not hold it.
    """
    index = cache_dir() / "artifacts" / "index.json"
    try:
        found = str(json.loads(index.read_text(encoding="utf-8"))["artifacts"][f"{name} {version}"])
    except (OSError, ValueError, KeyError, TypeError):
        found = ""
    if not found or not artifact_path(found).is_file():
        raise EnvironmentMissingError(
            f"{name} {version} is not in the cache ({cache_dir()})",
            remedy=f"Build it: python3 tools/setup.py --only {name}.",
        )
    return found


def packages_sha256() -> str:
    """Return the SHA-256 (hex) of the archive of packages that Debian's cloud images lack.

    Raises:
        EnvironmentMissingError: The cache does not hold it.
    """
    record = cache_dir() / "packages.json"
    try:
        found = str(json.loads(record.read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        found = ""
    if not found or not artifact_path(found).is_file():
        raise EnvironmentMissingError(
            f"the packages that cloud hosts install are not in the cache ({record})",
            remedy="Fetch them: make packages.",
        )
    return found
