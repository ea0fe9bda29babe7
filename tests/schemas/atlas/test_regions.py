"""The atlas's places: complete, consistent, and never changed without a new version."""

from __future__ import annotations

import re

from schemas import atlas
from schemas.atlas.distance import distance_km
from schemas.atlas.regions import Access, all_zones
from schemas.atlas.tables import DATA, rows
from schemas.canonical import sha256_hex

TABLES_OF_VERSION = {
    "2026-11-24": "ec1351f5abfc954dd433eba76e649477b77f61c14d22c10c06fc76852d5b2eac",
    "2026-11-24.2": "156099eee603d787c8f688353de97ef6b2d1e0fb97cf5e534c74b7a832ce2697",
}
"""Version to the SHA-256 of all its tables: whoever changes a table gives it a new version, and plans notice."""


def test_a_changed_table_has_a_new_version() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(DATA.glob("*.csv")))
    assert TABLES_OF_VERSION[atlas.VERSION] == sha256_hex(text)


def test_there_are_79_regions_of_two_providers_in_order() -> None:
    names = list(atlas.regions())
    assert len(names) == 79
    assert names == sorted(names)
    assert {region.provider for region in atlas.regions().values()} == {"aws", "gcp"}


def test_every_region_is_on_earth_and_knows_its_country() -> None:
    for region in atlas.regions().values():
        assert -90 < region.latitude < 90
        assert -180 < region.longitude <= 180
        assert re.fullmatch(r"[A-Z]{2}", region.country), region.name
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", region.metro), region.name


def test_regions_of_one_metro_are_near_and_regions_near_are_of_one_metro() -> None:
    found = list(atlas.regions().values())
    for one in found:
        for other in found:
            if one.metro == other.metro:
                assert distance_km(one, other) < 120, (one.name, other.name)
                assert one.country == other.country
            else:
                assert distance_km(one, other) > 20, (one.name, other.name)


def test_every_zone_belongs_to_one_known_region_of_its_provider() -> None:
    seen: dict[str, str] = {}
    for row in rows("zones"):
        zone, region = row["zone"], row["region"]
        assert region in atlas.regions()
        assert zone.partition(":")[0] == region.partition(":")[0]
        assert seen.setdefault(zone, region) == region
        assert atlas.zone_region(zone) == region
        assert (zone in atlas.zones(region)) == (row["access"] == "open")
    assert len(seen) == len(rows("zones"))


def test_every_region_has_known_zones() -> None:
    assert [name for name in atlas.regions() if not atlas.zones(name)] == []


def test_zones_that_new_accounts_do_not_get_are_known_and_not_offered() -> None:
    closed = {name: zone.access for name, zone in all_zones().items() if zone.access is not Access.OPEN}
    assert closed == {
        "aws:apne1-az3": Access.OLDER_ACCOUNTS,
        "aws:usw1-az2": Access.OLDER_ACCOUNTS,
        "gcp:us-central1-d": Access.INTERNAL,
        "gcp:us-east1-a": Access.INTERNAL,
    }
    assert atlas.zones("aws:ap-northeast-1") == ("aws:apne1-az1", "aws:apne1-az2", "aws:apne1-az4")
    assert atlas.zone_region("aws:apne1-az3") == "aws:ap-northeast-1", "a member that is there already may name it"


def test_aws_zones_are_ids_and_gcp_zones_carry_their_region() -> None:
    for zone, region in ((row["zone"], row["region"]) for row in rows("zones")):
        if zone.startswith("aws:"):
            assert re.fullmatch(r"aws:[a-z]{2,5}[0-9]-az[0-9]", zone), "by ID, never by letter"
        else:
            assert re.fullmatch(re.escape(region) + "-[a-f]", zone)


def test_what_the_atlas_lacks_is_said_plainly() -> None:
    assert atlas.zones("aws:nowhere-1") == ()
    assert atlas.zone_region("aws:nowhere-1a") is None
