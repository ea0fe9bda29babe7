"""How a host takes those who have no business there: real attempts, from the operator's side."""

from __future__ import annotations

import base64
import hashlib
import socket
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from operations.hosts.access import reason, run_ssh
from operations.hosts.scripts import UnreachableError
from operations.hosts.seen import Probe

WITHOUT_KEY = "without a key"
AS_ROOT = "as root"

_NOT_SHARED = ("-o", "ControlMaster=no", "-o", "ControlPath=none")
"""An open connection would let every stranger in."""


def refused_logins(host: str, ssh: Callable[..., list[str]]) -> dict[str, str]:
    """Try to log in without a key and as root, and return what the host said; an empty text: it let us in."""
    attempts = {
        WITHOUT_KEY: ["-o", "PubkeyAuthentication=no", "-o", "PreferredAuthentications=password,keyboard-interactive"],
        AS_ROOT: ["-o", "User=root"],
    }
    return {name: _said(ssh(host, *_NOT_SHARED, *options, "true")) for name, options in attempts.items()}


def _said(command: list[str]) -> str:
    try:
        run_ssh(command, limit_s=30)
    except UnreachableError as error:
        return str(error)
    return ""


def offered_host_keys(address: str) -> tuple[str, ...]:
    """Return the fingerprints of every SSH host key that is offered at an address, whatever its type."""
    done = subprocess.run(
        ["ssh-keyscan", "-T", "5", "-t", "ed25519,ecdsa,rsa,dsa", address], capture_output=True, text=True, check=False
    )
    if done.returncode != 0 and not done.stdout:
        return (f"none: {reason(done.stderr)}",)
    blobs = [line.split()[2] for line in done.stdout.splitlines() if line and not line.startswith("#")]
    return tuple(sorted({fingerprint(base64.b64decode(blob)) for blob in blobs}))


def fingerprint(public: bytes) -> str:
    """Return a public key's fingerprint as the ledger and `ssh-keygen -l` write it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(public).digest()).decode().rstrip("=")


def ports_open(address: str, ports: Sequence[int], *, wait_s: float) -> dict[int, Probe]:
    """Try to open a connection to each port, and return what became of it."""
    with ThreadPoolExecutor(max_workers=len(ports)) as pool:
        found = list(pool.map(lambda port: _probe(address, port, wait_s), ports))
    return dict(zip(ports, found, strict=True))


def _probe(address: str, port: int, wait_s: float) -> Probe:
    try:
        with socket.create_connection((address, port), timeout=wait_s):
            return Probe.OPEN
    except TimeoutError:
        return Probe.DROPPED
    except OSError:
        return Probe.REFUSED
