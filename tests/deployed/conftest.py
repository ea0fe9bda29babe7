"""Stacks that tests deploy for real, under names of their own, and remove again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from operations.engine import stack_exists
from schemas.locations import REPOSITORY, secrets_dir

STACKS = REPOSITORY / "stacks"
GEOFLEET = [sys.executable, "-m", "operations.command"]

Run = subprocess.CompletedProcess[str]


def geofleet(*arguments: str, timeout_s: float = 400) -> Run:
    """Run the command as a user would."""
    return subprocess.run(
        [*GEOFLEET, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=timeout_s,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def remove(stack: str) -> None:
    if stack_exists(stack) or secrets_dir(stack).exists():
        done = geofleet("down", stack, "--yes")
        assert done.returncode == 0, done.stderr
    for path in STACKS.glob(f"*{stack}*"):
        path.unlink()


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Makes a stack of the test's own from a spec's text; returns its name."""
    made: list[str] = []

    def make(text: str) -> str:
        stack = f"trial-{os.getpid()}-{len(made)}"
        made.append(stack)
        (STACKS / f"{stack}.yaml").write_text(text, encoding="utf-8")
        return stack

    yield make
    for stack in made:
        remove(stack)


@pytest.fixture(scope="session")
def lab() -> Iterator[str]:
    """Thirteen hosts with a chain of CometBFT, deployed under a name of their own for the whole session."""
    stack = f"trial-{os.getpid()}-lab"
    text = (Path(__file__).parent / "cometbft.yaml").read_text(encoding="utf-8")
    (STACKS / f"{stack}.yaml").write_text(text, encoding="utf-8")
    try:
        done = geofleet("up", stack)
        assert done.returncode == 0, done.stderr + done.stdout
        yield stack
    finally:
        remove(stack)


SMALL = Path(__file__).parent / "small.yaml"
