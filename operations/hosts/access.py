"""How verification reaches hosts: SSH as `operator`, host keys from the ledger, one shared connection per host."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from operations.hosts.scripts import Output, UnreachableError
from operations.key_forms import form_of
from schemas.errors import EnvironmentMissingError, UsageError
from schemas.inventory import Inventory
from schemas.ledger import Ledger, Purpose
from schemas.locations import secrets_dir

USER = "operator"
CONFIG_FILE = "ssh_config"
"""Beside the inventory file that the suite is given."""

_UNREACHABLE = 255
"""Exit status that ssh keeps for its own failures."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """A folder with what SSH needs for one stack, and where to start from."""

    folder: Path
    """Holds `ssh_config` and `known_hosts`."""
    namespace: str
    """Network namespace to start from; empty for the machine's own."""

    def here(self, command: list[str]) -> list[str]:
        """Return a command as it is run from where the hosts can be reached."""
        return ["ip", "netns", "exec", self.namespace, *command] if self.namespace else command

    def ssh(self, host: str, *arguments: str) -> list[str]:
        """Return the SSH command for a host."""
        return self.here(["ssh", "-F", str(self.folder / CONFIG_FILE), host, *arguments])

    def run(self, host: str, command: str) -> Output:
        """Run a command line on a host.

        Raises:
            UnreachableError: SSH does not get there.
        """
        return run_ssh(self.ssh(host, command))


def run_ssh(command: list[str], *, limit_s: float = 120) -> Output:
    """Run an SSH command and return what the host's command said.

    Raises:
        UnreachableError: SSH does not get there, or the answer takes longer than `limit_s` seconds.
    """
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=limit_s,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise UnreachableError(f"no answer within {limit_s:.0f} s") from error
    if done.returncode == _UNREACHABLE:
        raise UnreachableError(reason(done.stderr))
    return Output(status=done.returncode, text=done.stdout, complaint=done.stderr.strip())


def reason(complaint: str) -> str:
    """Return the last line that SSH said: the one that tells why it failed."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    return lines[-1] if lines else "ssh failed without a word"


def write_access(inventory: Inventory, ledger: Ledger, folder: Path, *, sockets: Path | None = None) -> Access:
    """Write the files that SSH needs into a folder.

    Args:
        inventory: The stack.
        ledger: Its keys; a host is trusted by the host key that stands here and by no other.
        folder: Where the files go; made if need be.
        sockets: Folder of shared connections; its path must be short, a socket's may have 107 characters. None: each
            session has a connection of its own.

    Raises:
        UsageError: The ledger has no SSH host key for a host.
        EnvironmentMissingError: The operator's private key, or the operator's namespace, is not on this machine.
    """
    identity = secrets_dir(inventory.stack) / form_of(Purpose.OPERATOR).file_name
    if not identity.is_file():
        raise EnvironmentMissingError(
            f"the operator's SSH key {identity} is not on this machine",
            remedy=f"Run where `geofleet keys create {inventory.stack}` ran, or bring the key there.",
        )
    namespace = inventory.operator_namespace
    if namespace and not (Path("/run/netns") / namespace).exists():
        raise EnvironmentMissingError(
            f"network namespace {namespace} is not there: the lab does not run",
            remedy=f"Bring it back: geofleet up {inventory.stack}.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "known_hosts").write_text(known_hosts(inventory, ledger), encoding="utf-8")
    (folder / CONFIG_FILE).write_text(
        ssh_config(inventory, folder=folder, identity=identity, sockets=sockets), encoding="utf-8"
    )
    return Access(folder=folder, namespace=namespace)


def known_hosts(inventory: Inventory, ledger: Ledger) -> str:
    """Return the host keys of the ledger, under the hosts' own names.

    Raises:
        UsageError: The ledger has no SSH host key for a host.
    """
    lines = []
    for host in inventory.hosts:
        key = ledger.key(host.host, Purpose.SSH_HOST)
        if key is None:
            raise UsageError(
                f"the ledger of stack '{inventory.stack}' has no SSH host key for {host.host}",
                remedy=f"Make it, and deploy: geofleet keys create {inventory.stack}.",
            )
        lines.append(f"{host.host} {key.public_key}\n")
    return "".join(lines)


def ssh_config(inventory: Inventory, *, folder: Path, identity: Path, sockets: Path | None) -> str:
    """Return an ssh_config in which each host has its own name, and nothing is taken on trust."""
    entries = [f"Host {host.host}\n  HostName {host.address}\n  HostKeyAlias {host.host}\n" for host in inventory.hosts]
    common = {
        "User": USER,
        "IdentityFile": str(identity),
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "UserKnownHostsFile": str(folder / "known_hosts"),
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "HostKeyAlgorithms": "ssh-ed25519",
        "UpdateHostKeys": "no",
        "PreferredAuthentications": "publickey",
        "BatchMode": "yes",
        "ConnectTimeout": "10",
        "ServerAliveInterval": "5",
        "ServerAliveCountMax": "3",
        "LogLevel": "ERROR",
    } | ({"ControlMaster": "auto", "ControlPersist": "60", "ControlPath": f"{sockets}/%C"} if sockets else {})
    return "".join(entries) + "Host *\n" + "".join(f"  {name} {value}\n" for name, value in common.items())


@contextmanager
def opened(inventory: Inventory, ledger: Ledger) -> Iterator[Access]:
    """Give access to a stack's hosts over shared connections, and close them at the end.

    The folder is this run's own, so that two runs never meet.

    Raises:
        UsageError: The ledger has no SSH host key for a host.
        EnvironmentMissingError: The operator's private key, or the operator's namespace, is not on this machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="gf-ssh-", dir="/run" if os.access("/run", os.W_OK) else None))
    try:
        access = write_access(inventory, ledger, folder, sockets=folder)
        try:
            yield access
        finally:
            _close(access)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _close(access: Access) -> None:
    """End the masters of shared connections."""
    for socket in (path for path in access.folder.iterdir() if path.is_socket()):
        subprocess.run(
            access.here(["ssh", "-o", f"ControlPath={socket}", "-O", "exit", "any"]), capture_output=True, check=False
        )
