"""`geofleet simulate`, and the pictures and the comparison of `geofleet plan`, as a person runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.locations import REPOSITORY


def geofleet(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "operations.command", *arguments], cwd=REPOSITORY, capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL, env={**os.environ, "COLUMNS": "120"}, timeout=60,
    )  # fmt: skip


def test_a_simulation_ends_with_0_and_tells_every_fleet() -> None:
    done = geofleet("simulate", "lab")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("What survives in lab: every promise holds\n")
    assert [f"\n{fleet}: " in done.stdout for fleet in ("oracles", "relayers", "sequencers", "validators")] == [
        True
    ] * 4


def test_a_broken_promise_is_named_and_still_ends_with_0(tmp_path: Path) -> None:
    spec = (REPOSITORY / "stacks/lab.yaml").read_text(encoding="utf-8")
    bad = tmp_path / "bad.yaml"
    bad.write_text(spec.replace('{region: "aws:eu-central-1"}', '{region: "gcp:us-east4"}').replace(
        "reports_min: 2", "reports_min: 3"
    ))  # fmt: skip
    done = geofleet("simulate", str(bad))
    assert done.returncode == 0, done.stderr
    assert "  BROKEN RED003 survive: {provider: 1}: losing provider gcp leaves 1 of 4 members; at least 3 needed" in (
        done.stdout.splitlines()
    )


def test_a_simulation_is_an_envelope() -> None:
    value = json.loads(geofleet("simulate", "lab", "--pairs", "zone+provider", "--format", "json").stdout)
    assert (value["schema"], value["pairs"]) == ("geofleet/simulation/v1", ["zone+provider"])


def test_a_simulation_is_markdown_for_a_pull_request() -> None:
    assert geofleet("simulate", "lab", "--format", "markdown").stdout.startswith("# What survives in lab: ")


def test_pictures_are_written_and_said(tmp_path: Path) -> None:
    files = [str(tmp_path / "map.svg"), str(tmp_path / "matrix.svg")]
    done = geofleet("plan", "lab", "--map", files[0], "--matrix", files[1])
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith("written")] == [
        f"written: {file}" for file in files
    ]
    assert all(Path(file).read_text(encoding="utf-8").startswith("<svg ") for file in files)


def test_a_plan_that_its_lock_holds_moves_nothing() -> None:
    done = geofleet("plan", "lab", "--diff")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("lab: nothing moves")
    assert len(done.stdout.splitlines()) == 1
    value = json.loads(geofleet("plan", "lab", "--diff", "--format", "json").stdout)
    assert (value["schema"], value["hosts"]) == ("geofleet/comparison/v1", [])


REFUSALS = [
    (["simulate", "lab", "--pairs", "zone+planet"], "'zone+planet' is not a pair of kinds of domain"),
    (["simulate", "nowhere"], "stacks/nowhere.yaml:1:1: error SPEC100 cannot be read: No such file or directory"),
    (["plan", "lab", "--format", "markdown"], "markdown is a form of --diff"),
    (["plan", "lab", "--map", "lab.png"], "'lab.png' does not end in .svg"),
    (["plan", "lab", "--matrix", "no/such/folder/a.svg"], "there is no folder 'no/such/folder'"),
    (["plan", "lab", "--diff", "no-such-branch"], "'no-such-branch' is neither a lock file nor a git revision"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSALS, ids=lambda value: str(value)[:40])
def test_a_wrong_use_is_one_message_and_2(arguments: list[str], said: str) -> None:
    done = geofleet(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
