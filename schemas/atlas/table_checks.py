"""Checks of the atlas's tables, row by row: what cannot be so, and what is worth a note."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import combinations

from schemas.atlas import pricing
from schemas.atlas.distance import distance_km, light_ms
from schemas.atlas.regions import Region, regions
from schemas.atlas.tables import rows

Row = dict[str, str]

METRO_KM_MAX = 120.0
"""Regions of one metro are nearer than this: Paris and its outskirts are the widest."""

CITY_KM = 20.0
"""Regions nearer than this are of one metro, whatever they are called."""

SAMPLES_DISAGREE = 1.25
"""Largest over smallest sample of one source: above this the median is of two paths, and nobody's round trip."""

SERIES_UNEVEN = 0.1
"""Machines of one series differ less than this in price per virtual processor, local disks apart."""

_DATE = re.compile(r"20\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?\Z")
_LATEST = "2026-11-24"
"""The day on which the tables were made; nothing in them can be from later."""


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tables as text."""

    regions: tuple[Row, ...]
    zones: tuple[Row, ...]
    sources: tuple[Row, ...]
    round_trips: tuple[Row, ...]
    jitter: tuple[Row, ...]
    hubs: tuple[Row, ...]
    machines: tuple[Row, ...]
    prices: tuple[Row, ...]
    price_factors: tuple[Row, ...]

    @cached_property
    def places(self) -> dict[str, Region]:
        """Return the regions of these tables by name."""
        return {
            row["region"]: Region(
                name=row["region"], latitude=float(row["latitude"]), longitude=float(row["longitude"]),
                metro=row["metro"], city=row["city"], country=row["country"], precision=row["precision"],
            )
            for row in self.regions
        }  # fmt: skip


def published_tables() -> Tables:
    """Return the tables as they are in `data/`."""
    return Tables(**{field.name: tuple(rows(field.name)) for field in fields(Tables)})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing about one row."""

    table: str
    row: str
    message: str

    def text(self) -> str:
        """Return it on one line."""
        return f"{self.table}: {self.row}: {self.message}"


TableCheck = Callable[[Tables], tuple[int, list[Finding]]]
"""Tables to the number of rows looked at, and what was found."""


def _pairs(tables: Tables) -> Iterator[tuple[str, Row]]:
    for table in ("round_trips", "jitter"):
        for row in getattr(tables, table):
            yield table, row


def _told(table: str, row: Row, message: str, *keys: str) -> Finding:
    return Finding(table=table, row=" ".join(row[key] for key in keys), message=message)


def regions_known(tables: Tables) -> tuple[int, list[Finding]]:
    """Every region that a row names is one of the 36 of AWS and 43 of GCP."""
    found = []
    counts = {
        provider: sum(place.provider == provider for place in tables.places.values()) for provider in ("aws", "gcp")
    }
    if counts != {"aws": 36, "gcp": 43}:
        found.append(
            Finding(
                table="regions", row="all", message=f"{counts['aws']} of AWS and {counts['gcp']} of GCP, not 36 and 43"
            )
        )
    named = [(table, row[key]) for table, row in _pairs(tables) for key in ("region", "other")]
    named += [
        (table, row["region"]) for table in ("zones", "prices", "price_factors") for row in getattr(tables, table)
    ]
    named += [("hubs", row["region"]) for row in tables.hubs if row["region"]]
    found += [
        Finding(table=table, row=name, message="is not a region of the atlas")
        for table, name in named
        if name not in tables.places
    ]
    return len(named), found


def coordinates(tables: Tables) -> tuple[int, list[Finding]]:
    """Coordinates are on Earth; a metro's regions are near each other and of one country; near ones share it."""
    found = []
    for place in tables.places.values():
        if not (-90 < place.latitude < 90 and -180 < place.longitude <= 180):
            found.append(Finding(table="regions", row=place.name, message="is not on Earth"))
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", place.metro) or not re.fullmatch(r"[A-Z]{2}", place.country):
            found.append(
                Finding(table="regions", row=place.name, message=f"has metro '{place.metro}' in '{place.country}'")
            )
    for one, other in combinations(tables.places.values(), 2):
        km = distance_km(one, other)
        names = f"{one.name} {other.name}"
        if one.metro == other.metro and (km > METRO_KM_MAX or one.country != other.country):
            found.append(Finding(table="regions", row=names, message=f"share a metro over {km:.0f} km"))
        if one.metro != other.metro and km < CITY_KM:
            found.append(Finding(table="regions", row=names, message=f"are {km:.0f} km apart and of two metros"))
    return len(tables.regions), found


