"""What separates two regions: round trip and jitter, and for drills loss and cuts.

A round trip is split evenly. Its jitter J (standard deviation, ping's mdev) is the sum
of two independent ways, so each has J / sqrt(2).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lab.router import UNKNOWN_PAIR, ask, words
from schemas.errors import BackendError

_NS_PER_MS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Link:
    """Two regions, by number, and what is between them."""

    number: int
    other: int
    round_trip_ms: float
    jitter_ms: float
    """Standard deviation of the round trip."""


@dataclass(frozen=True, kw_only=True)
class LinkState:
    """A link as the router has it."""

    round_trip_ms: float
    jitter_ms: float
    loss_share: float
    """Packets lost at random one way, 0 to 1; the larger of both ways."""
    cut_ways: int
    """How many of the two ways are cut."""


def set_link(stack: str, number: int, other: int, *, round_trip_ms: float, jitter_ms: float) -> None:
    """Set what separates two regions, both ways; loss and cuts stay as they are.

    Raises:
        BackendError: No router answers, or it refuses the values.
    """
    set_links(stack, [Link(number=number, other=other, round_trip_ms=round_trip_ms, jitter_ms=jitter_ms)])


def set_links(stack: str, links: Iterable[Link]) -> None:
    """Set many links in few messages; see `set_link`."""
    lines = []
    for link in links:
        delay_ns = round(link.round_trip_ms * _NS_PER_MS / 2)
        jitter_ns = round(link.jitter_ms * _NS_PER_MS / math.sqrt(2))
        lines += [f"set {a} {b} {delay_ns} {jitter_ns}" for a, b in _both_ways(link.number, link.other)]
    _tell(stack, lines)


def read_link(stack: str, number: int, other: int) -> LinkState | None:
    """Return a link; None when no router answers or it lacks one of the ways."""
    answers = ask(stack, [f"get {a} {b}" for a, b in _both_ways(number, other)])
    if not answers or UNKNOWN_PAIR in answers:
        return None
    there, back = (words(answer) for answer in answers)
    return LinkState(
        round_trip_ms=round((there["delay_ns"] + back["delay_ns"]) / _NS_PER_MS, 4),
        jitter_ms=round(math.hypot(there["jitter_ns"], back["jitter_ns"]) / _NS_PER_MS, 4),
        loss_share=max(there["loss_ppm"], back["loss_ppm"]) / 1e6,
        cut_ways=there["cut"] + back["cut"],
    )


def remove_link(stack: str, number: int, other: int) -> None:
    """Forget a link: its packets are dropped from now on. Nothing happens without a router."""
    ask(stack, [f"unset {a} {b}" for a, b in _both_ways(number, other)])


def cut_way(stack: str, number: int, other: int, *, cut: bool) -> None:
    """Cut or restore the way from one region to another, one way only, also for packets under way.

    Raises:
        BackendError: No router answers, or it does not know the link.
    """
    _tell(stack, [f"cut {number} {other} {int(cut)}"])


def isolate_region(stack: str, number: int, others: Sequence[int], *, cut: bool) -> None:
    """Cut or restore all ways between a region and others; see `cut_way`."""
    _tell(stack, [f"cut {a} {b} {int(cut)}" for other in others for a, b in _both_ways(number, other)])


def set_loss(stack: str, number: int, other: int, *, share: float) -> None:
    """Lose packets at random, one way: a share between 0 and 1.

    Raises:
        BackendError: No router answers, or it does not know the link.
    """
    _tell(stack, [f"loss {number} {other} {round(share * 1e6)}"])


def _both_ways(number: int, other: int) -> tuple[tuple[int, int], tuple[int, int]]:
    return (number, other), (other, number)


def _tell(stack: str, lines: Sequence[str]) -> None:
    answers = ask(stack, lines)
    if answers is None:
        raise BackendError(f"no router of {stack} answers", remedy="Start it again: geofleet up.")
    if UNKNOWN_PAIR in answers:
        raise BackendError(f"the router of {stack} does not know the link: {lines[answers.index(UNKNOWN_PAIR)]}")
