"""What a pull request changes, stack by stack: envelopes of `geofleet affected` and `geofleet diff`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from schemas.comparison import Comparison
from schemas.report import Finding

AFFECTED_SCHEMA = "geofleet/affected/v1"
CHANGE_SCHEMA = "geofleet/change/v1"


class StackChange(StrEnum):
    """What becomes of a stack."""

    ADDED = "added"
    CHANGED = "changed"
    DELETED = "deleted"
    UNREADABLE = "unreadable"
    """Its spec cannot be read, now or at the base: nothing is known, which is not the same as unchanged."""


@dataclass(frozen=True, kw_only=True)
class AffectedStack:
    """One stack that a pull request touches."""

    stack: str
    change: StackChange
    reasons: tuple[str, ...]
    """What is different: the resolved spec, the plan lock, own figures, settings of rules, waivers."""


@dataclass(frozen=True, kw_only=True)
class Affected:
    """All stacks that a pull request touches."""

    base: str
    stacks: tuple[AffectedStack, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the envelope; `matrix` is what CI makes jobs from: one for each stack that there still is."""
        jobs = [{"stack": one.stack} for one in self.stacks if one.change is not StackChange.DELETED]
        return {"schema": AFFECTED_SCHEMA, **asdict(self), "matrix": {"include": jobs}}


@dataclass(frozen=True, kw_only=True)
class PlannedWave:
    """Hosts that change at the same time when this is deployed."""

    fleet: str
    number: int
    hosts: tuple[str, ...]
    left: str
    needed: str
    spare: int
    """Further hosts that may fail during it."""


@dataclass(frozen=True, kw_only=True)
class ChangedStack:
    """One stack before and after."""

    stack: str
    change: StackChange
    reasons: tuple[str, ...]
    verdict: str
    """`passes`, `refused`, `not evaluated`, or `deleted`."""
    problem: str
    """Why it could not be planned or judged; empty otherwise."""
    comparison: Comparison | None
    """None where one of the sides has no plan."""
    new: tuple[Finding, ...]
    """Findings that fail now and did not at the base."""
    gone: tuple[Finding, ...]
    """Findings that failed at the base and do not now."""
    kept: tuple[Finding, ...]
    """Findings that fail on both sides."""
    waived: tuple[Finding, ...]
    weaker: tuple[str, ...]
    """Promises that are taken back or loosened: a finding that goes with its promise is no repair."""
    waves: tuple[PlannedWave, ...]
    waves_problem: str
    """Why hosts cannot be changed without a halt; empty otherwise."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a pull request comes to."""

    base: str
    stacks: tuple[ChangedStack, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `geofleet diff --format json` prints."""
        return {"schema": CHANGE_SCHEMA, **asdict(self)}
