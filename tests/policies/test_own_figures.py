"""Rules judge by the atlas that the plan was made with: a user's own figures count, and a bad file fails the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from policies import pack
from policies.fleet_view import view_of
from policies.proximity import between_members, hubs
from policies.published import HOST, NETWORK, Component, published
from schemas.atlas import Atlas, Evidence
from schemas.atlas.overrides import Figure, Overrides
from schemas.errors import FleetError
from schemas.plan import Near
from schemas.report import Severity, Status
from schemas.roles import Role

Make = Callable[..., Any]
FRANKFURT, VIRGINIA = "gcp:europe-west3-a", "aws:use1-az1"


def atlas_with(value_ms: float, evidence: Evidence = Evidence.MEASURED) -> Atlas:
    own = Figure(
        region="aws:us-east-1", other="gcp:europe-west3", value_ms=value_ms, evidence=evidence, statistic="median",
        method="ICMP", date="2026-11-20", source="ours",
    )  # fmt: skip
    return Atlas(overrides=Overrides(round_trips=(own,)))


def test_an_own_measurement_keeps_a_limit_that_a_composed_figure_could_not(hosts: Make) -> None:
    view = view_of(hosts(FRANKFURT, VIRGINIA, between_members_ms_max=95))
    [before] = between_members.check(view)
    assert (before.status, before.severity) == (Status.FAILED, Severity.MEDIUM)
    [after] = between_members.check(view.judged_with(atlas_with(90)))
    assert after.status is Status.PASSED
    assert "90 ms (measured)" in after.message


def test_an_own_measurement_breaks_a_limit(hosts: Make) -> None:
    view = view_of(hosts(FRANKFURT, VIRGINIA, between_members_ms_max=95)).judged_with(atlas_with(96))
    [found] = between_members.check(view)
    assert (found.status, found.severity) == (Status.FAILED, Severity.HIGH)


def test_an_own_estimate_only_warns(hosts: Make) -> None:
    view = view_of(hosts(FRANKFURT, VIRGINIA, between_members_ms_max=95))
    [found] = between_members.check(view.judged_with(atlas_with(90, Evidence.ESTIMATED)))
    assert (found.status, found.severity) == (Status.FAILED, Severity.MEDIUM)


def test_hubs_are_judged_by_own_measurements_too(hosts: Make) -> None:
    near = (Near(hub="coinbase", at="aws:us-east-1", latency_ms_max=95),)
    view = view_of(hosts(FRANKFURT, role=Role.RELAYER, fleet="relayers", near=near, per_hub=1))
    assert [found.status for found in hubs.check(view)] == [Status.FAILED]
    assert [found.status for found in hubs.check(view.judged_with(atlas_with(90)))] == [Status.PASSED]
    [fleet] = view.judged_with(atlas_with(90)).fleets
    assert fleet.members()[0].hubs == ("coinbase",)


def components(hosts: Make) -> list[Component]:
    urn = "urn:pulumi:perps::geofleet::{}::{}".format
    found = [Component(token=NETWORK, urn=urn(NETWORK, "perps"), name="perps", props={})]
    return found + [
        Component(token=HOST, urn=urn(HOST, host.host), name=host.host, props=host.to_props())
        for host in hosts(FRANKFURT, VIRGINIA, between_members_ms_max=95)
    ]


def test_the_pack_asks_for_the_stacks_own_atlas(hosts: Make) -> None:
    asked: list[str] = []

    def own(stack: str) -> Atlas:
        asked.append(stack)
        return atlas_with(90)

    view = published(components(hosts), own).view
    assert asked == ["perps"]
    [found] = between_members.check(view)
    assert found.status is Status.PASSED


def test_figures_that_cannot_be_read_leave_no_fleet_judged(hosts: Make) -> None:
    def broken(_stack: str) -> Atlas:
        raise FleetError("perps.atlas.yaml:3:1: error ATLAS304", remedy="Mend it.")

    view = published(components(hosts), broken).view
    assert view.fleets == ()
    assert view.doubts["perps"] == "perps: perps.atlas.yaml:3:1: error ATLAS304"


def test_the_pack_reads_the_file_beside_the_stacks_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "REPOSITORY", tmp_path)
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "perps.atlas.yaml").write_text(
        "schema: geofleet/atlas/v1\nround_trips:\n  - {region: aws:us-east-1, other: gcp:europe-west3, value_ms: 90, "
        "statistic: median, method: ICMP, date: 2026-11, source: ours}\n"
    )
    assert pack._atlas_of("perps").round_trip("aws:us-east-1", "gcp:europe-west3").source == "ours"


def test_a_view_is_changed_by_nothing_but_its_atlas(hosts: Make) -> None:
    view = view_of(hosts(FRANKFURT, VIRGINIA))
    judged = view.judged_with(atlas_with(90))
    assert replace(judged, fleets=view.fleets) == view
