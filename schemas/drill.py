"""What a drill did and found: one run of a scenario against one target, second by second."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

SCHEMA = "geofleet/drill/v1"
SERIES_SCHEMA = "geofleet/drills/v1"


class Verdict(StrEnum):
    """How a run ended."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"
    """It could not be carried out, so nothing is known: never a pass."""


class Happening(StrEnum):
    """What an event of a timeline is."""

    FAULT = "fault"
    MENDED = "mended"
    """The scenario itself put something right, before the heal."""
    WATCH = "watch"
    HEAL = "heal"
    FOUND = "found"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened, on the drill's own clock."""

    at_s: float
    """Seconds since the run began."""
    until_s: float
    """When it was over; the same as `at_s` for what takes no time."""
    happening: Happening
    text: str
    hosts: tuple[str, ...] = ()
    """Hosts that it is about; empty: all."""


@dataclass(frozen=True, kw_only=True)
class BlockSeen:
    """A node had a block."""

    at_s: float
    host: str
    chain: str
    height: int


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One thing that had to be so."""

    name: str
    """`no fork`, `no double signature`, `the chain goes on`."""
    held: bool
    expected: str
    found: str


@dataclass(frozen=True, kw_only=True)
class DrillResult:
    """One run."""

    stack: str
    scenario: str
    title: str
    target: str
    """What it was about: `region aws:us-east-1`, `validators-1`; empty when the scenario names no target."""
    began: str
    """RFC 3339, UTC."""
    duration_s: float
    verdict: Verdict
    problem: str
    """Why it could not be carried out; empty otherwise."""
    claims: tuple[Claim, ...]
    events: tuple[Event, ...]
    blocks: tuple[BlockSeen, ...]
    hosts: tuple[str, ...]
    """Hosts that make blocks, in the order of the plan."""
    signatures_seen: int
    """Votes that were looked at, each node's own and those that others sent it."""
    votes_apart: int
    """How many of them were different votes."""

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that is kept beside the picture."""
        return {"schema": SCHEMA, **asdict(self)}


@dataclass(frozen=True, kw_only=True)
class DrillSeries:
    """Several runs of one command."""

    stack: str
    results: tuple[DrillResult, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `geofleet drill --format json` prints."""
        return {"schema": SERIES_SCHEMA, **asdict(self)}
