"""Processes that outlive the engine's run, known by more than a number.

A record in /run says which process it is: PID, start time, boot. The process writes
it itself, with its own PID, before it becomes the program; so a deployer that is
killed at any moment leaves either no process or a recorded one. While that happens
the process holds the lock that it inherited: a second start waits and then finds it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import BackendError, EnvironmentMissingError
from schemas.locations import run_dir

_TERMINATE_S = 5.0

# Start time is field 22 of /proc/PID/stat; field 2 (the command) may hold spaces and is cut off with the PID.
# Descriptor 0 is the lock until the program replaces the shell.
_BECOME = r"""
record=$1 log=$2 boot=$3 argv=$4
shift 4
read -r stat < "/proc/$$/stat" || exit 1
twentieth() { shift 19; printf '%s' "$1"; }
ticks=$(twentieth ${stat##*) })
printf '{"pid":%s,"start_time_ticks":%s,"boot_id":"%s","argv":%s}\n' $$ "$ticks" "$boot" "$argv" > "$record.new" &&
mv -f "$record.new" "$record" && cd / && exec "$@" < /dev/null >> "$log" 2>&1
"""


@dataclass(frozen=True, kw_only=True)
class Detached:
    """A recorded process."""

    pid: int
    start_time_ticks: int
    """Since boot, from /proc/PID/stat: with the PID it names a process once and for all."""
    boot_id: str
    argv: tuple[str, ...]


def start(stack: str, name: str, argv: Sequence[str], *, namespace: str) -> Detached:
    """Start a program in a network namespace, unless the same one runs already.

    One that runs with another command line is stopped first. Its output goes to
    `<run_dir>/<name>.log`, which starts anew with the program.

    Raises:
        BackendError: It could not be started.
        EnvironmentMissingError: The program or `nsenter` is not there.
    """
    missing = next((word for word in ("setsid", "nsenter", argv[0]) if not shutil.which(word)), None)
    if missing:
        raise EnvironmentMissingError(f"{missing} is not there or cannot be run", remedy="Build it: make setup.")
    command = ("nsenter", f"--net=/run/netns/{namespace}", *argv)
    with _lock(stack, name) as lock:
        running = read(stack, name)
        if running and running.argv == command:
            return running
        if running:
            _end(running, wait_s=_TERMINATE_S)
        log = log_path(stack, name)
        log.unlink(missing_ok=True)
        words = [str(_record(stack, name)), str(log), _boot_id(), json.dumps(command), *command]
        # Nothing is left to wait for but the end of the pipe: the program itself no longer holds it.
        done = subprocess.run(
            ["setsid", "--fork", "sh", "-c", _BECOME, "geofleet", *words],
            stdin=lock, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        started = _recorded(stack, name)
        if done.returncode != 0 or done.stdout or not started:
            raise BackendError(f"{name} of {stack} did not start: {done.stdout.strip() or 'no record'}")
        return started


def read(stack: str, name: str) -> Detached | None:
    """Return the recorded process if that very process runs, else None."""
    found = _recorded(stack, name)
    return found if found and _is_alive(found) else None


def stop(stack: str, name: str, *, wait_s: float = _TERMINATE_S) -> None:
    """End the recorded process, and only that: SIGTERM, and SIGKILL after `wait_s` seconds."""
    if not _record(stack, name).exists():
        return
    with _lock(stack, name):
        found = _recorded(stack, name)
        if found:
            _end(found, wait_s=wait_s)
        _record(stack, name).unlink(missing_ok=True)


def recorded(stack: str) -> list[str]:
    """Return the names of the stack's recorded processes, running or not."""
    return sorted(path.stem for path in run_dir(stack).glob("*.json"))


def log_path(stack: str, name: str) -> Path:
    """Return where a process's output goes."""
    return run_dir(stack) / f"{name}.log"


def log_end(stack: str, name: str) -> str:
    """Return the last line that a process wrote, for messages."""
    try:
        lines = log_path(stack, name).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def _end(process: Detached, *, wait_s: float) -> None:
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    try:
        # Looked at again through the handle's eyes: from here on the number cannot pass to another process.
        if not _is_alive(process):
            return
        for number, seconds in ((signal.SIGTERM, wait_s), (signal.SIGKILL, _TERMINATE_S)):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, number)
            if select.select([handle], [], [], seconds)[0]:
                return
    finally:
        os.close(handle)
    raise BackendError(f"process {process.pid} ({process.argv[-1]}) does not end")


def _is_alive(process: Detached) -> bool:
    if process.boot_id != _boot_id():
        return False
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return int(fields[19]) == process.start_time_ticks and fields[0] not in "ZX"


def _recorded(stack: str, name: str) -> Detached | None:
    try:
        value = json.loads(_record(stack, name).read_text(encoding="utf-8"))
        return Detached(
            pid=int(value["pid"]),
            start_time_ticks=int(value["start_time_ticks"]),
            boot_id=str(value["boot_id"]),
            argv=tuple(str(word) for word in value["argv"]),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _record(stack: str, name: str) -> Path:
    return run_dir(stack) / f"{name}.json"


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


@contextmanager
def _lock(stack: str, name: str) -> Iterator[int]:
    folder = run_dir(stack)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)  # not LOCK_UN: that would take the lock from a process that inherited it


def wait_until_ready(stack: str, name: str, is_ready: Callable[[], bool], *, limit_s: float, complaint: str) -> None:
    """Wait until a process that was started does its work.

    Args:
        stack: The stack.
        name: What the process is recorded as.
        is_ready: Whether it does.
        limit_s: How long it gets.
        complaint: What is said of one that does not: `the store of lab does not answer`.

    Raises:
        BackendError: It has ended, or its time is over; its own last words are in the message.
    """
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if is_ready():
            return
        if not read(stack, name):
            break
        time.sleep(0.02)
    raise BackendError(f"{complaint}: {log_end(stack, name) or 'no output'}")
