from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.redundancy import price_sources, sources_majority
from schemas.roles import Role
from schemas.terms import PairTerms

Make = Callable[..., Any]


def pair(name: str, count: int, least: int) -> PairTerms:
    sources = tuple(f"venue-{n}" for n in range(count))
    return PairTerms(pair=name, sources=sources, sources_min=least, heartbeat_s=60, age_s_max=60)


def judged(told: Make, view: Make, hosts: Make, rule: Any, *pairs: PairTerms, **chosen: Any) -> Any:
    made = hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1)
    return told(rule, view(made, terms={"oracles": {"pairs": pairs}}, **chosen))


def test_three_sources_of_which_two_must_answer_pass(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, price_sources, pair("BTC-USD", 3, 2), pair("ETH-USD", 5, 3)) == [
        ("passed", "oracles", "2 prices have 3 sources or more each")
    ]


def test_two_sources_are_refused_with_the_pair(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, price_sources, pair("BTC-USD", 3, 2), pair("DAI-USD", 2, 2)) == [
        ("high", "oracles", "1 of 2 prices rest on too few sources | DAI-USD has 2 of at least 3 sources")
    ]


def test_a_price_that_one_source_may_make_is_refused(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, price_sources, pair("DAI-USD", 1, 1)) == [
        ("high", "oracles", ("1 of 1 prices rest on too few sources | DAI-USD has 1 of at least 3 sources; "
         "DAI-USD may be made by 1 alone: 100 % of it is one source"))
    ]  # fmt: skip
    [(level, _, message)] = judged(told, view, hosts, price_sources, pair("DAI-USD", 4, 1))
    assert (level, message.rpartition(" | ")[2]) == (
        "high",
        "DAI-USD may be made by 1 alone: 100 % of it is one source",
    )


def test_a_source_named_twice_counts_once(hosts: Make, view: Make, told: Make) -> None:
    twice = PairTerms(pair="DAI-USD", sources=("a", "b", "a"), sources_min=3, heartbeat_s=60, age_s_max=60)
    [(level, _, message)] = judged(told, view, hosts, price_sources, twice)
    assert (level, message.endswith("DAI-USD has 2 of at least 3 sources")) == ("high", True)


def test_weights_and_numbers_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    strict = {"RED019": {"weight_max": 0.4}}
    assert [
        level for level, _, _ in judged(told, view, hosts, price_sources, pair("A-B", 3, 2), parameters=strict)
    ] == ["high"]
    loose = {"RED019": {"sources_min": 2}}
    assert [level for level, _, _ in judged(told, view, hosts, price_sources, pair("A-B", 2, 2), parameters=loose)] == [
        "passed"
    ]


def test_at_most_five_faults_are_told(hosts: Make, view: Make, told: Make) -> None:
    [(_, _, message)] = judged(told, view, hosts, price_sources, *(pair(f"A{n}-USD", 2, 2) for n in range(6)))
    assert message.startswith("6 of 6 prices")
    assert message.endswith("A3-USD has 2 of at least 3 sources; A4-USD has 2 of at least 3 sources")


def test_no_pairs_no_verdict(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, price_sources) == []
    assert judged(told, view, hosts, sources_majority) == []


def test_half_of_the_sources_is_no_majority(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, sources_majority, pair("A-B", 4, 2), pair("C-D", 5, 3)) == [
        ("low", "oracles", "1 of 2 prices need half of their sources or fewer | A-B: 2 of 4")
    ]
    few = [pair(f"A{n}-USD", 4, 1) for n in range(6)]
    [(_, _, message)] = judged(told, view, hosts, sources_majority, *few)
    assert message.endswith("A3-USD: 1 of 4; A4-USD: 1 of 4")


def test_more_than_half_passes(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, sources_majority, pair("A-B", 4, 3), pair("C-D", 3, 2)) == [
        ("passed", "oracles", "each of 2 prices needs most of its sources")
    ]
