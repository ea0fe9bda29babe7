from __future__ import annotations

import time
from pathlib import Path

import pytest

from schemas.diagnostics import MISTAKES_MAX, InvalidDocumentError
from schemas.document import yaml_text
from schemas.loading import load_spec, load_spec_text
from schemas.spec.schema import EXAMPLE

SPEC = yaml_text(EXAMPLE)


def test_comments_layout_and_order_of_keys_do_not_change_the_hash() -> None:
    turned = yaml_text(dict(reversed(EXAMPLE.items())))
    assert load_spec_text(f"# a comment\n{turned}\n\n").sha256 == load_spec_text(SPEC).sha256


def test_a_default_written_out_does_not_change_the_hash_and_another_value_does() -> None:
    same = SPEC.replace("    count: 4\n", "    count: 4\n    operator: self\n")
    other = SPEC.replace("    count: 4\n", "    count: 5\n")
    assert load_spec_text(same).sha256 == load_spec_text(SPEC).sha256
    assert load_spec_text(other).sha256 != load_spec_text(SPEC).sha256


def test_a_loaded_spec_knows_where_everything_stands() -> None:
    loaded = load_spec_text(SPEC, source="stacks/perps.yaml")
    line = SPEC.split("\n").index("    count: 4") + 1
    assert loaded.where("fleets", "validators", "count") == f"stacks/perps.yaml:{line}:12"
    assert loaded.network.fleets["validators"].count == 4


def test_a_file_is_named_as_the_caller_names_it(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n")
    with pytest.raises(InvalidDocumentError, match=r"^b\.yaml:1:1: error SPEC201 a: is not a known key"):
        load_spec(path, source="b.yaml")
    with pytest.raises(InvalidDocumentError, match=f"^{path}:1:1: "):
        load_spec(path)


@pytest.mark.parametrize(
    ("line", "number"),
    [("    zzz{n}: 1\n", 20_000), ("    count{n}: [{n}]\n", 15_000)],
    ids=["unknown keys", "unknown keys with lists"],
)
def test_thousands_of_mistakes_are_told_up_to_the_limit_in_no_time(line: str, number: int) -> None:
    text = SPEC + "".join(line.replace("{n}", str(n)) for n in range(number))
    started = time.process_time()
    with pytest.raises(InvalidDocumentError) as caught:
        load_spec_text(text)
    assert len(caught.value.diagnostics) == MISTAKES_MAX
    assert time.process_time() - started < 4


def test_a_thousand_members_in_an_unknown_region_are_told_up_to_the_limit_in_no_time() -> None:
    members = [{"region": f"aws:nowhere-{n}"} for n in range(1000)]
    fleet = {"role": "sequencer", "workload": "none", "members": members}
    text = yaml_text({**EXAMPLE, "fleets": {"relayers": fleet}})
    started = time.process_time()
    with pytest.raises(InvalidDocumentError) as caught:
        load_spec_text(text)
    assert len(caught.value.diagnostics) == MISTAKES_MAX
    assert time.process_time() - started < 4


@pytest.mark.parametrize("count", [1000, 1001])
def test_a_fleet_lists_up_to_a_thousand_members(count: int) -> None:
    fleet = {"role": "relayer", "workload": "none", "members": [{"region": "aws:eu-west-2"}] * count}
    text = yaml_text({**EXAMPLE, "fleets": {"relayers": fleet}})
    if count == 1000:
        assert len(load_spec_text(text).network.fleets["relayers"].members) == 1000
        return
    with pytest.raises(InvalidDocumentError, match="members: has more than 1000 entries"):
        load_spec_text(text)
