"""What is known about the world: regions, zones, round trips, jitter, hubs, machines and prices, with evidence."""

from schemas.atlas.atlas import PUBLISHED, VERSION, Atlas
from schemas.atlas.distance import fastest_possible_ms
from schemas.atlas.evidence import Evidence, RoundTrip
from schemas.atlas.hubs import Grade, Hub, hub, hubs
from schemas.atlas.labels import canonical_metro, canonical_provider
from schemas.atlas.offers import Availability, MachineOffer, MonthlyCost, cost_usd_per_month
from schemas.atlas.pricing import Price, PriceEvidence
from schemas.atlas.regions import Region, region, regions, zone_region, zones

round_trip, jitter = PUBLISHED.round_trip, PUBLISHED.jitter
machine_for = PUBLISHED.machine_for

__all__ = [
    "PUBLISHED",
    "VERSION",
    "Atlas",
    "Availability",
    "Evidence",
    "Grade",
    "Hub",
    "MachineOffer",
    "MonthlyCost",
    "Price",
    "PriceEvidence",
    "Region",
    "RoundTrip",
    "canonical_metro",
    "canonical_provider",
    "cost_usd_per_month",
    "fastest_possible_ms",
    "hub",
    "hubs",
    "jitter",
    "machine_for",
    "region",
    "regions",
    "round_trip",
    "zone_region",
    "zones",
]
