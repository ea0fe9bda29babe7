from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.redundancy import endpoint_operators
from schemas.roles import Role
from schemas.terms import ChainTerms, PathTerms

Make = Callable[..., Any]
USES = [
    {"chain": "evm-1"}, {"batches_to": "evm-1"}, {"paths": (PathTerms(source="perps-1", destination="evm-1"),)},
    {"paths": (PathTerms(source="evm-1", destination="perps-1"),)},
]  # fmt: skip


def chains(*endpoints: str, is_made_here: bool = False) -> dict[str, Any]:
    evm = ChainTerms(chain="evm-1", engine="evm", is_made_here=is_made_here, block_time_ms=12_000, endpoints=endpoints)
    return {"chains": (evm,)}


@pytest.mark.parametrize("use", USES, ids=str)
def test_one_operator_is_told_however_many_hosts_it_has(hosts: Make, view: Make, told: Make, use: Any) -> None:
    made = hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1)
    network = chains("rpc1.infra.example", "rpc2.infra.example")
    assert told(endpoint_operators, view(made, terms={"oracles": use}, network=network)) == [
        ("low", "oracles", ("chain evm-1 is read from 1 of at least 2 operators | if infra.example lies or fails, nothing "
         "contradicts it"))
    ]  # fmt: skip


def test_two_operators_pass(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1)
    network = chains("a.one.example", "b.two.example")
    assert told(endpoint_operators, view(made, terms={"oracles": {"chain": "evm-1"}}, network=network)) == [
        ("passed", "oracles", "chain evm-1 is read from 2 of at least 2 operators: one.example, two.example")
    ]


def test_a_chain_without_endpoints_is_told(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1)
    [(level, _, message)] = told(
        endpoint_operators, view(made, terms={"oracles": {"chain": "evm-1"}}, network=chains())
    )
    assert (level, message) == (
        "low", "chain evm-1 is read from 0 of at least 2 operators | it has no endpoint, nothing contradicts it"
    )  # fmt: skip


def test_a_chain_that_is_made_here_or_that_nobody_uses_is_not_judged(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1)
    here = chains("a.one.example", is_made_here=True)
    assert told(endpoint_operators, view(made, terms={"oracles": {"chain": "evm-1"}}, network=here)) == []
    assert told(endpoint_operators, view(made, network=chains("a.one.example"))) == []
    assert told(endpoint_operators, view(made, terms={"oracles": {"chain": "other-1"}})) == []


def test_a_chain_is_told_once_under_the_first_fleet_and_the_number_can_be_set(
    hosts: Make, view: Make, told: Make
) -> None:
    made = [hosts("aws:euc1-az1", fleet=name, role=Role.ORACLE, reports_min=1) for name in ("east", "west")]
    both = {"east": {"chain": "evm-1"}, "west": {"chain": "evm-1"}}
    network = chains("a.one.example", "b.two.example")
    assert [(level, subject) for level, subject, _ in told(
        endpoint_operators, view(*made, terms=both, network=network, parameters={"RED017": {"operators_min": 3}})
    )] == [("low", "east")]  # fmt: skip
