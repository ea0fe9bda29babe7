"""A mistake of a composed spec is told where it was written, in whichever file; bad specs sit beside their messages.

`GEOFLEET_WRITE_MESSAGES=1 pytest tests/schemas/loading/test_composed.py` writes the texts anew; review them as a diff.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.diagnostics import InvalidDocumentError
from schemas.document import Document
from schemas.loading import load_spec
from schemas.loading.composed import ComposedDocument

Compose = Callable[..., Document]
ROOT = Path(__file__).parents[3]
SPECS = ROOT / "tests" / "specs" / "composed"
BAD = sorted((SPECS / "bad").glob("*.yaml"))


def refusal(path: Path) -> InvalidDocumentError:
    with pytest.raises(InvalidDocumentError) as caught:
        load_spec(path, source=path.relative_to(ROOT).as_posix())
    return caught.value


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_spec_is_refused_with_its_exact_message(path: Path) -> None:
    message, told = path.with_suffix(".txt"), f"{refusal(path)}\n"
    if os.environ.get("GEOFLEET_WRITE_MESSAGES"):
        message.write_text(told, encoding="utf-8")
    assert told == message.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_every_mistake_shows_the_line_of_the_file_that_it_names(path: Path) -> None:
    for found in refusal(path).diagnostics:
        lines = (ROOT / found.file).read_text(encoding="utf-8").split("\n")
        assert found.line_text == lines[found.mark.line - 1]
        assert found.line_text[found.mark.column - 1 : found.mark.end_column - 1].strip()
        assert found.remedy


def test_each_bad_spec_has_a_message_and_each_message_a_spec() -> None:
    assert {path.stem for path in (SPECS / "bad").glob("*.txt")} == {path.stem for path in BAD}


FILES = {
    "base": "a: 1\nmap: {x: 1, y: {z: 1}}\nlist:\n- {name: n, v: 1}\n- {name: m}\nplain: [1, {k: v}]\n",
    "part": "p: 1\nq: [5, 6]\n",
    "spec": "extends: base.yaml\nmap: {y: {z: 2}}\nlist: [{name: n, v: 2}]\nmore: {include: part.yaml, p: 2}\nwhole: {include: part.yaml}\n",
}


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), "spec.yaml:1:1", "spec.yaml:1:1"),
        (("a",), "base.yaml:1:4", "base.yaml:1:1"),
        (("map",), "spec.yaml:2:6", "spec.yaml:2:1"),
        (("map", "x"), "base.yaml:2:10", "base.yaml:2:7"),
        (("map", "y", "z"), "spec.yaml:2:14", "spec.yaml:2:11"),
        (("list", 0), "spec.yaml:3:8", "spec.yaml:3:8"),
        (("list", 0, "name"), "spec.yaml:3:15", "spec.yaml:3:9"),
        (("list", 0, "v"), "spec.yaml:3:21", "spec.yaml:3:18"),
        (("list", 1), "base.yaml:5:3", "base.yaml:5:3"),
        (("list", 1, "name"), "base.yaml:5:10", "base.yaml:5:4"),
        (("plain", 1, "k"), "base.yaml:6:16", "base.yaml:6:13"),
        (("more",), "spec.yaml:4:7", "spec.yaml:4:1"),
        (("more", "p"), "spec.yaml:4:31", "spec.yaml:4:28"),
        (("more", "q", 1), "part.yaml:2:8", "part.yaml:2:8"),
        (("whole",), "part.yaml:1:1", "spec.yaml:5:1"),
        (("whole", "p"), "part.yaml:1:4", "part.yaml:1:1"),
        (("map", "none", "deep"), "spec.yaml:2:6", "spec.yaml:2:6"),
        (("plain", 7), "base.yaml:6:8", "base.yaml:6:8"),
        (("a", "b"), "base.yaml:1:4", "base.yaml:1:4"),
        (("extends",), "spec.yaml:1:1", "spec.yaml:1:1"),
    ],
    ids=str,
)
def test_every_value_and_key_stands_where_it_was_written(
    compose: Compose, path: tuple[str | int, ...], value: str, key: str
) -> None:
    document = compose(**FILES)
    assert document.where(path) == value
    mark, file = document.mark(path, of_key=True), document.file_at(path, of_key=True)
    assert f"{file.source}:{mark.line}:{mark.column}" == key
    found = document.diagnostic("X", "m", path, remedy="r", of_key=True)
    assert found.where == key
    assert found.line_text == file.lines[mark.line - 1]


def test_a_mistake_says_what_its_value_stands_over_nearest_first(compose: Compose) -> None:
    document = compose(
        one="a: 1\nb: 1\n", two="extends: one.yaml\na: 2\n", spec="extends: two.yaml\na: 3\n",
    )  # fmt: skip
    assert document.diagnostic("SPEC204", "is wrong", ("a",), remedy="Mend it.").text() == (
        "spec.yaml:2:4: error SPEC204 a: is wrong\n"
        "    2 | a: 3\n"
        "      |    ^\n"
        "  It stands over two.yaml:2:4 and one.yaml:1:4.\n"
        "  Mend it."
    )
    assert document.diagnostic("SPEC204", "is wrong", ("b",), remedy="Mend it.").notes == ()


def test_a_key_that_no_file_gives_is_missed_in_the_most_specific_and_all_are_named(compose: Compose) -> None:
    document = compose(
        base="m: {a: 1}\nn: {a: 1}\n", part="c: 1\n", spec="extends: base.yaml\nm: {include: part.yaml}\n"
    )
    found = document.lacking("SPEC202", "key 'b' is missing", ("m",), key="b", remedy="Add it.")
    assert (found.where, found.notes) == (
        "spec.yaml:2:1",
        ("None of these files gives it: spec.yaml, base.yaml, part.yaml.",),
    )
    assert document.lacking("SPEC202", "key 'b' is missing", ("n",), key="b", remedy="Add it.").where == "base.yaml:2:1"
    assert document.lacking("SPEC202", "key 'b' is missing", (), key="b", remedy="Add it.").where == "spec.yaml:1:1"


def test_a_needed_key_that_a_null_removed_is_missed_at_the_null(compose: Compose) -> None:
    document = compose(base="m: {a: 1, b: 1}\n", spec="extends: base.yaml\nm: {b: null}\n")
    found = document.lacking("SPEC202", "key 'b' is missing", ("m",), key="b", remedy="Add it.")
    assert (found.where, found.remedy) == ("spec.yaml:2:8", "Remove the 'null': 'b' is needed.")


def test_a_key_that_is_given_again_is_no_longer_removed(compose: Compose) -> None:
    document = compose(
        base="m: {a: 1, b: 1}\n", two="extends: base.yaml\nm: {b: null}\n", spec="extends: two.yaml\nm: {b: {c: 1}}\n",
    )  # fmt: skip
    assert isinstance(document, ComposedDocument)
    assert document.value == {"m": {"a": 1, "b": {"c": 1}}}
    assert document.lacking("X", "m", ("m",), key="b", remedy="r").where == "spec.yaml:2:1"


def test_an_alias_in_a_base_is_told_at_the_alias_and_what_is_in_it_at_the_anchor(compose: Compose) -> None:
    document = compose(base="a: &x {b: 1}\nc: *x\n", spec="extends: base.yaml\nd: 1\n")
    assert document.where(("c",)) == "base.yaml:2:4"
    assert document.where(("c", "b")) == "base.yaml:1:11"


def test_a_spec_over_another_has_the_hash_of_what_both_say_together() -> None:
    over, base = load_spec(SPECS / "over.yaml"), load_spec(SPECS / "base.yaml")
    assert over.sha256 == base.sha256
    assert over.network == base.network
    staging = load_spec(SPECS / "staging.yaml", source="staging.yaml")
    assert staging.sha256 != base.sha256
    assert staging.network.fleets["validators"].count == 4
    assert staging.where("fleets", "validators", "count") == "staging.yaml:5:12"
    assert staging.where("fleets", "validators", "machine", "vcpu") == "base.yaml:17:21"
    assert staging.where("fleets", "oracles", "machine", "memory_gib") == "fragments/small.yaml:2:13"


def test_the_hash_follows_what_the_files_say_together_and_nothing_else(tmp_path: Path) -> None:
    base = (SPECS / "base.yaml").read_text()
    spec = tmp_path / "spec.yaml"
    spec.write_text("extends: base.yaml\nfleets: {validators: {count: 4}}\n")

    def hash_over(text: str) -> str:
        (tmp_path / "base.yaml").write_text(text)
        return load_spec(spec).sha256

    before = hash_over(base)
    assert hash_over(f"# a comment\n{base}\n") == before
    assert hash_over(base.replace("count: 7", "count: 10")) == before, "the spec says something else in its place"
    assert hash_over(base.replace("vcpu: 4", "vcpu: 8")) != before
