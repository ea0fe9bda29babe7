"""The plan lock: where every host is, kept so that nothing moves by itself.

`stacks/NAME.lock.yaml`; written only by `geofleet plan --write`. New data or
solver versions never move a locked host; numbers and subnets are never reused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from schemas.diagnostics import InvalidDocumentError
from schemas.document import read_file

SCHEMA = "geofleet/lock/v1"


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where one host is."""

    host: str
    fleet: str
    region: str
    zone: str
    address: str


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
    placements: tuple[Placement, ...]


def lock_text(lock: Lock) -> str:
    """Return the lock as the YAML text that is committed."""
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "stack": lock.stack,
        "spec_sha256": lock.spec_sha256,
        "atlas_version": lock.atlas_version,
        "subnets": dict(sorted(lock.subnets.items())),
        "next_number": dict(sorted(lock.next_number.items())),
        "placements": {
            p.host: {"fleet": p.fleet, "region": p.region, "zone": p.zone, "address": p.address}
            for p in lock.placements
        },
    }
    return "# Written by `geofleet plan --write`; commit it.\n" + yaml.safe_dump(value, sort_keys=False, width=120)


def read_lock(path: Path) -> Lock:
    """Read a lock file.

    Raises:
        InvalidDocumentError: It is missing or damaged.
    """
    document = read_file(path)
    try:
        value = document.value
        if value["schema"] != SCHEMA:
            raise ValueError(f"schema is '{value['schema']}', expected '{SCHEMA}'")
        return Lock(
            stack=value["stack"],
            spec_sha256=value["spec_sha256"],
            atlas_version=value["atlas_version"],
            subnets={str(k): int(v) for k, v in value["subnets"].items()},
            next_number={str(k): int(v) for k, v in value["next_number"].items()},
            placements=tuple(Placement(host=host, **place) for host, place in value["placements"].items()),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"is not a plan lock: {type(error).__name__} {error}"
        raise InvalidDocumentError(
            [document.diagnostic("LOCK101", message, (), remedy="Write it anew: geofleet plan STACK --write.")]
        ) from error
