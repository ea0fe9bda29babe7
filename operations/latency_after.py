"""How fast a fleet is with the members that are left, by the plan's round trips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations_with_replacement

from policies.fleet_view import Fleet
from schemas.atlas import Atlas, Evidence
from schemas.atlas.estimation import ERROR_P90
from schemas.commit_latency import LeaderLatency, Voter, bft_commit, nearest_answers, raft_commit
from schemas.errors import AtlasError
from schemas.plan import Plan
from schemas.roles import Quorum
from schemas.simulation import Latency, LatencyKind
from schemas.survival import Member

Figure = tuple[float, Evidence]
"""A round trip in milliseconds, and how it is known."""


class Distances:
    """What separates two places of a plan: its own links, and the atlas for what it does not link."""

    def __init__(self, plan: Plan, atlas: Atlas) -> None:
        """Read the plan's links."""
        self._atlas = atlas
        self._links = {(link.region, link.other): link for link in plan.links}

    def between(self, region: str, other: str) -> Figure:
        """Return the round trip between two regions, or between two members in one.

        Raises:
            AtlasError: Neither plan nor atlas knows it.
        """
        link = self._links.get((min(region, other), max(region, other)))
        if link is not None:
            return link.round_trip_ms, link.round_trip_evidence
        found = self._atlas.round_trip(region, other)
        return found.value_ms, found.evidence

    def round_trip_ms(self, region: str, other: str) -> float:
        """Return the round trip alone; see `between`."""
        return self.between(region, other)[0]


class LatencyAfter:
    """One fleet's latency for any members that are left; alike sets are computed once."""

    def __init__(self, fleet: Fleet, members: tuple[Member, ...], distances: Distances) -> None:
        """Note where every member is."""
        self._fleet, self._members, self._distances = fleet, members, distances
        self.place_of = {host.host: host.region for host in fleet.hosts}
        self.place_of |= {member.name: member.region for member in fleet.promises.external}
        self._known: dict[tuple[tuple[str, int], ...], Latency | None] = {}

    def unknown_places(self) -> tuple[str, ...]:
        """Return the regions of members to which no round trip is known, sorted."""
        return tuple(sorted(place for place in set(self.place_of.values()) if not self._is_known(place)))

    def of(self, left: Iterable[Member]) -> Latency | None:
        """Return the latency with these members; None when they are no quorum, or nothing is known."""
        # Members of one place and power differ in name alone: computed by kind, then the kind's first member is named.
        first: dict[str, str] = {}
        voters: list[Voter] = []
        for member in left:
            place = self.place_of[member.name]
            kind = f"{place} {member.power}"
            first.setdefault(kind, member.name)
            voters.append(Voter(name=kind, place=place, power=member.power))
        key = tuple(sorted((voter.place, voter.power) for voter in voters))
        if key not in self._known:
            self._known[key] = self._latency(voters)
        found = self._known[key]
        return replace(found, worst_at=first.get(found.worst_at, found.worst_at)) if found else None

    def _is_known(self, place: str) -> bool:
        try:
            self._distances.between(place, place)
        except AtlasError:
            return False
        return True

    def _latency(self, voters: list[Voter]) -> Latency | None:
        if not voters or any(not self._is_known(voter.place) for voter in voters):
            return None
        quorum = self._fleet.quorum
        if quorum is Quorum.BFT:
            total = sum(member.power for member in self._members)
            took = bft_commit(voters, power_total=total, round_trip_ms=self._distances.round_trip_ms)
            return self._led(took, LatencyKind.COMMIT_FLOOR, voters)
        if quorum is Quorum.MAJORITY:
            total = len(self._members)
            took = raft_commit(voters, members_total=total, round_trip_ms=self._distances.round_trip_ms)
            return self._led(took, LatencyKind.RAFT_COMMIT, voters)
        if quorum is Quorum.THRESHOLD and not self._fleet.promises.near:
            needed = self._fleet.reports_min
            took = nearest_answers(voters, needed=needed, round_trip_ms=self._distances.round_trip_ms)
            return self._led(took, LatencyKind.REPORT_ROUND_TRIP, voters)
        return self._to_hubs({voter.place for voter in voters})

    def _led(self, took: LeaderLatency | None, kind: LatencyKind, voters: list[Voter]) -> Latency | None:
        if took is None:
            return None
        return Latency(
            kind=kind, mean_ms=took.mean_ms, worst_ms=took.worst_ms, worst_at=took.worst_leader,
            evidence=weakest(evidence for _, evidence in self._legs(voters)),
        )  # fmt: skip

    def _legs(self, voters: list[Voter]) -> Iterator[Figure]:
        places = [voter.place for voter in voters]
        for one, other in combinations_with_replacement(sorted(set(places)), 2):
            if one != other or places.count(one) > 1 or len(places) == 1:
                yield self._distances.between(one, other)

    def _to_hubs(self, places: set[str]) -> Latency | None:
        near = self._fleet.promises.near
        if not near:
            return None
        legs = {hub.hub: min(self._distances.between(place, hub.at) for place in places) for hub in near}
        worst = max(sorted(legs), key=lambda hub: legs[hub][0])
        return Latency(
            kind=LatencyKind.HUB_ROUND_TRIP, mean_ms=round(sum(ms for ms, _ in legs.values()) / len(legs), 3),
            worst_ms=round(legs[worst][0], 3), worst_at=worst, evidence=weakest(e for _, e in legs.values()),
        )  # fmt: skip


@cache
def _weakness() -> dict[Evidence, int]:
    """Return how weak each kind of evidence is: by how much its figures are off."""
    ordered = sorted(Evidence, key=lambda evidence: ERROR_P90[evidence])
    return {evidence: position for position, evidence in enumerate(ordered)}


def weakest(kinds: Iterable[Evidence]) -> Evidence:
    """Return the weakest of several kinds of evidence; there is at least one."""
    return max(kinds, key=lambda evidence: _weakness()[evidence])
