"""The plan lock: where every host is, kept so that nothing moves by itself.

`stacks/NAME.lock.yaml`; written only by `geofleet plan --write`. New data or
solver versions never move a locked host; numbers and subnets are never reused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from schemas.diagnostics import Diagnostic, InvalidDocumentError
from schemas.document import Document, read_file, yaml_text
from schemas.spec.base import FORMS, Model, Name, RegionName, ZoneName
from schemas.structure import Format, structure_problems

SCHEMA = "geofleet/lock/v1"


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where one host is."""

    host: str
    fleet: str
    region: str
    zone: str
    address: str
    power: int
    """Voting power; 0 for roles that do not vote by power. Kept, so that a new member never takes another's."""
    member: str = ""
    """Name of the member that the host is, where the spec lists it by name."""


@dataclass(frozen=True, kw_only=True)
class Lock:
    """Everything about a stack's places that must not change by itself."""

    stack: str
    spec_sha256: str
    atlas_version: str
    subnets: Mapping[str, int]
    """Region to the number of its subnet; a number is never given twice."""
    next_number: Mapping[str, int]
    """Fleet to the number that its next host gets."""
    next_address: Mapping[str, int]
    """Region to the last number of the first address that belongs to no zone and no host of it."""
    placements: tuple[Placement, ...]
    next_in_zone: Mapping[str, int] = field(default_factory=dict)
    """Zone to the last number of the address that its next host gets, while its block of addresses has one."""


class _Place(Model):
    fleet: Name
    region: RegionName
    zone: ZoneName
    address: IPv4Address
    power: Annotated[int, Field(ge=0)]
    member: Name | None = None


class _LockFile(Model):
    """The file as it is written."""

    format: Literal["geofleet/lock/v1"] = Field(alias="schema")
    stack: Name
    spec_sha256: str
    atlas_version: str
    subnets: dict[RegionName, Annotated[int, Field(ge=1, le=254)]]
    next_number: dict[Name, Annotated[int, Field(ge=1)]]
    next_address: dict[RegionName, Annotated[int, Field(ge=10, le=256)]]
    next_in_zone: dict[ZoneName, Annotated[int, Field(ge=20, le=255)]] = Field(default_factory=dict)
    placements: dict[str, _Place]


_REMEDY = (
    "Take the file's last good version from git; `geofleet plan STACK --write` makes a new one where none is left."
)
_LOCK = Format(model=_LockFile, family="LOCK", forms=FORMS, remedy=_REMEDY)


def lock_text(lock: Lock) -> str:
    """Return the lock as the YAML text that is committed."""
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "stack": lock.stack,
        "spec_sha256": lock.spec_sha256,
        "atlas_version": lock.atlas_version,
        "subnets": dict(sorted(lock.subnets.items())),
        "next_number": dict(sorted(lock.next_number.items())),
        "next_address": dict(sorted(lock.next_address.items())),
        **({"next_in_zone": dict(sorted(lock.next_in_zone.items()))} if lock.next_in_zone else {}),
        "placements": {
            p.host: {
                "fleet": p.fleet,
                "region": p.region,
                "zone": p.zone,
                "address": p.address,
                "power": p.power,
                **({"member": p.member} if p.member else {}),
            }
            for p in lock.placements
        },
    }
    return "# Written by `geofleet plan --write`; commit it.\n" + yaml_text(value)


def read_lock(path: Path, *, source: str = "") -> Lock:
    """Read a lock file.

    Args:
        path: The file.
        source: How messages name it; the path as given when empty.

    Raises:
        InvalidDocumentError: It is missing, damaged, or gives one number or address twice.
    """
    document = read_file(path, source=source)
    try:
        file = _LockFile.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise InvalidDocumentError(structure_problems(document, error, _LOCK)) from None
    lock = Lock(
        stack=file.stack,
        spec_sha256=file.spec_sha256,
        atlas_version=file.atlas_version,
        subnets=file.subnets,
        next_number=file.next_number,
        next_address=file.next_address,
        next_in_zone=file.next_in_zone,
        placements=tuple(
            Placement(
                host=host,
                fleet=at.fleet,
                region=at.region,
                zone=at.zone,
                address=str(at.address),
                power=at.power,
                member=at.member or "",
            )
            for host, at in file.placements.items()
        ),
    )
    problems = list(_contradictions(document, lock))
    if problems:
        raise InvalidDocumentError(problems)
    return lock


def _contradictions(document: Document, lock: Lock) -> Iterator[Diagnostic]:
    """Yield what would give two things one name, number or address."""
    region_of: dict[int, str] = {}
    for region, number in lock.subnets.items():
        other = region_of.setdefault(number, region)
        if other != region:
            message = f"subnet {number} belongs to {other} already"
            yield document.diagnostic("LOCK301", message, ("subnets", region), remedy=_REMEDY)
    host_of: dict[str, str] = {}
    for place in lock.placements:
        path = ("placements", place.host)
        other = host_of.setdefault(place.address, place.host)
        if other != place.host:
            message = f"address {place.address} belongs to {other} already"
            yield document.diagnostic("LOCK302", message, (*path, "address"), remedy=_REMEDY)
        if place.region not in lock.subnets:
            message = f"region {place.region} has no subnet"
            yield document.diagnostic("LOCK303", message, (*path, "region"), remedy=_REMEDY)
        fleet, _, number_text = place.host.rpartition("-")
        if fleet != place.fleet or not number_text.isdecimal():
            message = f"a host of fleet '{place.fleet}' is called '{place.fleet}-<n>'"
            yield document.diagnostic("LOCK304", message, path, of_key=True, remedy=_REMEDY)
        elif int(number_text) >= lock.next_number.get(fleet, 1):
            message = f"the next host of fleet '{fleet}' would be called '{place.host}' again"
            yield document.diagnostic("LOCK305", message, path, of_key=True, remedy=_REMEDY)
        if int(place.address.rpartition(".")[2]) >= lock.next_address.get(place.region, 10):
            message = f"the next host of region {place.region} would get address {place.address} again"
            yield document.diagnostic("LOCK306", message, (*path, "address"), remedy=_REMEDY)
        following = lock.next_in_zone.get(place.zone)
        last = int(place.address.rpartition(".")[2])
        if following is not None and (last // 16 == (following - 1) // 16) and last >= following:
            message = f"the next host of zone {place.zone} would get address {place.address} again"
            yield document.diagnostic("LOCK307", message, (*path, "address"), remedy=_REMEDY)
