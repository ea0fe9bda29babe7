from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operations.recovering import _aside, _rubbish, _settle
from operations.recovery import PROJECT
from operations.state_checking import check_state
from operations.state_copies import copies, require_state, state_file
from schemas.errors import EngineError, UsageError

STACK = "urn:pulumi:lab::geofleet::pulumi:pulumi:Stack::geofleet-lab"
HOST = "urn:pulumi:lab::geofleet::geofleet:index:Host::validators-1"


def checkpoint(*resources: dict[str, Any], **latest: Any) -> str:
    found = [
        {"urn": STACK, "type": "pulumi:pulumi:Stack"},
        {"urn": HOST, "type": "geofleet:index:Host", "parent": STACK},
        *resources,
    ]
    manifest = {"time": "2026-11-24T17:00:00Z"}
    return json.dumps(
        {"version": 3, "checkpoint": {"stack": "lab", "latest": {"manifest": manifest, "resources": found, **latest}}}
    )


@pytest.fixture
def state(work: Path) -> Path:
    path = state_file("lab")
    path.parent.mkdir(parents=True)
    path.write_text(checkpoint(), encoding="utf-8")
    backups = work / "backups" / "lab"
    backups.mkdir(parents=True)
    (backups / "20261124T160000.000000Z.json").write_text(checkpoint(), encoding="utf-8")
    (backups / "20261124T170000.000000Z.json").write_text(checkpoint()[:200], encoding="utf-8")
    return path


def faults(path: Path) -> str:
    return "; ".join(check_state(path, stack="lab", project=PROJECT).faults)


def test_a_whole_state_is_told_with_what_is_in_it(state: Path) -> None:
    state.write_text(checkpoint(pending_operations=[{"type": "creating"}]), encoding="utf-8")
    found = check_state(state, stack="lab", project=PROJECT)
    assert (found.is_whole, found.resources, found.pending, found.time) == (True, 2, 1, "2026-11-24T17:00:00Z")


DAMAGE: dict[str, tuple[Callable[[str], str], str]] = {
    "empty": (lambda text: "", "is empty"),
    "truncated": (lambda text: text[: len(text) // 2], "is no checkpoint: JSONDecodeError"),
    "a bit turned": (lambda text: text.replace('"latest"', '"lbtest"'), "is no checkpoint: KeyError: 'latest'"),
    "a missing parent": (
        lambda text: text.replace(f'{{"urn": "{STACK}", "type": "pulumi:pulumi:Stack"}}, ', ""),
        f"{HOST} needs {STACK}, which is not there before it",
    ),
    "a URN twice": (
        lambda text: text.replace('"resources": [', f'"resources": [{{"urn": "{HOST}", "type": "t"}}, '),
        f"{HOST} is there 2 times",
    ),
    "another stack's": (lambda text: text.replace("urn:pulumi:lab::", "urn:pulumi:other::"), "is of another stack or project"),
    "no resources": (lambda text: '{"checkpoint": {"latest": {"resources": 3}}}', "'latest' holds no list of resources"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_each_damage_is_named_and_the_newest_whole_copy_takes_its_place(state: Path, name: str) -> None:
    spoil, told = DAMAGE[name]
    state.write_text(spoil(checkpoint()), encoding="utf-8")
    assert told in faults(state)
    _settle("lab", "")
    assert state.read_text(encoding="utf-8") == checkpoint()


def test_a_state_that_is_gone_comes_back_from_a_copy_and_is_never_started_empty(state: Path) -> None:
    state.unlink()
    with pytest.raises(EngineError) as refused:
        require_state("lab")
    assert str(refused.value) == (
        "the state of stack 'lab' is gone, and 2 copies say that it was deployed; going on would make everything a "
        "second time"
    )
    _settle("lab", "")
    require_state("lab")


def test_the_engines_own_copy_is_taken_first_when_it_is_whole(state: Path) -> None:
    state.with_name("lab.json.bak").write_text(checkpoint(pending_operations=[]), encoding="utf-8")
    state.write_text("", encoding="utf-8")
    _settle("lab", "")
    assert state.read_text(encoding="utf-8") == checkpoint(pending_operations=[])


def test_without_a_whole_copy_nothing_is_done_and_all_are_listed(state: Path, work: Path) -> None:
    (work / "backups" / "lab" / "20261124T160000.000000Z.json").unlink()
    state.write_text("", encoding="utf-8")
    with pytest.raises(EngineError) as refused:
        _settle("lab", "")
    assert str(refused.value).startswith(
        "the state of stack 'lab' is empty, and no copy of it is whole:\n  20261124T17"
    )
    assert state.read_text(encoding="utf-8") == ""


def test_a_copy_that_is_not_there_is_answered_with_those_that_are(state: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no whole copy 'x.json' of stack 'lab'"):
        _settle("lab", "x.json")


def test_a_whole_state_stays_and_a_copy_that_is_asked_for_replaces_it_after_a_copy_of_it(
    state: Path, work: Path
) -> None:
    state.write_text(checkpoint(pending_operations=[]), encoding="utf-8")
    _settle("lab", "")
    assert state.read_text(encoding="utf-8") == checkpoint(pending_operations=[])
    _settle("lab", "20261124T160000.000000Z.json")
    assert state.read_text(encoding="utf-8") == checkpoint()
    kept = [path.read_text(encoding="utf-8") for path in (work / "backups" / "lab").glob("*.json")]
    assert checkpoint(pending_operations=[]) in kept


def test_empty_side_cars_and_half_written_files_go_and_full_ones_stay(state: Path) -> None:
    empty, full, half = (state.with_name(f"lab.json{end}") for end in (".attrs", ".bak.attrs", ".x.tmp"))
    empty.touch()
    full.write_text("{}", encoding="utf-8")
    half.write_text("{", encoding="utf-8")
    assert {path.name for path in _rubbish("lab")} == {"lab.json.attrs", "lab.json.x.tmp"}
    assert full.exists()


def test_everything_is_copied_aside_before_anything_is_touched(state: Path) -> None:
    state.with_name("lab.json.attrs").touch()
    folder = _aside("lab")
    assert {path.name for path in folder.iterdir()} == {"lab.json", "lab.json.attrs"}
    assert [copy.path.name for copy in copies("lab")] == [
        "20261124T170000.000000Z.json",
        "20261124T160000.000000Z.json",
    ]
