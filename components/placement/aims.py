"""What placement aims at: sums over members, and the time that members take to agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, kw_only=True)
class Tally:
    """A figure that is a sum over members: each adds what its region says."""

    name: str
    per_member: Mapping[str, int]
    """Region to what one member there adds."""

    def of(self, members: Mapping[str, int]) -> int:
        """Return the sum for members by region."""
        return sum(count * self.per_member[region] for region, count in members.items())


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """A sum over members that must not be more than a limit."""

    tally: Tally
    at_most: int


@dataclass(frozen=True, kw_only=True)
class Group:
    """Members of one region that count the same."""

    region: str
    weight: int
    """What each counts in the quorum: its power, or one."""
    fixed: int | None = None
    """How many there are, for members of others; None for those that are placed."""


@dataclass(frozen=True, kw_only=True)
class Cap:
    """How many members some placed groups have together at most."""

    groups: frozenset[int]
    """Their positions."""
    members_max: int


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How members agree while each leads in its turn, as `schemas.commit_latency` counts it."""

    groups: tuple[Group, ...]
    """Those that are placed first, one per region of the problem and in its order."""
    needed: int
    """Weight of which more is needed."""
    delays: int
    """3: propose, prevote, precommit, each one way (BFT). 1: there and back to the nearest (majority, threshold)."""
    round_trip_us: Callable[[str, str], int]
    families: tuple[tuple[Cap, ...], ...] = ()
    """Limits on the members of several placed groups together; those of one family share no group."""
    time_factor: Fraction = Fraction(1)
    """What a half-microsecond of one lead counts."""
    beside: Tally | None = None
    """What each member adds beside its time as leader."""


@dataclass(frozen=True, kw_only=True)
class Blend:
    """Several figures at once, each with its weight; one that a fleet does not have is None and does not count."""

    weights: Mapping[str, float]
    """`cost`, `commit_latency`, `hub_latency`, `jitter`."""
    cost: Tally | None
    hub: Tally | None
    agreement: Agreement | None
    jitter_us: Mapping[tuple[str, str], int]
    """Jitter between two regions, in order of their names."""
