"""What the sources measured: every figure for a pair, the most trusted first."""

from __future__ import annotations

from functools import cache

from schemas.atlas.evidence import Evidence, RoundTrip
from schemas.atlas.tables import raw_rows, sources

Pair = tuple[str, str]
"""Two different regions, in order of their names."""

WITHIN_REGION = RoundTrip(
    value_ms=0.3, evidence=Evidence.MEASURED, statistic="median", method="between machines", date="2023-11-27",
    source="google-dashboard",
)  # fmt: skip
"""Google's dashboard, 2023-11-27: median of a region to itself 0.25 ms, at most 0.6; AWS (fantoch, 19 regions): at
most 0.33."""

WITHIN_REGION_JITTER = RoundTrip(
    value_ms=0.32, evidence=Evidence.MEASURED, statistic="standard deviation", method="ICMP between machines",
    date="2021-02", source="fantoch-2021-02",
)  # fmt: skip
"""Largest standard deviation of a region to itself in fantoch's series, 2020-06 and 2021-02: AWS 0.315, GCP 0.158."""


def pair_of(one: str, other: str) -> Pair:
    """Return two regions in order of their names."""
    return (one, other) if one < other else (other, one)


@cache
def _by_pair(table: str) -> dict[Pair, list[list[str]]]:
    """Return the rows of every pair, as text: most pairs are never asked for."""
    found: dict[Pair, list[list[str]]] = {}
    for row in raw_rows(table):
        found.setdefault((row[0], row[1]), []).append(row)
    return found


def measured_pairs() -> tuple[Pair, ...]:
    """Return every pair that some source measured, sorted."""
    return tuple(_by_pair("round_trips"))


def round_trips(pair: Pair) -> tuple[RoundTrip, ...]:
    """Return what the sources measured between two regions, the most trusted first.

    Between machines wins over through a service, then the newer. A value below its method's
    floor proves nothing, since the method itself may take as long: it is marked as an estimate.
    """
    figures = []
    for _, _, value, _, most, name in _ordered("round_trips", pair):
        source, value_ms = sources()[name], float(value)
        is_proof = value_ms >= source.floor_ms
        method = source.method if is_proof else f"{source.method}; below its floor of {source.floor_ms:g} ms"
        figures.append(
            RoundTrip(
                value_ms=value_ms, evidence=Evidence.MEASURED if is_proof else Evidence.ESTIMATED,
                statistic=source.statistic, method=method, date=source.date, source=name, upper_ms=float(most),
            )
        )  # fmt: skip
    return tuple(figures)


def round_trip(pair: Pair) -> RoundTrip | None:
    """Return the most trusted measurement of a pair; None when there is none that proves anything."""
    return next((found for found in round_trips(pair) if found.evidence is Evidence.MEASURED), None)


def below_floor(pair: Pair) -> RoundTrip | None:
    """Return a measurement that is below its method's floor: the pair takes that long at most, and perhaps less."""
    return next((found for found in round_trips(pair) if found.evidence is not Evidence.MEASURED), None)


def jitters(pair: Pair) -> tuple[RoundTrip, ...]:
    """Return the measured standard deviations of a pair's round trip, the newest first."""
    return tuple(
        RoundTrip(
            value_ms=float(value), evidence=Evidence.MEASURED, statistic="standard deviation",
            method=sources()[name].method, date=sources()[name].date, source=name,
        )
        for _, _, value, name in _ordered("jitter", pair)
    )  # fmt: skip


def _ordered(table: str, pair: Pair) -> list[list[str]]:
    found = _by_pair(table).get(pair, [])
    if len(found) < 2:
        return found
    newest_first = sorted(found, key=lambda row: sources()[row[-1]].date, reverse=True)
    return sorted(newest_first, key=lambda row: sources()[row[-1]].rank)
