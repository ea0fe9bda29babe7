"""What the command says when it is used wrongly: one message, an exit code, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.locations import REPOSITORY

REFUSALS = [
    (["check", "nowhere"], 2, "stacks/nowhere.yaml:1:1: error SPEC100 cannot be read: No such file or directory"),
    (["check", "No Stack"], 2, "'No Stack' is not a stack name"),
    (["plan", "missing/spec.yaml"], 2, "missing/spec.yaml:1:1: error SPEC100 cannot be read"),
    (["down", "lab"], 2, "nobody can be asked here; say --yes"),
    (["keys", "permit-first-start", "lab", "validators-1"], 2, "--i-know-it-never-signed"),
    (["chekc", "lab"], 2, "No such command 'chekc'"),
]


def geofleet(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "operations.command", *arguments], cwd=REPOSITORY, capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL, env={**os.environ, **environment}, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "said"), REFUSALS, ids=lambda value: str(value)[:40])
def test_a_wrong_use_is_one_message_and_a_code(arguments: list[str], code: int, said: str) -> None:
    done = geofleet(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_refusal_can_be_read_by_a_program() -> None:
    done = geofleet("check", "nowhere", "--format", "json")
    value = json.loads(done.stdout)
    assert (value["schema"], value["exit_code"]) == ("geofleet/error/v1", 2)
    assert value["problems"][0]["message"].startswith("cannot be read")


def test_the_lab_spec_passes_every_rule() -> None:
    done = geofleet("check", "lab")
    assert done.returncode == 0, done.stderr
    assert "passed" in done.stdout


def test_a_broken_promise_is_found_at_its_line_with_a_counter_example(tmp_path: Path) -> None:
    spec = (REPOSITORY / "stacks/lab.yaml").read_text(encoding="utf-8")
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        spec.replace('{region: "aws:eu-central-1"}', '{region: "gcp:us-east4"}').replace(
            "reports_min: 2", "reports_min: 3"
        )
    )
    done = geofleet("check", str(bad))
    line = 1 + bad.read_text().splitlines().index("    survive: {zone: 1, region: 1, provider: 1}", 95)
    assert done.returncode == 1
    assert f"{bad}:{line}:" in done.stdout
    assert "losing gcp" in done.stdout


@pytest.mark.parametrize(
    "command", ["check", "plan", "up", "verify", "status", "down", "restart", "ssh", "env", "keys"]
)
def test_every_command_explains_itself(command: str) -> None:
    done = geofleet(command, "--help")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 5


def test_checking_starts_no_engine_and_loads_no_cloud_or_engine_library() -> None:
    program = (
        "import sys; sys.argv = ['geofleet', 'check', 'lab']\n"
        "from operations.command import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('pulumi', 'pulumi_aws', 'pulumi_gcp', 'grpc', 'highspy')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"
