"""The words of `geofleet atlas`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from operations.command import cli
from schemas.errors import AtlasError


def ran(*words: str) -> Result:
    return CliRunner().invoke(cli, ("atlas", *words))  # not `atlas` alone: click keeps the help of the first context


def told(*words: str) -> str:
    found = ran(*words)
    assert found.exit_code == 0, found.output
    return found.output


def test_a_region_is_shown_with_what_is_near_it() -> None:
    lines = told("show", "aws:ap-northeast-1").splitlines()
    assert lines[0] == "aws:ap-northeast-1 (atlas 2026-11-24.2)"
    assert lines[3] == "  zones   aws:apne1-az1, aws:apne1-az2, aws:apne1-az3 (older accounts), aws:apne1-az4"
    assert any(line.startswith("gcp:asia-northeast1 ") and "measured" in line for line in lines)


def test_all_regions_are_listed() -> None:
    text = told("show")
    assert text.splitlines()[0] == "atlas 2026-11-24.2: 79 regions"
    assert "gcp:us-west4" in text


def test_a_distance_shows_every_figure_and_light() -> None:
    lines = told("distance", "aws:eu-west-2", "gcp:us-south1").splitlines()
    assert lines[:4] == [
        "aws:eu-west-2 to gcp:us-south1: 7,690 km (atlas 2026-11-24.2)",
        "  round trip  109.19 ms, composed",
        "  light       75.28 ms at least",
        "  jitter      0.52 ms, estimated (fantoch-2020-06)",
    ]
    assert lines[5] == "every figure, the best first"


def test_hubs_are_listed_with_their_grades_and_whole_sources() -> None:
    text = told("hubs")
    assert "kraken" in text
    assert "equinix, London, next to aws:eu-west-2" in text
    assert "C inferred (never enough for a hard rule)" in text


def test_machines_tell_what_is_estimated_and_where_nothing_is_known() -> None:
    text = told("machines", "--vcpu", "4", "--memory-gib", "16", "--most", "40")
    assert "33 more; --most shows them." in text
    assert "Estimated prices are us-east-1's" in text
    assert "Nothing known: aws:ap-southeast-5, aws:ap-southeast-6, aws:cn-north-1" in text
    secret = told("machines", "gcp:europe-west2", "--confidential")
    assert "Which zones have it is not known here" in secret


def test_the_check_passes() -> None:
    assert told("check").splitlines()[-1] == "atlas 2026-11-24.2: 12 checks, 0 findings, 20 notes"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("show", "aws:eu-west-2"), "atlas-regions"), (("distance", "aws:eu-west-2", "deribit"), "atlas-distance"),
        (("hubs",), "atlas-hubs"), (("locate", "2"), "atlas-location"), (("machines", "gcp:us-east4"), "atlas-machines"), (("check",), "atlas-check"),
    ],
)  # fmt: skip
def test_json_is_an_envelope(words: tuple[str, ...], kind: str) -> None:
    value: dict[str, Any] = json.loads(told(*words, "--format", "json"))
    assert (value["schema"], value["version"]) == (f"geofleet/{kind}/v1", "2026-11-24.2")


def test_an_unknown_region_is_refused() -> None:
    assert isinstance(ran("show", "aws:mars-1").exception, AtlasError)
    assert isinstance(ran("distance", "aws:eu-west-2", "marsx").exception, AtlasError)


def test_a_location_is_told_with_its_proof_and_who_serves_whom() -> None:
    lines = told(
        "locate", "2", "--allow", "gcp:*", "--to", "binance", "--to", "deribit", "--minimise", "mean"
    ).splitlines()
    assert lines[:4] == [
        "gcp:asia-northeast1, gcp:europe-west2 (atlas 2026-11-24.2)",
        "  worst  7.47 ms, to deribit",
        "  mean   5.38 ms over 2 places",
        "  least mean of all choices among 43 regions, proven",
    ]
    assert lines[-1].split() == ["binance", "gcp:asia-northeast1", "3.29", "measured", "intercloud-throughput"]
