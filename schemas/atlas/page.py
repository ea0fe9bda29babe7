"""The atlas's reference page, from its tables: `python -m schemas.atlas.page` writes `docs/atlas.md`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

from schemas.atlas.accuracy import accuracies
from schemas.atlas.atlas import PUBLISHED, VERSION
from schemas.atlas.evidence import Evidence
from schemas.atlas.hubs import hubs
from schemas.atlas.measurements import measured_pairs, round_trips
from schemas.atlas.overrides import EXAMPLE, MISTAKES
from schemas.atlas.pricing import HOURS_PER_MONTH, factor
from schemas.atlas.regions import Access, Region, all_zones, region, regions
from schemas.atlas.tables import rows, sources

FILE = Path(__file__).resolve().parent.parent.parent / "docs" / "atlas.md"

_HEAD = f"""# The atlas

Generated from `schemas/atlas` by `python -m schemas.atlas.page`; a stale page fails the suite. Version {VERSION}.

What plans and rules know of the world: regions, zones, round trips, jitter, hubs, machines and prices. Every figure
says what it rests on. Look around with `geofleet atlas show`, `geofleet atlas distance`, `geofleet atlas hubs` and
`geofleet atlas machines`, choose regions with `geofleet atlas locate`; `geofleet atlas check` tests all of it against itself.

## Kinds of evidence

| kind | what it is | what it may do |
|---|---|---|
| `measured` | somebody measured this pair | keep or break a hard limit |
| `composed` | measured across the clouds in a metro that both share, plus a measured backbone | warn |
| `estimated` | by distance, or composed with an assumed step in the metro | warn |
| `light` | 9.79 µs of round trip per km of great circle | refuse, never accept |

For one pair the best kind is taken; among measurements, between machines wins over through a service, then the newer.
A TCP connect to a service carries up to 10 ms of its own: a value below that proves nothing and bounds an estimate from
above. Jitter is the standard deviation of the round trip; between the clouds nobody has published any, so every such
figure is the same estimate, without a bound.
"""

_OWN = """
## Figures of your own

`geofleet atlas measure STACK` writes what a deployed stack measures between its regions. Figures may also be written
by hand, into `atlas/overrides.yaml` for every stack of the checkout, or `NAME.atlas.yaml` beside a stack's spec:

```yaml
{example}```

- A stack's file wins over the checkout's, and both win over the tables, for the same pair or the same machine in the
  same region. Own measurements also take part in composed figures.
- `evidence: estimated` marks a figure that proves nothing; left out, it is `measured`. `floor_ms` says what the method
  itself may take: a measured value may not be below it.
- Every figure says its statistic, method, date and source. One that beats light is refused.
- Their hash is part of the atlas's version in the plan and its lock (`{version}+5f0c9a6b1d2e`). No locked host moves;
  the links between hosts take the new figures.
- A lab emulates what its plan says. What is measured there keeps the kind of evidence of the emulated link, and goes to
  `.geofleet/reports/STACK/atlas.yaml`, where no plan reads it.

