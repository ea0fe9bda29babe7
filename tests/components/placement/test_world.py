"""Placement sees the world through one object, and a user's own figures reach it only through that."""

from __future__ import annotations

import pytest

from components.placement.problem import is_within
from components.placement.world import atlas_world, world_of
from schemas.atlas import PUBLISHED, Atlas, Evidence, RoundTrip
from schemas.atlas.overrides import Figure, Overrides

PARIS = ("aws:eu-west-3", "gcp:europe-west9")


def own(value_ms: float) -> Atlas:
    figure = Figure(
        region=PARIS[0], other=PARIS[1], value_ms=value_ms, evidence=Evidence.MEASURED, statistic="median",
        method="ICMP", date="2026-11-20", source="ours",
    )  # fmt: skip
    return Atlas(overrides=Overrides(round_trips=(figure,), jitter=(figure,)))


def test_the_published_world_is_the_published_atlas() -> None:
    world = atlas_world()
    assert world.version == PUBLISHED.version
    assert world.round_trip(*PARIS) == PUBLISHED.round_trip(*PARIS)
    assert world.zones_of("aws:ap-northeast-1") == PUBLISHED.zones("aws:ap-northeast-1")


def test_own_figures_reach_placement_with_their_version() -> None:
    world = world_of(own(1.7))
    assert world.version.startswith(f"{PUBLISHED.version}+")
    assert (world.round_trip(*PARIS).value_ms, world.jitter(*PARIS).value_ms) == (1.7, 1.7)
    assert is_within(world.round_trip(*PARIS), 2.0)
    assert not is_within(atlas_world().round_trip(*PARIS), 200.0), "an estimate keeps no hard limit"


@pytest.mark.parametrize("evidence", list(Evidence))
def test_a_hard_limit_accepts_what_is_measured_and_nothing_else(evidence: Evidence) -> None:
    figure = RoundTrip(value_ms=5, evidence=evidence, statistic="", method="", date="", source="")
    assert is_within(figure, 10) is (evidence is Evidence.MEASURED)
    assert not is_within(figure, 4)
    assert is_within(figure, None)
