from __future__ import annotations

import dataclasses
import shutil
import subprocess
from pathlib import Path

import pytest

from operations.pull_request.affected import affected, affected_text
from operations.pull_request.comment import LENGTH_MAX, MARKER, comment, difference_text
from operations.pull_request.difference import difference, exit_code
from schemas.change import StackChange
from schemas.errors import EnvironmentMissingError, ExitCode, UsageError
from schemas.locations import REPOSITORY


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with two stacks, committed."""
    stacks = tmp_path / "stacks"
    stacks.mkdir()
    shutil.copy(REPOSITORY / "stacks" / "lab.yaml", stacks / "lab.yaml")
    shutil.copy(REPOSITORY / "stacks" / "examples" / "oracle_fleet.yaml", stacks / "prices.yaml")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    return tmp_path


def edit(checkout: Path, name: str, old: str, new: str) -> None:
    path = checkout / "stacks" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_comment_in_a_spec_affects_no_stack(checkout: Path) -> None:
    edit(checkout, "lab.yaml", "fleets:", "# a remark\nfleets:")
    found = affected("main", checkout)
    assert (found.stacks, affected_text(found)) == ((), "no stack differs from main")


def test_changed_added_and_deleted_stacks_are_told_with_the_reason(checkout: Path) -> None:
    edit(checkout, "lab.yaml", "disk_gib: 10", "disk_gib: 20")
    shutil.copy(checkout / "stacks" / "prices.yaml", checkout / "stacks" / "other.yaml")
    (checkout / "stacks" / "prices.yaml").unlink()
    found = affected("main", checkout)
    assert [(one.stack, one.change) for one in found.stacks] == [
        ("lab", StackChange.CHANGED), ("other", StackChange.ADDED), ("prices", StackChange.DELETED),
    ]  # fmt: skip
    assert found.stacks[0].reasons == ("what its spec resolves to",)
    assert found.to_json()["matrix"] == {"include": [{"stack": "lab"}, {"stack": "other"}]}


def test_settings_for_all_stacks_affect_all(checkout: Path) -> None:
    (checkout / "geofleet.policies.yaml").write_text("schema: geofleet/policies/v1\nrules: {}\n", encoding="utf-8")
    found = affected("main", checkout)
    assert {one.stack for one in found.stacks} == {"lab", "prices"}
    assert found.stacks[0].reasons == ("the settings of rules for all stacks",)


def test_a_base_that_is_not_there_is_refused(checkout: Path) -> None:
    with pytest.raises(UsageError, match="'nowhere' is no git revision of this checkout"):
        affected("nowhere", checkout)
    with pytest.raises(UsageError, match="'--output=x' is no git revision"):
        affected("--output=x", checkout)


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMissingError, match="is no git checkout"):
        affected("main", tmp_path)


def test_work_of_others_on_the_base_is_not_ours(checkout: Path) -> None:
    git(checkout, "checkout", "-q", "-b", "mine")
    git(checkout, "checkout", "-q", "main")
    edit(checkout, "lab.yaml", "disk_gib: 10", "disk_gib: 20")
    git(checkout, "commit", "-qam", "theirs")
    git(checkout, "checkout", "-q", "mine")
    assert affected("main", checkout).stacks == ()


def test_a_larger_machine_costs_more_and_changes_in_waves(checkout: Path) -> None:
    edit(checkout, "lab.yaml", "machine: {vcpu: 2, memory_gib: 2, disk_gib: 10}",
         "machine: {vcpu: 4, memory_gib: 8, disk_gib: 10}")  # fmt: skip
    found = difference("main", checkout)
    [one] = found.stacks
    assert (one.verdict, one.new, exit_code(found)) == ("passes", (), ExitCode.PASSED)
    assert one.comparison is not None
    before, after = one.comparison.cost_before.usd_per_month, one.comparison.cost_after.usd_per_month
    assert before is not None
    assert after is not None
    assert after > before
    assert [wave.hosts for wave in one.waves if wave.fleet == "validators"] == [
        (f"validators-{n}",) for n in (1, 2, 3, 4)
    ]
    text = comment(found)
    assert text.startswith(f"{MARKER}\n\n## geofleet: 1 stack passes")
    assert "| validators 1 | validators-1 | 75.0 % of voting power | more than 66.7 % | 0 |" in text
    assert "wave validators 1: validators-1; 75.0 % of voting power left" in difference_text(found)


def test_a_promise_that_is_taken_back_is_told_though_its_finding_goes_away(checkout: Path) -> None:
    edit(checkout, "lab.yaml", "survive: {zone: 1, region: 1}\n", "survive: {zone: 1}\n")
    [one] = difference("main", checkout).stacks
    assert one.weaker == ("sequencers: `survive: region` is taken back", "validators: `survive: region` is taken back")
    assert "**Promises that get weaker**" in comment(difference("main", checkout))


def test_a_spec_that_cannot_be_read_is_never_a_pass(checkout: Path) -> None:
    edit(checkout, "lab.yaml", "role: relayer", "role: relayr")
    found = difference("main", checkout)
    [one] = found.stacks
    assert (one.change, one.verdict, exit_code(found)) == (
        StackChange.UNREADABLE, "not evaluated", ExitCode.NOT_EVALUATED,
    )  # fmt: skip
    assert "relayr" in one.problem


def test_a_deleted_stack_is_told_and_passes(checkout: Path) -> None:
    (checkout / "stacks" / "prices.yaml").unlink()
    found = difference("main", checkout)
    assert [one.verdict for one in found.stacks] == ["deleted"]
    assert exit_code(found) is ExitCode.PASSED


def test_a_comment_is_never_longer_than_a_service_takes(checkout: Path) -> None:
    edit(checkout, "lab.yaml", "disk_gib: 10", "disk_gib: 20")
    found = difference("main", checkout)
    [one] = found.stacks
    [finding] = one.kept[:1]
    many = dataclasses.replace(found, stacks=tuple(dataclasses.replace(one, new=(finding,) * 500) for _ in range(3)))
    text = comment(many)
    assert len(text) < LENGTH_MAX + 200
    assert "The rest is too long for a comment" in text
