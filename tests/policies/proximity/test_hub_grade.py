from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.proximity import hub_grade
from schemas.plan import Near
from schemas.roles import Role
from schemas.terms import HubTerms

Make = Callable[..., Any]


def judged(told: Make, view: Make, hosts: Make, **grades: str) -> Any:
    near = tuple(Near(hub=hub, at="aws:eu-west-2", latency_ms_max=5) for hub in grades)
    made = hosts("aws:euw2-az1", fleet="relayers", role=Role.RELAYER, near=near)
    network = {"hubs": tuple(HubTerms(hub=hub, grade=grade) for hub, grade in grades.items())}
    return told(hub_grade, view(made, network=network))


def test_an_official_place_passes(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, deribit="A") == [("passed", "relayers", "deribit: grade A")]


@pytest.mark.parametrize(("grade", "level"), [("B", "low"), ("C", "high")])
def test_a_reported_place_is_advised_against_and_an_inferred_one_refused(
    hosts: Make, view: Make, told: Make, grade: str, level: str
) -> None:
    assert judged(told, view, hosts, deribit="A", binance=grade) == [
        (level, "relayers", f"binance has grade {grade} | the hub may be elsewhere than the limit is measured to")
    ]


def test_regions_that_the_spec_names_itself_are_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, deribit="") == []
    assert told(hub_grade, view(hosts("aws:euw2-az1"), network={"hubs": (HubTerms(hub="x", grade="C"),)})) == []
