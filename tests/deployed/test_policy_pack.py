"""The rules in the engine: plain Pulumi refuses what `geofleet check` refuses, before any resource exists."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest

from operations.engine import engine_environment, pulumi_command
from schemas.locations import REPOSITORY
from tests.deployed.conftest import SMALL, Run, geofleet

pytestmark = pytest.mark.engine


def plain_preview(stack: str) -> Run:
    """Run what a user of plain Pulumi runs, after `eval "$(geofleet env STACK)"`."""
    command = [str(pulumi_command()), "preview", "--policy-pack", "policies", "--non-interactive", "--stack", stack]
    return subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **engine_environment(stack)}, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip


def prepared(stack: str) -> None:
    """Lock the plan, make keys and the stack: all that plain Pulumi needs, and no resource."""
    for command in (["plan", stack, "--write"], ["keys", "create", stack]):
        done = geofleet(*command)
        assert done.returncode == 0, done.stderr
    select(stack)


def select(stack: str) -> None:
    """Make the stack in the state; `geofleet env` has made the state's folder and passphrase."""
    assert geofleet("env", stack).returncode == 0
    done = subprocess.run(
        [str(pulumi_command()), "stack", "select", stack, "--create", "--non-interactive"], cwd=REPOSITORY,
        env={**os.environ, **engine_environment(stack)}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("rule", ["RED001", "RED003", "PRX001", "PRX003"])
def test_a_broken_promise_is_refused_at_preview_and_by_the_command(trial: Callable[[str], str], rule: str) -> None:
    spec = (REPOSITORY / f"tests/specs/bad/rules/{rule}.yaml").read_text(encoding="utf-8")
    stack = trial(spec)
    prepared(stack)
    preview = plain_preview(stack)
    assert preview.returncode != 0
    assert f"[{rule}]" in preview.stdout
    refused = geofleet("up", stack)
    assert refused.returncode == 1
    assert f"failed {rule}" in refused.stderr
    assert "preview" not in refused.stderr


def test_a_sound_stack_is_previewed_with_the_pack_and_nothing_is_made(trial: Callable[[str], str]) -> None:
    stack = trial(SMALL.read_text(encoding="utf-8"))
    prepared(stack)
    preview = plain_preview(stack)
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert "+ 19 to create" in preview.stdout
    assert geofleet("status", stack).returncode == 2


def test_without_keys_plain_pulumi_says_what_to_do_and_shows_no_traceback(trial: Callable[[str], str]) -> None:
    stack = trial(SMALL.read_text(encoding="utf-8"))
    assert geofleet("plan", stack, "--write").returncode == 0
    select(stack)
    preview = plain_preview(stack)
    assert preview.returncode != 0
    assert f"Make them: geofleet keys create {stack}." in preview.stdout + preview.stderr
    assert "Traceback" not in preview.stdout + preview.stderr
