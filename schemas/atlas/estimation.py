"""Round trips that nobody measured: composed through a shared metro, or estimated by distance.

Held-out errors of each way: `schemas.atlas.accuracy`, printed in `docs/atlas.md`;
`tests/schemas/atlas/test_accuracy.py` recomputes every constant here from the tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from schemas.atlas.distance import FIBRE_MS_PER_KM, Place, distance_km, fastest_possible_ms
from schemas.atlas.evidence import Evidence, RoundTrip
from schemas.atlas.regions import Region, region, regions

Known = Callable[[str, str], RoundTrip | None]
"""What is measured between two regions, in either order."""

NEAR_KM, NEAR_EXTRA_MS = 200.0, 2.9
"""Below 200 km the excess over light is additive: its median over the 14 measured pairs, 12 of them between clouds."""

BANDS = ((1000.0, 2.46, 4.38), (3000.0, 1.93, 4.29), (6000.0, 1.9, 3.42), (10000.0, 1.84, 3.24), (math.inf, 1.63, 2.47))
"""Upper km of a distance band; median of measured round trip over fibre limit in it; and a bound on that ratio.
All measured pairs, pooled; the bound is their 95th percentile (conformal) and 5 % more, since a region that is left
out of the sample is below the percentile itself in 94.8 % only."""

COMPOSED_UPPER = 1.25
"""A composed round trip times this held for 95 of 100 held-out pairs."""

ASSUMED_UPPER = 1.32
"""The same where the step in the metro is assumed: from the pairs of six metros without a measured step."""

JITTER_ESTIMATE_MS = 0.52
"""Nobody has published jitter between the clouds; this is the larger of both clouds' own medians (AWS 0.43, GCP 0.52)."""

ERROR_P90 = {Evidence.MEASURED: 1.0, Evidence.COMPOSED: 1.168, Evidence.ESTIMATED: 1.372, Evidence.LIGHT: math.inf}
"""By how much a figure of each kind was off in nine of ten held-out pairs: what comparisons should count it for."""

_COMPUTED = "2026-11-24"


@cache
def _by_metro() -> dict[str, tuple[Region, ...]]:
    found: dict[str, list[Region]] = {}
    for known in regions().values():
        found.setdefault(known.metro, []).append(known)
    return {metro: tuple(places) for metro, places in found.items()}


def neighbours(of: Region) -> tuple[Region, ...]:
    """Return the other clouds' regions in a region's metro."""
    return tuple(other for other in _by_metro()[of.metro] if other.provider != of.provider)


def ways(origin: str, target: str, known: Known) -> Iterator[RoundTrip]:
    """Yield the composed round trips between regions of two clouds: over each metro that has both.

    One cloud's backbone is measured to the shared metro; the step across is measured there, or
    assumed, and then the figure is an estimate. A way over a third metro at both ends was off by
    12 % in the median and 225 % in one of ten pairs, so there is none.
    """
    first, last = region(origin), region(target)
    if first.provider == last.provider or first.metro == last.metro:
        return
    for start, end in ((first, last), (last, first)):
        for beside in neighbours(start):
            if beside.provider != end.provider:
                continue
            backbone = known(beside.name, end.name)
            if backbone is not None:
                yield _joined(start, beside, backbone, known(start.name, beside.name))


def _joined(start: Region, beside: Region, backbone: RoundTrip, step: RoundTrip | None) -> RoundTrip:
    """Return a step across the clouds in one metro and a backbone from there, as one figure."""
    if step is not None:
        value = step.value_ms + backbone.value_ms
        return RoundTrip(
            value_ms=round(value, 3), evidence=Evidence.COMPOSED, statistic="sum of two figures",
            method="across the clouds in a shared metro, plus backbone", date=min(step.date, backbone.date),
            source=f"{step.source} + {backbone.source}", upper_ms=round(value * COMPOSED_UPPER, 3), via=start.metro,
        )  # fmt: skip
    value = near_ms(start, beside) + backbone.value_ms
    return RoundTrip(
        value_ms=round(value, 3), evidence=Evidence.ESTIMATED, statistic="sum of two figures",
        method="across the clouds in a shared metro (assumed), plus backbone", date=backbone.date,
        source=f"geofleet + {backbone.source}", upper_ms=round(value * ASSUMED_UPPER, 3), via=start.metro,
    )  # fmt: skip


def composed(origin: str, target: str, known: Known) -> RoundTrip | None:
    """Return the round trip composed over the metros that both clouds share; the mean where two ways exist.

    Ways whose every part is measured are used alone when there are any.
    """
    found = list(ways(origin, target, known))
    best = [way for way in found if way.evidence is Evidence.COMPOSED] or found
    if len(best) < 2:
        return best[0] if best else None
    uppers = [way.upper_ms for way in best if way.upper_ms is not None]
    return replace(
        best[0],
        value_ms=round(sum(way.value_ms for way in best) / len(best), 3),
        statistic=f"mean of {len(best)} sums of two figures",
        date=min(way.date for way in best),
        source=" + ".join(sorted({part for way in best for part in way.source.split(" + ")})),
        upper_ms=round(sum(uppers) / len(uppers), 3),
        via=", ".join(sorted({way.via for way in best})),
    )


def near_ms(origin: Place, target: Place) -> float:
    """Return the expected round trip over less than 200 km, in ms."""
    return distance_km(origin, target) * FIBRE_MS_PER_KM + NEAR_EXTRA_MS


def by_distance(origin: Place, target: Place) -> RoundTrip:
    """Return a round trip by its distance alone; below 200 km without a bound, for 14 pairs cannot show one."""
    km = distance_km(origin, target)
    floor_ms = km * FIBRE_MS_PER_KM
    if km < NEAR_KM:
        value, upper = near_ms(origin, target), None
    else:
        ratio, upper_ratio = next((ratio, upper) for limit, ratio, upper in BANDS if km <= limit)
        value, upper = floor_ms * ratio, round(floor_ms * upper_ratio, 3)
    return RoundTrip(
        value_ms=round(value, 3), evidence=Evidence.ESTIMATED, statistic="median of band", method="distance",
        date=_COMPUTED, source="geofleet", upper_ms=upper,
    )  # fmt: skip


def light(origin: str, target: str) -> RoundTrip:
    """Return what light in fibre needs between two regions."""
    return RoundTrip(
        value_ms=round(fastest_possible_ms(origin, target), 3), evidence=Evidence.LIGHT, statistic="lower bound",
        method="great circle at the speed of light in fibre", date=_COMPUTED, source="geofleet",
    )  # fmt: skip


def unmeasured_jitter() -> RoundTrip:
    """Return what stands for a standard deviation that nobody measured; no bound can be shown for it."""
    return RoundTrip(
        value_ms=JITTER_ESTIMATE_MS, evidence=Evidence.ESTIMATED, statistic="standard deviation",
        method="larger of both clouds' medians", date="2020-06", source="fantoch-2020-06",
    )  # fmt: skip
