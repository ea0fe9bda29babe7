"""A drill as a picture: when each node had a block, what was done to it meanwhile, and what was claimed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from operations.pictures.style import style
from operations.pictures.svg import document, identifier, label, line, tag, words, wrapped
from schemas.drill import DrillResult, Event, Happening, Verdict

WIDTH = 1040.0
LEFT = 150.0
RIGHT = 24.0
TOP = 132.0
ROW = 30.0
LINE = 19.0

_STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600)
_TICKS_MAX = 12
_BARS_MAX = 1200
"""Blocks that are drawn of one node; of more, every second or third."""


def timeline_svg(result: DrillResult) -> str:
    """Return one run as SVG: a row for each node, time from left to right.

    A stroke is a block; red is where a host was broken, green where the stack was being healed.
    """
    height = TOP + ROW * max(len(result.hosts), 1) + 44 + LINE * (len(_claim_lines(result)) + 1) + 20
    parts = [style(), _colours(), tag("rect", class_="page", width=WIDTH, height=height), *_head(result)]
    parts += [*_periods(result), *_axis(result), *_rows(result), *_events(result), *_claims(result)]
    told = [f"{claim.name}: {'held' if claim.held else 'broken'}, {claim.found}" for claim in result.claims]
    return document(
        (WIDTH, height), parts, name=identifier("drill", result.scenario, result.target),
        title=f"Drill {result.scenario} of {result.stack}: {result.verdict}", description=". ".join(told),
    )  # fmt: skip


def _colours() -> str:
    rules = (
        ".tick{stroke:#2563eb;stroke-width:1.4}.broken-time{fill:#dc2626;fill-opacity:.16}"
        ".heal-time{fill:#16a34a;fill-opacity:.16}.passed{fill:#15803d}.failed{fill:#dc2626}.row{stroke-width:1}"
    )
    night = ".tick{stroke:#6ba5ff}.passed{fill:#4ade80}.failed{fill:#f87171}"
    return tag("style", f"\n{rules}\n@media (prefers-color-scheme: dark){{{night}}}\n")


def _head(result: DrillResult) -> Iterator[str]:
    name = f"{result.title}" + (f": {result.target}" if result.target else "")
    verdict = "passed" if result.verdict is Verdict.PASSED else "failed"
    yield label(name, LEFT - 126, 38, class_="title")
    yield label(str(result.verdict), LEFT - 126, 62, class_=f"name {verdict}")
    rest = f"stack {result.stack}, {result.began}, {result.duration_s:.0f} s"
    rest += f", {result.signatures_seen:,} signatures seen"
    yield label(rest, LEFT - 126 + 62, 62, class_="muted")
    if result.problem:
        yield label(result.problem, LEFT - 126, 82, class_="failed")


def _x(result: DrillResult, at_s: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * min(at_s / max(result.duration_s, 1), 1)


def _y(result: DrillResult, host: str) -> float:
    return TOP + ROW * result.hosts.index(host)


def _axis(result: DrillResult) -> Iterator[str]:
    step = next((s for s in _STEPS_S if result.duration_s / s <= _TICKS_MAX), _STEPS_S[-1])
    bottom = TOP + ROW * len(result.hosts)
    for at in range(0, int(result.duration_s) + 1, step):
        x = _x(result, at)
        yield line([(x, TOP), (x, bottom)], class_="grid row")
        yield label(f"{at} s", x, bottom + 16, class_="small muted middle")


def _rows(result: DrillResult) -> Iterator[str]:
    for host in result.hosts:
        y = _y(result, host)
        yield label(host, LEFT - 12, y + ROW / 2 + 4, class_="name right")
        yield line([(LEFT, y + ROW), (WIDTH - RIGHT, y + ROW)], class_="grid row")
        seen = [block for block in result.blocks if block.host == host]
        kept = seen[:: max(len(seen) // _BARS_MAX, 1)]
        strokes = "".join(f"M{_x(result, block.at_s):.1f} {y + 7:.1f}v{ROW - 14:.0f}" for block in kept)
        if strokes:
            told = f"{host}: {len(seen)} blocks, {seen[0].height} to {seen[-1].height}"
            yield tag("path", tag("title", words(told)), class_="tick", d=strokes)
        else:
            yield label("no block", LEFT + 8, y + ROW / 2 + 4, class_="small muted")


def _periods(result: DrillResult) -> Iterator[str]:
    """Yield what was broken for how long: from a fault to the heal, in the rows of the hosts that it was about."""
    mends = [event for event in result.events if event.happening in (Happening.MENDED, Happening.HEAL)]
    for fault in (event for event in result.events if event.happening is Happening.FAULT):
        ends = [end for end in mends if end.at_s >= fault.at_s and (not end.hosts or end.hosts == fault.hosts)]
        end_s = ends[0].at_s if ends else result.duration_s
        yield from _bars(result, fault, end_s, "broken-time", fault.hosts)
    for heal in (event for event in mends if event.happening is Happening.HEAL):
        yield from _bars(result, heal, heal.until_s, "heal-time", ())


def _bars(result: DrillResult, event: Event, until_s: float, look: str, hosts: tuple[str, ...]) -> Iterator[str]:
    left, right = _x(result, event.at_s), _x(result, until_s)
    for host in result.hosts:
        if not hosts or host in hosts:
            told = tag("title", words(f"{event.text} ({event.at_s:.1f} to {until_s:.1f} s)"))
            yield tag("rect", told, class_=look, x=left, y=_y(result, host), width=max(right - left, 2), height=ROW)


def _events(result: DrillResult) -> Iterator[str]:
    """Yield a numbered mark above the rows for each event; the legend below says what it was."""
    last = -100.0
    for number, event in enumerate(_told(result), start=1):
        x = max(_x(result, event.at_s), last + 18)
        last = x
        yield line([(_x(result, event.at_s), TOP - 4), (_x(result, event.at_s), TOP)], class_="leader")
        yield label(str(number), x, TOP - 10, class_="name middle")


def _told(result: DrillResult) -> list[Event]:
    return sorted(
        (event for event in result.events if event.happening not in (Happening.WATCH, Happening.FOUND)),
        key=lambda event: event.at_s,
    )


def _claim_lines(result: DrillResult) -> list[tuple[str, str]]:
    events = [
        ("", part)
        for number, event in enumerate(_told(result), start=1)
        for part in wrapped([f"{number}  {event.at_s:.1f} s: {event.text}"], 12, WIDTH - 60)
    ]
    claims = [
        ("passed" if claim.held else "failed", f"{'held' if claim.held else 'BROKEN'}: {claim.name} ({claim.found})")
        for claim in result.claims
    ]
    return [*events, *claims]


def _claims(result: DrillResult) -> Iterator[str]:
    top = TOP + ROW * len(result.hosts) + 48
    for (look, text), row in zip(_claim_lines(result), itertools.count()):
        shown = text if len(text) <= 160 else text[:157] + "..."
        yield label(shown, LEFT - 126, top + LINE * row, class_=look or "muted")
