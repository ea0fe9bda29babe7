from pathlib import Path

import pytest

from schemas.diagnostics import InvalidDocumentError
from schemas.loading.drill_file import read_scenario

HEAD = "apiVersion: geofleet/v1\nkind: Drill\nmetadata: {name: mine, title: Mine}\n"


def problems(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(InvalidDocumentError) as refused:
        read_scenario(path)
    return str(refused.value).replace(f"{tmp_path}/", "")


def test_a_sound_scenario_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + "steps:\n  - {do: watch, blocks: 5}\n", encoding="utf-8")
    assert read_scenario(path).steps[0].do == "watch"


def test_a_watch_without_an_end_and_hosts_named_twice_are_told_at_once(tmp_path: Path) -> None:
    text = "steps:\n  - {do: watch}\n  - {do: kill, on: {target: true, role: validator}}\n"
    found = problems(tmp_path, text)
    assert (
        "mine.yaml:5:10: error DRILL301 steps[0].do: a watch lasts for 'blocks' or for 'seconds', and this one says neither or both"
        in found
    )
    assert (
        "mine.yaml:6:20: error DRILL302 steps[1].on: 'on' must name hosts in one way, and names them by target and role"
        in found
    )
    assert (
        "mine.yaml:6:29: error DRILL303 steps[1].on.target: 'target' is a domain that 'each' goes through, and this scenario has no 'each'"
        in found
    )


def test_an_unknown_step_is_refused_where_it_stands(tmp_path: Path) -> None:
    assert "mine.yaml:5:10: " in problems(tmp_path, "steps:\n  - {do: explode}\n")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocumentError, match=r"none\.yaml.*cannot be read"):
        read_scenario(tmp_path / "none.yaml")
