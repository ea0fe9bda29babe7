"""When maintenance windows are open, as minutes of a week in UTC."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from functools import cache

from schemas.terms import WindowTerms

WEEK_MINUTES = 7 * 24 * 60
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEASONS = (datetime.fromisoformat("2026-01-15"), datetime.fromisoformat("2026-07-15"))
"""A day in winter and one in summer: a window keeps its local time, and so moves in UTC."""


@cache
def open_minutes(window: WindowTerms) -> frozenset[int]:
    """Return the minutes of a week, from Monday 00:00 UTC, in which a window may be open, winter and summer alike.

    A cron expression that names days of the month may open on any weekday.
    """
    opened = {minute + ahead for start in _starts(window) for minute in _in_utc(start, window.timezone)
              for ahead in range(window.duration_minutes)}  # fmt: skip
    return frozenset(minute % WEEK_MINUTES for minute in opened)


def _starts(window: WindowTerms) -> Iterator[int]:
    """Yield the local minutes of a week at which a window opens."""
    if window.cron:
        minutes, hours, days, _, weekdays = window.cron.split(" ")
        # 0 and 7 are Sunday for cron; here Monday is 0.
        named = {(number - 1) % 7 for number in _numbers(weekdays, 0, 7)}
        on = named if days == "*" else set(range(len(_WEEKDAYS)))
        for day in sorted(on):
            for hour in _numbers(hours, 0, 23):
                yield from (day * 1440 + hour * 60 + minute for minute in _numbers(minutes, 0, 59))
        return
    opens, _, past = window.time.partition(":")
    for weekday in window.weekdays:
        yield _WEEKDAYS.index(weekday) * 1440 + int(opens) * 60 + int(past)


def _numbers(field: str, low: int, high: int) -> Iterator[int]:
    """Yield the numbers of one field of a cron expression."""
    for part in field.split(","):
        span, _, stride = part.partition("/")
        first, dash, last = span.partition("-")
        start, end = (low, high) if span == "*" else (int(first), int(last) if dash else int(first))
        if stride and not dash:
            end = high
        yield from range(start, end + 1, int(stride or 1))


def _in_utc(minute: int, timezone: str) -> Iterator[int]:
    try:
        zone = zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError):
        yield minute
        return
    for day in _SEASONS:
        offset = zone.utcoffset(day)
        assert offset is not None, "a zone of the IANA database has an offset at any time"
        yield minute - int(offset.total_seconds() // 60)
