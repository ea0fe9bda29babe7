"""The atlas's answers as tables for people."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from schemas.atlas import Hub, MachineOffer, PriceEvidence, RoundTrip
from schemas.atlas.answers import (
    DistanceAnswer,
    HubsAnswer,
    LocationAnswer,
    MachinesAnswer,
    RegionAnswer,
    RegionsAnswer,
)
from schemas.atlas.regions import Access

_WIDTH_PIPED = 160

_GRADES = "Grades: A the operator's own page, B a named third party, C inferred (never enough for a hard rule)."


def regions_text(answer: RegionsAnswer) -> str:
    """Return one region in full, or all of them as a table."""
    if len(answer.regions) == 1:
        return _region_text(answer.regions[0], answer.version)
    table = _table(f"atlas {answer.version}: {len(answer.regions)} regions", "region", "city", "metro", "zones", "hubs")
    for found in answer.regions:
        open_zones = sum(zone.access is Access.OPEN for zone in found.zones)
        table.add_row(
            found.region, f"{found.city or '-'}, {found.country}", found.metro, str(open_zones), ", ".join(found.hubs)
        )
    return _printed(table)


def _region_text(found: RegionAnswer, version: str) -> str:
    about = "" if found.precision == "point" else " (the city's)"
    factor = found.price_factor
    price = f"{factor.value:g} times its cloud's cheapest ({factor.method})" if factor else "not known"
    zones = [zone.name if zone.access is Access.OPEN else f"{zone.name} ({zone.access})" for zone in found.zones]
    head = [
        f"{found.region} (atlas {version})",
        f"  city    {found.city or '-'}, {found.country}; metro {found.metro}",
        f"  at      {found.latitude:.4f}, {found.longitude:.4f}{about}",
        f"  zones   {', '.join(zones)}",
        f"  hubs    {', '.join(found.hubs) or '-'}",
        f"  prices  {price}",
    ]
    table = _figures_table("nearest regions", "region", [(near.region, near.round_trip) for near in found.nearest])
    return "\n".join([*head, "", _printed(table)])


def distance_text(answer: DistanceAnswer) -> str:
    """Return every figure between two places."""
    best = answer.round_trip
    head = [
        f"{answer.region} to {answer.other}: {answer.distance_km:,.0f} km (atlas {answer.version})",
        f"  round trip  {_ms(best.value_ms)} ms, {best.evidence}",
        f"  light       {_ms(answer.light_ms)} ms at least",
    ]
    if answer.jitter is not None:
        head.append(
            f"  jitter      {_ms(answer.jitter.value_ms)} ms, {answer.jitter.evidence} ({answer.jitter.source})"
        )
    table = _figures_table("every figure, the best first", "", [("", figure) for figure in answer.figures])
    return "\n".join([*head, "", _printed(table)])


def hubs_text(answer: HubsAnswer) -> str:
    """Return every hub as a table."""
    table = _table(
        f"atlas {answer.version}: {len(answer.hubs)} hubs", "hub", "grade", "where", "zones", "checked", "source"
    )
    for hub in answer.hubs:
        table.add_row(
            hub.name, hub.grade, _place(hub), " ".join(zone.partition(":")[2] for zone in hub.zones), hub.checked,
            hub.source,
        )  # fmt: skip
    return f"{_printed(table)}\n\n{_GRADES}"


def _place(hub: Hub) -> str:
    if hub.region is None:
        return f"{hub.provider}, {hub.city} (no region near)"
    return hub.region if hub.is_in_cloud else f"{hub.provider}, {hub.city}, next to {hub.region}"


def machines_text(answer: MachinesAnswer, most: int) -> str:
    """Return machines and their prices as a table, `most` rows of it."""
    need = answer.need
    wish = f"at least {need.vcpu} vCPU, {need.memory_gib:g} GiB"
    if need.local_disk_gib:
        wish += f", {need.local_disk_gib} GiB local disk"
    if need.confidential:
        wish += ", confidential"
    columns = (
        "region",
        "machine",
        "vCPU",
        "GiB",
        "disk GiB",
        "USD/h",
        "USD/month",
        "price",
        "sold there",
        "confidential",
    )
    table = _table(f"atlas {answer.version}: {wish}", *columns)
    for offer in answer.offers[:most]:
        table.add_row(*_machine_row(offer))
    lines = [_printed(table)]
    if len(answer.offers) > most:
        lines.append(f"{len(answer.offers) - most} more; --most shows them.")
    if any(offer.price.evidence is PriceEvidence.ESTIMATED for offer in answer.offers[:most]):
        lines.append(
            "Estimated prices are us-east-1's, or us-central1's, times the region's factor: geofleet atlas show REGION."
        )
    if need.confidential:
        lines.append(
            "Which zones have it is not known here: ask the provider before deployment (--format json says how)."
        )
    if answer.without:
        lines.append(f"Nothing known: {', '.join(answer.without)}.")
    return "\n".join(lines)


def _machine_row(offer: MachineOffer) -> list[str]:
    price = offer.price
    disk = "?" if offer.local_disk_gib is None else f"{offer.local_disk_gib:,}" if offer.local_disk_gib else "-"
    return [
        offer.region, offer.machine.partition(":")[2], str(offer.vcpu), f"{offer.memory_gib:g}", disk,
        f"{price.usd_per_hour:.4f}", f"{offer.usd_per_month:,.2f}", price.evidence, offer.availability,
        " ".join(support.tee for support in offer.tees) or "-",
    ]  # fmt: skip


def location_text(answer: LocationAnswer) -> str:
    """Return the regions that were chosen, and who serves every place, the farthest first."""
    proof = "proven" if not answer.gap else f"not proven: it may miss the best by {answer.gap:.1%}"
    many = len(answer.served)
    head = [
        f"{', '.join(answer.regions)} (atlas {answer.version})",
        f"  worst  {_ms(answer.worst_ms)} ms, to {answer.served[0].place}",
        f"  mean   {_ms(answer.mean_ms)} ms over {many} place{'s' * (many != 1)}",
        f"  least {answer.minimised} of all choices among {answer.candidates} regions, {proof}",
    ]
    figures = [(one.place, one.region, one.round_trip) for one in answer.served]
    table = _table("who serves whom, the farthest first", "place", "from", "ms", "kind", "source")
    for place, region, trip in figures:
        table.add_row(place, region, _ms(trip.value_ms), trip.evidence, trip.source)
    return "\n".join([*head, "", _printed(table)])


def _figures_table(title: str, first: str, figures: Iterable[tuple[str, RoundTrip]]) -> Table:
    columns = ([first] if first else []) + ["ms", "up to", "kind", "statistic", "method", "date", "source"]
    table = _table(title, *columns)
    for name, figure in figures:
        upper = "-" if figure.upper_ms is None else _ms(figure.upper_ms)
        via = f" via {figure.via}" if figure.via else ""
        row = [
            _ms(figure.value_ms),
            upper,
            figure.evidence,
            figure.statistic,
            figure.method + via,
            figure.date,
            figure.source,
        ]
        table.add_row(*([name] if first else []), *row)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    numbers = {"ms", "up to", "vCPU", "GiB", "disk GiB", "USD/h", "USD/month"}
    for column in columns:
        table.add_column(
            column, justify="right" if column in numbers else "left", no_wrap=column in {"region", "hub", "machine"},
            overflow="fold",
        )  # fmt: skip
    return table


def _printed(table: Table) -> str:
    buffer = io.StringIO()
    terminal = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    console = Console(file=buffer, force_terminal=terminal, width=None if terminal else _WIDTH_PIPED, highlight=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in buffer.getvalue().rstrip().splitlines())


def _ms(value: float) -> str:
    return f"{value:.2f}"
