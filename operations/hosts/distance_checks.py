"""Whether measured round trips keep the promises: PRX001, PRX002, PRX003."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from operations.hosts.seen import NotApplicableError, NotReadError, Seen
from schemas.facts import HostFacts
from schemas.plan import Near
from schemas.roles import QUORUM_OF_ROLE, Quorum

ANSWERS_MIN = 5
"""Fewer answers than this are no measurement."""


@dataclass(frozen=True, kw_only=True)
class RoundTrip:
    """What pings from one host to another took."""

    median_ms: float
    jitter_ms: float
    """Standard deviation: ping's mdev."""


def measured(times_ms: Sequence[float]) -> RoundTrip | None:
    """Return median and jitter of round trips; None when too few were answered."""
    if len(times_ms) < ANSWERS_MIN:
        return None
    return RoundTrip(median_ms=statistics.median(times_ms), jitter_ms=statistics.pstdev(times_ms))


def between_members(seen: Seen, host: str) -> list[str]:
    """Return the members of a host's fleet that are farther from it than promised."""
    facts = seen.facts(host)
    limit_ms = facts.promises.between_members_ms_max
    assert limit_ms is not None, "only hosts with the promise are judged"
    return [
        f"round trip to {other.host} ({other.region}) is {trip.median_ms:.1f} ms, promised at most {limit_ms:g} ms"
        f"{_planned(seen, facts, other)}"
        for other, trip in _trips(seen, facts)
        if trip.median_ms > limit_ms
    ]


def jitter(seen: Seen, host: str) -> list[str]:
    """Return the members of a host's fleet to which the round trip varies more than promised."""
    facts = seen.facts(host)
    limit_ms = facts.promises.jitter_ms_max
    assert limit_ms is not None, "only hosts with the promise are judged"
    return [
        f"round trip to {other.host} ({other.region}) varies by {trip.jitter_ms:.2f} ms, promised at most {limit_ms:g} ms"
        for other, trip in _trips(seen, facts)
        if trip.jitter_ms > limit_ms
    ]


def _trips(seen: Seen, facts: HostFacts) -> list[tuple[HostFacts, RoundTrip]]:
    """Return the round trips to the fleet's other members; those that cannot be reached have their own finding."""
    others = [other for other in seen.members(facts.fleet) if other.host != facts.host and seen.reached(other.host)]
    return [(other, _trip(seen, facts, other)) for other in others]


def _trip(seen: Seen, facts: HostFacts, other: HostFacts) -> RoundTrip:
    times_ms = seen.hosts[facts.host].pings.get(other.host, ())
    found = measured(times_ms)
    if found is None:
        raise NotReadError(f"{other.host} answered {len(times_ms)} pings of {facts.host}, needed {ANSWERS_MIN}")
    return found


def _planned(seen: Seen, facts: HostFacts, other: HostFacts) -> str:
    pair = (min(facts.region, other.region), max(facts.region, other.region))
    link = next((link for link in seen.inventory.links if (link.region, link.other) == pair), None)
    return f"; planned {link.round_trip_ms:g} ms" if link else ""


def near_hub(seen: Seen, subject: str) -> list[str]:
    """Return which members of a fleet are too far from a hub, measured to a host in the hub's region.

    Args:
        seen: The stack.
        subject: Fleet and hub, as `fleet-hub`.

    Raises:
        NotApplicableError: No host is in the hub's region, so there is nothing to measure to.
        NotReadError: A measurement is missing.
    """
    fleet, near = next(
        (facts.fleet, near)
        for facts in seen.inventory.hosts
        for near in facts.promises.near
        if hub_subject(facts.fleet, near) == subject
    )
    members = [facts for facts in seen.members(fleet) if seen.reached(facts.host)]
    if not any(facts.region == near.at for facts in seen.inventory.hosts):
        raise NotApplicableError(f"no host is in {near.at} to measure to; the plan is judged by the atlas")
    distances = {facts.host: _to_hub(seen, facts, near) for facts in members}
    far = {host: ms for host, ms in distances.items() if ms > near.latency_ms_max}
    figures = ", ".join(f"{host} {ms:.1f} ms" for host, ms in sorted(far.items()))
    promise = f"hub {near.hub} ({near.at}), promised {near.latency_ms_max:g} ms"
    if not members or QUORUM_OF_ROLE[members[0].role] is not Quorum.ANY:
        return [f"too far from {promise}: {figures}"] if far else []
    needed = members[0].promises.per_hub or 1
    near_enough, unjudged = len(distances) - len(far), len(seen.members(fleet)) - len(members)
    if near_enough + unjudged >= needed:  # a member that cannot be reached has its own finding
        return []
    return [f"{near_enough} of {len(members)} members are near to {promise} for {needed}; too far: {figures}"]


def hub_subject(fleet: str, near: Near) -> str:
    """Return the name under which a fleet's promise to be near a hub is judged."""
    return f"{fleet}-{near.hub}"


def _to_hub(seen: Seen, facts: HostFacts, near: Near) -> float:
    """Return the round trip from a member to a hub; 0 when it is in the hub's region and nobody else is."""
    others = [other for other in seen.inventory.hosts if other.region == near.at and other.host != facts.host]
    timed = [other for other in others if other.host in seen.hosts[facts.host].pings and seen.reached(other.host)]
    if not timed:
        if facts.region == near.at:
            return 0.0
        raise NotReadError(f"nothing in {near.at} could be measured from {facts.host}")
    return min(_trip(seen, facts, other).median_ms for other in timed)
