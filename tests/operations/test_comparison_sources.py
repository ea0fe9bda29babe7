"""Which lock a plan is compared with, and with the spec that the lock was made from."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from operations.comparing_plans import compare
from operations.comparison_sources import after_side, before_side
from operations.comparison_text import comparison_text
from operations.planning import Planned, files_of, planned, write_lock
from schemas.errors import UsageError

SPEC = """\
apiVersion: geofleet/v1
kind: Network
metadata: {{name: trial, environment: lab}}
regions: {{allow: ["aws:us-east-1", "aws:us-east-2", "aws:us-west-2", "aws:eu-west-2", "gcp:us-east4"], forbid: [{forbid}]}}
fleets:
  sequencers:
    role: sequencer
    workload: none
    count: {count}
    survive: {{region: 1}}
"""


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@t.invalid", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def spec(folder: Path, *, count: int = 3, forbid: str = "") -> Planned:
    """Write a spec, and return its plan."""
    path = folder / "trial.yaml"
    path.write_text(SPEC.format(count=count, forbid=forbid))
    return planned(files_of(str(path)))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a committed spec and its lock."""
    git(tmp_path, "init", "-q", "-b", "main")
    write_lock(spec(tmp_path))
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def told(found: Planned, given: str = "") -> str:
    return comparison_text(compare(before_side(found, given), after_side(found), found.spec.network))


def test_a_spec_that_its_lock_fits_moves_nothing(repository: Path) -> None:
    found = spec(repository)
    files = found.files
    assert told(found) == f"trial: nothing moves ({files.lock} holds what {files.spec} gives)"
    assert told(found, "main") == f"trial: nothing moves (git main holds what {files.spec} gives)"


def test_a_larger_fleet_is_compared_by_the_committed_spec(repository: Path) -> None:
    found = spec(repository, count=5)
    side = before_side(found, "")
    assert side.exact
    lines = told(found).splitlines()
    assert lines[0].endswith("trial.yaml: 2 arrived")
    assert lines[1].endswith(": the fleet is larger: 3 -> 5 members")


def test_a_forbidden_region_is_left_for_another(repository: Path) -> None:
    gone = spec(repository).plan.hosts[0].region
    lines = told(spec(repository, forbid=f'"{gone}"')).splitlines()
    assert lines[0].endswith("1 left, 1 arrived")
    assert f"  - sequencers-1  {spec(repository).plan.hosts[0].zone}: the spec forbids {gone}" in lines
    assert any(line.endswith(": in place of one that left") for line in lines)


def test_an_older_revision_is_compared_by_its_own_spec(repository: Path) -> None:
    write_lock(spec(repository, count=5))
    git(repository, "commit", "-q", "-am", "second")
    found = spec(repository, count=5)
    assert told(found).startswith("trial: nothing moves")
    side = before_side(found, "HEAD~1")
    assert (side.exact, side.name, len(side.plan.hosts)) == (True, "git HEAD~1", 3)


def test_a_lock_whose_spec_is_lost_is_compared_as_far_as_it_goes(repository: Path) -> None:
    write_lock(spec(repository, count=5))
    found = spec(repository, count=7)
    side = before_side(found, "")
    assert not side.exact
    assert {host.host for host in side.plan.hosts} == {f"sequencers-{k}" for k in range(1, 6)}
    assert told(found).splitlines()[-1].startswith("note: the spec that ")


def test_another_lock_file_can_be_named(repository: Path) -> None:
    found = spec(repository)
    other = repository / "other.lock.yaml"
    other.write_text(found.files.lock.read_text())
    assert before_side(found, str(other)).exact


def test_without_a_lock_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    found = spec(tmp_path)
    with pytest.raises(UsageError) as caught:
        before_side(found, "")
    assert str(caught.value) == f"stack 'trial' has no plan lock to compare with ({found.files.lock})"
    assert caught.value.remedy == "Write it: geofleet plan trial --write; or name a lock file or a git revision."


@pytest.mark.parametrize("given", ["nowhere", "--output=/tmp/x", "HEAD~99"])
def test_what_is_neither_a_file_nor_a_revision_is_refused(repository: Path, given: str) -> None:
    with pytest.raises(UsageError) as caught:
        before_side(spec(repository), given)
    assert str(caught.value) == f"'{given}' is neither a lock file nor a git revision that has trial.lock.yaml"
    assert caught.value.remedy == "Name a file that exists, or a revision such as HEAD~1 or main."


def test_a_revision_before_the_lock_is_told(repository: Path) -> None:
    git(repository, "rm", "-q", "--cached", "trial.lock.yaml")
    git(repository, "commit", "-q", "-m", "without")
    found = spec(repository)
    with pytest.raises(UsageError) as caught:
        before_side(found, "HEAD")
    assert str(caught.value) == f"git revision 'HEAD' has no {found.files.lock}"