def light(tables: Tables) -> tuple[int, list[Finding]]:
    """No sample beats light: either it was mislabelled, or the coordinates are wrong."""
    found = []
    for row in tables.round_trips:
        places = [tables.places.get(row[key]) for key in ("region", "other")]
        if places[0] is not None and places[1] is not None:
            floor_ms = light_ms(places[0], places[1])
            if float(row["least_ms"]) < floor_ms:
                message = f"{row['least_ms']} ms beats light, which needs {floor_ms:.3f} ms"
                found.append(_told("round_trips", row, message, "region", "other", "source"))
    return len(tables.round_trips), found


def figures(tables: Tables) -> tuple[int, list[Finding]]:
    """Each pair stands once per source, in order, with a positive figure between its extremes."""
    found, seen = [], set()
    for table, row in _pairs(tables):
        key = (table, row["region"], row["other"], row["source"])
        keys = ("region", "other", "source")
        if not row["region"] < row["other"]:
            found.append(_told(table, row, "is not in order", *keys))
        if key in seen:
            found.append(_told(table, row, "stands twice", *keys))
        seen.add(key)
        value = float(row["round_trip_ms" if table == "round_trips" else "jitter_ms"])
        if value <= 0:
            found.append(_told(table, row, f"{value:g} ms is not positive", *keys))
        if table == "round_trips" and not float(row["least_ms"]) <= value <= float(row["most_ms"]):
            found.append(_told(table, row, f"{value:g} ms is outside its samples", *keys))
    return len(seen), found


def sources_complete(tables: Tables) -> tuple[int, list[Finding]]:
    """Every row has a source that says its statistic, method, date, origin and licence."""
    known = {row["source"]: row for row in tables.sources}
    found = [
        _told("sources", row, f"has no {key}", "source")
        for row in tables.sources
        for key in ("statistic", "method", "date", "origin", "licence")
        if not row[key]
    ]
    count = 0
    for table in ("regions", "zones", "round_trips", "jitter", "machines", "prices", "price_factors"):
        for row in getattr(tables, table):
            count += 1
            if row["source"] not in known:
                found.append(
                    Finding(
                        table=table,
                        row=" ".join(list(row.values())[:2]),
                        message=f"source '{row['source']}' is not listed",
                    )
                )
    found += [
        _told("hubs", row, f"has no {key}", "hub") for row in tables.hubs for key in ("source", "fact") if not row[key]
    ]
    return count + len(tables.hubs), found


def dates(tables: Tables) -> tuple[int, list[Finding]]:
    """Dates are months or days, and none is later than the tables."""
    named = [("sources", row["source"], row["date"]) for row in tables.sources]
    named += [("hubs", row["hub"], row["checked"]) for row in tables.hubs]
    found = [
        Finding(table=table, row=name, message=f"'{date}' is not a date up to {_LATEST}")
        for table, name, date in named
        if not _DATE.match(date) or date > _LATEST
    ]
    return len(named), found


def zones(tables: Tables) -> tuple[int, list[Finding]]:
    """AWS zones are IDs, never letters; GCP zones carry their region; each stands once."""
    found, seen = [], set()
    for row in tables.zones:
        zone, of = row["zone"], row["region"]
        form = r"aws:[a-z]{2,5}[0-9]-az[0-9]" if of.startswith("aws:") else re.escape(of) + "-[a-f]"
        if not re.fullmatch(form, zone):
            found.append(
                _told("zones", row, "is not a zone ID" if of.startswith("aws:") else f"is not of {of}", "zone")
            )
        if zone in seen:
            found.append(_told("zones", row, "stands twice", "zone"))
        seen.add(zone)
    return len(seen), found


