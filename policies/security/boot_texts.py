"""Texts that a machine is booted with, at both clouds."""

from __future__ import annotations

from collections.abc import Iterator

from policies.resources import Resource
from policies.values import ABSENT, Unknown

AWS_BYTES_MAX = 16 * 1024
"""User data before base64: AWS EC2, "User data is limited to 16 KB, in raw form"."""
GCP_BYTES_MAX = 256 * 1024
"""One value of metadata: Compute Engine, metadata limits."""

AWS_PATHS = ("userData", "userDataBase64")
GCP_KEYS = ("user-data", "startup-script", "shutdown-script")


def boot_texts(machine: Resource) -> Iterator[tuple[str, str | Unknown]]:
    """Yield path and text of what a machine is booted with; at GCP every value of its metadata."""
    for path in (*AWS_PATHS, "metadataStartupScript"):
        value = machine.get(path)
        if value is not ABSENT:
            yield path, value if isinstance(value, Unknown) else str(value)
    metadata = machine.get("metadata")
    if isinstance(metadata, Unknown):
        yield "metadata", metadata
    elif isinstance(metadata, dict):
        for key in sorted(metadata):
            value = metadata[key]
            yield f"metadata.{key}", value if isinstance(value, Unknown) else str(value)
