"""What one file says over another, kind by kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.diagnostics import InvalidDocumentError
from schemas.document import Document, read_file
from schemas.loading.composed import Origin, Written
from schemas.loading.merging import MADE_MAX, NAMED_BY, Merging
from schemas.spec.schema import network_schema

Compose = Callable[..., Document]
Refuse = Callable[..., str]


@pytest.mark.parametrize(
    ("base", "top", "result"),
    [
        ("{a: 1}", "{a: 2}", {"a": 2}),
        ("{a: 1}", "{a: text}", {"a": "text"}),
        ("{a: 1, b: 2}", "{b: 3, c: 4}", {"a": 1, "b": 3, "c": 4}),
        ("{a: {b: {c: 1, d: 2}}}", "{a: {b: {d: 3}}}", {"a": {"b": {"c": 1, "d": 3}}}),
        ("{a: {b: 1}}", "{a: {}}", {"a": {"b": 1}}),
        ("{a: 1, b: 2}", "{a: null}", {"b": 2}),
        ("{a: {b: 1}, c: 1}", "{a: ~}", {"c": 1}),
        ("{a: {b: 1, c: 2}}", "{a: {b: null}}", {"a": {"c": 2}}),
        ("{a: null}", "{a: {b: 1}}", {"a": {"b": 1}}),
        ("{a: null}", "{a: null}", {}),
        ("{a: 1}", "{b: {c: null}}", {"a": 1, "b": {"c": None}}),
        ("{a: [1, 2]}", "{a: [3]}", {"a": [3]}),
        ("{a: [1, 2]}", "{a: []}", {"a": []}),
        ("{a: [1, 2]}", "{a: 3}", {"a": 3}),
        ("{a: 3}", "{a: [1, 2]}", {"a": [1, 2]}),
        ("{a: [[1]]}", "{a: [[2], [3]]}", {"a": [[2], [3]]}),
        ("{a: [{b: 1}, {b: 2}]}", "{a: [{b: 3}]}", {"a": [{"b": 3}]}),
        ("{a: [{name: x}]}", "{a: [{b: 3}]}", {"a": [{"b": 3}]}),
        ("{a: [{b: 3}]}", "{a: [{name: x}]}", {"a": [{"name": "x"}]}),
        ("{a: [{name: x}]}", "{a: []}", {"a": []}),
        ("{a: [{name: x}]}", "{a: [1]}", {"a": [1]}),
    ],
)
def test_a_value_over_another_gives(compose: Compose, base: str, top: str, result: Any) -> None:
    found = compose(base=base, spec="extends: base.yaml\n" + "\n".join(_lines(top)))
    assert found.value == result
    assert json.dumps(found.value) == json.dumps(result), "keys keep the order of the base, new ones follow"


def _lines(flow: str) -> list[str]:
    """Return a flow mapping of one level as lines: `extends` stands beside its keys."""
    depth, parts = 0, [""]
    for character in flow[1:-1]:
        depth += (character in "[{") - (character in "]}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


BASE = "list:\n- {name: x, a: 1, b: 1}\n- {name: y, a: 2}\n- {name: z, a: 3}\n"


def test_lists_of_entries_with_names_merge_by_name_in_the_order_of_the_base(compose: Compose) -> None:
    found = compose(
        base=BASE,
        spec="extends: base.yaml\nlist:\n- {name: new, a: 9}\n- {name: z, a: null}\n- {name: x, b: 5}\n- {name: y, remove: true}\n",
    )
    assert found.value == {"list": [{"name": "x", "a": 1, "b": 5}, {"name": "z"}, {"name": "new", "a": 9}]}


@pytest.mark.parametrize(
    ("key", "base", "top", "result"),
    [
        ("near", "{hub: a, ms: 1}, {fleet: a, ms: 2}", "{fleet: a, ms: 3}", [{"hub": "a", "ms": 1}, {"fleet": "a", "ms": 3}]),
        ("paths", "{source: a, destination: b, c: 1}", "{source: b, destination: a, c: 2}",
         [{"source": "a", "destination": "b", "c": 1}, {"source": "b", "destination": "a", "c": 2}]),
        ("paths", "{source: a, destination: b, c: 1}", "{source: a, destination: b, c: 2}",
         [{"source": "a", "destination": "b", "c": 2}]),
        ("upgrades", "{height: 5, v: 1}, {height: 9, v: 2}", "{height: 5, remove: true}", [{"height": 9, "v": 2}]),
        ("others", "{hub: a}", "{hub: b}", [{"hub": "b"}]),
    ],
)  # fmt: skip
def test_some_lists_have_other_names(compose: Compose, key: str, base: str, top: str, result: Any) -> None:
    found = compose(base=f"x: {{{key}: [{base}]}}\n", spec=f"extends: base.yaml\nx: {{{key}: [{top}]}}\n")
    assert found.value == {"x": {key: result}}


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping of a schema."""
    if isinstance(schema, dict):
        yield schema
    for item in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(item)


