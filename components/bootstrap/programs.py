"""The host's own programs as text: in boot data what every host needs, by hash what a client's units run."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from components.bootstrap.unit import Section

PROGRAMS_DIR = "/usr/local/lib/geofleet"
PACKAGE = "geofleet_host"

EVERYWHERE = ("__init__.py", "agent.py", "documents.py")
"""In boot data: what fetches and verifies the rest."""

PYTHON: Section = (("Environment", f"PYTHONPATH={PROGRAMS_DIR} PYTHONDONTWRITEBYTECODE=1"),)
"""What a unit needs that runs one of them."""

AGENT_USER = "geofleet-configuration"
"""Who fetches configuration and artifacts: a user that may do nothing else."""


@cache
def program(name: str) -> str:
    """Return one program of the host as it stands in `components/bootstrap/files`."""
    return files("components.bootstrap.files").joinpath(name).read_text(encoding="utf-8")
