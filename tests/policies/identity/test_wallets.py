from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.identity import wallets
from schemas.roles import Role
from schemas.terms import PathTerms

Make = Callable[..., Any]
PATH = (PathTerms(source="perps-1", destination="osmosis-1"),)


@pytest.mark.parametrize(
    ("role", "terms", "chains"),
    [(Role.RELAYER, {"paths": PATH}, "osmosis-1, perps-1"), (Role.ORACLE, {"chain": "evm-1"}, "evm-1")],
)
def test_whoever_pays_needs_a_wallet_on_each_chain(
    hosts: Make, view: Make, told: Make, role: Role, terms: dict[str, Any], chains: str
) -> None:
    made = hosts("aws:euc1-az1", fleet="payers", role=role, reports_min=1)
    first = chains.partition(",")[0]
    assert told(wallets, view(made, terms={"payers": terms})) == [
        ("low", "payers", f"no wallet is named on {chains} | payers-1 can send nothing to {first}")
    ]
    held = {**terms, "wallets": tuple(chains.split(", "))}
    assert told(wallets, view(made, terms={"payers": held})) == [
        ("passed", "payers", f"each member has a wallet on {chains}")
    ]


def test_a_wallet_on_one_end_only_is_told(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:euc1-az1", fleet="payers", role=Role.RELAYER)
    [(level, _, message)] = told(wallets, view(made, terms={"payers": {"paths": PATH, "wallets": ("perps-1",)}}))
    assert (level, message) == ("low", "no wallet is named on osmosis-1 | payers-1 can send nothing to osmosis-1")


def test_who_pays_nothing_is_not_judged(hosts: Make, view: Make, told: Make) -> None:
    oracles = hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1)
    validators = hosts("aws:euc1-az1")
    assert told(wallets, view(oracles, validators, terms={"validators": {"chain": "perps-1"}})) == []
