from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from machine.schedule import discard_leftovers, run_all
from machine.shell import Processes, Progress, Shell, StepError
from machine.step import Step

from schemas.locations import cache_dir


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return cache_dir()


def step(name: str, work: Callable[[Shell], None], **settings: Any) -> Step:
    return Step(name=name, what=f"makes {name}", work=work, is_there=lambda: True, **settings)


def fails(_shell: Shell) -> None:
    raise StepError("no luck", remedy="Try again.")


def test_a_step_runs_after_those_it_needs() -> None:
    order: list[str] = []
    due = [
        step("image", lambda _shell: order.append("image"), after=("packages",)),
        step("packages", lambda _shell: order.append("packages")),
    ]
    assert run_all(due, Progress(), Processes()) == {}
    assert order == ["packages", "image"]


def test_a_need_that_is_already_met_does_not_hold_a_step_up() -> None:
    assert run_all([step("image", lambda _shell: None, after=("packages",))], Progress(), Processes()) == {}


def test_a_failure_stops_what_needs_it_and_nothing_else() -> None:
    order: list[str] = []
    due = [
        step("packages", fails),
        step("image", lambda _shell: order.append("image"), after=("packages",)),
        step("boot", lambda _shell: order.append("boot"), after=("image",)),
        step("engine", lambda _shell: order.append("engine")),
    ]
    failed = run_all(due, Progress(), Processes())
    assert order == ["engine"]
    assert {name: str(error) for name, error in failed.items()} == {
        "packages": "no luck",
        "image": "not tried: it needs packages, which failed",
        "boot": "not tried: it needs image, which failed",
    }


def test_two_go_builds_never_run_together_but_one_runs_beside_others() -> None:
    guard = threading.Lock()
    running: set[str] = set()
    together: list[set[str]] = []

    def work(name: str) -> Callable[[Shell], None]:
        def run(_shell: Shell) -> None:
            with guard:
                running.add(name)
                together.append(set(running))
            time.sleep(0.05)
            with guard:
                running.discard(name)

        return run

    due = [step("engine", work("engine"), needs_go="1"), step("node-software", work("node-software"), needs_go="1")]
    run_all([*due, step("python", work("python"))], Progress(), Processes())
    assert {"engine", "node-software"} not in together
    assert {"engine", "python"} in together


def test_a_failed_step_leaves_no_stamp_and_nothing_half_made(cache: Path) -> None:
    stamp = cache / "stamps" / "engine.json"
    stamp.parent.mkdir(parents=True)
    stamp.write_text("from a former run")

    def half_makes(shell: Shell) -> None:
        (shell.scratch() / "half").write_text("x")
        raise StepError("no luck")

    run_all([step("engine", half_makes, stamp=stamp, inputs="abc")], Progress(), Processes())
    assert not stamp.exists()
    assert list((cache / "tmp").iterdir()) == []


def test_what_a_killed_run_left_is_removed(cache: Path) -> None:
    (cache / "tmp" / "engine-123").mkdir(parents=True)
    discard_leftovers()
    assert not (cache / "tmp").exists()
