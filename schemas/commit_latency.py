"""How long members take to agree: floors that no software can go below, from round trips alone.

Placement, simulation and drills all use it, so that they never disagree. Processing, gossip over
several hops, time-outs and block size come on top.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
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
    found: list[tuple[float, str, int]] = []
    for (place, power), names in sorted(_alike(present).items()):
        took = _three_delays(_groups(present, (place, power)), power_total, round_trip_ms)
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
        took = _reached(zip(answers, groups, strict=True), needed - 1, weighs=False)
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


def _three_delays(groups: list[_Group], power_total: int, round_trip_ms: RoundTripMs) -> float:
    needed = 2 * power_total // 3
    leader = groups[0]
    times = [0.0 if group.is_leader else round_trip_ms(leader.place, group.place) / 2 for group in groups]
    one_way = {
        (one.place, other.place): round_trip_ms(one.place, other.place) / 2 for one in groups for other in groups
    }
    for _vote in ("prevote", "precommit"):
        times = [
            _reached(_arrivals(groups, times, receiver, one_way), needed) for receiver in range(len(groups))
        ]  # fmt: skip
    return _reached(zip(times, groups, strict=True), needed)


def _arrivals(
    groups: list[_Group], times: list[float], receiver: int, one_way: dict[tuple[str, str], float]
) -> list[tuple[float, _Group]]:
    """Return when each group's votes are with one member of the receiving group; its own is there at once."""
    own = groups[receiver]
    arrivals = [(times[receiver], _Group(place=own.place, power=own.power, count=1))]
    for group, sent in zip(groups, times, strict=True):
        count = group.count - (group is own)
        if count:
            there = sent + one_way[group.place, own.place]
            arrivals.append((there, _Group(place=group.place, power=group.power, count=count)))
    return arrivals


def _reached(arrivals: Iterable[tuple[float, _Group]], needed: int, *, weighs: bool = True) -> float:
    """Return when more than `needed` (power, or members) has arrived; infinity when that never is."""
    have = 0
    for when, group in sorted(arrivals, key=lambda arrival: arrival[0]):
        have += group.count * (group.power if weighs else 1)
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
