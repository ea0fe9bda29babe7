"""The guide's example is what the command writes, and the hooks and workflows that it names do what it says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.pull_request.comment import MARKER, comment
from operations.pull_request.difference import difference
from schemas.locations import REPOSITORY

GUIDE = REPOSITORY / "docs" / "pull-requests.md"
BEGIN, END = "<!-- example -->\n", "<!-- end of example -->"
WORKFLOWS = REPOSITORY / ".github" / "workflows"


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def a_change(folder: Path) -> None:
    """Make a checkout in which a promise is taken back."""
    spec = folder / "stacks" / "lab.yaml"
    spec.parent.mkdir()
    shutil.copy(REPOSITORY / "stacks" / "lab.yaml", spec)
    shutil.copy(REPOSITORY / "stacks" / "lab.lock.yaml", spec.parent)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one")
    text = spec.read_text(encoding="utf-8")
    head, validators, rest = text.partition("  validators:\n")
    for old, new in (
        ("survive: {zone: 1, region: 1}", "survive: {zone: 1}"),
        ("machine: {vcpu: 2, memory_gib: 2, disk_gib: 10}", "machine: {vcpu: 4, memory_gib: 8, disk_gib: 10}"),
    ):
        assert old in rest
        rest = rest.replace(old, new, 1)
    spec.write_text(head + validators + rest, encoding="utf-8")


def test_the_example_of_the_guide_is_what_the_command_writes(tmp_path: Path) -> None:
    a_change(tmp_path)
    text = comment(difference("main", tmp_path)).removeprefix(MARKER).strip()
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in text.splitlines())
    guide = GUIDE.read_text(encoding="utf-8")
    before, _, rest = guide.partition(BEGIN)
    written = f"{before}{BEGIN}{quoted}{END}{rest.partition(END)[2]}"
    if os.environ.get("GEOFLEET_UPDATE_GOLDEN"):
        GUIDE.write_text(written, encoding="utf-8")
    assert GUIDE.read_text(encoding="utf-8") == written, "write it anew: GEOFLEET_UPDATE_GOLDEN=1"
    assert "Promises that get weaker" in written


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_workflow_that_may_write_runs_nothing_of_the_pull_request() -> None:
    path = WORKFLOWS / "comment.yml"
    [job] = loaded(path)["jobs"].values()
    assert [step for step in job["steps"] if "uses" in step] == []
    assert loaded(path)[True]["workflow_run"]["workflows"] == [loaded(WORKFLOWS / "check.yml")["name"]]
    assert "${{" not in job["steps"][0]["run"]


def test_what_a_fork_runs_has_no_secret_and_writes_nothing_but_code_scanning() -> None:
    text = (WORKFLOWS / "check.yml").read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "environment:" not in text
    writes = [line.split("#")[0].strip() for line in text.splitlines() if ": write" in line]
    assert writes == ["security-events: write"]


GH = """#!/bin/sh
echo "$@" >> {log}
case "$*" in
  *"pulls -f"*) echo "{number}" ;;
  "run download"*) mkdir -p found && cp {left} found/comment.md ;;
  *--paginate*) echo "{kept}" ;;
esac
"""


def commented(folder: Path, left: str, *, number: str = "7", kept: str = "") -> tuple[int, str]:
    """Run the step that comments, beside a `gh` that only notes what it is asked; return its status and the notes."""
    (folder / "left.md").write_text(left, encoding="utf-8")
    log, gh = folder / "log", folder / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(GH.format(log=log, number=number, left=folder / "left.md", kept=kept), encoding="utf-8")
    gh.chmod(0o755)
    [job] = loaded(WORKFLOWS / "comment.yml")["jobs"].values()
    environment = {
        "PATH": f"{gh.parent}:{os.environ['PATH']}", "REPOSITORY": "o/r", "RUN": "1", "OWNER": "fork", "BRANCH": "b",
        "COMMIT": "c",
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", job["steps"][0]["run"]], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, log.read_text(encoding="utf-8")


def test_first_comment_is_made_and_later_ones_replace_it(tmp_path: Path) -> None:
    for name, kept, asked in (
        ("first", "", "POST repos/o/r/issues/7"),
        ("later", "42", "PATCH repos/o/r/issues/comments/42"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        status, log = commented(folder, f"{MARKER}\n\nhello @everyone\n", kept=kept)
        assert status == 0
        assert f"--method {asked}" in log
        assert (folder / "comment.md").read_text(encoding="utf-8") == f"{MARKER}\n\nhello @<!-- -->everyone\n"


def test_text_without_the_mark_is_not_posted(tmp_path: Path) -> None:
    status, log = commented(tmp_path, "anything\n")
    assert status == 1
    assert "POST" not in log


def test_closed_pull_request_gets_no_comment(tmp_path: Path) -> None:
    status, log = commented(tmp_path, f"{MARKER}\n", number="")
    assert status == 0
    assert "run download" not in log


def test_actionlint_finds_nothing() -> None:
    command = shutil.which("actionlint")
    if command is None:
        pytest.skip("no actionlint here: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.7")
    done = subprocess.run([command, *map(str, WORKFLOWS.glob("*.yml"))], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_hook_judges_every_spec_and_ends_with_what_was_found(tmp_path: Path) -> None:
    [fmt, check] = loaded(REPOSITORY / ".pre-commit-hooks.yaml")
    assert [fmt["id"], check["id"]] == ["geofleet-fmt", "geofleet-check"]
    geofleet = tmp_path / "geofleet"
    geofleet.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/log\n[ "$2" != bad.yaml ] || exit 5\n', encoding="utf-8")
    geofleet.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = ["bash", "-c", f'{check["entry"]} "$@"', "--", "bad.yaml", "good.yaml"]
    done = subprocess.run(command, env=environment, check=False, timeout=30)
    assert done.returncode == 5
    assert (tmp_path / "log").read_text(encoding="utf-8") == "check bad.yaml\ncheck good.yaml\n"


def test_gitlab_example_names_commands_that_exist() -> None:
    job = loaded(REPOSITORY / "docs" / "examples" / "gitlab-ci.yml")["geofleet"]
    told = "\n".join(job["script"])
    assert all(f"geofleet {word} " in told for word in ("diff", "affected", "check"))
    assert job["artifacts"]["reports"]["junit"] == "reports/*.xml"
    subprocess.run(["bash", "-n", "-c", told], check=True)
