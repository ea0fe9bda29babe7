"""The atlas's checks pass on its tables, and each finds the mistake that it is for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.atlas import Atlas, Evidence
from schemas.atlas.checking import check_atlas, check_text
from schemas.atlas.overrides import Figure, Overrides
from schemas.atlas.table_checks import CHECKS, Tables, published_tables
from schemas.errors import ExitCode


@pytest.fixture(scope="module")
def tables() -> Tables:
    return published_tables()


def planted(tables: Tables, table: str, at: dict[str, str], change: dict[str, str]) -> Tables:
    """Return the tables with one row changed."""
    rows = list(getattr(tables, table))
    [position] = [i for i, row in enumerate(rows) if at.items() <= row.items()]
    rows[position] = {**rows[position], **change}
    return replace(tables, **{table: tuple(rows)})


PLANTED = {
    # The coordinates that a public table has: the centroid of Canada, 2,553 km off.
    "light": (
        "regions", {"region": "aws:ca-central-1"}, {"latitude": "56.1304", "longitude": "-106.3468"},
        "round_trips: aws:ca-central-1 aws:us-east-1 cloudping: 16.186 ms beats light, which needs 27.889 ms",
    ),
    "coordinates": (
        "regions", {"region": "gcp:africa-south1"}, {"metro": "cape-town"},
        "regions: aws:af-south-1 gcp:africa-south1: share a metro over 1278 km",
    ),
    "regions": (
        "round_trips", {"region": "aws:eu-west-1", "other": "aws:eu-west-2", "source": "cloudping"}, {"other": "aws:eu-west-22"},
        "round_trips: aws:eu-west-22: is not a region of the atlas",
    ),
    "figures": (
        "round_trips", {"region": "aws:eu-west-1", "other": "aws:eu-west-2", "source": "cloudping"}, {"round_trip_ms": "1000"},
        "round_trips: aws:eu-west-1 aws:eu-west-2 cloudping: 1000 ms is outside its samples",
    ),
    "sources": (
        "jitter", {"region": "aws:eu-west-1", "other": "aws:eu-west-2", "source": "fantoch-2020-06"}, {"source": "hearsay"},
        "jitter: aws:eu-west-1 aws:eu-west-2: source 'hearsay' is not listed",
    ),
    "dates": (
        "hubs", {"hub": "deribit"}, {"checked": "2027-01-01"},
        "hubs: deribit: '2027-01-01' is not a date up to 2026-11-24",
    ),
    "zones": (
        "zones", {"zone": "aws:euw2-az1"}, {"zone": "aws:eu-west-2a"},
        "zones: aws:eu-west-2a: is not a zone ID",
    ),
    "hubs": (
        "hubs", {"hub": "coinbase-us-spot"}, {"zones": "aws:euw2-az1"},
        "hubs: coinbase-us-spot: zone aws:euw2-az1 is not of aws:us-east-1",
    ),
    "prices": (
        "prices", {"region": "gcp:us-central1", "machine": "gcp:n2d-standard-8"}, {"usd_per_hour": "0.223"},
        "prices: gcp:us-central1 gcp:n2d-standard-8: 0.223 USD is 0.66 times its series' price per vCPU",
    ),
}  # fmt: skip


def test_the_published_atlas_has_no_finding(tables: Tables) -> None:
    found = check_atlas(tables=tables)
    assert [result.findings for result in found.checks if result.findings] == []
    assert found.exit_code is ExitCode.PASSED
    assert all(result.examined for result in found.checks)
    assert {note.row for note in found.notes} >= {"aws:me-central-1", "gcp:asia-south1"}


def test_every_check_of_tables_has_its_counterexample() -> None:
    assert PLANTED.keys() == CHECKS.keys()


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found(tables: Tables, name: str) -> None:
    table, at, change, message = PLANTED[name]
    found = check_atlas(tables=planted(tables, table, at, change))
    texts = [finding.text() for result in found.checks if result.name == name for finding in result.findings]
    assert any(text.startswith(message) for text in texts), texts
    assert found.exit_code is ExitCode.FINDINGS


@pytest.mark.parametrize(
    ("check", "table", "at", "change", "message"),
    [
        ("figures", "jitter", {"region": "aws:eu-west-1", "other": "aws:eu-west-2", "source": "fantoch-2020-06"},
         {"jitter_ms": "-0.1"}, "-0.1 ms is not positive"),
        ("sources", "sources", {"source": "cloudping"}, {"licence": ""}, "has no licence"),
        ("dates", "sources", {"source": "cloudping"}, {"date": "May 2025"}, "'May 2025' is not a date up to 2026-11-24"),
        ("hubs", "hubs", {"hub": "deribit"}, {"region": "aws:eu-west-1"}, "is 433 km from aws:eu-west-1"),
        ("hubs", "hubs", {"hub": "deribit"}, {"grade": "D"}, "grade 'D' is not A, B or C"),
        ("prices", "prices", {"region": "gcp:us-central1", "machine": "gcp:n2d-standard-8"}, {"usd_per_hour": "-1"},
         "-1 USD is not positive"),
        ("prices", "prices", {"region": "aws:us-east-1", "machine": "aws:m6a.large"}, {"region": "aws:us-west-2"},
         "AWS prices are known for us-east-1 only"),
        ("prices", "prices", {"region": "aws:us-east-1", "machine": "aws:m6a.large"}, {"machine": "aws:m6x.large"},
         "is not a machine of the atlas"),
        ("zones", "zones", {"zone": "gcp:europe-west2-a"}, {"region": "gcp:europe-west3"}, "is not of gcp:europe-west3"),
        ("coordinates", "regions", {"region": "gcp:europe-west2"}, {"metro": "slough"}, "are 10 km apart and of two metros"),
        ("regions", "regions", {"region": "gcp:europe-west2"}, {"region": "aws:europe-west2"}, "37 of AWS and 42 of GCP, not 36 and 43"),
    ],
)  # fmt: skip
def test_other_mistakes_are_told(
    tables: Tables, check: str, table: str, at: dict[str, str], change: dict[str, str], message: str
) -> None:
    found = check_atlas(tables=planted(tables, table, at, change))
    messages = [finding.message for result in found.checks if result.name == check for finding in result.findings]
    assert message in messages


def test_an_override_that_beats_light_is_found_however_it_came_in(tables: Tables) -> None:
    own = Figure(
        region="aws:eu-west-2", other="gcp:us-south1", value_ms=5, evidence=Evidence.MEASURED, statistic="median",
        method="", date="2026-11", source="ours",
    )  # fmt: skip
    found = check_atlas(Atlas(overrides=Overrides(round_trips=(own,))), tables)
    texts = [finding.text() for result in found.checks for finding in result.findings]
    assert texts[0] == (
        "answers: aws:eu-west-2 gcp:us-south1: 5 ms (measured, ours) beats light, which needs 75.280 ms"
    )
    assert "answers: aws:eu-west-2 gcp:us-south1: 5 ms does not say its method" in texts


def test_the_text_ends_with_the_counts(tables: Tables) -> None:
    lines = check_text(check_atlas(tables=tables)).splitlines()
    assert lines[2] == "       ok  light: no sample beats light (2,426 looked at)"
    assert lines[-1] == "atlas 2026-11-24.2: 12 checks, 0 findings, 20 notes"


def test_samples_that_disagree_are_noted(tables: Tables) -> None:
    notes = [note.text() for note in check_atlas(tables=tables).notes]
    assert (
        "round_trips: aws:ca-central-1 gcp:northamerica-northeast2 intercloud-throughput: samples disagree, "
        "8.558 to 23.504 ms: two paths"
    ) in notes
