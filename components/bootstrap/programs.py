"""The host's own programs as text: in boot data what every host needs, by hash what only a signer needs."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from schemas.canonical import sha256_hex

PROGRAMS_DIR = "/usr/local/lib/geofleet"
PACKAGE = "geofleet_host"

EVERYWHERE = ("__init__.py", "agent.py", "documents.py")
"""In boot data: what fetches and verifies the rest."""
SIGNER = ("guard.py", "signing_state.py")
"""Published as blobs and pinned by hash in boot data, which is limited to 16 KiB."""


@cache
def program(name: str) -> str:
    """Return one program of the host as it stands in `components/bootstrap/files`."""
    return files("components.bootstrap.files").joinpath(name).read_text(encoding="utf-8")


def signer_blobs() -> dict[str, str]:
    """Return SHA-256 to text of the programs that the store must hold for signers."""
    return {sha256_hex(program(name)): program(name) for name in SIGNER}
