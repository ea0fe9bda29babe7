"""How far two regions are, and what that proves about a limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from schemas.atlas import PUBLISHED, Atlas, Evidence, RoundTrip, fastest_possible_ms
from schemas.plan import Near

LIGHT = "the least that light in fibre needs"


class Proof(StrEnum):
    """What a figure says about a limit."""

    KEPT = "kept"
    """Measured, and within the limit."""
    BROKEN = "broken"
    """Measured and over the limit; or estimated, and light itself needs longer."""
    ESTIMATED = "estimated"
    """Composed or estimated: proves neither."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """One figure between two regions, against a limit; all in milliseconds."""

    value_ms: float
    limit_ms: float
    proof: Proof
    basis: str
    """What the figure is: `measured`, `composed`, `estimated` or `LIGHT`."""

    def text(self) -> str:
        """Return the figure with what it rests on: `12.0 ms (measured)`."""
        return f"{figure(self.value_ms)} ms ({self.basis})"


def round_trip(origin: str, target: str, limit_ms: float, atlas: Atlas = PUBLISHED) -> Reach:
    """Return the round trip between two regions against a limit.

    Args:
        origin: One region.
        target: The other.
        limit_ms: The promise.
        atlas: What is known of the world; a view carries its own.

    Raises:
        AtlasError: The atlas lacks one of the regions.
    """
    found = atlas.round_trip(origin, target)
    floor_ms = fastest_possible_ms(origin, target)
    if found.evidence is not Evidence.MEASURED and floor_ms > limit_ms:
        return Reach(value_ms=floor_ms, limit_ms=limit_ms, proof=Proof.BROKEN, basis=LIGHT)
    return _against(found, limit_ms)


def jitter(origin: str, target: str, limit_ms: float, atlas: Atlas = PUBLISHED) -> Reach:
    """Return the standard deviation of the round trip between two regions against a limit.

    Arguments as those of `round_trip`.

    Raises:
        AtlasError: The atlas lacks one of the regions.
    """
    return _against(atlas.jitter(origin, target), limit_ms)


def hubs_served(region: str, near: Iterable[Near], atlas: Atlas = PUBLISHED) -> tuple[str, ...]:
    """Return the hubs that a member in a region is proven to reach in time, as placement counts them.

    Raises:
        AtlasError: The atlas lacks the region or a hub's.
    """
    return tuple(hub.hub for hub in near if round_trip(region, hub.at, hub.latency_ms_max, atlas).proof is Proof.KEPT)


def figure(value: float) -> str:
    """Return milliseconds as text, to the microsecond: 10.04 must not read as 10 beside a limit of 10."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _against(found: RoundTrip, limit_ms: float) -> Reach:
    if found.evidence is not Evidence.MEASURED:
        proof = Proof.ESTIMATED
    else:
        proof = Proof.KEPT if found.value_ms <= limit_ms else Proof.BROKEN
    return Reach(value_ms=found.value_ms, limit_ms=limit_ms, proof=proof, basis=found.evidence.value)
