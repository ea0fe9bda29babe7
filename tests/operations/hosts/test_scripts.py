from __future__ import annotations

import subprocess

import pytest

from operations.hosts.scripts import Output, parsed, run_all, sudo
from schemas.readings import SUDO_READINGS


def here(host: str, command: str) -> Output:
    """Run a command line on this machine, as a login shell would."""
    del host
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    return Output(status=done.returncode, text=done.stdout, complaint=done.stderr)


@pytest.mark.parametrize("at_once", [False, True])
def test_every_command_keeps_its_own_output_complaint_and_status(at_once: bool) -> None:
    commands = {"a reading": "echo 'it''s'; echo oops >&2; exit 3", "two": "printf 'x\n\ny'", "three": "false"}
    assert run_all(here, "h", commands, at_once=at_once) == {
        "a reading": Output(status=3, text="its\n", complaint="oops"),
        "two": Output(status=0, text="x\n\ny"),
        "three": Output(status=1, text=""),
    }


def test_command_cannot_eat_the_input_of_the_next() -> None:
    assert run_all(here, "h", {"cat": "cat", "echo": "echo x"})["echo"].text == "x\n"


def test_no_commands_need_no_session() -> None:
    assert run_all(lambda host, command: pytest.fail("no session is needed"), "h", {}) == {}


def test_answer_that_was_cut_off_loses_its_last_part_only() -> None:
    text = "\nT a 0\none\nT\nT b 0\ntw"
    assert parsed(text, "T") == {"a": Output(status=0, text="one")}


def test_parallel_commands_wait_together() -> None:
    slept = run_all(here, "h", {str(n): "sleep 0.2; date +%s%N" for n in range(4)}, at_once=True)
    times = sorted(int(output.text) for output in slept.values())
    assert (times[-1] - times[0]) / 1e9 < 0.5  # one after the other: 0.6 s


@pytest.mark.parametrize("command", SUDO_READINGS)
def test_quoted_reading_is_the_one_that_sudo_allows(command: str) -> None:
    words = here("h", "printf '%s ' " + sudo(command)).text.split()
    assert words == ["sudo", "-n", *command.split(" ")]
