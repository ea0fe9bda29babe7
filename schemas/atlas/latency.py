"""Round trips and jitter between regions, as typed evidence: the best figure for a pair, and all of them."""

from __future__ import annotations

from dataclasses import replace

from schemas.atlas import measurements
from schemas.atlas.distance import FIBRE_MS_PER_KM, distance_km, fastest_possible_ms
from schemas.atlas.estimation import Known, by_distance, composed, light, unmeasured_jitter, ways
from schemas.atlas.evidence import Evidence, RoundTrip
from schemas.atlas.measurements import WITHIN_REGION, WITHIN_REGION_JITTER, pair_of
from schemas.atlas.regions import region

__all__ = ["FIBRE_MS_PER_KM", "Evidence", "RoundTrip", "distance_km", "fastest_possible_ms", "jitter", "round_trip"]


def published(origin: str, target: str) -> RoundTrip | None:
    """Return what the atlas's sources measured between two regions, in either order."""
    return measurements.round_trip(pair_of(origin, target))


def round_trip(origin: str, target: str, known: Known = published) -> RoundTrip:
    """Return the best known round trip between two regions, the same in both directions.

    Measured where a source has the pair; else composed through a metro that both clouds share;
    else estimated, and marked so.

    Args:
        origin: One region.
        target: The other.
        known: What counts as measured; the atlas's own sources unless overrides say more.

    Raises:
        AtlasError: The atlas lacks one of the regions.
    """
    first, last = region(origin), region(target)
    if first.name == last.name:
        return WITHIN_REGION
    pair = pair_of(origin, target)
    return known(*pair) or composed(*pair, known) or _estimate(pair)


def _estimate(pair: measurements.Pair) -> RoundTrip:
    """Return the estimate by distance; a measurement below its method's floor bounds it from above."""
    guess = by_distance(region(pair[0]), region(pair[1]))
    at_most = measurements.below_floor(pair)
    if at_most is None:
        return guess
    return replace(
        guess, value_ms=min(guess.value_ms, at_most.value_ms), upper_ms=at_most.upper_ms,
        method=f"distance, at most what {at_most.source} has", date=at_most.date, source=f"geofleet + {at_most.source}",
    )  # fmt: skip


def jitter(origin: str, target: str) -> RoundTrip:
    """Return the standard deviation of the round trip (ping's mdev), in ms.

    Where no source has the pair, between the clouds above all, the figure is an
    estimate and marked as one.

    Raises:
        AtlasError: The atlas lacks one of the regions.
    """
    first, last = region(origin).name, region(target).name
    if first == last:
        return WITHIN_REGION_JITTER
    found = measurements.jitters(pair_of(first, last))
    return found[0] if found else unmeasured_jitter()


def figures(origin: str, target: str, known: Known = published) -> tuple[RoundTrip, ...]:
    """Return every figure for a pair: measured (the most trusted first), composed, estimated, light.

    Raises:
        AtlasError: The atlas lacks one of the regions.
    """
    first, last = region(origin), region(target)
    if first.name == last.name:
        return (WITHIN_REGION, light(origin, target))
    pair = pair_of(origin, target)
    return (
        *measurements.round_trips(pair), *ways(*pair, known), by_distance(first, last), light(*pair),
    )  # fmt: skip
