from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.redundancy import relayers_per_path
from schemas.roles import Role
from schemas.terms import PathTerms

Make = Callable[..., Any]
PATHS = {"paths": (PathTerms(source="perps-1", destination="osmosis-1"),)}
BACK = {"paths": (PathTerms(source="osmosis-1", destination="perps-1"),)}


@pytest.fixture
def relayers(hosts: Make) -> Make:
    return lambda *zones, fleet="relayers": hosts(*zones, fleet=fleet, role=Role.RELAYER)


def test_two_relayers_in_two_regions_pass(relayers: Make, view: Make, told: Make) -> None:
    made = relayers("aws:euw2-az1", "aws:euc1-az1")
    assert told(relayers_per_path, view(made, terms={"relayers": PATHS})) == [
        ("passed", "relayers", "path osmosis-1 to perps-1: 2 relayers in 2 regions serve it")
    ]


def test_one_relayer_is_refused_by_name(relayers: Make, view: Make, told: Make) -> None:
    assert told(relayers_per_path, view(relayers("aws:euw2-az1"), terms={"relayers": PATHS})) == [
        ("medium", "relayers", ("path osmosis-1 to perps-1: 1 relayers, at least 2 needed; 1 regions, at least 2 needed "
         "| served by relayers-1 (aws:eu-west-2) alone"))
    ]  # fmt: skip


def test_two_relayers_in_one_region_are_refused(relayers: Make, view: Make, told: Make) -> None:
    made = relayers("aws:euw2-az1", "aws:euw2-az2")
    [(level, _, message)] = told(relayers_per_path, view(made, terms={"relayers": PATHS}))
    assert (level, message.partition(" | ")[0]) == (
        "medium", "path osmosis-1 to perps-1: 1 regions, at least 2 needed"
    )  # fmt: skip


def test_two_fleets_serve_a_path_together_whichever_end_they_call_the_source(
    relayers: Make, view: Make, told: Make
) -> None:
    made = relayers("aws:euw2-az1", fleet="east"), relayers("gcp:europe-west3-a", fleet="west")
    assert [level for level, _, _ in told(relayers_per_path, view(*made, terms={"east": PATHS, "west": BACK}))] == [
        "passed"
    ]


def test_each_path_is_judged(relayers: Make, view: Make, told: Make) -> None:
    second = (*PATHS["paths"], PathTerms(source="perps-1", destination="noble-1"))
    made = relayers("aws:euw2-az1", "aws:euc1-az1", fleet="east"), relayers("aws:euw2-az1", fleet="west")
    found = told(relayers_per_path, view(*made, terms={"east": PATHS, "west": {"paths": second}}))
    assert [(level, subject, message[:24]) for level, subject, message in found] == [
        ("medium", "west", "path noble-1 to perps-1:"), ("passed", "east", "path osmosis-1 to perps-")
    ]  # fmt: skip


def test_relayers_without_paths_are_not_judged(relayers: Make, view: Make, told: Make) -> None:
    assert told(relayers_per_path, view(relayers("aws:euw2-az1"))) == []


@pytest.mark.parametrize(
    ("least", "level"),
    [({"providers_min": 2}, "medium"), ({"relayers_min": 3}, "medium"), ({"regions_min": 3}, "medium"),
     ({"relayers_min": 1, "regions_min": 1}, "passed")],
    ids=str,
)  # fmt: skip
def test_a_platform_team_can_ask_for_more(
    relayers: Make, view: Make, told: Make, least: dict[str, int], level: str
) -> None:
    made = relayers("aws:euw2-az1", "aws:euc1-az1")
    found = told(relayers_per_path, view(made, terms={"relayers": PATHS}, parameters={"RED016": least}))
    assert [level for level, _, _ in found] == [level]


def test_a_path_is_told_under_the_first_fleet_that_serves_it(relayers: Make, view: Make, told: Make) -> None:
    made = relayers("aws:euw2-az1", fleet="east"), relayers("aws:euw2-az1", fleet="west")
    for zone, level in (("aws:euw2-az1", "medium"), ("aws:euc1-az1", "passed")):
        found = told(
            relayers_per_path, view(made[0], relayers(zone, fleet="west"), terms={"east": PATHS, "west": BACK})
        )
        assert [(severity, subject) for severity, subject, _ in found] == [(level, "east")]
