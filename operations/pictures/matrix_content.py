"""What a heat map of a plan shows: every pair of regions in use, and each region to each hub, against the promises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from operations.latency_after import Distances
from operations.pictures.projection import west_and_span
from policies import reach
from policies.reach import Proof
from schemas.atlas import PUBLISHED, Atlas, Evidence
from schemas.plan import FleetPlan, HostPlan, Near, Plan
from schemas.roles import Quorum


class Verdict(StrEnum):
    """What a figure says about the promises that apply to it."""

    NONE = "none"
    """No promise is about this pair."""
    KEPT = "kept"
    UNPROVEN = "unproven"
    """Only estimated or composed: proves nothing."""
    BROKEN = "broken"


_VERDICT_OF = {Proof.KEPT: Verdict.KEPT, Proof.BROKEN: Verdict.BROKEN, Proof.ESTIMATED: Verdict.UNPROVEN}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One figure of the heat map."""

    round_trip_ms: float
    evidence: Evidence
    jitter_ms: float | None
    """Standard deviation; None for hubs, of which only the round trip is planned."""
    jitter_evidence: Evidence | None
    verdict: Verdict
    promises: tuple[str, ...]
    """The promises that apply, in words."""


@dataclass(frozen=True, kw_only=True)
class MatrixContent:
    """Everything that a heat map shows."""

    regions: tuple[str, ...]
    """In use, from west to east; regions of one metro side by side."""
    hosts: tuple[tuple[HostPlan, ...], ...]
    """Of each region, in that order."""
    between: tuple[tuple[Cell, ...], ...]
    """One row for each region."""
    hubs: tuple[tuple[str, str], ...]
    """Name and region of each hub that a fleet promises to be near to."""
    to_hubs: tuple[tuple[Cell, ...], ...]
    """One row for each region."""


def matrix_content(plan: Plan, atlas: Atlas = PUBLISHED) -> MatrixContent:
    """Return what a heat map of a plan shows.

    Raises:
        AtlasError: Atlas and plan lack a region.
    """
    distances = Distances(plan, atlas)
    regions = _west_to_east({host.region for host in plan.hosts}, atlas)
    hubs = sorted({(near.hub, near.at) for fleet in plan.fleets for near in fleet.promises.near})
    at = {region: tuple(host for host in plan.hosts if host.region == region) for region in regions}
    return MatrixContent(
        regions=tuple(regions),
        hosts=tuple(at[region] for region in regions),
        between=tuple(
            tuple(_pair(plan, one, other, distances, atlas) for other in regions) for one in regions
        ),
        hubs=tuple(hubs),
        to_hubs=tuple(tuple(_hub(plan, region, hub, distances, atlas) for hub in hubs) for region in regions),
    )  # fmt: skip


def _west_to_east(regions: set[str], atlas: Atlas) -> list[str]:
    """Return regions in the order in which a map shows them; those whose place is not known last."""
    known = [atlas.regions[region] for region in regions if region in atlas.regions]
    west, _ = west_and_span([region.longitude for region in known] or [0.0])
    of_metro: dict[str, list[float]] = {}
    for region in known:
        of_metro.setdefault(region.metro, []).append((region.longitude - west) % 360)
    mean = {metro: sum(easts) / len(easts) for metro, easts in of_metro.items()}
    ordered = sorted(known, key=lambda region: (mean[region.metro], region.metro, region.name))
    return [region.name for region in ordered] + sorted(regions - atlas.regions.keys())


def _pair(plan: Plan, one: str, other: str, distances: Distances, atlas: Atlas) -> Cell:
    value_ms, evidence = distances.between(one, other)
    link = plan.link(one, other)
    known = atlas.jitter(one, other) if link is None else None
    told = [found for fleet in plan.fleets for found in _between_members(plan, fleet, one, other, atlas)]
    return Cell(
        round_trip_ms=value_ms, evidence=evidence,
        jitter_ms=known.value_ms if known else link.jitter_ms if link else None,
        jitter_evidence=known.evidence if known else link.jitter_evidence if link else None,
        verdict=_worst([verdict for verdict, _ in told]), promises=tuple(words for _, words in told),
    )  # fmt: skip


def _between_members(
    plan: Plan, fleet: FleetPlan, one: str, other: str, atlas: Atlas
) -> Iterator[tuple[Verdict, str]]:  # fmt: skip
    """Yield what a fleet's promises between members say about two regions that both have some, or one that has two."""
    places = [host.region for host in plan.hosts_of(fleet.name)]
    if not (places.count(one) and places.count(other)) or (one == other and places.count(one) < 2):
        return
    promises = fleet.promises
    if promises.between_members_ms_max is not None:
        found = reach.round_trip(one, other, promises.between_members_ms_max, atlas)
        yield _VERDICT_OF[found.proof], f"{fleet.name}: at most {reach.figure(found.limit_ms)} ms between members"
    if promises.jitter_ms_max is not None:
        found = reach.jitter(one, other, promises.jitter_ms_max, atlas)
        yield _VERDICT_OF[found.proof], f"{fleet.name}: at most {reach.figure(found.limit_ms)} ms of jitter"


def _hub(plan: Plan, region: str, hub: tuple[str, str], distances: Distances, atlas: Atlas) -> Cell:
    value_ms, evidence = distances.between(region, hub[1])
    told = [
        found
        for fleet in plan.fleets
        if region in {host.region for host in plan.hosts_of(fleet.name)}
        for near in fleet.promises.near
        if (near.hub, near.at) == hub
        for found in _near(fleet, region, near, atlas)
    ]
    return Cell(
        round_trip_ms=value_ms, evidence=evidence, jitter_ms=None, jitter_evidence=None,
        verdict=_worst([verdict for verdict, _ in told]), promises=tuple(words for _, words in told),
    )  # fmt: skip


def _near(fleet: FleetPlan, region: str, near: Near, atlas: Atlas) -> Iterator[tuple[Verdict, str]]:
    found = reach.round_trip(region, near.at, near.latency_ms_max, atlas)
    if found.proof is Proof.BROKEN and fleet.quorum is Quorum.ANY and len(fleet.promises.near) > 1:
        return  # A relayer serves one of its hubs; to the others it may be far.
    yield _VERDICT_OF[found.proof], f"{fleet.name}: at most {reach.figure(found.limit_ms)} ms to hub {near.hub}"


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    order = list(Verdict)
    return max(verdicts, key=order.index, default=Verdict.NONE)
