"""What the host's programs share: boot facts, signatures, and writes that are whole or absent."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BOOT_FACTS = Path("/etc/geofleet/host.json")
CONFIGURATION_DIR = Path("/var/lib/geofleet-configuration")

_ED25519_HEAD = bytes.fromhex("302a300506032b6570032100")
"""What precedes the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410)."""


class RefusedError(Exception):
    """Something is not as it must be; the text is the one line for the journal."""


def log(line: str) -> None:
    """Write one line to the journal."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - standard error is the journal


def sha256_file(path: Path) -> str:
    """Return a file's SHA-256 in lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def json_object(data: bytes, what: str) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        RefusedError: The bytes are something else.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"{what} is not JSON ({type(error).__name__})") from error
    if not isinstance(value, dict):
        raise RefusedError(f"{what} is not a JSON object")
    return value


def signed_by(public_key: bytes, *, message: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 key (32 bytes) signed a message, as openssl sees it."""
    parts = {"-inkey": _ED25519_HEAD + public_key, "-sigfile": signature, "-in": message}
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER"]
    handles: list[int] = []
    try:
        for option, data in parts.items():
            handle = os.memfd_create(option)
            handles.append(handle)
            with os.fdopen(os.dup(handle), "wb") as file:
                file.write(data)
            command += [option, f"/proc/self/fd/{handle}"]
        return subprocess.run(command, pass_fds=handles, capture_output=True, timeout=30, check=False).returncode == 0
    finally:
        for handle in handles:
            os.close(handle)


def check_signature(facts: Mapping[str, Any], *, document: bytes, signature: bytes, what: str) -> None:
    """Check a document against the trust anchor of boot data.

    Raises:
        RefusedError: The deployer did not sign these bytes.
    """
    try:
        raw = base64.b64decode(signature.strip(), validate=True)
    except ValueError:
        raw = b""
    key = base64.b64decode(facts["deployer_public_key"])
    if len(raw) != 64 or not signed_by(key, message=document, signature=raw):
        raise RefusedError(f"{what} is not signed by the deployer of this stack")


def check_recipient(facts: Mapping[str, Any], document: Mapping[str, Any], *, schema: str, what: str) -> None:
    """Check that a document is of the right kind and for this host.

    Raises:
        RefusedError: It is another kind, or for another stack or host.
    """
    for name, wanted in (("schema", schema), ("stack", facts["stack"]), ("host", facts["host"])):
        if document.get(name) != wanted:
            raise RefusedError(f"{what} has {name} {document.get(name)!r}, this host needs {wanted!r}")


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file so that a crash leaves the old one or the new one, on disk when this returns."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, mode)
        file.write(data)
        file.flush()
        os.fsync(handle)
    temporary.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make a directory's entries durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