def test_the_keys_that_tell_entries_apart_are_keys_of_the_spec() -> None:
    fields: dict[str, list[Any]] = {}
    for part in parts(network_schema()):
        for name, field in part.get("properties", {}).items() if isinstance(part.get("properties"), dict) else ():
            fields.setdefault(name, []).append(field)
    for key, choices in NAMED_BY.items():
        assert any(field.get("type") == "array" for field in fields[key]), key
        assert all(name in fields for keys in choices for name in keys), key


@pytest.mark.parametrize(
    ("base", "top", "message"),
    [
        ("a: 1\n", "a: {b: 1}\n", "spec.yaml:2:4: error SPEC407 a: found a mapping over a scalar, at base.yaml:1:4"),
        ("a: {b: 1}\n", "a: 1\n", "spec.yaml:2:4: error SPEC407 a: found a scalar over a mapping, at base.yaml:1:4"),
        ("a: {b: 1}\n", "a: [1]\n", "spec.yaml:2:4: error SPEC407 a: found a list over a mapping, at base.yaml:1:4"),
        ("a: [1]\n", "a: {b: 1}\n", "spec.yaml:2:4: error SPEC407 a: found a mapping over a list, at base.yaml:1:4"),
        ("a: [{b: 1}]\n", "a: x\n", "spec.yaml:2:4: error SPEC407 a: found a scalar over a list of mappings, at base.yaml:1:4"),
        ("a: x\n", "a: [{b: 1}]\n", "spec.yaml:2:4: error SPEC407 a: found a list of mappings over a scalar, at base.yaml:1:4"),
        ("a: {b: {c: 1}}\n", "a: {b: 1}\n", "spec.yaml:2:8: error SPEC407 a.b: found a scalar over a mapping, at base.yaml:1:8"),
        ("abc: 1\n", "abd: null\n", "spec.yaml:2:6: error SPEC408 abd: 'null' removes what is inherited, but nothing gives 'abd'"),
        ("abc: 1\n", "abd:\n", "spec.yaml:2:5: error SPEC408 abd: 'null' removes what is inherited, but nothing gives 'abd'"),
        ("a: [{name: x}]\n", "a: [{name: y, remove: true}]\n",
         "spec.yaml:2:5: error SPEC408 a[0]: 'remove' takes away what is inherited, but nothing gives name 'y'"),
        ("a: [{name: x}]\n", "a: [{name: y}, {b: 1}]\n",
         "spec.yaml:2:16: error SPEC409 a[1]: has no 'name'; other entries have, and are merged by it with the list at base.yaml:1:4"),
        ("a: [{name: x}]\n", "a: [{name: y}, {name: y}]\n",
         "spec.yaml:2:16: error SPEC409 a[1]: name 'y' is in the list twice, and entries are merged by it"),
        ("a: [{name: x}, {name: x}]\n", "a: [{name: y}]\n",
         "base.yaml:1:16: error SPEC409 a[1]: name 'x' is in the list twice, and entries are merged by it"),
        ("apiVersion: 1\n", "apiVersion: 2\n", "spec.yaml:2:13: error SPEC411 apiVersion: differs from '1' in a base, at base.yaml:1:13"),
    ],
)  # fmt: skip
def test_what_cannot_stand_over_another_is_told_with_both_places(
    refuse: Refuse, base: str, top: str, message: str
) -> None:
    assert refuse(base=base, spec=f"extends: base.yaml\n{top}") == message


def test_a_kind_is_changed_through_a_file_that_removes_the_key(compose: Compose) -> None:
    files = {"base": "a: {b: 1}\nc: 1\n", "without": "extends: base.yaml\na: null\n"}
    assert compose(**files, spec="extends: without.yaml\na: 1\n").value == {"c": 1, "a": 1}


def test_every_mistake_of_a_merge_is_told_at_once(refuse: Refuse) -> None:
    told = refuse(base="a: 1\nb: {}\n", spec="extends: base.yaml\na: {}\nb: 1\nc: null\n")
    assert [line.split(" ")[2] for line in told.splitlines()] == ["SPEC407", "SPEC407", "SPEC408"]


def test_a_value_that_is_no_secret_of_ours_is_not_repeated_from_another_file(refuse: Refuse) -> None:
    assert "hunter2" not in refuse(base="a: hunter2\n", spec="extends: base.yaml\na: {b: 1}\n")


def test_merging_stops_at_its_limit(write: Callable[[dict[str, str]], Path]) -> None:
    place = Origin(read_file(write({"spec.yaml": "a: 1\n"}), source="spec.yaml"), (0, 3, 0, 4))
    merging = Merging()
    entries: dict[str | int, Written] = dict.fromkeys(range(MADE_MAX // 2), Written(place, place))
    merging.made([], entries, {})
    with pytest.raises(InvalidDocumentError, match=r"^spec\.yaml:1:4: error SPEC405 merging makes more than 200,000 "):
        merging.made([], entries, {})
