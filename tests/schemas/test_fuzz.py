"""Mutated specs are either loaded or refused at a place: never a traceback, never a hang.

Seeds are fixed, so a failure names a case that can be run again.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from schemas.diagnostics import InvalidDocumentError
from schemas.document import read_file, yaml_text
from schemas.loading import load_spec_text
from schemas.spec.schema import EXAMPLE

SECONDS_MAX = 2.0

ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 7, 2**31, 10**18, 1.5, -0.0, 1e-9, 1e299, "", " ", "NO", "null", "0600", "12:30",
    "1e5", "0x1f", "2024-01-01", "<<", "*", "&a", "!!python/object:os.system", "aws:eu-west-2", "aws:*", "gcp:",
    "ü\u0301", "日本", "😀", "a" * 300, "a b", "a\nb", "a\tb", "%", "@", "`", "{}", "[]", "#", ": ", "- x", "'", '"',
    [], {}, [[]], [{}], {"a": 1}, [1, "a", None], {"[key]": {}}, {"": ""}, {"fleets": {}},
]  # fmt: skip

ODD_TEXT = [
    "\x00", "\x1b", "\x85", "\u2028", "\u202e", "\ufeff", "\ud800", "\t", "\r", "\r\n", "\n", "---\n", "...\n", "%YAML 1.1\n",
    "&a ", "*a", "*b", "!!binary ", "!x ", "<<: *a\n", "? ", "? [a]\n", ": ", "- ", "[", "]", "{", "}", ",", "#", "'", '"',
    "|\n", ">-\n", "@", "`", "~", ".nan", ".inf", "1" * 30, "1e999", "\\", '"\\ud800"', '"\\0"', "  ", "é", "\U0001f600",
    "{" * 40, "- " * 40, "a: " * 3, "? " * 35, "&a [*a]",
]  # fmt: skip

GOOD = Path(__file__).parent / "good"

EXAMPLES: list[dict[str, Any]] = [
    EXAMPLE,
    read_file(GOOD / "production.yaml").value,
    read_file(GOOD / "small_fleets.yaml").value,
    {
        "apiVersion": "geofleet/v1",
        "kind": "Network",
        "metadata": {"name": "listed", "environment": "production"},
        "chains": {"listed-1": {"engine": "cometbft"}},
        "hubs": {"deribit": {"at": "aws:eu-west-2"}, "cme": {"at": "aws:us-east-2"}},
        "fleets": {
            "validators": {
                "role": "validator",
                "client": {"name": "cometbft", "version": "0.38.26"},
                "chain": "listed-1",
                "members": [
                    {"region": "aws:eu-west-2", "zone": "aws:euw2-az1", "power": 10},
                    {"region": "gcp:europe-west2", "zone": "gcp:europe-west2-a"},
                    {"region": "aws:eu-central-1"},
                ],
                "halt_safely": {"provider": 1},
            },
            "oracles": {"role": "oracle", "workload": "none", "count": 5, "reports_min": 3, "survive": {"zone": 1}},
            "sequencers": {
                "role": "sequencer",
                "workload": "none",
                "count": 3,
                "latency": {"between_members_ms_max": 25.5, "jitter_ms_max": 2},
                "machine": {"vcpu": 4, "memory_gib": 16, "disk_gib": 500},
                "near": [{"hub": "cme", "latency_ms_max": 100}],
            },
        },
    },
]


def copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def containers(value: Any) -> list[Any]:
    found = [value]
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            found += containers(item)
    return found


def mutate_value(root: Any, chance: random.Random) -> None:
    """Change one entry somewhere in the tree: remove, replace, rename, copy elsewhere."""
    everything = [c for c in containers(root) if c]
    box = chance.choice(everything)
    key = chance.choice(list(box)) if isinstance(box, dict) else chance.randrange(len(box))
    change = chance.randrange(5)
    if change == 0:
        del box[key]
    elif change == 1:
        box[key] = copied(chance.choice(ODD_VALUES))
    elif change == 2 and isinstance(box, dict):
        old = box.pop(key)
        renamed = [key[:-1], key + "s", key.upper(), "", "name", chance.choice(["NO", "1", "<<", "a" * 80, "é"])]
        box[chance.choice(renamed)] = old
    elif change == 3:
        other = chance.choice(everything)
        moved = copied(other)
        box[key] = moved
    elif isinstance(box, list):
        box.extend(copied(box))
    else:
        box[f"{key}-{chance.randrange(9)}"] = copied(box[key])


def mutate_text(text: str, chance: random.Random) -> str:
    """Change the text at one place: insert, delete, double a line, swap two, indent one."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    change = chance.randrange(6)
    if change < 2:
        place = chance.randrange(len(text) + 1)
        return text[:place] + chance.choice(ODD_TEXT) + text[place:]
    if change == 2:
        place = chance.randrange(len(text))
        return text[:place] + text[place + chance.randrange(1, 20) :]
    if change == 3:
        lines.insert(chance.randrange(len(lines) + 1), lines[at])
    elif change == 4:
        lines[at] = " " * chance.randrange(1, 5) + lines[at]
    else:
        other = chance.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    return "\n".join(lines)


