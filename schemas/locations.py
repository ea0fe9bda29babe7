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


def run_dir(stack: str) -> Path:
    """Return where detached processes of a lab stack record who they are."""
    return Path("/run/geofleet") / stack
