"""Round trips and jitter between regions, as typed evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from schemas.atlas.regions import Region, region
from schemas.atlas.tables import rows

FIBRE_MS_PER_KM = 0.00979
"""Round trip per km of great circle: 2 x 1.468 / c (refractive index of fibre)."""

EARTH_RADIUS_KM = 6371.0

WITHIN_REGION_MS = 0.3
"""Google's dashboard, 2023-11-27: median of a region to itself 0.25 ms, at most 0.6; AWS (fantoch, 19 regions): at most 0.33."""

WITHIN_REGION_JITTER_MS = 0.32
"""Largest standard deviation of a region to itself in fantoch's series, 2020-06 and 2021-02: AWS 0.315, GCP 0.158."""

_BAND_RATIO = ((1000.0, 2.37), (3000.0, 1.91), (6000.0, 1.88), (10000.0, 1.77), (math.inf, 1.62))
"""Upper km of a distance band, and the median of measured round trip over fibre limit in it
(AWS and GCP pooled, computed from the atlas's own measurements)."""

_NEAR_KM, _NEAR_EXTRA_MS = 200.0, 2.9
"""Below 200 km the excess is additive: cross-cloud median +2.9 ms."""

_JITTER_ESTIMATE_MS = 0.52
"""Nobody has published jitter between the clouds; this is the larger of both clouds' own medians (AWS 0.43, GCP 0.52)."""


class Evidence(StrEnum):
    """How a figure is known; hard rules accept `measured` only."""

    MEASURED = "measured"
    ESTIMATED = "estimated"


@dataclass(frozen=True, kw_only=True)
class RoundTrip:
    """A figure between two regions, in milliseconds, with what it rests on."""

    value_ms: float
    evidence: Evidence
    statistic: str
    method: str
    date: str
    source: str


def distance_km(origin: Region, target: Region) -> float:
    """Return the great-circle distance."""
    a1, o1, a2, o2 = map(math.radians, (origin.latitude, origin.longitude, target.latitude, target.longitude))
    half = math.sin((a2 - a1) / 2) ** 2 + math.cos(a1) * math.cos(a2) * math.sin((o2 - o1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def fastest_possible_ms(origin: str, target: str) -> float:
    """Return the floor that light in fibre sets on a round trip, in ms; it may refuse, never accept."""
    return distance_km(region(origin), region(target)) * FIBRE_MS_PER_KM


@cache
def _measured(table: str, column: str) -> dict[tuple[str, str], RoundTrip]:
    return {
        (row["region"], row["other"]): RoundTrip(
            value_ms=float(row[column]),
            evidence=Evidence.MEASURED,
            statistic=row["statistic"],
            method=row["method"],
            date=row["date"],
            source=row["source"],
        )
        for row in rows(table)
    }


def round_trip(origin: str, target: str) -> RoundTrip:
    """Return the best known round trip between two regions, the same in both directions.

    Measured where a source has the pair; otherwise estimated by distance band, and
    marked so.

    Raises:
        AtlasError: The atlas lacks one of the regions.
    """
    first, second = region(origin), region(target)
    if first.name == second.name:
        return RoundTrip(
            value_ms=WITHIN_REGION_MS, evidence=Evidence.MEASURED, statistic="median",
            method="between machines", date="2023-11-27", source="google-dashboard",
        )  # fmt: skip
    pair = (min(origin, target), max(origin, target))
    found = _measured("round_trips", "round_trip_ms").get(pair)
    return found or _estimate(distance_km(first, second))


def _estimate(km: float) -> RoundTrip:
    floor = km * FIBRE_MS_PER_KM
    ratio = next(ratio for limit, ratio in _BAND_RATIO if km <= limit)
    value = floor + _NEAR_EXTRA_MS if km < _NEAR_KM else floor * ratio
    return RoundTrip(
        value_ms=round(value, 3), evidence=Evidence.ESTIMATED, statistic="median of band",
        method="distance", date="2026-11-24", source="geofleet",
    )  # fmt: skip


def jitter(origin: str, target: str) -> RoundTrip:
    """Return the standard deviation of the round trip (ping's mdev), in ms.

    Where no source has the pair, between the clouds above all, the figure is an
    estimate and marked as one.

    Raises:
        AtlasError: The atlas lacks one of the regions.
    """
    first, second = region(origin).name, region(target).name
    if first == second:
        return RoundTrip(
            value_ms=WITHIN_REGION_JITTER_MS, evidence=Evidence.MEASURED, statistic="standard deviation",
            method="ICMP between machines", date="2021-02", source="fantoch",
        )  # fmt: skip
    found = _measured("jitter", "jitter_ms").get((min(first, second), max(first, second)))
    return found or RoundTrip(
        value_ms=_JITTER_ESTIMATE_MS, evidence=Evidence.ESTIMATED, statistic="standard deviation",
        method="larger of both clouds' medians", date="2020-06", source="fantoch",
    )  # fmt: skip
