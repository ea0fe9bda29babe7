"""Put right what a killed run left in the engine's state, never blindly.

A dead run leaves its lock (the file back end's locks never expire) and records
of operations whose end it did not see. A lock is broken only when its process on
this machine is dead. Pending creates are cleared because the lab's creates adopt
what exists by its ownership label; what nothing wants any more is swept after
the next `up`.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import socket
from pathlib import Path
from typing import Any

from operations.console import say
from operations.engine import pulumi_text
from schemas.errors import EngineError, LockedError
from schemas.locations import work_dir

BACKUPS_KEPT = 10
PROJECT = "geofleet"


def recover(stack: str) -> None:
    """Make a stack's state usable after a kill; does nothing when nothing is wrong.

    Call it with the run lock held: no engine and no plugin of ours is alive then.

    Raises:
        LockedError: A live process holds the engine's lock.
        EngineError: The state cannot be read.
    """
    release_dead_locks(stack)
    path = _state_file(stack)
    if not path.exists():
        return
    pending = _pending(path)
    if pending:
        say(f"the run before this one was killed with {len(pending)} operations under way; their resources get adopted")
        backup(stack)
        _clear_pending(stack)


def release_dead_locks(stack: str) -> None:
    """Remove the engine's locks of processes that are dead.

    Raises:
        LockedError: One is alive, or was made on another machine.
    """
    for path in sorted((_pulumi_dir() / "locks").glob(f"**/{stack}/*.json")):
        holder = _lock_holder(path)
        if holder is None:
            path.unlink(missing_ok=True)  # cut short by the kill: no process ever got hold of it
            continue
        if _is_alive(holder):
            raise LockedError(
                f"stack '{stack}' is locked by process {holder['pid']} on {holder['hostname']} since {holder['timestamp']}",
                remedy="Wait until it has ended. If it runs on another machine and is dead: pulumi cancel.",
            )
        say(f"releasing the lock of process {holder['pid']}, which is dead")
        path.unlink(missing_ok=True)


def backup(stack: str) -> Path:
    """Copy the stack's state to `.geofleet/backups`; keeps the newest ones."""
    folder = work_dir() / "backups" / stack
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S.%fZ.json")
    shutil.copy2(_state_file(stack), folder / name)
    for old in sorted(folder.glob("*.json"))[:-BACKUPS_KEPT]:
        old.unlink()
    return folder / name


def _pulumi_dir() -> Path:
    return work_dir() / "state" / ".pulumi"


def _state_file(stack: str) -> Path:
    return _pulumi_dir() / "stacks" / PROJECT / f"{stack}.json"


def _lock_holder(path: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        return {"pid": int(value["pid"]), "hostname": str(value["hostname"]), "timestamp": str(value["timestamp"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_alive(holder: dict[str, Any]) -> bool:
    """Return whether the process that took a lock may still be the one with its number."""
    if holder["hostname"] != socket.gethostname():
        return True
    stat = Path("/proc", str(holder["pid"]), "stat")
    try:
        fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        started = _boot_time() + int(fields[19]) / os.sysconf("SC_CLK_TCK")
        locked = datetime.datetime.fromisoformat(holder["timestamp"].replace("Z", "+00:00")).timestamp()
    except FileNotFoundError:
        return False
    except (OSError, ValueError, IndexError):
        return True
    return fields[0] != "Z" and started <= locked + 1


def _boot_time() -> float:
    lines = Path("/proc/stat").read_text(encoding="ascii").splitlines()
    return float(next(line for line in lines if line.startswith("btime")).split()[1])


def _pending(path: Path) -> list[Any]:
    try:
        latest = json.loads(path.read_text(encoding="utf-8"))["checkpoint"]["latest"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(
            f"the state {path} cannot be read: {error}",
            remedy=f"Restore the newest good copy from {work_dir() / 'backups'}, or for a lab: geofleet down.",
        ) from error
    return list((latest or {}).get("pending_operations") or [])


def _clear_pending(stack: str) -> None:
    value = json.loads(pulumi_text(stack, ["stack", "export", "--stack", stack]))
    value["deployment"]["pending_operations"] = []
    temporary = work_dir() / f"import-{stack}.json"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file)
        pulumi_text(stack, ["stack", "import", "--stack", stack, "--file", str(temporary)])
    finally:
        temporary.unlink(missing_ok=True)
