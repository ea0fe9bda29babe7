"""How a figure between two places is known, and the figure with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Evidence(StrEnum):
    """How a figure is known; hard rules accept `measured` only."""

    MEASURED = "measured"
    COMPOSED = "composed"
    """Measured across the clouds in a metro that both share, plus a measured backbone."""
    ESTIMATED = "estimated"
    """By distance band, or composed with an assumed step in the metro."""
    LIGHT = "light"
    """What light in fibre needs: may refuse, never accept."""


@dataclass(frozen=True, kw_only=True)
class RoundTrip:
    """A figure between two places, in milliseconds, with what it rests on."""

    value_ms: float
    evidence: Evidence
    statistic: str
    method: str
    date: str
    source: str
    upper_ms: float | None = None
    """At least 95 of 100 pairs held out were below it; None where that cannot be shown.
    For a measured figure: the largest of the source's samples."""
    via: str = ""
    """The metros that a composed figure goes through."""
