"""The floors of agreement, against a computation that follows every message by itself."""

from __future__ import annotations

import random

import pytest

from schemas.commit_latency import LeaderLatency, Voter, bft_commit, nearest_answers, raft_commit

LINE_MS = {"a": 0.0, "b": 10.0, "c": 40.0, "d": 100.0}
"""Four places on a line; a round trip is the difference, and 1 ms inside one place."""


def line(one: str, other: str) -> float:
    return 1.0 if one == other else abs(LINE_MS[one] - LINE_MS[other])


def voters(places: str, powers: list[int] | None = None) -> list[Voter]:
    given = powers or [1] * len(places)
    return [Voter(name=f"v{i}", place=place, power=given[i]) for i, place in enumerate(places)]


def test_three_delays_go_between_those_that_make_the_quorum() -> None:
    # Three members: all are needed. With a as leader the proposal is there after 0, 5, 20; every prevote after 40, 35,
    # 20; every precommit after 40, 45, 60. With b 55, with c 60.
    found = bft_commit(voters("abc"), power_total=3, round_trip_ms=line)
    assert found == LeaderLatency(mean_ms=58.333, worst_ms=60.0, worst_leader="v0")


def test_a_lost_member_is_waited_for_elsewhere() -> None:
    whole = bft_commit(voters("abcd"), power_total=4, round_trip_ms=line)
    without_b = bft_commit([v for v in voters("abcd") if v.name != "v1"], power_total=4, round_trip_ms=line)
    assert whole is not None
    assert without_b is not None
    assert without_b.worst_ms > whole.worst_ms


def test_two_thirds_exactly_are_no_quorum() -> None:
    assert bft_commit(voters("abc")[:2], power_total=3, round_trip_ms=line) is None
    assert bft_commit(voters("abc"), power_total=3, round_trip_ms=line) is not None
    assert bft_commit([], power_total=0, round_trip_ms=line) is None


def test_who_has_no_power_neither_leads_nor_is_waited_for() -> None:
    with_idle = bft_commit(voters("abcd", [1, 1, 1, 0]), power_total=3, round_trip_ms=line)
    assert with_idle == bft_commit(voters("abc"), power_total=3, round_trip_ms=line)


def test_raft_waits_for_the_nearest_majority() -> None:
    # Leaders a, b, c, d of four: each needs the second nearest other.
    found = raft_commit(voters("abcd"), members_total=4, round_trip_ms=line)
    assert found == LeaderLatency(mean_ms=(40 + 30 + 40 + 90) / 4, worst_ms=90.0, worst_leader="v3")
    assert raft_commit(voters("ab"), members_total=4, round_trip_ms=line) is None


def test_reports_come_from_the_nearest_others() -> None:
    assert nearest_answers(voters("abcd"), needed=2, round_trip_ms=line) == LeaderLatency(
        mean_ms=(10 + 10 + 30 + 60) / 4, worst_ms=60.0, worst_leader="v3"
    )
    assert nearest_answers(voters("ab"), needed=3, round_trip_ms=line) is None
    assert nearest_answers([], needed=0, round_trip_ms=line) is None


def test_one_alone_agrees_with_itself_at_once() -> None:
    alone = LeaderLatency(mean_ms=0.0, worst_ms=0.0, worst_leader="v0")
    assert raft_commit(voters("a"), members_total=1, round_trip_ms=line) == alone
    assert bft_commit(voters("a"), power_total=1, round_trip_ms=line) == alone


def by_messages(members: list[Voter], power_total: int) -> tuple[float, float] | None:
    """Return mean and worst, following each message from each member to each other."""
    present = [m for m in members if m.power]
    if 3 * sum(m.power for m in present) <= 2 * power_total:
        return None

    def reached(times: list[float]) -> float:
        have = 0
        for when, member in sorted(zip(times, present, strict=True), key=lambda pair: pair[0]):
            have += member.power
            if 3 * have > 2 * power_total:
                return when
        raise AssertionError

    def way(one: Voter, other: Voter) -> float:
        return 0.0 if one is other else line(one.place, other.place) / 2

    took = []
    for leader in present:
        times = [way(leader, member) for member in present]
        for _ in range(2):
            times = [
                reached([sent + way(sender, member) for sender, sent in zip(present, times, strict=True)])
                for member in present
            ]
        took.append((reached(times), leader.power))
    return sum(ms * power for ms, power in took) / sum(power for _, power in took), max(ms for ms, _ in took)


def test_grouping_alike_members_changes_no_figure() -> None:
    chance = random.Random(20261124)
    for _ in range(200):
        count = chance.randint(1, 9)
        members = voters("".join(chance.choices("abcd", k=count)), chance.choices([0, 1, 1, 2, 5], k=count))
        total = sum(m.power for m in members)
        left = [m for m in members if chance.random() < 0.85]
        found, expected = bft_commit(left, power_total=total, round_trip_ms=line), by_messages(left, total)
        assert (found is None) == (expected is None)
        if found is not None and expected is not None:
            assert (found.mean_ms, found.worst_ms) == pytest.approx(expected, abs=0.001)
