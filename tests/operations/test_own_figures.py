"""A stack's own figures reach its plan, its lock and its rules; a bad file stops all three, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations.checking import judged
from operations.planning import files_of, planned, write_lock
from schemas.atlas import VERSION
from schemas.diagnostics import InvalidDocumentError
from schemas.report import Status

SPEC = """apiVersion: geofleet/v1
kind: Network
metadata: {name: net, environment: staging}
regions: {allow: ["aws:eu-west-3", "gcp:europe-west9"]}
fleets:
  oracles:
    role: oracle
    workload: none
    reports_min: 2
    count: 2
    halt_safely: {region: 1}
    latency: {between_members_ms_max: 3}
"""
OWN = """schema: geofleet/atlas/v1
round_trips:
  - {region: aws:eu-west-3, other: gcp:europe-west9, value_ms: VALUE, statistic: median, method: ICMP, date: 2026-11, source: ours}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC)
    (tmp_path / "net.atlas.yaml").write_text(OWN.replace("VALUE", "1.7"))
    return path


def test_an_own_measurement_places_what_an_estimate_could_not(spec: Path) -> None:
    found = planned(files_of(str(spec)))
    assert [host.region for host in found.plan.hosts] == ["aws:eu-west-3", "gcp:europe-west9"]
    [link] = found.plan.links
    assert (link.round_trip_ms, link.round_trip_evidence) == (1.7, "measured")
    statuses = {finding.status for finding in judged(found).findings if finding.rule_id == "PRX001"}
    assert statuses == {Status.PASSED}


def test_the_hash_of_own_figures_is_in_the_version_of_plan_and_lock(spec: Path) -> None:
    first = planned(files_of(str(spec)))
    assert first.plan.atlas_version == first.lock.atlas_version == first.atlas.version
    assert first.atlas.version.startswith(f"{VERSION}+")
    spec.with_name("net.atlas.yaml").write_text(OWN.replace("VALUE", "1.8"))
    assert planned(files_of(str(spec))).atlas.version != first.atlas.version


def test_new_figures_move_no_locked_host_and_reach_its_links(spec: Path) -> None:
    first = planned(files_of(str(spec)))
    write_lock(first)
    spec.with_name("net.atlas.yaml").write_text(OWN.replace("VALUE", "2.5"))
    second = planned(files_of(str(spec)))
    assert second.locked
    assert second.plan.hosts == first.plan.hosts
    assert [link.round_trip_ms for link in second.plan.links] == [2.5]


def test_a_bad_file_stops_the_plan_with_its_place(spec: Path) -> None:
    spec.with_name("net.atlas.yaml").write_text(OWN.replace("VALUE", "0.1"))
    with pytest.raises(InvalidDocumentError) as caught:
        planned(files_of(str(spec)))
    assert "net.atlas.yaml:3:64: error ATLAS304 round_trips[0].value_ms: 0.1 ms beats light" in str(caught.value)