| code | mistake |
|---|---|
"""


def atlas_page() -> str:
    """Return the reference page."""
    parts = [_HEAD, _coverage(), _accuracy(), _OWN.format(example=EXAMPLE, version=VERSION)]
    parts += [f"| `{code}` | {text} |\n" for code, text in MISTAKES.items()]
    parts += [_regions(), _hubs(), _machines(), _gaps(), _sources()]
    return "".join(parts)


def _table(columns: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    names = list(columns)
    head = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    return "\n".join([*head, *(f"| {' | '.join(line)} |" for line in lines)]) + "\n"


def _coverage() -> str:
    kinds: dict[str, Counter[Evidence]] = {}
    jitter: dict[str, int] = {}
    for one, other in combinations(regions(), 2):
        name = _clouds(region(one), region(other))
        kinds.setdefault(name, Counter())[PUBLISHED.round_trip(one, other).evidence] += 1
        jitter[name] = jitter.get(name, 0) + (PUBLISHED.jitter(one, other).evidence is Evidence.MEASURED)
    lines = [
        [
            name,
            *(f"{found[kind]:,}" for kind in (Evidence.MEASURED, Evidence.COMPOSED, Evidence.ESTIMATED)),
            f"{jitter[name]:,}",
        ]
        for name, found in kinds.items()
    ]
    return "\n## Pairs of regions by kind\n\n" + _table(
        ("pairs", "measured", "composed", "estimated", "jitter measured"), lines
    )


def _clouds(one: Region, other: Region) -> str:
    return f"{one.provider.upper()} to {other.provider.upper()}"


def _accuracy() -> str:
    lines = [
        [
            found.name, str(found.count), f"{found.error_p50:.1%}", f"{found.error_p90:.1%}",
            "-" if found.covered is None else f"{found.covered:.1%}",
        ]
        for found in accuracies()
    ]  # fmt: skip
    text = (
        "\n## How good the estimates are\n\nEach is predicted for pairs that it was not made from, and compared with what was "
        "measured there. *Covered* is the\nshare of measurements below the upper bound that the figure gives (`up to`).\n\n"
    )
    return text + _table(("prediction", "held out", "error p50", "error p90", "covered"), lines)


def _regions() -> str:
    lines = []
    for place in regions().values():
        zones = [zone for zone in all_zones().values() if zone.region == place.name]
        usable = sum(zone.access is Access.OPEN for zone in zones)
        closed = f" (+{len(zones) - usable})" if usable < len(zones) else ""
        known = factor(place.name)
        at = f"{place.latitude:.2f}, {place.longitude:.2f}{'' if place.precision == 'point' else ' (city)'}"
        price = f"{known.value:.3f}" if known else "not known"
        lines.append(
            [
                f"`{place.name}`",
                f"{place.city or '-'}, {place.country}",
                f"`{place.metro}`",
                at,
                f"{usable}{closed}",
                price,
            ]
        )
    text = (
        "\n## Regions\n\nZones that new accounts do not get are counted apart (+1). *Price* is the region's factor over its "
        "cloud's cheapest.\n\n"
    )
    return text + _table(("region", "city", "metro", "coordinates", "zones", "price"), lines)


def _hubs() -> str:
    lines = [
        [
            f"`{hub.name}`", hub.title, f"`{hub.region}`" if hub.region else f"none near {hub.city}",
            ", ".join(f"`{zone.partition(':')[2]}`" for zone in hub.zones) or "-", hub.grade, hub.checked, hub.source,
        ]
        for hub in hubs().values()
    ]  # fmt: skip
    text = (
        "\n## Hubs\n\nGrade A: the operator's own page. B: a named third party measured it, or quotes the operator. C: inferred; it "
        "never\nsatisfies a hard rule.\n\n"
    )
    return text + _table(("hub", "what", "region", "zones", "grade", "checked", "source"), lines)


def _machines() -> str:
    lines = [
        [
            row["provider"],
            f"`{row['tee']}`",
            row["families"].replace("*", "all"),
            row["live_in"] or "not known",
            row["note"],
            row["source"],
        ]
        for row in rows("tees")
    ]
    text = (
        f"\n## Machines and prices\n\nPrices are US dollars on demand for the machine alone; a month has {HOURS_PER_MONTH} hours. GCP's are published "
        "per region. AWS's are\npublished here for us-east-1 only: elsewhere a price is us-east-1's times the region's factor, AWS's own of "
        "2017-10 or GCP's in\nthe same metro or country, and marked `estimated`; whether AWS sells the type there is `assumed`. A published "
        "price that\nis more than 16 % off its region's factor is not believed, and an estimate stands in. Only amd64 types are "
        "offered.\n\nConfidential computing, by family:\n\n"
    )
    return text + _table(("cloud", "environment", "families", "zones", "what to know", "source"), lines)


def _gaps() -> str:
    prices = [name for name in regions() if factor(name) is None]
    below = [
        pair for pair in measured_pairs() if all(found.evidence is not Evidence.MEASURED for found in round_trips(pair))
    ]
    return (
        "\n## What is not known\n\n"
        f"- Prices: nothing at all for {_names(prices)}.\n"
        f"- Round trips measured only below their method's floor: {'; '.join(_names(pair) for pair in below)}.\n"
        "- Jitter between the clouds; percentiles of any round trip; round trips between the clouds newer than 2022-02.\n"
        "- Zones that have SEV-SNP, TDX or Nitro Enclaves; where AWS sells which machine type outside us-east-1.\n"
        "- Where the sequencers of Base and OP Mainnet, Bitfinex and dYdX's validators are: no source was found.\n"
    )


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _sources() -> str:
    used: Counter[str] = Counter()
    for table in ("regions", "zones", "round_trips", "jitter", "machines", "prices", "price_factors"):
        used.update(row["source"] for row in rows(table))
    return "\n## Sources\n\n" + _table(
        ("source", "rows", "statistic", "method", "date", "from", "licence"), _source_lines(used)
    )


def _source_lines(used: Counter[str]) -> Iterator[list[str]]:
    for found in sources().values():
        count = f"{used[found.name]:,}" if used[found.name] else "-"
        yield [f"`{found.name}`", count, found.statistic, found.method, found.date, found.origin, found.licence]


if __name__ == "__main__":
    FILE.write_text(atlas_page(), encoding="utf-8")
