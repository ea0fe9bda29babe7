"""Networks and worlds made by hand: a spec's fleets as YAML, regions by name, figures as given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations

import pytest

from components.placement.placing import Options
from components.placement.planning import place
from components.placement.world import World
from schemas import atlas
from schemas.atlas import Evidence, RoundTrip
from schemas.loading import LoadedSpec, load_spec_text
from schemas.lock import Lock
from schemas.plan import Plan

HEAD = """\
apiVersion: geofleet/v1
kind: Network
metadata: {name: net, environment: lab}
chains:
  net-1: {engine: cometbft}
hubs:
  deribit: {at: "aws:eu-west-2"}
  virginia: {at: "aws:us-east-1"}
"""

Spec = Callable[..., LoadedSpec]
Place = Callable[..., tuple[Plan, Lock]]
MakeWorld = Callable[..., World]


def figure(value_ms: float, *, is_measured: bool = True) -> RoundTrip:
    evidence = Evidence.MEASURED if is_measured else Evidence.ESTIMATED
    return RoundTrip(
        value_ms=value_ms, evidence=evidence, statistic="median", method="made up", date="2026-11-24", source="test"
    )


def make_world(
    zones: Mapping[str, int],
    round_trips: Mapping[tuple[str, str], RoundTrip],
    jitters: Mapping[tuple[str, str], RoundTrip] | None = None,
    version: str = "made up",
) -> World:
    """Return a world of some real regions; a pair without figure is 100 ms, estimated."""

    def known(table: Mapping[tuple[str, str], RoundTrip], one: str, other: str) -> RoundTrip:
        if one == other:
            return figure(0.3)
        return table.get((min(one, other), max(one, other)), figure(100.0, is_measured=False))

    return World(
        version=version,
        regions={name: atlas.region(name) for name in sorted(zones)},
        zones=lambda name: tuple(f"{name}-{letter}" for letter in "abcdef"[: zones[name]]),
        round_trip=lambda one, other: known(round_trips, one, other),
        jitter=lambda one, other: known(jitters or {}, one, other),
    )


@pytest.fixture
def world() -> MakeWorld:
    return make_world


@pytest.fixture
def spec() -> Spec:
    def load(fleets: str, head: str = HEAD) -> LoadedSpec:
        return load_spec_text(head + fleets)

    return load


@pytest.fixture
def placed() -> Place:
    def run(loaded: LoadedSpec, lock: Lock | None = None, world: World | None = None) -> tuple[Plan, Lock]:
        options = Options(where=loaded.where, world=world) if world else Options(where=loaded.where)
        return place(loaded.network, stack="net", spec_sha256=loaded.sha256, lock=lock, options=options)

    return run


@pytest.fixture
def five_regions() -> World:
    """Three regions of AWS and two of GCP, all measured, 10 ms apart in a row."""
    names = ["aws:eu-central-1", "aws:eu-west-1", "aws:eu-west-2", "gcp:europe-west2", "gcp:europe-west3"]
    trips = {pair: figure(10.0 * (names.index(pair[1]) - names.index(pair[0]))) for pair in combinations(names, 2)}
    return make_world(dict.fromkeys(names, 3), trips)
