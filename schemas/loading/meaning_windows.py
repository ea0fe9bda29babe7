"""Maintenance windows: each opens at times that exist, in a time zone that exists."""

from __future__ import annotations

import zoneinfo
from functools import cache

from schemas.diagnostics import Path
from schemas.loading.judged import Judged, Problems
from schemas.spec import Maintenance

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
"""Fields of a cron expression, and the numbers that each takes."""


def window_problems(judged: Judged, windows: tuple[Maintenance, ...], at: Path) -> Problems:
    """Yield what is wrong with each window."""
    for position, window in enumerate(windows):
        path: Path = (*at, position)
        yield from _opening(judged, window, path)
        if window.cron is not None:
            reason = cron_fault(window.cron)
            if reason:
                yield judged.problem(
                    "SPEC358", reason, (*path, "cron"),
                    remedy="Write minute, hour, day of the month, month and weekday, such as 30 3 * * 2.",
                )  # fmt: skip
        if not is_timezone(window.timezone):
            yield judged.problem(
                "SPEC357", f"'{window.timezone}' is not a time zone of the IANA database", (*path, "timezone"),
                remedy="Write it like Europe/London, or UTC.",
            )  # fmt: skip


def _opening(judged: Judged, window: Maintenance, path: Path) -> Problems:
    by_days = bool(window.weekdays) or window.time is not None
    if window.cron is not None and by_days:
        yield judged.problem(
            "SPEC356", "says both 'cron' and 'weekdays' or 'time'", path, remedy="Keep one way of saying when it opens."
        )
    elif window.cron is None and not (window.weekdays and window.time is not None):
        missing = "'cron', or 'weekdays' and 'time'"
        if by_days:
            missing = "'time'" if window.weekdays else "'weekdays'"
        yield judged.problem(
            "SPEC356", f"does not say when it opens: {missing} is missing", path,
            remedy="Write 'weekdays: [tuesday]' and 'time: \"03:30\"', or 'cron: 30 3 * * 2'.",
        )  # fmt: skip
    for position, day in enumerate(window.weekdays):
        if day in window.weekdays[:position]:
            yield judged.problem(
                "SPEC356", f"'{day}' is named twice", (*path, "weekdays", position), remedy="Remove it here."
            )


def cron_fault(text: str) -> str:
    """Return what is wrong with a cron expression of five fields; empty when nothing is."""
    for field, (name, low, high) in zip(text.split(" "), _FIELDS, strict=True):
        for part in field.split(","):
            numbers, _, stride = part.partition("/")
            first, dash, last = numbers.partition("-")
            if numbers != "*" and not (first.isdecimal() and (last.isdecimal() or not dash)):
                return f"'{part}' is no {name}"
            for number in (first, last):
                if number.isdecimal() and not low <= int(number) <= high:
                    return f"{number} is no {name}: {low} to {high} are"
            if dash and int(first) > int(last):
                return f"'{part}' runs backwards"
            if "/" in part and (not stride.isdecimal() or int(stride) == 0):
                return f"'{part}' has no stride"
    return ""


@cache
def is_timezone(name: str) -> bool:
    """Return whether the machine's database has a time zone; True where it has no database to look in."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError):
        return not zoneinfo.available_timezones()
    return True
