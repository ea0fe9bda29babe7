from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import processes
from lab.namespaces import ensure_namespace, remove_namespace
from schemas.errors import BackendError, EnvironmentMissingError
from schemas.locations import REPOSITORY, run_dir

pytestmark = pytest.mark.lab

SLEEP = ("/bin/sleep", "600")


@pytest.fixture
def stack() -> Iterator[str]:
    name = f"testp{os.getpid()}"
    ensure_namespace(f"gf-{name}-wan", f"geofleet:{name}:wan")
    yield name
    for each in processes.recorded(name):
        processes.stop(name, each)
    remove_namespace(f"gf-{name}-wan", f"geofleet:{name}:wan")
    shutil.rmtree(run_dir(name), ignore_errors=True)


def _start(stack: str, argv: tuple[str, ...] = SLEEP) -> processes.Detached:
    return processes.start(stack, "sleeper", argv, namespace=f"gf-{stack}-wan")


def _runs(pid: int) -> bool:
    """Tell whether a process is there and not merely waiting for the machine's first process to collect it."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_started_process_runs_in_its_namespace_in_a_session_of_its_own(stack: str) -> None:
    started = _start(stack)
    assert processes.read(stack, "sleeper") == started
    assert os.getsid(started.pid) == started.pid != os.getsid(0)
    deadline = time.monotonic() + 2
    named = Path(f"/run/netns/gf-{stack}-wan").stat().st_ino
    while Path(f"/proc/{started.pid}/ns/net").stat().st_ino != named and time.monotonic() < deadline:
        time.sleep(0.01)
    assert Path(f"/proc/{started.pid}/ns/net").stat().st_ino == named
    # No lock, pipe or terminal goes along: those would keep a deployer waiting.
    files = {str(path.readlink()) for path in Path(f"/proc/{started.pid}/fd").iterdir()}
    assert files == {"/dev/null", str(processes.log_path(stack, "sleeper"))}


def test_the_same_command_is_started_once(stack: str) -> None:
    assert _start(stack) == _start(stack)


def test_another_command_replaces_the_running_one(stack: str) -> None:
    first, second = _start(stack), _start(stack, ("/bin/sleep", "601"))
    assert second.pid != first.pid
    assert not _runs(first.pid)


def test_concurrent_starts_make_one_process(stack: str) -> None:
    code = (
        "from lab import processes\n"
        f"print(processes.start({stack!r}, 'sleeper', {SLEEP!r}, namespace='gf-{stack}-wan').pid)"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert len({start.communicate()[0] for start in starts}) == 1


def test_a_process_with_the_number_but_not_the_start_time_is_not_ours(stack: str) -> None:
    started = _start(stack)
    record = run_dir(stack) / "sleeper.json"
    true = record.read_text()
    record.write_text(json.dumps({**json.loads(true), "start_time_ticks": started.start_time_ticks - 1}))
    assert processes.read(stack, "sleeper") is None
    processes.stop(stack, "sleeper")
    assert _runs(started.pid)
    record.write_text(true)


def test_a_record_of_another_boot_is_not_ours(stack: str) -> None:
    started = _start(stack)
    record = run_dir(stack) / "sleeper.json"
    true = record.read_text()
    record.write_text(json.dumps({**json.loads(true), "boot_id": "another"}))
    assert processes.read(stack, "sleeper") is None
    record.write_text(true)
    assert processes.read(stack, "sleeper") == started


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"pid": 1}', '{"pid": "x"}'])
def test_a_damaged_record_names_no_process(stack: str, text: str) -> None:
    _start(stack)
    record = run_dir(stack) / "sleeper.json"
    true = record.read_text()
    record.write_text(text)
    assert processes.read(stack, "sleeper") is None
    record.write_text(true)


def test_a_process_that_ignores_sigterm_is_killed(stack: str) -> None:
    started = _start(stack, ("/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"))
    time.sleep(0.2)
    processes.stop(stack, "sleeper", wait_s=0.3)
    assert not _runs(started.pid)
    assert processes.recorded(stack) == []


def test_stopping_what_does_not_run_is_no_error(stack: str) -> None:
    processes.stop(stack, "sleeper")
    processes.stop(stack, "never-started")


def test_a_program_that_is_not_there_is_named(stack: str) -> None:
    with pytest.raises(EnvironmentMissingError) as refused:
        _start(stack, ("/nowhere/program",))
    assert str(refused.value) == "/nowhere/program is not there or cannot be run"


def test_output_is_kept_and_a_record_that_cannot_be_written_is_an_error(stack: str) -> None:
    _start(stack, ("/bin/sh", "-c", "echo last words >&2; sleep 600"))
    deadline = time.monotonic() + 2
    while not processes.log_end(stack, "sleeper") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert processes.log_end(stack, "sleeper") == "last words"
    processes.stop(stack, "sleeper")
    (run_dir(stack) / "sleeper.json.new").mkdir()
    with pytest.raises(BackendError) as refused:
        _start(stack)
    assert str(refused.value).startswith(f"sleeper of {stack} did not start: ")
    (run_dir(stack) / "sleeper.json.new").rmdir()
