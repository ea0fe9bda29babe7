from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from machine import shell as shell_module
from machine.shell import CancelledError, Processes, Progress, Shell, StepError, remedy_for

from schemas.locations import REPOSITORY


def a_shell(folder: Path, processes: Processes | None = None) -> Shell:
    return Shell(
        "engine",
        log=folder / "engine.log",
        scratch=folder / "scratch",
        progress=Progress(),
        processes=processes or Processes(),
    )


def test_a_failed_command_shows_the_end_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(StepError) as raised:
        a_shell(tmp_path).run(["sh", "-c", "seq 1 100; exit 3"])
    lines = str(raised.value).splitlines()
    assert lines[0].endswith("failed with exit code 3:")
    assert lines[-1] == "    100"
    assert len(lines) == 1 + shell_module.TAIL_LINES
    assert "100" in (tmp_path / "engine.log").read_text()


def test_a_command_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"^no-such-tool is not installed$"):
        a_shell(tmp_path).run(["no-such-tool"])


@pytest.mark.parametrize(
    ("printed", "remedy"),
    [
        ("write /x: no space left on device", "The disk is full: free some space and run make setup again."),
        ("E: Temporary failure resolving", "A package registry could not be reached: check the network"),
        ("proxyconnect tcp: dial tcp 127.0.0.1:9: connect: connection refused", "A package registry could not be"),
        ("undefined: x", "Full log: /log. What was done so far is kept: make setup goes on from there."),
    ],
)
def test_the_remedy_fits_what_the_command_printed(printed: str, remedy: str) -> None:
    assert remedy_for(printed, Path("/log")).startswith(remedy)


def test_a_long_command_gives_signs_of_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shell_module, "HEARTBEAT_S", 0.2)
    a_shell(tmp_path).run(["sh", "-c", "echo halfway; sleep 0.7"])
    assert "engine: still at it after 0 s: halfway" in capsys.readouterr().err


def test_ending_the_setup_ends_its_commands_and_starts_no_more(tmp_path: Path) -> None:
    processes = Processes()
    raised: list[BaseException] = []

    def work() -> None:
        try:
            a_shell(tmp_path, processes).run(["sleep", "60"])
        except CancelledError as error:
            raised.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    time.sleep(0.3)
    started = time.monotonic()
    processes.end_all()
    worker.join(5)
    assert raised
    assert time.monotonic() - started < 5
    with pytest.raises(CancelledError):
        a_shell(tmp_path, processes).run(["true"])


def test_a_killed_setup_takes_its_commands_children_along(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path += [sys.argv[1], sys.argv[2]]\n"
        "from pathlib import Path\n"
        "from machine.shell import *\n"
        "Shell('x', log=Path(sys.argv[3]), scratch=Path('/nowhere'), progress=Progress(), processes=Processes())"
        ".run(['sh', '-c', 'sleep 60 & echo $!; wait'])\n"
    )
    log = tmp_path / "x.log"
    setup = subprocess.Popen([sys.executable, "-c", program, str(REPOSITORY / "tools"), str(REPOSITORY), str(log)])
    grandchild = int(_eventually(lambda: log.read_text().splitlines()[1:] if log.exists() else [])[0])
    setup.send_signal(signal.SIGKILL)
    setup.wait()
    assert _eventually(lambda: ["gone"] if not _runs(grandchild) else [])


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False


def _eventually(found: object, seconds: float = 8.0) -> list[str]:
    assert callable(found)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return list(answer)
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s (this is {os.getpid()})")