def mutated(seed: int) -> str:
    """Return the spec of one seed, mutated one to four times in its tree, its text or both."""
    chance = random.Random(seed)
    value = copied(chance.choice(EXAMPLES))
    in_tree, in_text = chance.choice([(1, 0), (2, 0), (0, 1), (0, 3), (1, 1), (2, 2)])
    for _ in range(in_tree):
        if value:
            mutate_value(value, chance)
    text = yaml_text(value)
    for _ in range(in_text):
        text = mutate_text(text or "\n", chance)
    return text


def refusal(text: str) -> InvalidDocumentError | None:
    """Load a text as a spec; return how it was refused, None when it was not."""
    try:
        load_spec_text(text, source="spec.yaml")
    except InvalidDocumentError as error:
        return error
    return None


def judge(seed: int) -> bool:
    """Load one mutated spec; return whether it was refused, and fail if that was not told as it must be."""
    text = mutated(seed)
    started = time.process_time()
    error = refusal(text)
    assert time.process_time() - started < SECONDS_MAX, seed
    if error is None:
        return False
    lines = text.count("\n") + text.count("\r") + 1
    for found in error.diagnostics:
        assert found.file == "spec.yaml", seed
        assert 1 <= found.mark.line <= lines + 1, (seed, found)
        assert 1 <= found.mark.column <= len(text) + 1, (seed, found)
        assert found.mark.end_column > found.mark.column, (seed, found)
        assert found.message, (seed, found)
        assert found.remedy, (seed, found)
        assert f"spec.yaml:{found.mark.line}:{found.mark.column}: error {found.code} " in str(error), seed
    return True


def test_two_thousand_mutated_specs_are_loaded_or_refused_at_a_place() -> None:
    refused = sum(judge(seed) for seed in range(2000))
    assert 1000 < refused < 2000, "mutations must both break specs and leave some whole"


@pytest.mark.soak
def test_a_hundred_thousand_mutated_specs_are_loaded_or_refused_at_a_place() -> None:
    refused = sum(judge(seed) for seed in range(2000, 102_000))
    assert 50_000 < refused < 100_000


def test_random_bytes_in_a_file_are_refused_at_a_place(tmp_path: Path) -> None:
    path = tmp_path / "noise.yaml"
    for seed in range(500):
        chance = random.Random(seed)
        path.write_bytes(b"\xff" + chance.randbytes(chance.randrange(200)))
        with pytest.raises(InvalidDocumentError, match=r"^noise\.yaml:1:1: error SPEC102 is not UTF-8 text"):
            read_file(path, source="noise.yaml")
    for seed in range(500):
        chance = random.Random(seed)
        text = "".join(chr(chance.choice([chance.randrange(128), chance.randrange(0xD800)])) for _ in range(40))
        assert refusal(text) is not None, "noise is never a spec"
