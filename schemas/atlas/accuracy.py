"""How good the atlas's estimates are: each predicted on pairs that it was not made from, and compared.

Computed from the tables alone, so the figures in `docs/atlas.md` cannot grow stale.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from schemas.atlas import measurements, pricing
from schemas.atlas.distance import FIBRE_MS_PER_KM, distance_km, fastest_possible_ms
from schemas.atlas.estimation import BANDS, NEAR_KM, composed, ways
from schemas.atlas.evidence import Evidence, RoundTrip
from schemas.atlas.latency import published
from schemas.atlas.regions import region, regions

Sample = tuple[measurements.Pair, float]
"""Two regions, and what is measured between them in milliseconds."""

Prediction = tuple[RoundTrip, float]
"""What is predicted for a pair, and what is measured."""


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """One way to predict, against measurements that it was not made from."""

    name: str
    count: int
    """Pairs held out."""
    error_p50: float
    """Median of the relative error, without its sign."""
    error_p90: float
    covered: float | None
    """Share of the measurements below the prediction's upper bound; None when it has none."""


def accuracies() -> tuple[Accuracy, ...]:
    """Return how good each way to predict is."""
    return (
        _accuracy("composed through a shared metro", composed_predictions()),
        _accuracy("composed, step in the metro assumed", assumed_predictions()),
        _accuracy("distance band, between the clouds", _by_class(crosses_clouds=True)),
        _accuracy("distance band, within one cloud", _by_class(crosses_clouds=False)),
        price_accuracy(),
    )


def samples() -> tuple[Sample, ...]:
    """Return every pair that is measured well enough to prove something."""
    found = ((pair, measurements.round_trip(pair)) for pair in measurements.measured_pairs())
    return tuple((pair, trip.value_ms) for pair, trip in found if trip is not None)


def composed_predictions() -> list[Prediction]:
    """Return what is composed for every measured pair of two clouds that a shared metro serves.

    No part of a composed figure is the pair itself, so each is held out by its making.
    """
    return [
        (guess, value_ms)
        for pair, value_ms in samples()
        if (guess := composed(*pair, published)) is not None and guess.evidence is Evidence.COMPOSED
    ]


def assumed_predictions() -> list[Prediction]:
    """Return the same through metros whose step across the clouds nobody measured."""
    found = []
    for pair, value_ms in samples():
        assumed = [way for way in ways(*pair, published) if way.evidence is Evidence.ESTIMATED]
        if assumed:
            mean = sum(way.value_ms for way in assumed) / len(assumed)
            uppers = [way.upper_ms for way in assumed if way.upper_ms is not None]
            found.append((replace(assumed[0], value_ms=mean, upper_ms=sum(uppers) / len(uppers)), value_ms))
    return found


def band_predictions() -> Iterator[tuple[measurements.Pair, Prediction]]:
    """Yield what distance bands predict for each pair, made from the pairs of all other regions."""
    far = [sample for sample in samples() if _km(sample[0]) >= NEAR_KM]
    for name in regions():
        rest = [sample for sample in far if name not in sample[0]]
        bands = list(band_ratios(rest))
        for pair, value_ms in far:
            if pair[0] == name:  # each pair once
                ratio, upper = bands[_band_of(pair)]
                floor_ms = fastest_possible_ms(*pair)
                guess = RoundTrip(
                    value_ms=floor_ms * ratio, evidence=Evidence.ESTIMATED, statistic="", method="", date="",
                    source="", upper_ms=floor_ms * upper,
                )  # fmt: skip
                yield pair, (guess, value_ms)


def band_ratios(far: Sequence[Sample], margin: float = 1.05) -> Iterator[tuple[float, float]]:
    """Yield each band's median ratio of measurement over light, and a bound on it: see `estimation.BANDS`."""
    for band in range(len(BANDS)):
        ratios = [value_ms / fastest_possible_ms(*pair) for pair, value_ms in far if _band_of(pair) == band]
        yield statistics.median(ratios), conformal(ratios) * margin


def conformal(values: Iterable[float], level: float = 0.95) -> float:
    """Return the value that a new one is below with at least this probability, if it comes from the same source."""
    ordered = sorted(values)
    return ordered[min(math.ceil((len(ordered) + 1) * level), len(ordered)) - 1]


def near_extras() -> list[float]:
    """Return by how many milliseconds each measured pair within 200 km exceeds light, sorted."""
    return sorted(value_ms - fastest_possible_ms(*pair) for pair, value_ms in samples() if _km(pair) < NEAR_KM)


def price_accuracy() -> Accuracy:
    """Return how good GCP's factors are for AWS: against AWS's own, of the regions that have both."""
    errors, covered = [], []
    for name, own in pricing.aws_factors().items():
        guess = pricing.gcp_neighbour_factor(region(name))
        if guess is not None:
            errors.append(abs(guess.value / own.value - 1))
            covered.append(own.value <= guess.most)
    return Accuracy(
        name="AWS price from GCP's factor", count=len(errors), error_p50=statistics.median(errors),
        error_p90=_p90(errors), covered=sum(covered) / len(covered),
    )  # fmt: skip


def _by_class(*, crosses_clouds: bool) -> list[Prediction]:
    return [
        prediction
        for (one, other), prediction in band_predictions()
        if (region(one).provider != region(other).provider) is crosses_clouds
    ]


def _accuracy(name: str, predictions: Sequence[Prediction]) -> Accuracy:
    errors = [abs(guess.value_ms / value_ms - 1) for guess, value_ms in predictions]
    bounded = [(guess.upper_ms, value_ms) for guess, value_ms in predictions if guess.upper_ms is not None]
    return Accuracy(
        name=name, count=len(errors), error_p50=statistics.median(errors), error_p90=_p90(errors),
        covered=sum(value_ms <= upper for upper, value_ms in bounded) / len(bounded) if bounded else None,
    )  # fmt: skip


def _p90(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))]


def _km(pair: measurements.Pair) -> float:
    return distance_km(region(pair[0]), region(pair[1]))


def _band_of(pair: measurements.Pair) -> int:
    km = fastest_possible_ms(*pair) / FIBRE_MS_PER_KM
    return next(band for band, (limit, _, _) in enumerate(BANDS) if km <= limit)
