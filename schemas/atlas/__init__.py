"""What is known about the world: regions, zones, round trips, jitter, each with its evidence."""

from schemas.atlas.latency import Evidence, RoundTrip, fastest_possible_ms, jitter, round_trip
from schemas.atlas.regions import Region, region, regions, zone_region, zones

VERSION = "2026-11-24"
"""Changes whenever a table changes; plan locks carry it."""

__all__ = [
    "VERSION",
    "Evidence",
    "Region",
    "RoundTrip",
    "fastest_possible_ms",
    "jitter",
    "region",
    "regions",
    "round_trip",
    "zone_region",
    "zones",
]
