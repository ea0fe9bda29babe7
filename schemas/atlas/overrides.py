"""What a user knows better than the tables: figures and prices of their own, each with method, date and source."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from schemas.atlas.evidence import Evidence, RoundTrip
from schemas.atlas.measurements import Pair
from schemas.atlas.pricing import Price, PriceEvidence


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One round trip, or one standard deviation of it, between two regions; `region` sorts before `other`."""

    region: str
    other: str
    value_ms: float
    evidence: Evidence
    statistic: str
    method: str
    date: str
    source: str

    @property
    def pair(self) -> Pair:
        """Return the two regions."""
        return self.region, self.other

    def round_trip(self) -> RoundTrip:
        """Return the figure as the atlas answers it."""
        return RoundTrip(
            value_ms=self.value_ms, evidence=self.evidence, statistic=self.statistic, method=self.method,
            date=self.date, source=self.source,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MachinePrice:
    """What one machine costs per hour in one region."""

    region: str
    machine: str
    usd_per_hour: float
    date: str
    source: str

    def price(self) -> Price:
        """Return the price as the atlas answers it."""
        return Price(
            usd_per_hour=self.usd_per_hour, evidence=PriceEvidence.PUBLISHED, method="user's own", date=self.date,
            source=self.source, usd_per_hour_max=self.usd_per_hour,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """One file of a user's own figures."""

    round_trips: tuple[Figure, ...] = ()
    jitter: tuple[Figure, ...] = ()
    prices: tuple[MachinePrice, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there is anything in it."""
        return bool(self.round_trips or self.jitter or self.prices)

    def over(self, weaker: Overrides) -> Overrides:
        """Return both, these before those where they speak of the same thing."""
        own = [{figure.pair for figure in self.round_trips}, {figure.pair for figure in self.jitter}]
        priced = {(price.region, price.machine) for price in self.prices}
        return Overrides(
            round_trips=_sorted(self.round_trips + tuple(f for f in weaker.round_trips if f.pair not in own[0])),
            jitter=_sorted(self.jitter + tuple(f for f in weaker.jitter if f.pair not in own[1])),
            prices=tuple(
                sorted(
                    self.prices + tuple(p for p in weaker.prices if (p.region, p.machine) not in priced),
                    key=lambda price: (price.region, price.machine),
                )
            ),
        )

    def to_json(self) -> dict[str, list[dict[str, object]]]:
        """Return plain values, as the file has them."""
        return {
            "round_trips": [asdict(figure) for figure in self.round_trips],
            "jitter": [asdict(figure) for figure in self.jitter],
            "prices": [asdict(price) for price in self.prices],
        }


def _sorted(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    return tuple(sorted(figures, key=lambda figure: figure.pair))


EXAMPLE = """# atlas/overrides.yaml, or stacks/NAME.atlas.yaml
schema: geofleet/atlas/v1
round_trips:
  - region: aws:eu-west-2
    other: gcp:europe-west9
    value_ms: 11.6
    statistic: median
    method: ICMP between hosts
    date: "2026-11-20"
    source: our probes, ticket 12
jitter:
  - region: aws:eu-west-2
    other: gcp:europe-west9
    value_ms: 0.4
    statistic: standard deviation
    method: ICMP between hosts
    date: "2026-11-20"
    source: our probes, ticket 12
prices:
  - region: aws:me-central-1
    machine: aws:m6a.xlarge
    usd_per_hour: 0.199
    date: 2026-11
    source: our account's price list
"""
"""A file of a user's own figures, as `docs/atlas.md` shows it."""

MISTAKES: dict[str, str] = {
    "ATLAS301": "A region that the atlas does not know.",
    "ATLAS302": "A figure between a region and itself.",
    "ATLAS303": "A pair that is given twice.",
    "ATLAS304": "A round trip that beats light.",
    "ATLAS305": "A measurement below its method's own floor.",
    "ATLAS306": "A machine that the atlas does not know.",
    "ATLAS307": "A machine of another cloud than the region's.",
    "ATLAS308": "A price that is given twice.",
}
"""Code to what it says of a file of figures; text and structure have the numbers of `schemas.codes`."""
