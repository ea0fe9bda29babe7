"""Hosts of the lab: containers whose first process is systemd, and volumes that outlive them.

A container carries its owner and the hash of everything it was made from, so that a
second run adopts what the first one made, makes anew what was made otherwise, and
never touches anybody else's.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab import naming
from lab.seeds import remove_seed, write_seed
from schemas.canonical import canonical_json, sha256_hex
from schemas.errors import BackendError, EnvironmentMissingError
from schemas.locations import REPOSITORY, seed_dir

LABEL_STACK = "io.geofleet.stack"
LABEL_HOST = "io.geofleet.host"
LABEL_CHECKOUT = "io.geofleet.checkout"
"""Path of the checkout that made it: another clone's stack of the same name is not ours."""
LABEL_INPUTS = "io.geofleet.inputs"

STOP_S = 10
"""How long a host gets to stop its services; a signer writes its last state in that time."""

_TIMEOUT_S = 180
_FLAGS = (
    "--systemd=always", "--cap-add", "SYS_ADMIN,NET_ADMIN,NET_RAW",
    "--ulimit", "nofile=16384:16384", "--ulimit", "nproc=4096:4096",
    "--log-driver", "k8s-file", "--log-opt", "max-size=1mb",
    # The lab has no resolver. One that refuses is better than the machine's, which packets never reach:
    # every look-up inside would wait for it.
    "--dns", "127.0.0.1",
    # Podman's default of `0 0` would overwrite the namespace's own at every start (lab/network.py).
    "--sysctl", "net.ipv4.ping_group_range=0 2147483647",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MachineInputs:
    """What a host is made from. Its namespace, its volume and its secrets' folder must exist."""

    stack: str
    host: str
    image: str
    user_data: str
    secrets: Path
    """Mounted read-only as `/run/credstore`."""

    @property
    def name(self) -> str:
        """Return the container's name."""
        return naming.container(self.stack, self.host)

    @property
    def inputs_sha256(self) -> str:
        """Return the hash of all that the container is made from; another one means another container."""
        return sha256_hex(canonical_json({**asdict(self), "secrets": str(self.secrets), "flags": list(_FLAGS)}))


@dataclass(frozen=True, kw_only=True)
class HostState:
    """A host's container as it is."""

    running: bool
    connected: bool
    """Whether it is in the namespace that has its name now; False when that was made anew under it."""
    inputs_sha256: str
    image: str


def ensure_volume(stack: str, host: str) -> None:
    """Make a host's data volume, or adopt ours.

    Raises:
        BackendError: Podman failed, or the name is somebody else's.
    """
    name = naming.volume(stack, host)
    if read_volume(stack, host):
        return
    if _volume_labels(name) is not None:
        raise _foreign("volume", name, "podman volume rm")
    podman("volume", "create", *_label_options(_owner(stack, host)), name)


def read_volume(stack: str, host: str) -> bool:
    """Return whether the host's own data volume exists."""
    return _is_owned(_volume_labels(naming.volume(stack, host)), stack, host)


def remove_volume(stack: str, host: str) -> None:
    """Remove a host's data volume and the sign state on it; nothing happens when it is gone or not ours.

    Raises:
        BackendError: Podman failed, or a container still uses it.
    """
    if read_volume(stack, host):
        podman("volume", "rm", naming.volume(stack, host))


def ensure_host(machine: MachineInputs) -> HostState:
    """Make a host run as described: adopt it, start it, or make it anew.

    Raises:
        BackendError: Podman failed, or the name is somebody else's.
        EnvironmentMissingError: Podman, an OCI runtime, or the host's secrets are not there.
    """
    found = _inspect(machine.name)
    if found is not None and not _is_owned(_labels(found), machine.stack, machine.host):
        raise _foreign("container", machine.name, "podman rm")
    if found is not None:
        state = _state(found, machine.stack, machine.host)
        if state.inputs_sha256 == machine.inputs_sha256 and (adopted := _adopt(machine, state)):
            return adopted
        remove_host(machine.stack, machine.host)
    write_seed(machine.stack, machine.host, machine.user_data, instance=machine.inputs_sha256[:12])
    _run(machine)
    state_now = read_host(machine.stack, machine.host)
    if state_now is None or not state_now.running:
        raise BackendError(f"container {machine.name} ended right after its start: {_last_words(machine.name)}")
    return state_now


def read_host(stack: str, host: str) -> HostState | None:
    """Return a host's container; None when there is none of ours."""
    found = _inspect(naming.container(stack, host))
    return _state(found, stack, host) if found is not None and _is_owned(_labels(found), stack, host) else None


def runs_as_made(machine: MachineInputs) -> bool:
    """Return whether the host runs, was made from exactly these inputs, and is in its own namespace."""
    state = read_host(machine.stack, machine.host)
    return state is not None and state.running and state.connected and state.inputs_sha256 == machine.inputs_sha256


def restart_host(stack: str, host: str) -> None:
    """Stop a host as its operating system wants it, and boot it again.

    Raises:
        BackendError: Podman failed, or there is no such host.
    """
    _require(stack, host)
    podman("restart", "--time", str(STOP_S), naming.container(stack, host))


def stop_host(stack: str, host: str) -> None:
    """Stop a host as its operating system wants it (SIGRTMIN+3 to systemd); killed after `STOP_S` seconds.

    Raises:
        BackendError: Podman failed, or there is no such host.
    """
    _require(stack, host)
    podman("stop", "--time", str(STOP_S), naming.container(stack, host))


def kill_host(stack: str, host: str) -> None:
    """Kill every process of a host at once, as a power cut does; its volume stays.

    Raises:
        BackendError: Podman failed, or there is no such host.
    """
    _require(stack, host)
    podman("kill", "--signal", "KILL", naming.container(stack, host))


def start_host(stack: str, host: str) -> None:
    """Boot a stopped host.

    Raises:
        BackendError: Podman failed, or there is no such host.
    """
    _require(stack, host)
    podman("start", naming.container(stack, host))


def remove_host(stack: str, host: str) -> None:
    """Stop a host, then remove its container and seed; its volume stays. Nothing happens when it is not ours.

    Raises:
        BackendError: Podman failed.
    """
    if read_host(stack, host):
        podman("rm", "--force", "--time", str(STOP_S), naming.container(stack, host))
    remove_seed(stack, host)


def containers_of(stack: str) -> list[str]:
    """Return the hosts of a stack that have a container, running or not."""
    return sorted(states_of(stack))


def states_of(stack: str) -> dict[str, bool]:
    """Return the hosts of a stack that have a container, each with whether it runs."""
    return {host: entry["State"] == "running" for host, entry in _owned(stack, "ps", "--all").items()}


def volumes_of(stack: str) -> list[str]:
    """Return the hosts of a stack that have a data volume."""
    return sorted(_owned(stack, "volume", "ls"))


def runtime() -> str:
    """Return the OCI runtime to use: crun starts no systemd where cgroups are version 1 or mixed, runc does.

    Raises:
        EnvironmentMissingError: Neither fits.
    """
    unified = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    for name in ("crun", "runc") if unified else ("runc",):
        if shutil.which(name):
            return name
    raise EnvironmentMissingError("runc is not installed", remedy="Install it: make setup.")


def _adopt(machine: MachineInputs, state: HostState) -> HostState | None:
    """Return the state once it runs in its own namespace; None when it cannot be brought there."""
    if state.running and state.connected:
        return state
    try:
        # Starting looks up the namespace by name again, so a restart joins the one that is there now.
        podman("restart" if state.running else "start", machine.name)
    except BackendError:
        return None  # half made by a killed run
    now = read_host(machine.stack, machine.host)
    return now if now and now.running and now.connected else None


def _run(machine: MachineInputs) -> None:
    if not machine.secrets.is_dir():
        raise EnvironmentMissingError(
            f"the secrets of {machine.host} are missing ({machine.secrets})",
            remedy=f"Make them: geofleet keys create {machine.stack}.",
        )
    arguments = [
        "run", "--detach", "--pull", "never", "--name", machine.name, "--hostname", machine.host,
        "--add-host", f"{machine.host}:127.0.1.1", "--runtime", runtime(), *_FLAGS,
        *_label_options({**_owner(machine.stack, machine.host), LABEL_INPUTS: machine.inputs_sha256}),
        "--network", f"ns:{naming.NETNS_DIR / naming.host_namespace(machine.stack, machine.host)}",
        "--volume", f"{seed_dir(machine.stack, machine.host)}:/var/lib/cloud/seed/nocloud:ro",
        "--volume", f"{machine.secrets}:/run/credstore:ro",
        "--volume", f"{naming.volume(machine.stack, machine.host)}:/data",
        machine.image, "/sbin/init",
    ]  # fmt: skip
    try:
        podman(*arguments)
    except BackendError as error:
        if "already in use" not in str(error) or _inspect(machine.name) is not None:
            raise
        # A killed run left the container's storage without a container: it has no labels, only our name.
        podman("rm", "--force", machine.name)
        podman(*arguments)


def _require(stack: str, host: str) -> None:
    if not read_host(stack, host):
        raise BackendError(f"there is no container of {host} in {stack}", remedy=f"Make it: geofleet up {stack}.")


def _inspect(name: str) -> dict[str, Any] | None:
    done = _call("container", "inspect", name)
    if done.returncode == 0:
        return dict(json.loads(done.stdout)[0])
    if "no such container" in done.stderr.lower():
        return None
    raise _failed(("container", "inspect", name), done.stderr)


def _state(found: Mapping[str, Any], stack: str, host: str) -> HostState:
    return HostState(
        running=bool(found["State"]["Running"]),
        connected=_is_in_namespace(int(found["State"]["Pid"]), naming.host_namespace(stack, host)),
        inputs_sha256=_labels(found).get(LABEL_INPUTS, ""),
        image=str(found["ImageName"]),
    )


def _is_in_namespace(pid: int, namespace: str) -> bool:
    try:
        inside, named = Path(f"/proc/{pid}/ns/net").stat(), (naming.NETNS_DIR / namespace).stat()
    except OSError:
        return False
    return pid > 0 and (inside.st_dev, inside.st_ino) == (named.st_dev, named.st_ino)


def _labels(found: Mapping[str, Any]) -> dict[str, str]:
    return dict(found["Config"].get("Labels") or {})


def _volume_labels(name: str) -> dict[str, str] | None:
    done = _call("volume", "inspect", name)
    if done.returncode == 0:
        return dict(json.loads(done.stdout)[0].get("Labels") or {})
    if "no such volume" in done.stderr.lower():
        return None
    raise _failed(("volume", "inspect", name), done.stderr)


def _is_owned(labels: Mapping[str, str] | None, stack: str, host: str) -> bool:
    return labels is not None and _owner(stack, host).items() <= labels.items()


def _owner(stack: str, host: str) -> dict[str, str]:
    return {LABEL_STACK: stack, LABEL_HOST: host, LABEL_CHECKOUT: str(REPOSITORY)}


def _label_options(labels: Mapping[str, str]) -> list[str]:
    return [word for name, value in labels.items() for word in ("--label", f"{name}={value}")]


def _owned(stack: str, *listing: str) -> dict[str, dict[str, Any]]:
    """Return what Podman lists of this stack and this checkout, by host."""
    text = podman(*listing, "--filter", f"label={LABEL_STACK}={stack}", "--format", "json")
    # Volumes match when any one of several filters does, so the rest is looked at here.
    entries = {str(entry["Labels"].get(LABEL_HOST, "")): dict(entry) for entry in json.loads(text or "[]")}
    return {host: entry for host, entry in entries.items() if _is_owned(entry["Labels"], stack, host)}


def _foreign(kind: str, name: str, removal: str) -> BackendError:
    return BackendError(
        f"{kind} {name} exists and is not ours (its labels say so)",
        remedy=f"If it is not needed, remove it: {removal} {name}.",
    )


def _last_words(name: str) -> str:
    lines = _call("logs", "--tail", "1", name).stdout.strip().splitlines()
    return lines[-1] if lines else "it wrote nothing"


def podman(*arguments: str) -> str:
    """Run Podman and return what it prints.

    Raises:
        BackendError: It failed, or does not answer; its last line is in the message.
        EnvironmentMissingError: It is not installed.
    """
    done = _call(*arguments)
    if done.returncode != 0:
        raise _failed(arguments, done.stderr)
    return done.stdout


def _call(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["podman", *arguments], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise EnvironmentMissingError("Podman is not installed", remedy="Install it: make setup.") from error
    except subprocess.TimeoutExpired as error:
        raise BackendError(f"podman {arguments[0]}: no answer in {_TIMEOUT_S} s") from error


def _failed(arguments: tuple[str, ...], said: str) -> BackendError:
    lines = said.strip().splitlines()
    return BackendError(f"podman {arguments[0]}: {lines[-1] if lines else 'failed without a word'}")
