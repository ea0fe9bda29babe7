"""Where geofleet keeps things on the machine that runs it.

Writes stay in the repository (`.geofleet/`, never committed), in
`~/.cache/geofleet`, in the containers' own storage and in `/run`.
"""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
"""The checkout this code runs from; the package is installed editable."""


def cache_dir() -> Path:
    """Return where built engines, node software and images are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "geofleet"


def artifact_path(sha256: str) -> Path:
    """Return where the cache holds a binary of this SHA-256 (hex)."""
    return cache_dir() / "artifacts" / sha256


def engine_bin_dir() -> Path:
    """Return the folder whose `pulumi` runs stacks: built by `tools/setup.py`, or a link to the official one.

    When it was built, the Python language host lies beside it, where the engine looks for it.
    """
    return cache_dir() / "engine" / "bin"


def router_path() -> Path:
    """Return where `tools/setup.py` puts the router of the emulated network."""
    return cache_dir() / "bin" / "geofleet-router"


def work_dir() -> Path:
    """Return the clone's own folder for state, secrets and reports."""
    return REPOSITORY / ".geofleet"


def secrets_dir(stack: str) -> Path:
    """Return the stack's secret store in the lab: mode 0700, outside the engine's state."""
    return work_dir() / "secrets" / stack


def host_secrets_dir(stack: str, host: str) -> Path:
    """Return the folder mounted into one host as `/run/credstore`."""
    return secrets_dir(stack) / "hosts" / host


def store_dir(stack: str) -> Path:
    """Return what the lab's store server serves to the stack's hosts: signed documents and blobs."""
    return work_dir() / "store" / stack


def seed_dir(stack: str, host: str) -> Path:
    """Return the NoCloud seed of one lab host; it is mounted, so it lives as long as the container."""
    return work_dir() / "seeds" / stack / host


def run_dir(stack: str) -> Path:
    """Return where detached processes of a lab stack record who they are."""
    return Path("/run/geofleet") / stack


def plugins_lock() -> Path:
    """Return the lock that provider plugins share while they live; its folder exists."""
    folder = work_dir() / "locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "plugins.lock"
