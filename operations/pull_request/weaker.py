"""Promises that a change takes back or loosens: a finding that goes away with its promise is no repair."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.plan import Plan, Promises


def weaker_promises(before: Plan, after: Plan) -> tuple[str, ...]:
    """Return, fleet by fleet, what the later plan promises less of; fleets that are gone are left out."""
    old = {fleet.name: fleet.promises for fleet in before.fleets}
    return tuple(
        f"{fleet.name}: {what}"
        for fleet in after.fleets
        if fleet.name in old
        for what in _weaker(old[fleet.name], fleet.promises)
    )


def _weaker(old: Promises, new: Promises) -> Iterator[str]:
    for word, was, now in (
        ("survive", old.survive, new.survive),
        ("halt_safely", old.halt_safely, (*new.halt_safely, *new.survive)),
    ):
        yield from (f"`{word}: {kind}` is taken back" for kind in was if kind not in now)
    for kinds in set(old.survive_together) - set(new.survive_together):
        yield f"`survive_together: [{', '.join(kinds)}]` is taken back"
    yield from _looser("between_members_ms_max", old.between_members_ms_max, new.between_members_ms_max)
    yield from _looser("jitter_ms_max", old.jitter_ms_max, new.jitter_ms_max)
    near = {one.hub: one for one in new.near}
    for one in old.near:
        if one.hub not in near:
            yield f"`near: {one.hub}` is taken back"
        else:
            yield from _looser(f"near {one.hub} latency_ms_max", one.latency_ms_max, near[one.hub].latency_ms_max)
    for word, was_count, now_count in (
        ("reports_min", old.reports_min, new.reports_min),
        ("per_hub", old.per_hub, new.per_hub),
    ):
        if was_count is not None and (now_count is None or now_count < was_count):
            yield f"`{word}` falls from {was_count} to {now_count if now_count is not None else 'nothing'}"


def _looser(word: str, old: float | None, new: float | None) -> Iterator[str]:
    if old is not None and (new is None or new > old):
        yield f"`{word}` rises from {old:g} to {f'{new:g}' if new is not None else 'no limit'}"
