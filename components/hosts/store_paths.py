"""Where things are in a stack's store, as the host's agent asks for them; the same on every back end."""

from __future__ import annotations


def document_path(host: str) -> str:
    """Return the path of a host's configuration."""
    return f"configuration/{host}.json"


def signature_path(host: str) -> str:
    """Return the path of the deployer's signature on a host's configuration."""
    return f"configuration/{host}.sig"


def blob_path(sha256: str) -> str:
    """Return the path of a text that documents name by its SHA-256."""
    return f"blobs/{sha256}"


def artifact_path(sha256: str) -> str:
    """Return the path of a binary by its SHA-256."""
    return f"artifacts/{sha256}"


def first_start_path(host: str) -> str:
    """Return the path of a host's one-time permission to start without former sign state."""
    return f"first-start/{host}.json"


def first_start_signature_path(host: str) -> str:
    """Return the path of the deployer's signature on that permission."""
    return f"first-start/{host}.sig"
