from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from policies.operation import alarms
from schemas.roles import Role
from schemas.terms import PathTerms

Make = Callable[..., Any]
PATHS = (PathTerms(source="a-1", destination="b-1"),)
ALL = ("backlog_packets_max", "client_expiry_s_min", "wallet_balance_min")


def running(made: list[Any]) -> list[Any]:
    return [dataclasses.replace(host, client="cometbft", client_version="0.38.26") for host in made]


def test_validators_that_run_need_an_alarm_on_missed_blocks(hosts: Make, view: Make, told: Make) -> None:
    made = running(hosts("aws:euc1-az1"))
    assert told(alarms, view(made)) == [
        ("low", "validators", "1 of 1 alarms are not set: missed_blocks_alarm | nobody is called before users notice")
    ]
    assert told(alarms, view(made, terms={"validators": {"missed_blocks_alarm": 5}})) == [
        ("passed", "validators", "alarms are set: missed_blocks_alarm")
    ]


def test_relayers_need_three(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:euc1-az1", fleet="relayers", role=Role.RELAYER)
    some = {"relayers": {"paths": PATHS, "alarms": ALL[:1]}}
    assert told(alarms, view(made, terms=some)) == [
        ("low", "relayers", ("2 of 3 alarms are not set: client_expiry_s_min, wallet_balance_min | nobody is called before "
         "users notice"))
    ]  # fmt: skip
    every = {"relayers": {"paths": PATHS, "alarms": ALL}}
    assert told(alarms, view(made, terms=every)) == [("passed", "relayers", f"alarms are set: {', '.join(ALL)}")]


def test_who_runs_nothing_relays_nothing_or_reports_prices_is_not_judged(hosts: Make, view: Make, told: Make) -> None:
    oracles = running(hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1))
    relayers = running(hosts("aws:euc1-az1", fleet="relayers", role=Role.RELAYER))
    assert told(alarms, view(hosts("aws:euc1-az1"), oracles, relayers)) == []
