"""The GitHub workflows: short-lived credentials only, least permissions, every action pinned by its commit."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.standins.aws.documents import document_problems

WORKFLOWS = sorted((Path(__file__).parent.parent / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+){0,2}$")
OWN = re.compile(r"^\./\.github/workflows/[a-z-]+\.yml( #.*)?$")
LOOSE = """
name: loose
on: pull_request_target
jobs:
  x:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: echo ${{ github.event.pull_request.title }}
"""


def zizmor(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Judge workflows without the network."""
    beside = Path(sys.executable).parent / "zizmor"
    command = str(beside) if beside.exists() else shutil.which("zizmor")
    assert command is not None, "zizmor is not installed: make setup"
    options = ["--offline", "--persona=pedantic", "--no-progress", "--color=never"]
    return subprocess.run(
        [command, *options, *map(str, paths)], capture_output=True, text=True, check=False, timeout=120
    )


def loaded(path: Path) -> dict[Any, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def used(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.partition("uses:")[2].strip() for line in lines if re.match(r"\s*(- )?uses:", line)]


def test_there_are_workflows_to_judge() -> None:
    assert {"deploy.yml", "preview.yml", "up.yml"} <= {path.name for path in WORKFLOWS}


def test_zizmor_finds_nothing() -> None:
    done = zizmor(*WORKFLOWS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_would_find_a_loose_workflow(tmp_path: Path) -> None:
    path = tmp_path / ".github" / "workflows" / "loose.yml"
    path.parent.mkdir(parents=True)
    path.write_text(LOOSE, encoding="utf-8")
    done = zizmor(path)
    assert done.returncode != 0
    for audit in ("unpinned-uses", "template-injection", "dangerous-triggers"):
        assert audit in done.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_commit_and_tells_its_version(path: Path) -> None:
    loose = [one for one in used(path) if not PINNED.match(one) and not OWN.match(one)]
    assert loose == []


def test_one_action_has_one_commit_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for one in used(path):
            name, _, rest = one.partition("@")
            pins.setdefault(name, set()).add(rest)
    assert {name: rest for name, rest in pins.items() if len(rest) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_long_lived_key_is_used(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"secrets\.(?!GITHUB_TOKEN\b)\w+", text) == []
    assert not re.search(r"aws-(secret-)?access-key|credentials_json|PULUMI_ACCESS_TOKEN", text, re.IGNORECASE)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_has_the_permissions_that_it_names_and_no_others(path: Path) -> None:
    workflow = loaded(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        granted = job["permissions"]
        assert granted, name
        writes = {scope for scope, level in granted.items() if level == "write"}
        assert writes <= {"id-token", "pull-requests", "security-events"}, name


def test_what_deploys_waits_for_an_environment_and_runs_alone() -> None:
    up, deploy, preview = (
        loaded(path.parent / f"{path.stem}.yml") for path in map(_named, ("up", "deploy", "preview"))
    )
    assert up["jobs"]["up"]["environment"] == "${{ inputs.stack }}"
    assert deploy["concurrency"] == {"group": "deploy", "cancel-in-progress": False}
    assert deploy["jobs"]["production"]["needs"] == "staging"
    # YAML 1.1 reads the key `on` as true
    assert deploy[True]["push"]["branches"] == ["main"]
    assert preview["jobs"]["preview"]["environment"] == "preview"


def test_a_fork_gets_no_credentials() -> None:
    condition = loaded(_named("preview"))["jobs"]["preview"]["if"]
    assert condition == "github.event.pull_request.head.repo.full_name == github.repository"
    assert "pull_request_target" not in _named("preview").read_text(encoding="utf-8")


def test_the_policy_pack_is_part_of_every_run_of_the_engine() -> None:
    for name in ("preview", "up"):
        lines = _named(name).read_text(encoding="utf-8").splitlines()
        runs = [line for line in lines if re.search(r"pulumi (up|preview)\b", line)]
        assert runs
        assert [line for line in runs if "--policy-pack policies" not in line] == []


def test_the_guides_policies_are_ones_that_aws_takes() -> None:
    guide = (Path(__file__).parent.parent / "docs" / "continuous-deployment.md").read_text(encoding="utf-8")
    trust, rights = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    assert document_problems(trust, "trust") == []
    assert document_problems(rights, "identity") == []
    assert "token.actions.githubusercontent.com:sub" in trust


def _named(name: str) -> Path:
    return next(path for path in WORKFLOWS if path.stem == name)