def hubs(tables: Tables) -> tuple[int, list[Finding]]:
    """Each hub has a grade, and is in or next to its region: within a metro of it, in zones of it."""
    region_of = {row["zone"]: row["region"] for row in tables.zones}
    found = []
    for row in tables.hubs:
        if row["grade"] not in ("A", "B", "C"):
            found.append(_told("hubs", row, f"grade '{row['grade']}' is not A, B or C", "hub"))
        place = tables.places.get(row["region"])
        if place is not None:
            at = Region(
                name=row["hub"], latitude=float(row["latitude"]), longitude=float(row["longitude"]),
                metro=row["metro"], city=row["city"], country=place.country,
            )  # fmt: skip
            if distance_km(place, at) > METRO_KM_MAX or place.metro != at.metro:
                found.append(_told("hubs", row, f"is {distance_km(place, at):.0f} km from {place.name}", "hub"))
        for zone in row["zones"].split():
            if region_of.get(zone) != row["region"]:
                found.append(_told("hubs", row, f"zone {zone} is not of {row['region']}", "hub"))
    return len(tables.hubs), found


def prices(tables: Tables) -> tuple[int, list[Finding]]:
    """Prices are positive, of known machines, even within a series; AWS's are us-east-1's only."""
    machines = {row["machine"] for row in tables.machines}
    found = []
    for row in tables.prices:
        keys = ("region", "machine")
        if not float(row["usd_per_hour"]) > 0:
            found.append(_told("prices", row, f"{row['usd_per_hour']} USD is not positive", *keys))
        if row["machine"] not in machines:
            found.append(_told("prices", row, "is not a machine of the atlas", *keys))
        elif row["region"].startswith("aws:") and row["region"] != pricing.AWS_BASE:
            found.append(_told("prices", row, "AWS prices are known for us-east-1 only", *keys))
    return len(tables.prices), found + list(_uneven_prices(tables))


def _uneven_prices(tables: Tables) -> Iterator[Finding]:
    """Yield prices that are far from those of the same series in the same region, per virtual processor."""
    vcpu = {row["machine"]: int(row["vcpu"]) for row in tables.machines}
    series: dict[tuple[str, str], list[tuple[float, Row]]] = {}
    for row in tables.prices:
        if row["machine"] in vcpu and not row["machine"].endswith("lssd"):
            name = re.sub(r"[0-9]*xlarge|large|medium|-[0-9]+$", "", row["machine"])
            per_vcpu = float(row["usd_per_hour"]) / vcpu[row["machine"]]
            series.setdefault((row["region"], name), []).append((per_vcpu, row))
    for members in series.values():
        usual = statistics.median(per_vcpu for per_vcpu, _ in members)
        for per_vcpu, row in members:
            if abs(per_vcpu / usual - 1) > SERIES_UNEVEN:
                message = f"{row['usd_per_hour']} USD is {per_vcpu / usual:.2f} times its series' price per vCPU"
                yield _told("prices", row, message, "region", "machine")


CHECKS: dict[str, tuple[str, TableCheck]] = {
    "regions": ("every region is one of the 36 of AWS and 43 of GCP", regions_known),
    "coordinates": ("coordinates, metros and countries agree", coordinates),
    "light": ("no sample beats light", light),
    "figures": ("each pair stands once per source, with a figure inside its samples", figures),
    "sources": ("every row has a complete source", sources_complete),
    "dates": ("dates are dates, none after the tables", dates),
    "zones": ("zones are IDs of their region", zones),
    "hubs": ("hubs have a grade and are where they say", hubs),
    "prices": ("prices are possible, even within a series, and AWS's are us-east-1's only", prices),
}
"""Name of a check to its claim and itself."""


def notes(tables: Tables) -> Iterator[Finding]:
    """Yield what is true and worth knowing."""
    for row in tables.round_trips:
        least, most = float(row["least_ms"]), float(row["most_ms"])
        if most > least * SAMPLES_DISAGREE:
            message = f"samples disagree, {least:g} to {most:g} ms: two paths"
            yield _told("round_trips", row, message, "region", "other", "source")
    for name in sorted(tables.places.keys() & regions().keys()):
        if pricing.factor(name) is None:
            yield Finding(table="prices", row=name, message="no price is known, nor any to estimate one from")
    doubted: dict[str, list[str]] = {}
    for row in tables.prices:
        if pricing.is_outlier(row["region"], row["machine"]):
            doubted.setdefault(row["region"], []).append(row["machine"].partition(":")[2])
    for name, machines in sorted(doubted.items()):
        message = f"{len(machines)} published prices are outliers, an estimate stands in: {', '.join(sorted(machines)[:3])}, ..."
        yield Finding(table="prices", row=name, message=message)
