from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.operation import client_refresh
from schemas.roles import Role
from schemas.terms import ChainTerms, PathTerms

Make = Callable[..., Any]
PATHS = (PathTerms(source="perps-1", destination="osmosis-1"),)


def judged(told: Make, view: Make, hosts: Make, refresh: Any, alarm: Any = None, **chosen: Any) -> Any:
    periods = {"perps-1": 300_000.0, "osmosis-1": 900_000.0, "other-1": 3.0, "silent-1": None}
    chains = tuple(
        ChainTerms(chain=name, engine="cometbft", is_made_here=True, block_time_ms=1, trusting_period_s=period)
        for name, period in periods.items()
    )
    paths = chosen.pop("paths", PATHS)
    terms = {"relayers": {"paths": paths, "client_refresh": refresh, "client_expiry_s_min": alarm}}
    made = hosts("aws:euc1-az1", fleet="relayers", role=Role.RELAYER)
    return told(client_refresh, view(made, terms=terms, network={"chains": chains}, **chosen))


def test_half_of_the_period_passes(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 0.5, 100_000) == [
        ("passed", "relayers", "clients are refreshed at 0.50 of their trusting period")
    ]


def test_later_is_refused(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 0.51) == [
        ("medium", "relayers", ("clients are refreshed at 0.51 of their trusting period, at most 0.50 | one failed attempt "
         "leaves no time for another"))
    ]  # fmt: skip


def test_an_alarm_later_than_a_third_of_the_shortest_period_is_refused(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 0.33, 99_999) == [
        ("medium", "relayers", ("operators are called 99,999 s before a client expires, at least 100,000 | one failed "
         "attempt leaves no time for another"))
    ]  # fmt: skip
    [(_, _, message)] = judged(told, view, hosts, 0.6, 1)
    assert message.startswith("clients are refreshed at 0.60 of their trusting period, at most 0.50; operators")


def test_without_paths_periods_or_known_chains_nothing_more_is_judged(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 0.9, paths=()) == []
    assert judged(told, view, hosts, None) == []
    silent = (PathTerms(source="silent-1", destination="unknown-1"),)
    assert judged(told, view, hosts, 0.3, 1, paths=silent)[0][0] == "passed"


def test_both_limits_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 0.9, parameters={"OPS018": {"refresh_max": 0.9}})[0][0] == "passed"
    assert judged(told, view, hosts, 0.3, 150_000, parameters={"OPS018": {"alarm_share_min": 0.6}})[0][0] == "medium"
