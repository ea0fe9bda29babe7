"""`geofleet atlas locate`: from which few regions a set of places is reached in the least time, proven."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from components.placement.locating import Located, TooFewSitesError, p_center, p_median
from schemas.atlas import Atlas, Evidence, RoundTrip, hub
from schemas.atlas.answers import LocationAnswer, Served
from schemas.errors import InfeasiblePlacementError, UsageError
from schemas.loading.meaning import allowed_regions
from schemas.spec import Network
from schemas.spec.places import AtlasHub, Hub, RegionHub

Minimised = Literal["worst", "mean"]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked; patterns are those of the spec's `regions`: `aws:*`."""

    count: int
    """How many regions are to be used."""
    minimise: Minimised
    network: Network | None = None
    """The spec whose allowed regions and hubs are meant; None: every region of the atlas."""
    allow: tuple[str, ...] = ()
    """Patterns of regions to choose from; empty: all that the spec allows."""
    forbid: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    """Places to reach: patterns of regions, and hubs by name; empty: the regions to choose from."""
    keep: tuple[str, ...] = ()
    """Regions that are used in any case, and are among those counted."""
    is_measured: bool = False
    """Whether only measured round trips count: what is estimated is out of reach."""


@dataclass(frozen=True, kw_only=True)
class _Place:
    name: str
    round_trip: Callable[[str], RoundTrip]
    """From a region."""


def locate(atlas: Atlas, asked: Question) -> LocationAnswer:
    """Return the regions that answer a question; the order of its words plays no part.

    Raises:
        UsageError: A pattern matches nothing, a name is unknown, or the count makes no sense.
        InfeasiblePlacementError: So few regions reach not every place by measured round trips.
    """
    candidates = tuple(sorted({*_candidates(atlas, asked), *asked.keep}))
    unknown = [name for name in asked.keep if name not in atlas.regions]
    if unknown:
        raise UsageError(f"region '{unknown[0]}' is not in the atlas", remedy="geofleet atlas show lists them.")
    places = sorted(_places(atlas, asked, candidates), key=lambda place: place.name)
    trips = [[place.round_trip(region) for region in candidates] for place in places]
    if not 1 <= asked.count <= len(candidates) or len(set(asked.keep)) > asked.count:
        raise UsageError(
            f"{asked.count} of {len(candidates)} regions cannot be chosen, {len(set(asked.keep))} of them kept",
            remedy=f"Ask for at least {max(1, len(set(asked.keep)))} and at most {len(candidates)}.",
        )
    return _answer(atlas, asked, candidates, places, trips)


def _answer(
    atlas: Atlas, asked: Question, candidates: Sequence[str], places: Sequence[_Place], trips: list[list[RoundTrip]]
) -> LocationAnswer:  # fmt: skip
    found = _solved(asked, candidates, places, trips)
    served = [
        Served(place=place.name, region=candidates[column], round_trip=row[column])
        for place, row, column in zip(places, trips, found.served_by, strict=True)
    ]
    served.sort(key=lambda one: (-one.round_trip.value_ms, one.place))
    return LocationAnswer(
        version=atlas.version, minimised=asked.minimise, regions=tuple(candidates[site] for site in found.sites),
        worst_ms=served[0].round_trip.value_ms,
        mean_ms=round(sum(one.round_trip.value_ms for one in served) / len(served), 3),
        gap=found.gap, candidates=len(candidates), served=tuple(served),
    )  # fmt: skip


def _solved(
    asked: Question, candidates: Sequence[str], places: Sequence[_Place], trips: list[list[RoundTrip]]
) -> Located:
    costs = [
        [
            None if asked.is_measured and trip.evidence is not Evidence.MEASURED else round(trip.value_ms, 3)
            for trip in row
        ]
        for row in trips
    ]
    lonely = [place.name for place, row in zip(places, costs, strict=True) if all(cost is None for cost in row)]
    if lonely:
        raise InfeasiblePlacementError(
            f"no allowed region has a measured round trip to {', '.join(lonely)}",
            remedy="Leave --measured out, allow more regions, or add measurements: docs/atlas.md.",
        )
    required = [candidates.index(name) for name in sorted(set(asked.keep))]
    solve = p_center if asked.minimise == "worst" else p_median
    try:
        return solve(costs, asked.count, required=required)
    except TooFewSitesError as error:
        raise InfeasiblePlacementError(
            f"{asked.count} region{'s' * (asked.count != 1)} cannot reach all {len(places)} places by measured round "
            f"trips; {error.needed} can",
            remedy=f"Ask for {error.needed}, or leave --measured out.",
        ) from error


def _candidates(atlas: Atlas, asked: Question) -> Iterator[str]:
    known = atlas.regions if asked.network is None else allowed_regions(asked.network)
    for pattern in asked.allow:
        _matching(pattern, known)
    for name in known:
        if (not asked.allow or _is_any(name, asked.allow)) and not _is_any(name, asked.forbid):
            yield name


def _places(atlas: Atlas, asked: Question, candidates: Sequence[str]) -> Iterator[_Place]:
    own: dict[str, Hub] = dict(asked.network.hubs) if asked.network else {}
    names: set[str] = set() if asked.to else set(candidates)
    for word in sorted(set(asked.to)):
        if word in own:
            yield _Place(name=word, round_trip=_to_own_hub(atlas, own[word]))
        elif ":" not in word:
            yield _Place(name=word, round_trip=_to_hub(atlas, word))
        else:
            names |= set(_matching(word, atlas.regions))
    for name in names:
        yield _Place(name=name, round_trip=_to_region(atlas, name))


def _to_region(atlas: Atlas, name: str) -> Callable[[str], RoundTrip]:
    return lambda region: atlas.round_trip(region, name)


def _to_hub(atlas: Atlas, name: str) -> Callable[[str], RoundTrip]:
    found = hub(name)
    return lambda region: atlas.hub_round_trip(region, found)


def _to_own_hub(atlas: Atlas, found: Hub) -> Callable[[str], RoundTrip]:
    if isinstance(found, RegionHub):
        return _to_region(atlas, found.at)
    if isinstance(found, AtlasHub):
        return _to_hub(atlas, found.atlas)
    return lambda region: atlas.point_round_trip(region, found.coordinates)


def _matching(pattern: str, known: Iterable[str]) -> list[str]:
    found = [name for name in known if fnmatch.fnmatchcase(name, pattern)]
    if not found:
        raise UsageError(
            f"no allowed region matches '{pattern}'", remedy="geofleet atlas show lists regions, atlas hubs lists hubs."
        )
    return found


def _is_any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
