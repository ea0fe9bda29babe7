from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.operation import windows_apart
from policies.operation.opening_times import open_minutes
from schemas.roles import Role
from schemas.terms import PathTerms, WindowTerms

Make = Callable[..., Any]
TUESDAY = WindowTerms(weekdays=("tuesday",), time="08:00", duration_minutes=60, timezone="UTC")
LATER = WindowTerms(weekdays=("tuesday",), time="09:00", duration_minutes=60, timezone="UTC")
CHAIN = {"chain": "perps-1"}


def judged(told: Make, view: Make, hosts: Make, one: dict[str, Any], other: dict[str, Any]) -> Any:
    oracles = hosts("aws:euc1-az1", fleet="oracles", role=Role.ORACLE, reports_min=1)
    return told(windows_apart, view(oracles, hosts("aws:euc1-az1"), terms={"oracles": one, "validators": other}))


def test_windows_that_meet_end_to_end_are_apart(hosts: Make, view: Make, told: Make) -> None:
    found = judged(told, view, hosts, {**CHAIN, "maintenance": (TUESDAY,)}, {**CHAIN, "maintenance": (LATER,)})
    assert found == [("passed", "oracles", "is worked on at other times than validators (chain perps-1)")]


def test_windows_that_share_a_minute_are_told_when(hosts: Make, view: Make, told: Make) -> None:
    longer = WindowTerms(weekdays=("tuesday",), time="07:59", duration_minutes=62, timezone="UTC")
    found = judged(told, view, hosts, {**CHAIN, "maintenance": (LATER,)}, {**CHAIN, "maintenance": (longer,)})
    assert found == [
        ("low", "oracles", ("is worked on at the same time as validators (chain perps-1) | both windows are open on "
         "Tuesday at 09:00 UTC, 1 of 10080 minutes a week"))
    ]  # fmt: skip


def test_fleets_of_different_chains_or_without_windows_are_not_judged(hosts: Make, view: Make, told: Make) -> None:
    here = {"maintenance": (TUESDAY,), **CHAIN}
    assert judged(told, view, hosts, here, {"maintenance": (TUESDAY,), "chain": "other-1"}) == []
    assert judged(told, view, hosts, here, CHAIN) == []
    assert judged(told, view, hosts, {"maintenance": (TUESDAY,)}, {"maintenance": (TUESDAY,)}) == []


@pytest.mark.parametrize(
    "path", [PathTerms(source="perps-1", destination="x"), PathTerms(source="x", destination="perps-1")]
)
def test_a_relayer_of_the_chain_depends_on_it_too(hosts: Make, view: Make, told: Make, path: PathTerms) -> None:
    found = judged(
        told, view, hosts, {"paths": (path,), "maintenance": (TUESDAY,)}, {**CHAIN, "maintenance": (TUESDAY,)}
    )
    assert [level for level, _, _ in found] == ["low"]


def minutes(**window: Any) -> list[int]:
    return sorted(open_minutes(WindowTerms(**{"duration_minutes": 1, "timezone": "UTC", **window})))


def test_a_window_opens_on_each_of_its_days_and_stays_open() -> None:
    assert minutes(weekdays=("monday", "sunday"), time="00:05", duration_minutes=2) == [5, 6, 8645, 8646]


def test_a_window_over_the_end_of_the_week_goes_on_on_monday() -> None:
    assert minutes(weekdays=("sunday",), time="23:59", duration_minutes=2) == [0, 10079]


def test_a_local_time_moves_with_summer() -> None:
    assert minutes(weekdays=("tuesday",), time="08:00", timezone="Europe/London") == [1440 + 420, 1440 + 480]
    assert minutes(weekdays=("monday",), time="00:30", timezone="Asia/Tokyo") == [10080 + 30 - 540]


def test_a_time_zone_that_the_machine_lacks_counts_as_utc() -> None:
    assert minutes(weekdays=("monday",), time="00:30", timezone="Mars/Base") == [30]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("30 3 * * 2", [1440 + 210]),
        ("30 3 * * 0", [8640 + 210]),
        ("30 3 * * 7", [8640 + 210]),
        ("0,15 3 * * 1", [180, 195]),
        ("0-2 0 * * 1", [0, 1, 2]),
        ("*/30 0 * * 1", [0, 30]),
        ("50/5 0 * * 1", [50, 55]),
        ("0-10/5 0 * * 1", [0, 5, 10]),
        ("0 */12 * * 1", [0, 720]),
        ("0 23 * * 1-2", [1380, 2820]),
        ("59 23 * * 6", [5 * 1440 + 1439]),
        ("0 0 * * 0/2", [1440, 3 * 1440, 5 * 1440, 6 * 1440]),
        ("0 0 * * 1/2", [0, 2 * 1440, 4 * 1440, 6 * 1440]),
        ("0 0 * * */2", [1440, 3 * 1440, 5 * 1440, 6 * 1440]),
        ("0 0 * * *", [day * 1440 for day in range(7)]),
    ],
)
def test_cron_says_when_a_window_opens(cron: str, expected: list[int]) -> None:
    assert minutes(cron=cron) == expected


def test_days_of_the_month_may_be_any_weekday() -> None:
    assert minutes(cron="0 0 1 * 1") == [day * 1440 for day in range(7)]
    assert len(minutes(cron="* * * * *")) == 10080


def test_the_first_shared_minute_and_the_first_shared_chain_are_told(hosts: Make, view: Make, told: Make) -> None:
    paths = (PathTerms(source="perps-1", destination="lend-1"),)
    here = {"chain": "perps-1", "paths": paths, "maintenance": (TUESDAY,)}
    [(_, _, message)] = judged(told, view, hosts, here, here)
    assert "(chain lend-1)" in message
    assert message.endswith("both windows are open on Tuesday at 08:00 UTC, 60 of 10080 minutes a week")
