"""`geofleet atlas measure`: a deployed stack's own round trips, as a file of overrides."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

from operations.console import say
from operations.rewriting import write_anew
from operations.verification import MeasuredRoundTrip
from schemas.atlas import Evidence, fastest_possible_ms
from schemas.document import yaml_text
from schemas.errors import UsageError
from schemas.inventory import Inventory
from schemas.loading.atlas_file import SCHEMA, atlas_file_of, overrides_from_text
from schemas.locations import work_dir
from stacks.stack import stack_files

LAB = "lab"

_HEAD = """# Round trips that geofleet atlas measure took between hosts of stack {stack} ({target}).
"""
_LAB_HEAD = """# A lab emulates what its plan says: each figure keeps the kind of evidence of the link that was emulated,
# and proves nothing about the world that the link's own figure did not prove.
"""


def measured_file(inventory: Inventory, trips: Iterable[MeasuredRoundTrip], *, date: datetime.date) -> str:
    """Return a stack's measured round trips and jitter as a file of overrides.

    Args:
        inventory: The stack.
        trips: What was measured between its regions.
        date: The day.

    Returns:
        YAML that `schemas.loading.atlas_file` reads. What beats light was not measured between the regions it says,
        and is left out, told on standard error.
    """
    lab = inventory.target == LAB
    links = {(link.region, link.other): link for link in inventory.links}
    told = {
        "method": "ICMP between hosts" + (", emulated network" if lab else ""),
        "date": date.isoformat(),
        "source": f"geofleet atlas measure {inventory.stack}",
    }
    round_trips, jitter = [], []
    for trip in sorted(trips, key=lambda found: (found.region, found.other)):
        if trip.median_ms < fastest_possible_ms(trip.region, trip.other):
            say(f"{trip.region} {trip.other}: {trip.median_ms:.3f} ms beats light, left out")
            continue
        link = links.get((trip.region, trip.other))
        pair = {"region": trip.region, "other": trip.other}
        kind = _kind(link.round_trip_evidence if link else None, lab=lab)
        round_trips.append(
            {**pair, "value_ms": round(trip.median_ms, 3), "evidence": kind, "statistic": "median", **told}
        )
        if trip.jitter_ms >= 0.0005:
            kind = _kind(link.jitter_evidence if link else None, lab=lab)
            value = {"value_ms": round(trip.jitter_ms, 3), "evidence": kind, "statistic": "standard deviation"}
            jitter.append({**pair, **value, **told})
    if not round_trips:
        raise UsageError(
            f"stack '{inventory.stack}' has no two regions between which a round trip could be measured",
            remedy="It needs hosts in two regions that answer pings: geofleet verify tells which do not.",
        )
    head = _HEAD.format(stack=inventory.stack, target=inventory.target) + (_LAB_HEAD if lab else "")
    text = head + yaml_text({"schema": SCHEMA, "round_trips": round_trips, "jitter": jitter})
    overrides_from_text(text, source="measured")  # what is written can be read
    return text


def _kind(emulated: Evidence | None, *, lab: bool) -> str:
    """Return what a measurement proves: in a lab no more than the figure that was emulated."""
    return Evidence.ESTIMATED.value if lab and emulated is not Evidence.MEASURED else Evidence.MEASURED.value


def measured_path(inventory: Inventory) -> Path:
    """Return where a stack's measurements go: beside its spec, where plans use them; a lab's only to its reports."""
    if inventory.target == LAB:
        return work_dir() / "reports" / inventory.stack / "atlas.yaml"
    return atlas_file_of(stack_files(inventory.stack).spec)


def run_measure(stack: str, output: Path | None) -> Path:
    """Measure a deployed stack's round trips and write them; returns the file.

    Raises:
        EnvironmentMissingError: Not root, or the operator's key or network namespace is missing.
        UsageError: The stack has no keys, or nothing could be measured.
    """
    from operations.machine import require_root
    from operations.state import deployed_inventory
    from operations.verification import measure
    from stacks.stack import stack_ledger

    require_root()
    inventory = deployed_inventory(stack)
    trips = measure(inventory, stack_ledger(stack_files(stack)))
    text = measured_file(inventory, trips, date=datetime.datetime.now(datetime.UTC).date())
    path = output or measured_path(inventory)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_anew(path, text)
    return path
