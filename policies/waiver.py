"""What a waiver is: findings that somebody answers for, until a date."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One finding, or those of one rule, that somebody answers for."""

    rule_id: str
    subject: str
    """`*`: every subject."""
    reason: str
    owner: str
    created: datetime.date
    expires: datetime.date
    place: str
    """`file:line:column`."""
    is_baseline: bool = False
    """Whether it was there before the rules were, so that it may only go away."""

    def covers(self, rule_id: str, subject: str) -> bool:
        """Return whether it is about a finding."""
        return self.rule_id == rule_id and self.subject in ("*", subject)

    def counts_on(self, day: datetime.date) -> bool:
        """Return whether it is in force on a day."""
        return self.created <= day <= self.expires

    def text(self) -> str:
        """Return what is told beside the finding."""
        what = "known since the baseline" if self.is_baseline else "waived"
        return f"{what} until {self.expires} by {self.owner}: {self.reason} ({self.place})"
