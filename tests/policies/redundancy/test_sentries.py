from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.redundancy import sentries
from schemas.terms import SentryTerms

Make = Callable[..., Any]
TWO = ("aws:eu-central-1", "aws:eu-west-1")


def judged(told: Make, view: Make, hosts: Make, count: int, *regions: str, **chosen: Any) -> Any:
    found = {"validators": {"sentries": SentryTerms(per_validator=count, regions=regions)}}
    return told(sentries, view(hosts("aws:euc1-az1"), terms=found, **chosen))


def test_two_sentries_in_two_regions_pass(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 2, *TWO) == [
        ("passed", "validators", "2 of at least 2 sentries for each validator, in 2 of at least 2 regions")
    ]


@pytest.mark.parametrize(
    ("count", "regions", "lost"), [(1, TWO, "one sentry"), (2, TWO[:1], "aws:eu-central-1"), (2, (), "no region")]
)
def test_one_of_either_is_told(
    hosts: Make, view: Make, told: Make, count: int, regions: tuple[str, ...], lost: str
) -> None:
    [(level, _, message)] = judged(told, view, hosts, count, *regions)
    assert (level, message.partition(" | ")[2]) == ("low", f"losing {lost} cuts every validator off")


def test_no_sentries_no_verdict_and_limits_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    assert told(sentries, view(hosts("aws:euc1-az1"))) == []
    for limit in ("sentries_min", "regions_min"):
        assert judged(told, view, hosts, 2, *TWO, parameters={"RED025": {limit: 3}})[0][0] == "low"
    loose = {"RED025": {"sentries_min": 1, "regions_min": 1}}
    assert judged(told, view, hosts, 1, *TWO[:1], parameters=loose)[0][0] == "passed"


def test_the_first_region_is_named(hosts: Make, view: Make, told: Make) -> None:
    [(_, _, message)] = judged(told, view, hosts, 2, *TWO, parameters={"RED025": {"regions_min": 3}})
    assert message.endswith("losing aws:eu-central-1 cuts every validator off")
