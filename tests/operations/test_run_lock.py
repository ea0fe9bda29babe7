from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from operations import run_lock as module
from operations.run_lock import run_lock
from schemas.errors import LockedError
from schemas.locations import plugins_lock


def test_a_second_run_is_refused_and_the_first_is_named(work: Path) -> None:
    with run_lock("lab"), pytest.raises(LockedError) as refused, run_lock("lab", wait_s=0):
        pass
    assert str(refused.value) == f"stack 'lab' is held by process {os.getpid()}"


def test_two_stacks_do_not_hold_each_other_up(work: Path) -> None:
    with run_lock("lab"), run_lock("lab-two", wait_s=0):
        pass


def test_the_lock_outlives_its_holder_until_the_engine_has_ended(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT_S", 0.3)
    path = work / "locks" / "lab.lock"
    path.parent.mkdir(parents=True)
    program = f"""
        import fcntl, os, subprocess
        d = os.open({str(path)!r}, os.O_RDWR | os.O_CREAT)
        fcntl.flock(d, fcntl.LOCK_EX)
        os.write(d, str(os.getpid()).encode())
        engine = subprocess.Popen(["sleep", "30"], pass_fds=(d,), stdout=-3, stderr=-3)
        print(engine.pid, flush=True)
        os.kill(os.getpid(), 9)
    """
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False
    )
    engine = int(killed.stdout)
    try:
        with pytest.raises(LockedError, match="held by the engine of a run that was killed"), run_lock("lab"):
            pass
    finally:
        os.kill(engine, 9)
    with run_lock("lab"):
        pass


def test_a_run_waits_for_the_plugins_of_another(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT_S", 0.3)
    descriptor = os.open(plugins_lock(), os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    with pytest.raises(LockedError, match="provider plugins of another run still work"), run_lock("lab"):
        pass
    os.close(descriptor)
    with run_lock("lab"):
        pass
