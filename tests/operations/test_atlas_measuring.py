"""A deployed stack's measurements become a file of overrides, and a lab proves no more than its plan."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from operations.atlas_measuring import measured_file, measured_path
from operations.verification import MeasuredRoundTrip
from schemas.atlas import Atlas, Evidence
from schemas.errors import UsageError
from schemas.inventory import Inventory, InventoryLink
from schemas.loading.atlas_file import overrides_from_text
from schemas.locations import REPOSITORY

DAY = datetime.date(2026, 11, 24)


def link(region: str, other: str, evidence: Evidence) -> InventoryLink:
    return InventoryLink(
        region=region, other=other, round_trip_ms=1, round_trip_evidence=evidence, jitter_ms=0.5,
        jitter_evidence=Evidence.ESTIMATED,
    )  # fmt: skip


def inventory(target: str) -> Inventory:
    return Inventory(
        stack="net", target=target, operator_namespace="", network_cidr="10.120.0.0/16", operator_cidr="10.121.0.0/24",
        hosts=(), chains=(),
        links=(
            link("aws:eu-west-1", "aws:eu-west-2", Evidence.MEASURED),
            link("aws:eu-west-2", "gcp:us-south1", Evidence.COMPOSED),
        ),
    )  # fmt: skip


def trip(region: str, other: str, median_ms: float, jitter_ms: float = 0.25) -> MeasuredRoundTrip:
    return MeasuredRoundTrip(region=region, other=other, median_ms=median_ms, jitter_ms=jitter_ms)


TRIPS = [trip("aws:eu-west-2", "gcp:us-south1", 110.1234), trip("aws:eu-west-1", "aws:eu-west-2", 12.2)]


def test_a_clouds_measurements_are_measured_and_go_over_the_tables() -> None:
    text = measured_file(inventory("cloud"), TRIPS, date=DAY)
    assert text.startswith(
        "# Round trips that geofleet atlas measure took between hosts of stack net (cloud).\nschema: geofleet/atlas/v1\n"
    )
    found = overrides_from_text(text, source="measured")
    assert [(f.pair, f.value_ms, f.evidence, f.date) for f in found.round_trips] == [
        (("aws:eu-west-1", "aws:eu-west-2"), 12.2, Evidence.MEASURED, "2026-11-24"),
        (("aws:eu-west-2", "gcp:us-south1"), 110.123, Evidence.MEASURED, "2026-11-24"),
    ]
    assert [(f.value_ms, f.statistic) for f in found.jitter] == [(0.25, "standard deviation")] * 2
    assert Atlas(overrides=found).round_trip("gcp:us-south1", "aws:eu-west-2").evidence is Evidence.MEASURED


def test_a_labs_measurements_keep_the_kind_of_the_link_that_was_emulated() -> None:
    text = measured_file(inventory("lab"), TRIPS, date=DAY)
    assert "# A lab emulates what its plan says" in text
    found = overrides_from_text(text, source="measured")
    assert [f.evidence for f in found.round_trips] == [Evidence.MEASURED, Evidence.ESTIMATED]
    assert [f.evidence for f in found.jitter] == [Evidence.ESTIMATED] * 2
    assert {f.method for f in found.round_trips} == {"ICMP between hosts, emulated network"}


def test_a_lab_link_that_the_inventory_lacks_proves_nothing() -> None:
    text = measured_file(inventory("lab"), [trip("aws:eu-west-1", "gcp:us-south1", 120)], date=DAY)
    assert overrides_from_text(text, source="measured").round_trips[0].evidence is Evidence.ESTIMATED


def test_what_beats_light_is_left_out_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    text = measured_file(inventory("cloud"), [*TRIPS[1:], trip("aws:eu-west-2", "gcp:us-south1", 0.1)], date=DAY)
    assert "gcp:us-south1" not in text
    assert capsys.readouterr().err == "aws:eu-west-2 gcp:us-south1: 0.100 ms beats light, left out\n"


def test_a_round_trip_that_does_not_vary_has_no_jitter_to_write() -> None:
    text = measured_file(inventory("cloud"), [trip("aws:eu-west-1", "aws:eu-west-2", 12.2, 0.0)], date=DAY)
    assert overrides_from_text(text, source="measured").jitter == ()


def test_a_stack_without_two_regions_has_nothing_to_write() -> None:
    with pytest.raises(UsageError, match="stack 'net' has no two regions between which a round trip could be measured"):
        measured_file(inventory("cloud"), [], date=DAY)


def test_a_labs_file_lies_where_no_plan_reads_it() -> None:
    assert measured_path(inventory("lab")) == REPOSITORY / ".geofleet" / "reports" / "net" / "atlas.yaml"
    assert measured_path(inventory("cloud")) == REPOSITORY / "stacks" / "net.atlas.yaml"
    assert isinstance(measured_path(inventory("cloud")), Path)
