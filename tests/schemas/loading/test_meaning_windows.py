from __future__ import annotations

import zoneinfo

import pytest

from schemas.loading.meaning_windows import cron_fault, is_timezone


@pytest.mark.parametrize("text", ["* * * * *", "0 0 1 1 0", "59 23 31 12 7", "*/5 1-5 1,15 * 1-5", "0-30/10 * * * *"])
def test_a_cron_expression_that_names_times_has_no_fault(text: str) -> None:
    assert cron_fault(text) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("60 * * * *", "60 is no minute: 0 to 59 are"),
        ("* 24 * * *", "24 is no hour: 0 to 23 are"),
        ("* * 0 * *", "0 is no day of the month: 1 to 31 are"),
        ("* * * 13 *", "13 is no month: 1 to 12 are"),
        ("* * * * 8", "8 is no weekday: 0 to 7 are"),
        ("5-1 * * * *", "'5-1' runs backwards"),
        ("1,,2 * * * *", "'' is no minute"),
        ("1- * * * *", "'1-' is no minute"),
        ("*-5 * * * *", "'*-5' is no minute"),
        ("*/0 * * * *", "'*/0' has no stride"),
        ("*/ * * * *", "'*/' has no stride"),
        ("1-70 * * * *", "70 is no minute: 0 to 59 are"),
    ],
)
def test_a_cron_expression_that_names_no_time_is_told_why(text: str, fault: str) -> None:
    assert cron_fault(text) == fault


def test_time_zones_are_those_of_the_machines_database() -> None:
    assert is_timezone("Europe/London")
    assert not is_timezone("Europe/Londno")
    assert not is_timezone("Europe")


def test_a_machine_without_a_database_refuses_no_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    is_timezone.cache_clear()
    monkeypatch.setattr(zoneinfo, "available_timezones", lambda: set())
    assert is_timezone("Europe/Londno")
    is_timezone.cache_clear()
