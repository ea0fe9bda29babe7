from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from policies.identity import double_sign_checks
from schemas.roles import Role
from schemas.terms import SignerTerms

Make = Callable[..., Any]


def running(made: list[Any]) -> list[Any]:
    return [dataclasses.replace(host, client="cometbft", client_version="0.38.26") for host in made]


def test_ten_blocks_pass_and_nine_are_told(hosts: Make, view: Make, told: Make) -> None:
    made = running(hosts("aws:euc1-az1"))
    for blocks, level in ((10, "passed"), (9, "low"), (0, "low")):
        [found] = told(double_sign_checks, view(made, terms={"validators": {"double_sign_check_blocks": blocks}}))
        assert found[0] == level
        assert found[2].partition(" | ")[0] == f"looks back {blocks} of at least 10 blocks"


def test_who_signs_elsewhere_runs_nothing_or_is_no_validator_is_not_judged(hosts: Make, view: Make, told: Make) -> None:
    signer = SignerTerms(threshold=2, shares=3, to_validator_ms_max=30, timeout_ms=1000)
    made = running(hosts("aws:euc1-az1"))
    assert told(double_sign_checks, view(made, terms={"validators": {"signer": signer}})) == []
    assert told(double_sign_checks, view(hosts("aws:euc1-az1"))) == []
    oracles = running(hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1))
    assert [subject for _, subject, _ in told(double_sign_checks, view(oracles, made))] == ["validators"]


def test_the_number_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    made = running(hosts("aws:euc1-az1"))
    assert told(double_sign_checks, view(made, parameters={"IDN011": {"blocks_min": 0}}))[0][0] == "passed"
