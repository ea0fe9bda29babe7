"""A user's own figures: strict, located, and never better than light."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.atlas import PUBLISHED, VERSION
from schemas.atlas.overrides import EXAMPLE, MISTAKES
from schemas.diagnostics import InvalidDocumentError
from schemas.loading.atlas_file import every_stack_atlas, overrides_from_text, read_overrides, stack_atlas

HEAD = "schema: geofleet/atlas/v1\n"
TOLD = "statistic: median, method: ICMP, date: 2026-11, source: ours"


def figures(*lines: str, key: str = "round_trips") -> str:
    return HEAD + f"{key}:\n" + "".join(f"  - {{{line}, {TOLD}}}\n" for line in lines)


def prices(*lines: str) -> str:
    return HEAD + "prices:\n" + "".join(f"  - {{{line}, date: 2026-11, source: ours}}\n" for line in lines)


LONDON_PARIS = "region: aws:eu-west-2, other: gcp:europe-west9, value_ms: 11"
BAD = {
    "unknown region": (
        figures("region: aws:eu-west-22, other: gcp:europe-west9, value_ms: 11"),
        "own.yaml:3:14: error ATLAS301 round_trips[0].region: region 'aws:eu-west-22' is not in the atlas",
        "  Did you mean 'aws:eu-west-2' or 'aws:us-west-2' or 'aws:eu-west-3'?",
    ),
    "one region twice": (
        figures("region: aws:eu-west-2, other: aws:eu-west-2, value_ms: 11"),
        "own.yaml:3:36: error ATLAS302 round_trips[0].other: a figure is between two regions, and both are 'aws:eu-west-2'",
        "  Name the other region, or remove the entry.",
    ),
    "a pair twice, turned round": (
        figures(LONDON_PARIS, "region: gcp:europe-west9, other: aws:eu-west-2, value_ms: 12"),
        "own.yaml:4:14: error ATLAS303 round_trips[1].region: the pair gcp:europe-west9, aws:eu-west-2 is given twice",
        "  Keep the better figure.",
    ),
    "faster than light": (
        figures("region: aws:eu-west-2, other: gcp:us-south1, value_ms: 75"),
        "own.yaml:3:61: error ATLAS304 round_trips[0].value_ms: 75 ms beats light: fibre needs 75.28 ms between aws:eu-west-2 and gcp:us-south1",
        "  Look at which hosts were measured, and in which unit.",
    ),
    "below the method's floor": (
        figures(f"{LONDON_PARIS.replace('11', '5')}, floor_ms: 10"),
        "own.yaml:3:64: error ATLAS305 round_trips[0].value_ms: 5 ms is below the method's own floor of 10 ms, so it proves nothing",
        "  Measure between machines, or say 'evidence: estimated'.",
    ),
    "unknown machine": (
        prices("region: aws:eu-west-2, machine: aws:m6b.xlarge, usd_per_hour: 0.2"),
        "own.yaml:3:38: error ATLAS306 prices[0].machine: machine 'aws:m6b.xlarge' is not in the atlas",
        "  Did you mean 'aws:m6i.xlarge' or 'aws:m6a.xlarge' or 'aws:m6id.xlarge'?",
    ),
    "another cloud's machine": (
        prices("region: aws:eu-west-2, machine: gcp:n2d-standard-4, usd_per_hour: 0.2"),
        "own.yaml:3:38: error ATLAS307 prices[0].machine: gcp:n2d-standard-4 is not sold by the cloud of aws:eu-west-2",
        "  Name a machine of the region's own cloud.",
    ),
    "a price twice": (
        prices(*["region: aws:eu-west-2, machine: aws:m6a.xlarge, usd_per_hour: 0.2"] * 2),
        "own.yaml:4:38: error ATLAS308 prices[1].machine: the price of aws:m6a.xlarge in aws:eu-west-2 is given twice",
        "  Keep the newer price.",
    ),
    "no source": (
        HEAD + "jitter:\n  - {region: aws:eu-west-1, other: aws:eu-west-2, value_ms: 1, statistic: s, method: m, date: 2026-11}\n",
        "own.yaml:3:5: error ATLAS202 jitter[0]: key 'source' is missing",
        "  Add 'source:' here.",
    ),
    "a month that is none": (
        figures(LONDON_PARIS).replace("2026-11", "2026-13"),
        "own.yaml:3:107: error ATLAS204 round_trips[0].date: '2026-13' is not a month or a day, as text",
        '  Write it like "2026-11-24".',
    ),
    "evidence that nobody can give": (
        figures(f"{LONDON_PARIS}, evidence: composed"),
        "own.yaml:3:78: error ATLAS204 round_trips[0].evidence: found 'composed', expected 'measured' or 'estimated'",
        "  Allowed: estimated, measured.",
    ),
    "an unknown key": (
        HEAD + "latency: []\n",
        "own.yaml:2:1: error ATLAS201 latency: is not a known key",
        "  Allowed: jitter, prices, round_trips, schema.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_mistake_is_told_with_its_place_and_a_remedy(name: str) -> None:
    text, first, remedy = BAD[name]
    with pytest.raises(InvalidDocumentError) as caught:
        overrides_from_text(text, source="own.yaml")
    lines = str(caught.value).splitlines()
    assert lines[0] == first
    assert lines[-1] == remedy


def test_every_code_has_its_counterexample() -> None:
    assert {code for code in MISTAKES if any(code in first for _, first, _ in BAD.values())} == MISTAKES.keys()


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    text = figures(
        "region: aws:x, other: gcp:y, value_ms: 1", "region: aws:eu-west-2, other: gcp:us-south1, value_ms: 1"
    )
    with pytest.raises(InvalidDocumentError) as caught:
        overrides_from_text(text, source="own.yaml")
    assert [found.code for found in caught.value.diagnostics] == ["ATLAS301", "ATLAS301", "ATLAS304"]


def test_the_example_of_the_page_is_read() -> None:
    found = overrides_from_text(EXAMPLE, source="example")
    assert [len(found.round_trips), len(found.jitter), len(found.prices)] == [1, 1, 1]
    assert found.round_trips[0].value_ms == 11.6
    assert found.prices[0].usd_per_hour == 0.199


def test_a_figure_may_be_an_estimate_below_its_floor() -> None:
    text = figures(f"{LONDON_PARIS.replace('11', '5')}, floor_ms: 10, evidence: estimated")
    assert overrides_from_text(text, source="own.yaml").round_trips[0].evidence == "estimated"


def test_the_stacks_file_wins_over_that_of_all_stacks_and_both_over_the_tables(tmp_path: Path) -> None:
    spec, every = tmp_path / "net.yaml", tmp_path / "overrides.yaml"
    assert stack_atlas(spec, every_stack=every) is PUBLISHED
    every.write_text(figures(LONDON_PARIS, "region: aws:eu-west-1, other: gcp:us-south1, value_ms: 100"))
    (tmp_path / "net.atlas.yaml").write_text(figures(LONDON_PARIS.replace("11", "12")))
    own = stack_atlas(spec, every_stack=every)
    assert own.round_trip("aws:eu-west-2", "gcp:europe-west9").value_ms == 12
    assert own.round_trip("aws:eu-west-1", "gcp:us-south1").value_ms == 100
    shared = every_stack_atlas(every)
    assert shared.round_trip("aws:eu-west-2", "gcp:europe-west9").value_ms == 11
    assert len({own.version, shared.version, VERSION}) == 3


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert not read_overrides(tmp_path / "none.yaml")
    assert every_stack_atlas(tmp_path / "none.yaml") is PUBLISHED


def test_comments_and_order_do_not_change_the_version(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    lines = [LONDON_PARIS, "region: aws:eu-west-1, other: gcp:us-south1, value_ms: 100"]
    versions = set()
    for text in (figures(*lines), "# ours\n" + figures(*reversed(lines))):
        (tmp_path / "net.atlas.yaml").write_text(text)
        versions.add(stack_atlas(spec, every_stack=tmp_path / "none.yaml").version)
    assert len(versions) == 1
