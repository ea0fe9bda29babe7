"""The engine and its language host, end to end: a program, a provider and a policy pack, all in Python."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.locations import engine_bin_dir

pytestmark = pytest.mark.engine

PULUMI = engine_bin_dir() / "pulumi"
PROJECT = Path(__file__).parent / "project"

needs_own_host = pytest.mark.skipif(PULUMI.is_symlink(), reason="the official Pulumi has a language host of its own")


class Trial:
    """A copy of the project with a state of its own, below a folder whose name has a space."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a project"
        shutil.copytree(PROJECT, self.folder)
        (self.folder / "venv").symlink_to(sys.prefix)
        (folder / "state").mkdir()
        self.notes_file = folder / "notes"
        self.environment = {
            **os.environ,
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": "only for this test",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "TRIAL_NOTES": str(self.notes_file),
        }

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(PULUMI), *arguments, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == code, output
        return output

    def up(self, *arguments: str, code: int = 0) -> str:
        return self.run("up", "--yes", "--skip-preview", *arguments, code=code)

    def notes(self) -> list[str]:
        return self.notes_file.read_text().splitlines() if self.notes_file.exists() else []

    def processes(self) -> list[str]:
        """Return the processes that belong to this trial, by their environment: hosts, programs, plugins."""
        marker = f"TRIAL_NOTES={self.notes_file}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if marker in (process / "environ").read_bytes().split(b"\0"):
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return [command for command in found if command]


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    if not PULUMI.exists():
        pytest.skip("no engine here: make setup")
    made = Trial(tmp_path)
    made.run("stack", "init", "one")
    made.run("config", "set", "--secret", "secret", "hush")
    return made


def eventually(holds: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


def test_a_program_a_provider_and_a_pack_run_and_leave_no_process(trial: Trial) -> None:
    output = trial.up("--policy-pack", "pack")
    assert "hello from the program" in output
    assert "secret_length: 4" in output
    assert "+ 5 created" in output
    assert "[advisory]  small  (trial:index:Thing: thing-2)" in output
    assert "thing-2 is too large" in output
    assert "trial@v1.2.3" in output
    assert "Resources:\n    5 unchanged" in trial.up()
    assert "- 5 deleted" in trial.run("destroy", "--yes", "--skip-preview")
    assert eventually(lambda: trial.processes() == [])


def test_a_failed_program_shows_its_own_lines_once(trial: Trial) -> None:
    trial.run("config", "set", "fail", "error")
    output = trial.run("preview", code=1)
    assert output.count("ValueError: the program says no") == 1
    assert 'raise ValueError("the program says no")' in output
    assert "runpy" not in output


@needs_own_host
def test_a_program_that_exits_is_told_with_its_code(trial: Trial) -> None:
    trial.run("config", "set", "fail", "exit")
    assert "Program exited with non-zero exit code: 3" in trial.run("preview", code=1)


@needs_own_host
def test_a_missing_environment_is_told_with_its_remedy(trial: Trial) -> None:
    (trial.folder / "venv").unlink()
    output = trial.run("preview", code=1)
    assert f"names {trial.folder / 'venv'}, which has no bin/python" in output
    assert "Make it (in geofleet: make setup; elsewhere: pulumi install)." in output


@needs_own_host
def test_a_killed_engine_lets_the_current_call_finish_and_leaves_no_process(trial: Trial) -> None:
    process = trial.start("up", "--yes", "--skip-preview", TRIAL_CALL_S="2")
    assert eventually(lambda: len(trial.notes()) == 1)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    begun = trial.notes()[0].removeprefix("begin ")
    assert eventually(lambda: trial.processes() == []), trial.processes()
    assert f"end {begun}" in trial.notes()


@needs_own_host
def test_a_killed_language_host_takes_its_plugins_along(trial: Trial) -> None:
    process = trial.start("up", "--yes", "--skip-preview", TRIAL_CALL_S="2")
    assert eventually(lambda: len(trial.notes()) == 1)
    host = _child(process.pid)
    os.kill(host, signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert eventually(lambda: trial.processes() == []), trial.processes()


def test_an_interrupted_engine_waits_for_its_calls(trial: Trial) -> None:
    process = trial.start("up", "--yes", "--skip-preview", TRIAL_CALL_S="1")
    assert eventually(lambda: len(trial.notes()) == 1)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "update canceled" in output
    begun = [note for note in trial.notes() if note.startswith("begin")]
    ended = [note for note in trial.notes() if note.startswith("end")]
    assert len(begun) == len(ended)
    assert eventually(lambda: trial.processes() == [])


def test_the_host_tells_which_python_runs_the_program(trial: Trial) -> None:
    output = trial.run("about")
    assert f"executable='{trial.folder / 'venv' / 'bin' / 'python'}'" in output
    assert f"version='{sys.version.split()[0]}'" in output
    assert "pytest" in output  # a top-level package of the environment


def _child(pid: int) -> int:
    """Return the language host: the engine's one child that is a Python."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    [host] = {int(child) for file in children for child in file.read_text().split()}
    return host
