from __future__ import annotations

import datetime
import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from operations import recovery
from schemas.errors import EngineError, LockedError


def write_lock(work: Path, *, stack: str = "lab", **changes: object) -> Path:
    folder = work / "state/.pulumi/locks/organization/geofleet" / stack
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC).isoformat()
    value = {"pid": os.getpid(), "username": "root", "hostname": socket.gethostname(), "timestamp": now, **changes}
    path = folder / "b2f0.json"
    path.write_text(json.dumps(value))
    return path


def a_dead_process() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_the_lock_of_a_dead_process_is_released(work: Path) -> None:
    path = write_lock(work, pid=a_dead_process())
    recovery.release_dead_locks("lab")
    assert not path.exists()


def test_the_lock_of_a_live_process_is_never_broken(work: Path) -> None:
    path = write_lock(work)
    with pytest.raises(LockedError) as refused:
        recovery.release_dead_locks("lab")
    assert str(refused.value).startswith(f"stack 'lab' is locked by process {os.getpid()} on {socket.gethostname()}")
    assert path.exists()


def test_a_lock_older_than_the_process_with_its_number_is_a_dead_ones(work: Path) -> None:
    path = write_lock(work, timestamp="2020-01-01T00:00:00Z")
    recovery.release_dead_locks("lab")
    assert not path.exists()


def test_a_lock_from_another_machine_is_never_broken(work: Path) -> None:
    path = write_lock(work, pid=a_dead_process(), hostname="elsewhere")
    with pytest.raises(LockedError, match="on elsewhere"):
        recovery.release_dead_locks("lab")
    assert path.exists()


def test_another_stacks_lock_is_left_alone(work: Path) -> None:
    path = write_lock(work, stack="lab-two", pid=a_dead_process())
    recovery.release_dead_locks("lab")
    assert path.exists()


def test_a_lock_cut_short_by_the_kill_is_nobodys(work: Path) -> None:
    path = write_lock(work)
    path.write_text('{"pid": 12')
    recovery.release_dead_locks("lab")
    assert not path.exists()


def test_a_damaged_state_is_refused_with_where_the_copies_are(work: Path) -> None:
    state = work / "state/.pulumi/stacks/geofleet/lab.json"
    state.parent.mkdir(parents=True)
    state.write_text('{"version": 3, "checkp')
    with pytest.raises(EngineError) as refused:
        recovery.recover("lab")
    assert str(refused.value).startswith(f"the state {state} cannot be read:")
    assert str(work / "backups") in refused.value.remedy


def test_only_the_newest_copies_of_the_state_are_kept(work: Path) -> None:
    state = work / "state/.pulumi/stacks/geofleet/lab.json"
    state.parent.mkdir(parents=True)
    for number in range(recovery.BACKUPS_KEPT + 3):
        state.write_text(str(number))
        newest = recovery.backup("lab")
    copies = sorted((work / "backups/lab").iterdir())
    assert len(copies) == recovery.BACKUPS_KEPT
    assert copies[-1] == newest
    assert newest.read_text() == str(recovery.BACKUPS_KEPT + 2)
