from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.operation import price_age
from schemas.roles import Role
from schemas.terms import PairTerms

Make = Callable[..., Any]


def judged(told: Make, view: Make, hosts: Make, *ages: tuple[float, float], **chosen: Any) -> Any:
    pairs = tuple(
        PairTerms(pair=f"A{n}-USD", sources=("x",), sources_min=1, heartbeat_s=beat, age_s_max=age)
        for n, (beat, age) in enumerate(ages)
    )
    made = hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1)
    return told(price_age, view(made, terms={"oracles": {"pairs": pairs}}, **chosen))


def test_as_old_as_the_heartbeat_passes(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, (60, 60), (86_400, 30)) == [
        ("passed", "oracles", "2 prices are no older than their heartbeats")
    ]


def test_older_is_refused_with_the_pair(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, (60, 61), (90_000, 60)) == [
        ("high", "oracles", "1 of 2 prices may be older than their heartbeat | A0-USD takes prices of 61 s")
    ]


def test_a_slow_heartbeat_is_advised_against(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, (60, 60), (86_401, 60)) == [
        ("low", "oracles", "1 of 2 heartbeats are longer than 86400 s | A1-USD has 86401 s")
    ]
    assert judged(told, view, hosts, (60, 60), parameters={"OPS020": {"heartbeat_s_max": 59}})[0][0] == "low"


def test_five_pairs_are_named_and_none_is_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts) == []
    assert judged(told, view, hosts, *[(1, 2)] * 6)[0][2].count("takes") == 5
    assert judged(told, view, hosts, *[(99_999, 2)] * 6)[0][2].count(" has ") == 5
