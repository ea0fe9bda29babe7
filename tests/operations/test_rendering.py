"""`geofleet render`: YAML that loads again to the same hash, and tells where every value comes from."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from operations.command import cli
from operations.rendering import rendered_text
from schemas.document import read_text, yaml_text
from schemas.loading import LoadedSpec, load_spec, load_spec_text
from schemas.locations import REPOSITORY
from schemas.spec.schema import EXAMPLE

SPECS = REPOSITORY / "tests" / "specs" / "composed"
GOOD = sorted(
    [*(REPOSITORY / "tests" / "specs" / "good").glob("*.yaml"), *SPECS.glob("[!b]*.yaml"), SPECS / "base.yaml"]
)
ENVELOPE = json.loads((REPOSITORY / "schemas" / "envelopes" / "render.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def staging() -> LoadedSpec:
    return load_spec(SPECS / "staging.yaml", source="staging.yaml")


def squeezed(text: str) -> list[str]:
    """Return lines with one space where columns are."""
    return [re.sub(r"(?<=\S) +", " ", line) for line in text.splitlines()]


@pytest.mark.parametrize("with_provenance", [False, True])
@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_what_is_rendered_is_a_spec_with_the_same_hash_and_renders_to_itself(path: Path, with_provenance: bool) -> None:
    loaded = load_spec(path)
    text = rendered_text(loaded, with_provenance=with_provenance)
    again = load_spec_text(text)
    assert again.sha256 == loaded.sha256
    assert again.document.value == loaded.document.value
    plain = rendered_text(loaded, with_provenance=False)
    assert rendered_text(again, with_provenance=False) == plain
    assert rendered_text(load_spec_text(plain), with_provenance=False) == plain


def test_every_line_tells_its_file_and_line_and_how_it_came_there(staging: LoadedSpec) -> None:
    lines = squeezed(rendered_text(staging, with_provenance=True))
    assert lines[:6] == [
        f"# staging.yaml, resolved; sha256 {staging.sha256}",
        "# here staging.yaml",
        "# inherited 1 base.yaml",
        "# included 1 fragments/oracles.yaml",
        "# included 2 fragments/small.yaml",
        "# N: files away. Commented out: what a null removed, and defaults, which no file has.",
    ]
    for line in [
        "apiVersion: geofleet/v1 # base.yaml:2 inherited 1",
        "metadata: # staging.yaml:2 here, over base.yaml:4",
        "  name: perps # base.yaml:4 inherited 1",
        "  environment: staging # staging.yaml:2 here, over base.yaml:4",
        "    count: 4 # staging.yaml:5 here, over base.yaml:15",
        "    # survive: null # staging.yaml:7 here, removes base.yaml:16",
        "    # operator: self # default",
        "      - hub: deribit # staging.yaml:11 here, over base.yaml:23",
        "        latency_ms_max: 9 # staging.yaml:11 here, over base.yaml:23",
        "    role: oracle # fragments/oracles.yaml:1 included 1",
        "      vcpu: 1 # fragments/small.yaml:1 included 2",
        "      disk_gib: 20 # fragments/oracles.yaml:5 included 1, over fragments/small.yaml:3",
    ]:
        assert line in lines
    told = re.compile(r".* # (default|\S+:\d+ (here|inherited \d|included \d)(, (over|removes) \S+:\d+(, \S+:\d+)*)?)")
    assert [line for line in lines[6:] if not told.fullmatch(line)] == []


def test_comments_stand_in_one_column_and_long_lines_do_not_push_them_away(staging: LoadedSpec) -> None:
    lines = rendered_text(staging, with_provenance=True).splitlines()[6:]
    columns = {line.rindex("  # ") for line in lines if len(line.rsplit("  # ", 1)[0].rstrip()) <= 60}
    assert len(columns) == 1
    assert max(columns) <= 60


def test_what_is_rendered_reads_the_same_to_another_reader_of_yaml(staging: LoadedSpec) -> None:
    for with_provenance in (False, True):
        text = rendered_text(staging, with_provenance=with_provenance)
        assert yaml.safe_load(text) == staging.document.value


ODD = [
    "NO", "on", "y", "null", "~", "", " ", "12:30", "0600", "0x1f", "1_000", "1e5", "12e456", "2024-01-01", "1.5", "7", "-", "- a",
    "a: b", "a:b", "a #b", "a#b", "#a", "a: ", "a:", "*a", "&a", "!a", "%a", "@a", "`a", "'a'", '"a"', "{a}", "[a]", "a, b", "|", ">",
    "?", "? a", "<<", "=", "...", "---", ".inf", "a\nb", "a\tb", "é", "日本", "😀", "\\", "C:\\x", "a" * 200, "a b " * 60, "a  b", "/a",
    "https://rpc.osmosis.example:443/a?b=c#d", "transfer/channel-0", "aws:eu-*",
]  # fmt: skip


def test_every_odd_text_is_written_so_that_it_is_read_as_itself() -> None:
    from operations.rendering import _flow

    for text in ODD:
        line = f"{_flow(text)}: {_flow({'k': [text, {text: text}]})}\n"
        value = {text: {"k": [text, {text: text}]}}
        assert read_text(line, source="s.yaml").value == value, line
        assert yaml.safe_load(line) == value, line


def spec_of(chance: random.Random) -> dict[str, Any]:
    """Return the example in another order, with some values left out, in lists of other lengths."""
    value: dict[str, Any] = json.loads(json.dumps(EXAMPLE))
    keys = list(value)
    chance.shuffle(keys)
    value = {key: value[key] for key in keys}
    fleet = value["fleets"]["relayers"]
    fleet["near"] = chance.choice(
        [fleet["near"], [{**fleet["near"][0], "latency_ms_max": chance.choice([7, 8.5, 1e-3])}]]
    )
    value["regions"]["allow"] = chance.sample(["aws:eu-*", "gcp:europe-*", "aws:*", "gcp:*"], chance.randrange(1, 5))
    value["metadata"]["description"] = chance.choice(
        ["NO", "a: b # c", "'", "é\u00a0x", "0x10", "- a", "{a}", "%x", "a:b"]
    )
    return value


def test_rendering_is_a_fixed_point_for_three_hundred_specs_over_bases(tmp_path: Path) -> None:
    for seed in range(300):
        chance = random.Random(seed)
        whole = spec_of(chance)
        base = {key: item for key, item in whole.items() if chance.random() < 0.6}
        top = {key: item for key, item in whole.items() if key not in base or chance.random() < 0.5}
        (tmp_path / "base.yaml").write_text(yaml_text(base) if base else "{}\n", encoding="utf-8")
        (tmp_path / "spec.yaml").write_text(yaml_text({"extends": "base.yaml", **top}), encoding="utf-8")
        loaded = load_spec(tmp_path / "spec.yaml")
        assert loaded.sha256 == load_spec_text(yaml_text(whole)).sha256, seed
        for with_provenance in (False, True):
            again = load_spec_text(rendered_text(loaded, with_provenance=with_provenance))
            assert again.sha256 == loaded.sha256, seed
            assert rendered_text(again, with_provenance=False) == rendered_text(loaded, with_provenance=False), seed


def run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["render", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_the_command_prints_yaml_of_a_stack_or_a_file() -> None:
    assert load_spec_text(run("lab")).sha256 == load_spec(REPOSITORY / "stacks" / "lab.yaml").sha256
    printed = run(str(SPECS / "staging.yaml"), "--provenance")
    assert (
        "    count: 4 # tests/specs/composed/staging.yaml:5 here, over tests/specs/composed/base.yaml:15"
        in squeezed(printed)
    )


@pytest.mark.parametrize("options", [[], ["--provenance"]])
def test_the_envelope_fits_its_published_schema(options: list[str]) -> None:
    value = json.loads(run(str(SPECS / "staging.yaml"), "--format", "json", *options))
    jsonschema.Draft7Validator(ENVELOPE).validate(value)
    assert value["schema"] == "geofleet/render/v1"
    assert value["source"] == "tests/specs/composed/staging.yaml"
    assert value["spec"]["fleets"]["validators"]["count"] == 4
    assert bool(value["values"]) is bool(options)
    assert bool(value["removed"]) is bool(options)
    assert not jsonschema.Draft7Validator(ENVELOPE).is_valid(
        {**value, "files": [{"file": "a", "how": "guessed", "depth": 0}]}
    )


def test_the_json_tells_each_value_with_its_places() -> None:
    value = json.loads(run(str(SPECS / "staging.yaml"), "--format", "json", "--provenance"))
    [count] = [found for found in value["values"] if found["path"] == "fleets.validators.count"]
    assert count == {
        "path": "fleets.validators.count",
        "value": 4,
        "provenance": {
            "how": "here",
            "depth": 0,
            "at": {"file": "tests/specs/composed/staging.yaml", "line": 5, "column": 12},
            "over": [{"file": "tests/specs/composed/base.yaml", "line": 15, "column": 12}],
        },
    }
    [operator] = [found for found in value["values"] if found["path"] == "fleets.validators.operator"]
    assert operator == {
        "path": "fleets.validators.operator",
        "value": "self",
        "provenance": {"how": "default", "depth": 0, "at": None, "over": []},
    }
