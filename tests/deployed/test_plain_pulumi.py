"""Plain `pulumi up`, with what `geofleet env` prints, builds the same stack as the command."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest

from operations.engine import engine_environment, pulumi_command
from schemas.locations import REPOSITORY
from tests.deployed.conftest import SMALL, geofleet
from tests.deployed.test_policy_pack import prepared

pytestmark = pytest.mark.lab


def test_plain_pulumi_builds_what_the_command_verifies_and_finds_unchanged(trial: Callable[[str], str]) -> None:
    stack = trial(SMALL.read_text(encoding="utf-8"))
    prepared(stack)
    command = [str(pulumi_command()), "up", "--yes", "--non-interactive", "--policy-pack", "policies", "--stack", stack]
    done = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **engine_environment(stack)}, capture_output=True, text=True,
        check=False, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    verified = geofleet("verify", stack, "--wait", "120")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    again = geofleet("up", stack, "--no-verify")
    assert again.returncode == 0, again.stderr
    assert "nothing to change" in again.stderr
    assert "validators-1 signs: its permission to start without sign state is taken back" in again.stderr
