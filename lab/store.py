"""The stack's store: what hosts pull, on disk, and the server that hands it out.

    configuration/<host>.json, .sig    signed documents
    first-start/<host>.json, .sig      one-time permissions for signers
    blobs/<sha256>                     contents of files that the documents name
    artifacts/<sha256>                 binaries, from the machine's cache

Publishing writes contents first and documents last, each in one step, so a document
never names what is not there.
"""

from __future__ import annotations

import base64
import binascii
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lab import naming, processes
from lab.iproute import listens
from schemas.canonical import sha256_hex
from schemas.errors import BackendError
from schemas.locations import cache_dir, store_dir

NAME = "store"
PORT = 8080
_READY_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Published:
    """What the store holds, by hash."""

    documents: Mapping[str, str]
    """Host to the SHA-256 (hex) of its configuration document."""
    signatures: Mapping[str, str]
    """Host to the signature, as published."""
    blobs: frozenset[str]
    """SHA-256 of every blob whose content agrees with its name."""


def start_store(stack: str, *, operator_cidr: str) -> processes.Detached:
    """Start the stack's store server in the operator's namespace, unless it runs; return when it answers.

    Raises:
        BackendError: It does not answer; its own last words are in the message.
    """
    folder = store_dir(stack)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    address = naming.operator_address(operator_cidr)
    argv = (
        # Isolated and without site-packages: only the standard library, whatever the environment says.
        sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("store_server.py")),
        "--directory", str(folder), "--artifacts", str(cache_dir() / "artifacts"), "--address", f"{address}:{PORT}",
    )  # fmt: skip
    namespace = naming.operator_namespace(stack)
    process = processes.start(stack, NAME, argv, namespace=namespace)
    processes.wait_until_ready(
        stack, NAME, lambda: listens(namespace, address, PORT), limit_s=_READY_S,
        complaint=f"the store of {stack} does not answer",
    )  # fmt: skip
    return process


def read_store(stack: str, *, operator_cidr: str) -> processes.Detached | None:
    """Return the store server's process; None when it does not run or does not answer."""
    process, address = processes.read(stack, NAME), naming.operator_address(operator_cidr)
    if not process:
        return None
    try:
        return process if listens(naming.operator_namespace(stack), address, PORT) else None
    except BackendError:  # its namespace is gone
        return None


def stop_store(stack: str) -> None:
    """Stop the store server; what is published stays."""
    processes.stop(stack, NAME)


def publish(
    stack: str, *, documents: Mapping[str, str], signatures: Mapping[str, str], blobs: Mapping[str, str]
) -> Published:
    """Make the store hold exactly these documents and blobs; what is there already is not written again.

    Args:
        stack: The stack.
        documents: Host to its configuration document's exact text.
        signatures: Host to the base64 signature over it.
        blobs: SHA-256 (hex) to content.

    Raises:
        BackendError: A signature is missing or not base64, or a blob is not what its name says.
    """
    _check(documents, signatures, blobs)
    folder = store_dir(stack)
    for name, text in blobs.items():
        _write(folder / "blobs" / name, text)
    for host, text in documents.items():
        # A host that reads between the two writes finds a pair that does not fit, refuses it, and asks again.
        _write(folder / "configuration" / f"{host}.sig", signatures[host])
        _write(folder / "configuration" / f"{host}.json", text)
    _keep_only(folder / "configuration", {f"{host}.{end}" for host in documents for end in ("json", "sig")})
    _keep_only(folder / "blobs", set(blobs))
    return read_published(stack)


def read_published(stack: str) -> Published:
    """Return what the store holds now; a damaged blob counts as missing."""
    folder = store_dir(stack)
    return Published(
        documents={path.stem: sha256_hex(path.read_bytes()) for path in _files(folder / "configuration", "*.json")},
        signatures={path.stem: path.read_text(encoding="ascii") for path in _files(folder / "configuration", "*.sig")},
        blobs=frozenset(
            path.name for path in _files(folder / "blobs", "*") if sha256_hex(path.read_bytes()) == path.name
        ),
    )


def publish_first_start(stack: str, host: str, *, document: str, signature: str) -> None:
    """Let a signer start once without sign state, until it is withdrawn.

    Raises:
        BackendError: The signature is not base64.
    """
    _check({host: document}, {host: signature}, {})
    folder = store_dir(stack) / "first-start"
    _write(folder / f"{host}.sig", signature)
    _write(folder / f"{host}.json", document)


def withdraw_first_start(stack: str, host: str) -> None:
    """Take back the permission; nothing happens when there is none."""
    for end in ("json", "sig"):
        (store_dir(stack) / "first-start" / f"{host}.{end}").unlink(missing_ok=True)


def read_first_starts(stack: str) -> tuple[str, ...]:
    """Return the hosts that may start without sign state now."""
    return tuple(path.stem for path in _files(store_dir(stack) / "first-start", "*.json"))


def _check(documents: Mapping[str, str], signatures: Mapping[str, str], blobs: Mapping[str, str]) -> None:
    problems = [f"{host} has no signature" for host in sorted(documents.keys() - signatures.keys())]
    for host, signature in signatures.items():
        try:
            base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            problems.append(f"the signature of {host} is not base64")
    problems += [f"blob {name[:12]} has another content" for name, text in blobs.items() if sha256_hex(text) != name]
    if problems:
        raise BackendError(f"nothing is published: {'; '.join(problems)}")


def _write(path: Path, text: str) -> None:
    """Replace a file in one step, so that no reader ever sees half of it."""
    data = text.encode()
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # By process: two writers do not share a draft. A leading dot: the server serves no such name.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _keep_only(folder: Path, names: set[str]) -> None:
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name not in names:
                path.unlink(missing_ok=True)


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith("."))
