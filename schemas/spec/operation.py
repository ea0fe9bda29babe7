"""When and how far a fleet may be disturbed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas.spec.base import FORMS, Count, Model

TIMEZONE = r"^[A-Za-z][A-Za-z0-9_+/-]{1,40}$"
TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
CRON = r"^[0-9*,/-]+( [0-9*,/-]+){4}$"

FORMS.update({
    TIMEZONE: ("a time zone of the IANA database", "Europe/London"),
    TIME: ("a time of day, hours and minutes", '"03:30"'),
    CRON: ("five fields of cron: minute, hour, day, month, weekday", '"30 3 * * 2"'),
})  # fmt: skip

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Maintenance(Model):
    """A window in which planned work may be done: by `cron`, or by `weekdays` and `time`."""

    cron: Annotated[str, StringConstraints(pattern=CRON), Field(examples=["30 3 * * 2"])] | None = None
    """When windows open, as cron says it: minute, hour, day of the month, month, weekday (0 or 7 is Sunday)."""
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    """Days on which a window opens."""
    time: Annotated[str, StringConstraints(pattern=TIME), Field(examples=["03:30"])] | None = None
    """When it opens on those days."""
    duration_minutes: Annotated[int, Field(ge=5, le=10_080, examples=[60])]
    """How long it stays open, in minutes."""
    timezone: Annotated[str, StringConstraints(pattern=TIMEZONE), Field(examples=["Europe/London"])] = "UTC"
    """Time zone in which it opens."""


class Disruption(Model):
    """How much of a fleet planned work may stop at once."""

    unavailable_max: Count = 1
    """Members that planned work may take out at the same time."""
