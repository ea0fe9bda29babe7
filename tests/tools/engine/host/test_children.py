from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import children
import pytest
from children import Children, Command, output_of


def shell(script: str) -> Command:
    return Command(arguments=["bash", "-c", script], environment=os.environ)


def test_output_is_read_to_its_end_then_the_exit_code_is_known() -> None:
    running = Children()
    child = running.start(shell("echo out; echo err >&2; exit 7"), piped=True)
    assert sorted(output_of(child)) == [("stderr", b"err\n"), ("stdout", b"out\n")]
    assert running.wait(child) == 7


def test_a_grandchild_that_keeps_the_pipes_open_is_not_waited_for() -> None:
    running = Children()
    started = time.monotonic()
    child = running.start(shell("echo $$; sleep 30 & echo $!"), piped=True)
    output = b"".join(data for _, data in output_of(child))
    assert time.monotonic() - started < 10
    os.kill(int(output.split()[1]), signal.SIGKILL)


def test_a_hasty_child_that_ignores_the_word_is_forced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(children, "HASTY_S", 0.3)
    running = Children()
    ready = tmp_path / "ready"
    child = running.start(shell(f"trap '' TERM; touch {ready}; while :; do sleep 0.1; done"))
    while not ready.exists():
        time.sleep(0.02)
    running.end_all(patience_s=5)
    assert child.process.returncode == -signal.SIGKILL


def test_a_patient_child_hears_once_and_finishes(tmp_path: Path) -> None:
    running = Children()
    done, ready = tmp_path / "done", tmp_path / "ready"
    script = f"trap 'sleep 0.6; echo $((n+=1)) >> {done}; exit' TERM; touch {ready}; while :; do sleep 0.05; done"
    child = running.start(shell(script), patient=True)
    while not ready.exists():
        time.sleep(0.02)
    child.tell_to_end()
    running.end_all(patience_s=5)
    assert child.process.returncode == 0
    assert done.read_text() == "1\n"


def test_nothing_starts_once_the_host_is_ending() -> None:
    running = Children()
    running.end_all(patience_s=0)
    with pytest.raises(RuntimeError, match="the language host is ending"):
        running.start(shell("true"))


def test_a_child_is_out_of_reach_of_an_interrupt_meant_for_the_host() -> None:
    child = Children().start(shell("exec sleep 30"))
    try:
        assert os.getpgid(child.process.pid) != os.getpgid(0)
    finally:
        child.process.kill()
        assert child.process.wait() == -signal.SIGKILL
