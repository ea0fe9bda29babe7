"""Random files over each other: composed as a simpler merge says, or refused at a place. Seeds are fixed."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from schemas.diagnostics import InvalidDocumentError
from schemas.document import read_file, yaml_text
from schemas.loading import load_spec
from schemas.loading.composed import ComposedDocument
from schemas.loading.composing import composed
from schemas.spec.schema import EXAMPLE

KEYS = ["a", "b", "near", "name", "hub"]


class RefusedError(Exception):
    """The simple merge cannot say what the result is."""


def tree(chance: random.Random, depth: int = 3) -> Any:
    kind = chance.randrange(6) if depth else 0
    if kind < 2:
        return chance.choice([1, 2.5, "x", "NO", True, None])
    if kind == 2:
        return [chance.choice([1, "x", None, [2]]) for _ in range(chance.randrange(3))]
    return mapping(chance, depth)


def mapping(chance: random.Random, depth: int = 3) -> dict[str, Any]:
    return {key: tree(chance, depth - 1) for key in chance.sample(KEYS, chance.randrange(4))}


def merged(base: Any, top: Any) -> Any:
    """Return one value over another as docs/composition.md says it, for values without lists of mappings."""
    if base is None:
        return top
    if isinstance(base, dict) != isinstance(top, dict):
        raise RefusedError
    if not isinstance(top, dict):
        return top
    result = dict(base)
    for key, value in top.items():
        if value is None:
            if key not in result:
                raise RefusedError
            del result[key]
        else:
            result[key] = merged(result[key], value) if key in result else value
    return result


def test_a_thousand_pairs_of_files_merge_as_a_simpler_merge_says(tmp_path: Path) -> None:
    refused = 0
    for seed in range(1000):
        chance = random.Random(seed)
        base, middle, top = mapping(chance), mapping(chance), mapping(chance)
        for name, value in {
            "base": base,
            "middle": {"extends": "base.yaml", **middle},
            "spec": {"extends": "middle.yaml", **top},
        }.items():
            (tmp_path / f"{name}.yaml").write_text(yaml_text(value) if value else "{}\n")
        try:
            expected = merged(merged(base, middle), top)
        except RefusedError:
            refused += 1
            with pytest.raises(InvalidDocumentError):
                composed(read_file(tmp_path / "spec.yaml"), tmp_path / "spec.yaml")
            continue
        document = composed(read_file(tmp_path / "spec.yaml"), tmp_path / "spec.yaml")
        assert json.dumps(document.value) == json.dumps(expected), seed
        assert_every_value_stands_where_it_says(document, seed)
    assert 200 < refused < 900, "both kinds must be tried"


def assert_every_value_stands_where_it_says(document: Any, seed: int) -> None:
    """Check that the text at the place of every scalar is that scalar."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), document.value)]
    while waiting:
        path, value = waiting.pop()
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
        if items is not None:
            waiting += [((*path, key), item) for key, item in items]
            continue
        mark, file = document.mark(path), document.file_at(path)
        text = file.lines[mark.line - 1][mark.column - 1 : mark.end_column - 1]
        assert text == yaml_text(value).split("\n")[0], (seed, path)


WORDS = ["extends", "include", "remove", "fleets", "near", "hub", "name", "count", "validators", "apiVersion", "kind"]
PATHS = [
    "spec.yaml", "f0.yaml", "f1.yaml", "f2.yaml", "./f1.yaml", "sub/f3.yaml", "../f0.yaml", "none.yaml", "/f0.yaml", "f0.txt", "",
    "x://y", "sub", "f0.yaml/", "..", "a" * 600,
]  # fmt: skip
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    "x",
    [],
    {},
    [[]],
    [None],
    [{"name": "x"}, {"name": "x"}],
    {"include": "f1.yaml"},
    {"remove": True},
]


def places(value: Any) -> list[Any]:
    found = [value]
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            found += places(item)
    return found


def mutated(chance: random.Random) -> Any:
    """Return part of the example, with files named and values broken somewhere."""
    value: Any = json.loads(json.dumps(EXAMPLE))
    value = chance.choice(
        [value, value["fleets"], value["fleets"]["validators"], value["fleets"]["relayers"]["near"], {}]
    )
    for _ in range(chance.randrange(4)):
        boxes = [box for box in places(value) if isinstance(box, dict)] or [{}]
        box = chance.choice(boxes)
        change = chance.randrange(4)
        if change == 0:
            box["include"] = chance.choice([chance.choice(PATHS), chance.choices(PATHS, k=2), 7])
        elif change == 1:
            value = value if isinstance(value, dict) else {"near": value}
            value["extends"] = chance.choice([chance.choice(PATHS), chance.choices(PATHS, k=3), {"a": 1}])
        elif change == 2 and box:
            box[chance.choice(list(box))] = json.loads(json.dumps(chance.choice(ODD)))
        else:
            box[chance.choice(WORDS)] = json.loads(json.dumps(chance.choice(ODD)))
    return value


def judge(folder: Path, seed: int) -> bool:
    """Load a folder of random files; return whether it was refused."""
    chance = random.Random(seed)
    (folder / "sub").mkdir(exist_ok=True)
    for name in ("f0.yaml", "f1.yaml", "f2.yaml", "sub/f3.yaml", "spec.yaml"):
        value = mutated(chance)
        if name == "spec.yaml" and isinstance(value, dict):
            value.setdefault("extends", chance.choice(PATHS[1:6]))
        (folder / name).write_text(yaml_text(value), encoding="utf-8")
    started = time.process_time()
    try:
        loaded = load_spec(folder / "spec.yaml", source="spec.yaml")
    except InvalidDocumentError as error:
        for found in error.diagnostics:
            lines = (folder / found.file).read_text(encoding="utf-8").split("\n")
            assert 1 <= found.mark.line <= len(lines), (seed, found)
            assert 1 <= found.mark.column <= len(lines[found.mark.line - 1]) + 1, (seed, found)
            assert found.message, (seed, found)
            assert found.remedy, (seed, found)
        return True
    finally:
        assert time.process_time() - started < 4, seed
    assert isinstance(loaded.document, ComposedDocument), seed
    return False


def test_a_thousand_folders_of_broken_files_are_composed_or_refused_at_a_place(tmp_path: Path) -> None:
    refused = sum(judge(tmp_path, seed) for seed in range(1000))
    assert 500 < refused < 1000, "mutations must both break specs and leave some whole"


@pytest.mark.soak
def test_twenty_thousand_folders_of_broken_files_are_composed_or_refused_at_a_place(tmp_path: Path) -> None:
    assert sum(judge(tmp_path, seed) for seed in range(1000, 21_000)) < 20_000
