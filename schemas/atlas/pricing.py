"""What a machine costs per hour in a region, on demand: published where a source has it, else a graded estimate.

AWS prices are published here for us-east-1 only. Elsewhere a price is us-east-1's times the region's factor: AWS's own of
2017-10 where it was already open then, else GCP's in the same metro or country. Against
AWS's own factors GCP's were off by 1.9 % in the median and 9 % at most (`schemas.atlas.accuracy`).
Where neither exists there is no price, and nothing else stands in for it.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from schemas.atlas.regions import Region, region, regions
from schemas.atlas.tables import raw_rows, rows, sources

HOURS_PER_MONTH = 730
"""8,760 hours a year over twelve months."""

AWS_BASE, GCP_BASE = "aws:us-east-1", "gcp:us-central1"
"""The regions that factors are counted against; each is its cloud's cheapest."""

OUTLIER = 0.16
"""A price this share below or above what the region's factor makes of it is not believed: all others are nearer."""

NEIGHBOUR_DOUBT = 1.1
"""GCP's factor was off by up to 9 % against AWS's own of the same metro: what an upper bound must allow for."""


class PriceEvidence(StrEnum):
    """How a price is known."""

    PUBLISHED = "published"
    ESTIMATED = "estimated"


@dataclass(frozen=True, kw_only=True)
class Price:
    """US dollars per hour, on demand, for the machine alone."""

    usd_per_hour: float
    evidence: PriceEvidence
    method: str
    date: str
    source: str
    usd_per_hour_max: float
    """The published price itself; for an estimate, the most that the families behind its factor make of it."""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """How much dearer a region is than its cloud's base region."""

    value: float
    least: float
    most: float
    method: str
    source: str
    date: str


@cache
def _published() -> dict[str, dict[str, float]]:
    """Return region to machine to published price."""
    found: dict[str, dict[str, float]] = {}
    for name, machine, usd, _ in raw_rows("prices"):
        found.setdefault(name, {})[machine] = float(usd)
    return found


def published_price(region_name: str, machine: str) -> float | None:
    """Return what a source says that a machine costs, believed or not; None when none says it."""
    return _published().get(region_name, {}).get(machine)


def priced_machines(region_name: str) -> tuple[str, ...]:
    """Return the machines for which some price can be given in a region, sorted."""
    if region_name.startswith("aws:"):
        return tuple(_published()[AWS_BASE]) if factor(region_name) else ()
    return tuple(_published().get(region_name, {}))


def price(region_name: str, machine: str) -> Price | None:
    """Return a machine's price in a region; None when nothing is known about it there.

    Raises:
        AtlasError: The atlas lacks the region.
    """
    region(region_name)
    found = published_price(region_name, machine)
    if found is not None and not is_outlier(region_name, machine):
        source = sources()["karpenter-aws" if region_name.startswith("aws:") else "karpenter-gcp"]
        return Price(
            usd_per_hour=found, evidence=PriceEvidence.PUBLISHED, method=source.method, date=source.date,
            source=source.name, usd_per_hour_max=found,
        )  # fmt: skip
    base = published_price(AWS_BASE if region_name.startswith("aws:") else GCP_BASE, machine)
    known = factor(region_name)
    if base is None or known is None or (found is None and not region_name.startswith("aws:")):
        return None
    doubt = f"; the published {found:g} is an outlier" if found is not None else ""
    return Price(
        usd_per_hour=round(base * known.value, 6), evidence=PriceEvidence.ESTIMATED, method=known.method + doubt,
        date=known.date, source=known.source, usd_per_hour_max=round(max(base * known.most, found or 0), 6),
    )  # fmt: skip


def is_outlier(region_name: str, machine: str) -> bool:
    """Return whether a published GCP price is far from what its region's factor makes of it."""
    ratio = _ratios(region_name).get(machine)
    return ratio is not None and abs(ratio / _usual_ratio(region_name) - 1) > OUTLIER


@cache
def _usual_ratio(region_name: str) -> float:
    return statistics.median(_ratios(region_name).values())


@cache
def _ratios(region_name: str) -> dict[str, float]:
    """Return a GCP region's prices over the base region's, by machine."""
    if not region_name.startswith("gcp:"):
        return {}
    base = _published()[GCP_BASE]
    return {m: usd / base[m] for m, usd in _published().get(region_name, {}).items() if m in base}


@cache
def factor(region_name: str) -> Factor | None:
    """Return how much dearer a region is than its cloud's base; None for an AWS region that nothing tells about."""
    of = region(region_name)
    if of.provider == "gcp":
        return _gcp_factor((of,), "the region's median factor over us-central1")
    if region_name == AWS_BASE:
        source = sources()["karpenter-aws"]
        return Factor(value=1, least=1, most=1, method=source.method, source=source.name, date=source.date)
    return aws_factors().get(region_name) or gcp_neighbour_factor(of)


@cache
def aws_factors() -> dict[str, Factor]:
    """Return AWS's own factors, from a price list of the years when it published one that is at hand."""
    return {
        row["region"]: Factor(
            value=float(row["factor"]), least=float(row["factor_min"]), most=float(row["factor_max"]),
            method=f"us-east-1 times AWS's own factor of {sources()[row['source']].date}", source=row["source"],
            date=sources()[row["source"]].date,
        )
        for row in rows("price_factors")
    }  # fmt: skip


def gcp_neighbour_factor(of: Region) -> Factor | None:
    """Return GCP's factor in a region's metro, else in its country except across the United States; None without one."""
    gcp = [other for other in regions().values() if other.provider == "gcp"]
    for places, where in (
        ([other for other in gcp if other.metro == of.metro], "metro"),
        ([other for other in gcp if other.country == of.country and of.country != "US"], "country"),
    ):
        if places:
            found = _gcp_factor(tuple(places), f"us-east-1 times GCP's factor in the same {where}")
            return replace(found, most=round(found.most * NEIGHBOUR_DOUBT, 3))
    return None


def _gcp_factor(places: tuple[Region, ...], method: str) -> Factor:
    ratios = [
        ratio
        for place in places
        for machine, ratio in _ratios(place.name).items()
        if not is_outlier(place.name, machine)
    ]
    source = sources()["karpenter-gcp"]
    return Factor(
        value=round(statistics.median(ratios), 3), least=round(min(ratios), 3), most=round(max(ratios), 3),
        method=method, source=source.name, date=source.date,
    )  # fmt: skip
