"""How long members take to agree: floors that no software can go below, from round trips alone.

Placement, simulation and drills all use it, so that they never disagree. Processing, gossip over
several hops, time-outs and block size come on top.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

RoundTripMs = Callable[[str, str], float]
"""Two places, perhaps the same, to the round trip between two members there."""


@dataclass(frozen=True, kw_only=True)
class Voter:
    """One member that takes part in an agreement."""

    name: str
    place: str
    power: int = 1


@dataclass(frozen=True, kw_only=True)
class LeaderLatency:
    """How long an agreement takes, whoever leads it; in milliseconds."""

    mean_ms: float
    """Over all leaders, each as often as it leads."""
    worst_ms: float
    worst_leader: str


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Members that cannot be told apart: one place, one power. A leader is a group of its own."""

    place: str
    power: int
    count: int
    is_leader: bool = False


def bft_commit(voters: Iterable[Voter], *, power_total: int, round_trip_ms: RoundTripMs) -> LeaderLatency | None:
    """Return the three-delay floor of validators with rotating leaders.

    A proposal, the prevotes on it and the precommits each take one way, half a round trip, straight from
    sender to receiver. Who has prevotes of more than two thirds of all power precommits; who has as many
    precommits has committed. The time is until members with more than two thirds of the power have. A
    member leads in proportion to its power, as CometBFT chooses proposers.

    Args:
        voters: Those that are left.
        power_total: Of all members, lost ones included: they count in the quorum.
        round_trip_ms: What separates two places.

    Returns:
        None when those that are left are no quorum.
    """
    present = [voter for voter in voters if voter.power > 0]
    if 3 * sum(voter.power for voter in present) <= 2 * power_total:
        return None
    places = sorted({voter.place for voter in present})
    one_way_ms = {one: {other: round_trip_ms(one, other) / 2 for other in places} for one in places}
    found: list[tuple[float, str, int]] = []
    for (place, power), names in sorted(_alike(present).items()):
        took = _three_delays(_groups(present, (place, power)), 2 * power_total // 3, one_way_ms)
        found.append((took, names[0], power * len(names)))
    return _over_leaders(found)


def raft_commit(voters: Iterable[Voter], *, members_total: int, round_trip_ms: RoundTripMs) -> LeaderLatency | None:
    """Return how long a leader waits for the nearest followers that make a majority with it: one round trip.

    Args:
        voters: Those that are left; each may be the leader.
        members_total: Lost ones included: they count in the majority.
        round_trip_ms: What separates two places.

    Returns:
        None when those that are left are no majority.
    """
    return nearest_answers(voters, needed=members_total // 2 + 1, round_trip_ms=round_trip_ms)


def nearest_answers(voters: Iterable[Voter], *, needed: int, round_trip_ms: RoundTripMs) -> LeaderLatency | None:
    """Return how long a member waits for the nearest others that make a number with it: one round trip.

    Args:
        voters: Those that are left; each asks as often as any other.
        needed: Members in all, the one that asks included.
        round_trip_ms: What separates two places.

    Returns:
        None when those that are left are too few.
    """
    present = [Voter(name=voter.name, place=voter.place) for voter in voters]
    if len(present) < max(needed, 1):
        return None
    found: list[tuple[float, str, int]] = []
    for kind, names in sorted(_alike(present).items()):
        groups = _groups(present, kind)
        answers = [0.0 if group.is_leader else round_trip_ms(kind[0], group.place) for group in groups]
        took = _quorum_at([(answer, group.count) for answer, group in zip(answers, groups, strict=True)], needed - 1)
        found.append((took, names[0], len(names)))
    return _over_leaders(found)


def _alike(voters: Sequence[Voter]) -> dict[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = {}
    for voter in voters:
        found.setdefault((voter.place, voter.power), []).append(voter.name)
    return found


def _groups(voters: Sequence[Voter], leader: tuple[str, int]) -> list[_Group]:
    """Return the members by what they are, one of the leader's kind apart as the leader."""
    groups = [_Group(place=leader[0], power=leader[1], count=1, is_leader=True)]
    for (place, power), names in sorted(_alike(voters).items()):
        count = len(names) - ((place, power) == leader)
        if count:
            groups.append(_Group(place=place, power=power, count=count))
    return groups


def _three_delays(groups: list[_Group], needed: int, one_way_ms: Mapping[str, Mapping[str, float]]) -> float:
    """Return when members with more than the needed power have precommits of as much.

    Args:
        groups: The members, the leader first and alone.
        needed: Power that is not enough yet.
        one_way_ms: Sender's place to receiver's place to what separates them.
    """
    leader = groups[0]
    weights = [group.count * group.power for group in groups]
    ways = {group.place: [one_way_ms[sender.place][group.place] for sender in groups] for group in groups}
    times = [0.0 if group.is_leader else one_way_ms[leader.place][group.place] for group in groups]
    for _vote in ("prevote", "precommit"):
        received: list[float] = []
        for position, group in enumerate(groups):
            arrivals = [
                (sent + way, weight) for sent, way, weight in zip(times, ways[group.place], weights, strict=True)
            ]
            # A member's own vote is there at once; those of others like it come one way.
            arrivals[position] = (arrivals[position][0], weights[position] - group.power)
            arrivals.append((times[position], group.power))
            received.append(_quorum_at(arrivals, needed))
        times = received
    return _quorum_at(list(zip(times, weights, strict=True)), needed)


def _quorum_at(arrivals: list[tuple[float, int]], needed: int) -> float:
    """Return when more than the needed weight has arrived; infinity when that never is."""
    have = 0
    for when, weight in sorted(arrivals):
        have += weight
        if have > needed:
            return when
    return math.inf


def _over_leaders(found: list[tuple[float, str, int]]) -> LeaderLatency:
    """Return mean and worst over leaders: time, name and how often each leads."""
    turns = sum(weight for _, _, weight in found)
    worst_ms, worst_leader, _ = min(found, key=lambda one: (-one[0], one[1]))
    return LeaderLatency(
        mean_ms=round(sum(took * weight for took, _, weight in found) / turns, 3),
        worst_ms=round(worst_ms, 3),
        worst_leader=worst_leader,
    )
