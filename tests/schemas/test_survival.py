"""The arithmetic of design section 3: by hand for the table, by brute force for everything small."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest

from schemas.roles import QUORUM_OF_ROLE, Quorum, Role
from schemas.survival import (
    Member,
    Others,
    Outcome,
    Own,
    groups,
    halts_safely,
    members_max_beside,
    members_max_per_domain,
    outcome,
)

BFT, MAJORITY, THRESHOLD, ANY = Quorum.BFT, Quorum.MAJORITY, Quorum.THRESHOLD, Quorum.ANY


def fleet(*powers: int) -> list[Member]:
    return [Member(name=f"m-{n}", power=power) for n, power in enumerate(powers, 1)]


def first(count: int) -> frozenset[str]:
    return frozenset(f"m-{n}" for n in range(1, count + 1))


def goes_on(quorum: Quorum, count: int, lost: int, *, reports_min: int = 1) -> bool:
    return outcome(quorum, fleet(*[1] * count), first(lost), reports_min=reports_min).goes_on


def test_every_role_has_the_quorum_of_the_design() -> None:
    assert {role: QUORUM_OF_ROLE[role] for role in Role} == {
        Role.VALIDATOR: BFT, Role.SEQUENCER: MAJORITY, Role.ORACLE: THRESHOLD, Role.RELAYER: ANY,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("quorum", "count", "reports_min", "lost_max"),
    [
        # BFT: ceil(n/3) - 1.
        (BFT, 1, 1, 0), (BFT, 3, 1, 0), (BFT, 4, 1, 1), (BFT, 6, 1, 1), (BFT, 7, 1, 2), (BFT, 9, 1, 2), (BFT, 10, 1, 3),
        # Majority: n - (floor(n/2) + 1).
        (MAJORITY, 1, 1, 0), (MAJORITY, 2, 1, 0), (MAJORITY, 3, 1, 1), (MAJORITY, 4, 1, 1), (MAJORITY, 5, 1, 2),
        # m of n: n - m.
        (THRESHOLD, 6, 3, 3), (THRESHOLD, 3, 3, 0), (THRESHOLD, 5, 1, 4),
        # Any: all but one.
        (ANY, 1, 1, 0), (ANY, 2, 1, 1), (ANY, 9, 1, 8),
    ],
)  # fmt: skip
def test_the_table_of_the_design(quorum: Quorum, count: int, reports_min: int, lost_max: int) -> None:
    assert members_max_per_domain(quorum, count, reports_min=reports_min) == lost_max
    assert goes_on(quorum, count, lost_max, reports_min=reports_min)
    assert not goes_on(quorum, count, lost_max + 1, reports_min=reports_min)


def spreads(count: int, domains: int) -> Iterable[tuple[int, ...]]:
    """Every way to put members into domains."""
    return itertools.product(range(domains), repeat=count)


def survives_any_loss(quorum: Quorum, spread: tuple[int, ...]) -> bool:
    members = fleet(*[1] * len(spread))
    lost = groups({m.name: str(domain) for m, domain in zip(members, spread, strict=True)})
    return all(outcome(quorum, members, gone).goes_on for gone in lost.values())


@pytest.mark.parametrize(("quorum", "domains_min"), [(BFT, 4), (MAJORITY, 3), (ANY, 2)])
def test_the_least_number_of_domains_by_brute_force(quorum: Quorum, domains_min: int) -> None:
    for count in range(1, 7):
        for spread in spreads(count, domains_min - 1):
            assert not survives_any_loss(quorum, spread), "too few domains can never survive the loss of one"
    assert any(survives_any_loss(quorum, spread) for spread in spreads(domains_min, domains_min))


@pytest.mark.parametrize("quorum", [BFT, MAJORITY, THRESHOLD, ANY])
def test_the_limit_per_domain_agrees_with_every_spread(quorum: Quorum) -> None:
    for count in range(1, 7):
        limit = members_max_per_domain(quorum, count)
        for spread in spreads(count, 4):
            largest = max(spread.count(domain) for domain in range(4))
            assert survives_any_loss(quorum, spread) == (largest <= limit)


def test_two_thirds_exactly_is_not_enough_and_one_unit_more_is() -> None:
    assert outcome(BFT, fleet(10, 10, 10), first(1)) == Outcome(
        goes_on=False, left="66.7 % of voting power", needed="more than 66.7 %"
    )
    assert outcome(BFT, fleet(999_999, 1_000_000, 1_000_000), first(1)).goes_on
    assert not outcome(BFT, fleet(1_000_000, 999_999, 1_000_000), first(1)).goes_on


def test_uneven_power_decides_and_numbers_do_not() -> None:
    assert outcome(BFT, fleet(25, 25, 25, 25), first(1)) == Outcome(
        goes_on=True, left="75.0 % of voting power", needed="more than 66.7 %"
    )
    assert outcome(BFT, fleet(40, 20, 20, 20), first(1)) == Outcome(
        goes_on=False, left="60.0 % of voting power", needed="more than 66.7 %"
    )


def test_two_clouds_never_survive_the_loss_of_either() -> None:
    for in_first in range(1, 7):
        members = fleet(*[1] * 7)
        lost = first(in_first), frozenset(m.name for m in members) - first(in_first)
        for quorum in (BFT, MAJORITY):
            assert not all(outcome(quorum, members, gone).goes_on for gone in lost)


def test_no_members_or_no_power_never_go_on() -> None:
    for quorum in (BFT, MAJORITY, THRESHOLD, ANY):
        assert not outcome(quorum, [], frozenset()).goes_on
    assert not outcome(BFT, fleet(0, 0), frozenset()).goes_on


def test_counts_are_told_with_their_unit() -> None:
    assert outcome(MAJORITY, fleet(1, 1, 1), first(2)) == Outcome(
        goes_on=False, left="1 of 3 members", needed="at least 2"
    )
    assert outcome(THRESHOLD, fleet(1, 1, 1, 1), first(1), reports_min=3) == Outcome(
        goes_on=True, left="3 of 4 members", needed="at least 3"
    )


def test_relayers_must_keep_one_member_near_each_hub() -> None:
    members = [Member(name="m-1", hubs=("cme", "deribit")), Member(name="m-2", hubs=("deribit",))]
    hubs = ("cme", "deribit")
    assert outcome(ANY, members, frozenset({"m-2"}), hubs=hubs).goes_on
    assert outcome(ANY, members, frozenset({"m-1"}), hubs=hubs) == Outcome(
        goes_on=False, left="no member near cme", needed="at least 1 per hub"
    )
    assert outcome(ANY, members, frozenset({"m-1"})).goes_on, "without hubs any member will do"


@pytest.mark.parametrize(
    ("quorum", "inside", "reports_min", "safe"),
    [
        (BFT, 6, 1, True), (BFT, 7, 1, False), (MAJORITY, 4, 1, True), (MAJORITY, 5, 1, False),
        (THRESHOLD, 2, 3, True), (THRESHOLD, 3, 3, False), (ANY, 9, 1, True),
    ],
)  # fmt: skip
def test_a_domain_that_could_finalise_alone_does_not_halt_safely(
    quorum: Quorum, inside: int, reports_min: int, safe: bool
) -> None:
    assert halts_safely(quorum, fleet(*[1] * 9), first(inside), reports_min=reports_min).goes_on is safe


def test_what_survives_is_never_able_to_fork() -> None:
    for quorum in (BFT, MAJORITY):
        for count in range(1, 10):
            for lost in range(count + 1):
                rest_goes_on = goes_on(quorum, count, lost)
                assert not (rest_goes_on and not halts_safely(quorum, fleet(*[1] * count), first(lost)).goes_on)


def test_groups_are_sorted_by_domain() -> None:
    assert list(groups({"a": "z2", "b": "z1", "c": "z2"}).items()) == [("z1", {"b"}), ("z2", {"a", "c"})]


@pytest.mark.parametrize("quorum", [BFT, MAJORITY, THRESHOLD, ANY])
@pytest.mark.parametrize("alone", [False, True])
def test_what_a_domain_may_hold_beside_members_of_others_is_what_trying_finds(quorum: Quorum, alone: bool) -> None:
    if quorum is ANY and alone:
        return  # relaying needs no quorum, so no domain can decide alone
    for count, power, inside, outside in itertools.product(
        range(1, 7), (1, 3), ((), (2,), (5, 1)), ((), (4,), (1, 1, 7))
    ):
        own = [Member(name=f"m-{n}", power=power) for n in range(1, count + 1)]
        there = [Member(name=f"in-{n}", power=p) for n, p in enumerate(inside)]
        members = [*own, *there, *(Member(name=f"out-{n}", power=p) for n, p in enumerate(outside))]
        others = Others(
            members=len(inside) + len(outside), power=sum(inside) + sum(outside), members_inside=len(inside),
            power_inside=sum(inside),
        )  # fmt: skip
        most = members_max_beside(quorum, Own(count=count, power=power), others, reports_min=2, alone=alone)
        for held in range(count + 1):
            lost = first(held) | {member.name for member in there}
            judged = halts_safely if alone else outcome
            assert judged(quorum, members, lost, reports_min=2).goes_on is (held <= most), (count, power, held, others)


@pytest.mark.parametrize("quorum", [BFT, MAJORITY, THRESHOLD, ANY])
def test_without_members_of_others_it_is_the_table_of_the_design(quorum: Quorum) -> None:
    for count in range(2, 20):
        alone = members_max_per_domain(quorum, count, reports_min=2)
        assert members_max_beside(quorum, Own(count=count, power=10), Others(), reports_min=2) == alone
