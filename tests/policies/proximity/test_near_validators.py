"""PRX015 and PRX016: oracle_to_validator and relayer_to_nodes ask the same of two roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.proximity import oracle_to_validator, relayer_to_nodes
from schemas.roles import Role
from schemas.terms import PathTerms

Make = Callable[..., Any]
CHAIN = {"chain": "perps-1"}
PATH = {"paths": (PathTerms(source="osmosis-1", destination="perps-1"),)}
CASES = [(oracle_to_validator, Role.ORACLE, CHAIN), (relayer_to_nodes, Role.RELAYER, PATH)]


def judged(told: Make, view: Make, hosts: Make, case: Any, *zones: str, **chosen: Any) -> Any:
    rule, role, terms = case
    made = hosts(*zones, fleet="workers", role=role, reports_min=1), hosts("aws:euc1-az1", "aws:use1-az1")
    return told(rule, view(*made, terms={"workers": terms, "validators": CHAIN}, **chosen))


@pytest.mark.parametrize("case", CASES, ids=["oracle", "relayer"])
def test_the_farthest_member_is_judged_by_its_nearest_validator(hosts: Make, view: Make, told: Make, case: Any) -> None:
    [(level, subject, message)] = judged(told, view, hosts, case, "aws:use1-az2", "aws:euw1-az1")
    assert (level, subject) == ("passed", "workers")
    assert message.endswith(
        "workers-2 (aws:eu-west-1) to validators-1 (aws:eu-central-1): 23.553 ms (measured); 50 ms is good practice"
    )


@pytest.mark.parametrize("case", CASES, ids=["oracle", "relayer"])
def test_a_member_far_from_all_validators_is_told_by_name(hosts: Make, view: Make, told: Make, case: Any) -> None:
    [(level, _, message)] = judged(told, view, hosts, case, "aws:euc1-az1", "aws:apne1-az1")
    assert level == "low"
    assert "workers-2 (aws:ap-northeast-1) to validators-" in message
    assert message.partition(" | ")[2] == {
        Role.ORACLE: "its prices are old when they are voted on", Role.RELAYER: "its packets wait for a far node",
    }[case[1]]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=["oracle", "relayer"])
def test_the_limit_can_be_set_and_is_kept_exactly(hosts: Make, view: Make, told: Make, case: Any) -> None:
    for limit, level in ((23.553, "passed"), (23.552, "low")):
        chosen = {case[0].RULE.id: {"round_trip_ms_max": limit}}
        assert judged(told, view, hosts, case, "aws:euw1-az1", parameters=chosen)[0][0] == level


@pytest.mark.parametrize("case", CASES, ids=["oracle", "relayer"])
def test_a_chain_that_nobody_makes_here_is_not_judged(hosts: Make, view: Make, told: Make, case: Any) -> None:
    rule, role, terms = case
    made = hosts("aws:apne1-az1", fleet="workers", role=role, reports_min=1)
    validators = hosts("aws:euc1-az1")
    assert told(rule, view(made, validators, terms={"workers": terms, "validators": {"chain": "other-1"}})) == []
    assert told(rule, view(made, validators)) == []
    others = hosts("aws:euc1-az1", fleet="validators", role=Role.SEQUENCER)
    assert told(rule, view(made, others, terms={"workers": terms, "validators": CHAIN})) == []


def test_sequencers_of_the_chain_are_not_oracles(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:apne1-az1", fleet="workers", role=Role.SEQUENCER), hosts("aws:euc1-az1")
    assert told(oracle_to_validator, view(*made, terms={"workers": CHAIN, "validators": CHAIN})) == []


def test_either_end_of_a_path_counts_and_each_chain_is_told(hosts: Make, view: Make, told: Make) -> None:
    paths = {"paths": (PathTerms(source="perps-1", destination="lend-1"),)}
    made = (
        hosts("aws:euc1-az1", fleet="workers", role=Role.RELAYER), hosts("aws:euc1-az1"),
        hosts("aws:apne1-az1", fleet="lenders"),
    )  # fmt: skip
    terms = {"workers": paths, "validators": CHAIN, "lenders": {"chain": "lend-1"}}
    assert [(level, message[:14]) for level, _, message in told(relayer_to_nodes, view(*made, terms=terms))] == [
        ("low", "chain lend-1: "), ("passed", "chain perps-1:"),
    ]  # fmt: skip
