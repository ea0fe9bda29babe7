from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.redundancy import shared_region
from schemas.roles import Role

Make = Callable[..., Any]
CHAIN = {"validators": {"chain": "perps-1"}, "oracles": {"chain": "perps-1"}}
HALF = ("aws:euc1-az1", "aws:euc1-az2", "aws:euw1-az1", "gcp:europe-west2-a")
SPREAD = ("aws:euc1-az1", "aws:use1-az1", "aws:euw1-az1", "gcp:europe-west2-a")


@pytest.mark.parametrize("role", [Role.ORACLE, Role.SEQUENCER])
def test_one_region_that_stops_both_is_told(hosts: Make, view: Make, told: Make, role: Role) -> None:
    oracles = hosts("aws:euc1-az1", "aws:euc1-az2", "gcp:europe-west2-a", fleet="oracles", role=role, reports_min=2)
    assert told(shared_region, view(hosts(*HALF), oracles, terms=CHAIN)) == [
        ("low", "oracles", ("aws:eu-central-1 stops it and validators together | losing aws:eu-central-1 halts chain "
         "perps-1 and what it would resume with"))
    ]  # fmt: skip


def test_a_region_that_stops_one_of_them_only_passes(hosts: Make, view: Make, told: Make) -> None:
    weak = hosts("aws:euc1-az1", "aws:euc1-az2", "gcp:europe-west2-a", fleet="oracles", role=Role.ORACLE, reports_min=2)
    sound = hosts(
        "aws:euc1-az1", "aws:euw1-az2", "gcp:europe-west2-a", fleet="oracles", role=Role.ORACLE, reports_min=2
    )
    expected = [("passed", "oracles", "no region stops it and validators together")]
    assert told(shared_region, view(hosts(*SPREAD), weak, terms=CHAIN)) == expected
    assert told(shared_region, view(hosts(*HALF), sound, terms=CHAIN)) == expected


def test_fleets_of_other_chains_and_other_roles_are_not_judged(hosts: Make, view: Make, told: Make) -> None:
    oracles = hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1)
    others = {"validators": {"chain": "perps-1"}, "oracles": {"chain": "evm-1"}}
    assert told(shared_region, view(hosts(*HALF), oracles, terms=others)) == []
    assert told(shared_region, view(hosts(*HALF), oracles)) == []
    relayers = hosts("aws:euc1-az1", fleet="oracles", role=Role.RELAYER)
    assert told(shared_region, view(hosts(*HALF), relayers, terms=CHAIN)) == []
    twice = hosts("aws:euc1-az1", fleet="more", role=Role.ORACLE, reports_min=1)
    both = {"oracles": {"chain": "perps-1"}, "more": {"chain": "perps-1"}}
    assert told(shared_region, view(oracles, twice, terms=both)) == []
