"""Named places where liquidity is, each with a grade, a source and the day it was checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from schemas.atlas.distance import light_ms
from schemas.atlas.estimation import by_distance, near_ms
from schemas.atlas.evidence import Evidence, RoundTrip
from schemas.atlas.regions import region
from schemas.atlas.tables import rows
from schemas.diagnostics import nearest
from schemas.errors import AtlasError

CLOUDS = ("aws", "gcp")


class Grade(StrEnum):
    """How well it is known where a hub is."""

    OFFICIAL = "A"
    """The operator's own page says so."""
    REPORTED = "B"
    """A named third party measured it, or quotes the operator."""
    INFERRED = "C"
    """Somebody concluded it from round trips or hearsay; sources contradict each other."""


@dataclass(frozen=True, kw_only=True)
class Hub:
    """One place where liquidity is."""

    name: str
    title: str
    kind: str
    """`exchange`, `broker`, `chain` or `sequencer`."""
    provider: str
    """Whose building it is in: `aws`, or a data centre operator."""
    region: str | None
    """Cloud region that it is in or next to; None when no region is in its metro."""
    zones: tuple[str, ...]
    """Zones by ID, where they are known."""
    metro: str
    city: str
    latitude: float
    longitude: float
    access_ms: float | None
    """Round trip from `region` to the hub's own door, as the operator says; None when the hub is in the region, or
    nobody has said."""
    grade: Grade
    checked: str
    """The day on which the source said so."""
    source: str
    fact: str
    """What the source says, in its own words as far as it goes."""

    @property
    def is_in_cloud(self) -> bool:
        """Return whether the hub is inside the region, not beside it."""
        return self.provider in CLOUDS and self.region is not None

    @property
    def is_proof(self) -> bool:
        """Return whether a hard rule may rest on this place: grades A and B."""
        return self.grade is not Grade.INFERRED


@cache
def hubs() -> dict[str, Hub]:
    """Return every hub by name, sorted."""
    return {row["hub"]: _hub(row) for row in rows("hubs")}


def _hub(row: dict[str, str]) -> Hub:
    return Hub(
        name=row["hub"], title=row["name"], kind=row["kind"], provider=row["provider"], region=row["region"] or None,
        zones=tuple(row["zones"].split()), metro=row["metro"], city=row["city"], latitude=float(row["latitude"]),
        longitude=float(row["longitude"]), access_ms=float(row["access_ms"]) if row["access_ms"] else None,
        grade=Grade(row["grade"]), checked=row["checked"], source=row["source"], fact=row["fact"],
    )  # fmt: skip


def hub(name: str) -> Hub:
    """Return one hub.

    Raises:
        AtlasError: The atlas has none of this name; the remedy names the nearest.
    """
    known = hubs()
    if name not in known:
        raise AtlasError(f"hub '{name}' is not in the atlas", remedy=nearest(name, known))
    return known[name]


def hub_round_trip(origin: str, to: Hub, round_trip: Callable[[str, str], RoundTrip]) -> RoundTrip:
    """Return the round trip from a region to a hub.

    Args:
        origin: The region.
        to: The hub.
        round_trip: What is known between regions: `Atlas.round_trip`.

    Returns:
        Measured only when the hub is inside a region to which it is measured. Beside a region, its operator's figure
        for the last step makes it composed; without one it is an estimate.

    Raises:
        AtlasError: The atlas lacks the region.
    """
    start = region(origin)
    if to.region is None:
        return by_distance(start, to)
    leg = round_trip(origin, to.region)
    if to.is_in_cloud:
        return leg
    if to.access_ms is None:
        step_ms, kind, source = near_ms(region(to.region), to), Evidence.ESTIMATED, "geofleet"
    else:
        weaker = leg.evidence is Evidence.ESTIMATED
        step_ms, source = to.access_ms, "the hub's operator"
        kind = Evidence.ESTIMATED if weaker else Evidence.COMPOSED
    inside = 0.0 if origin == to.region else leg.value_ms
    value = max(inside + step_ms, light_ms(start, to))
    return replace(
        leg, value_ms=round(value, 3), evidence=kind, statistic="sum of two figures", upper_ms=None,
        method=f"to {to.region}, and on to the hub's own building", source=f"{leg.source} + {source}", via=to.metro,
    )  # fmt: skip
