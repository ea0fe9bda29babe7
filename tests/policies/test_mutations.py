"""Every rule's removal or weakening fails a test: see mutation.py, which runs the mutants."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(__file__).with_name("mutation.py")


def run(*options: str) -> str:
    done = subprocess.run([sys.executable, str(RUNNER), *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_no_mutant_of_a_fixed_share_survives() -> None:
    assert run("--share", "30", "--seed", "7").startswith("30 of ")


@pytest.mark.soak
def test_no_mutant_at_all_survives() -> None:
    assert ", 0 survived, " in run("--jobs", "2")
