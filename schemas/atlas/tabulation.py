"""Write the measured tables from the sources' files as published: `python -m schemas.atlas.tabulation FOLDER`.

The other tables (zones, hubs, labels, price factors) are short and kept by hand;
`data/SOURCES.md` names every file and its repository.
"""

from __future__ import annotations

import csv
import re
import statistics
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from schemas.atlas.distance import fastest_possible_ms
from schemas.atlas.regions import regions
from schemas.atlas.tables import DATA

Pair = tuple[str, str]
Row = dict[str, str]

CLOUDPING = "aws_rtt_cloudping_p50_1y_2025-05-29.csv"
GOOGLE = "gcp_rtt_google_dashboard_median_2023-11-27.csv"
INTERCLOUD = "crosscloud_rtt_intercloud_2022-02.csv"
FANTOCH = "icmp_rtt_fantoch_aws_gcp_2020.csv"
AWS_TYPES = "aws_instance_types_us-east-1_2026-07-20.csv"
GCP_PRICES = "gcp_prices_ondemand_2026-08-03.csv"

SSD_GIB, Z3_SSD_GIB = 375, 3000
"""What one bundled local disk of GCP holds (Compute Engine, "About Local SSD disks")."""

_SSD_COUNTS = {
    "c3-4": 1, "c3-8": 2, "c3-22": 4, "c3d-8": 1, "c3d-16": 1, "c3d-30": 2, "c4-4": 1, "c4-8": 1, "c4-16": 2,
    "c4-24": 4, "c4-32": 5, "c4d-8": 1, "c4d-16": 1, "c4d-32": 2, "z3-8-highlssd": 1, "z3-14-standardlssd": 1,
    "z3-16-highlssd": 2, "z3-22-standardlssd": 2, "z3-22-highlssd": 3, "z3-32-highlssd": 4,
}  # fmt: skip
"""Disks that a type brings along: the same page, table of machine types that attach them automatically."""


def write_tables(folder: Path, target: Path = DATA) -> None:
    """Write round trips, jitter, machines and prices into `target` from the sources' files in `folder`."""
    round_trips = sorted(_round_trips(folder), key=lambda row: (row["region"], row["other"], row["source"]))
    jitter = sorted(_jitter(folder), key=lambda row: (row["region"], row["other"], row["source"]))
    machines = sorted([*_aws_machines(folder), *_gcp_machines(folder)], key=lambda row: row["machine"])
    prices = sorted([*_aws_prices(folder), *_gcp_prices(folder)], key=lambda row: (row["region"], row["machine"]))
    for name, found in (("round_trips", round_trips), ("jitter", jitter), ("machines", machines), ("prices", prices)):
        with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(found[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _round_trips(folder: Path) -> Iterator[Row]:
    """Yield one row for each pair and source: the median of its samples in both directions, and their extremes."""
    yield from _pairs(
        "cloudping", ((f"aws:{r['src']}", f"aws:{r['dst']}", r["p50_ms"]) for r in _read(folder / CLOUDPING))
    )
    yield from _pairs(
        "google-dashboard", ((f"gcp:{r['src']}", f"gcp:{r['dst']}", r["median_rtt_ms"]) for r in _read(folder / GOOGLE))
    )
    yield from _pairs(
        "intercloud-throughput",
        (
            (f"{r['from_cloud']}:{r['from_region']}", f"{r['to_cloud']}:{r['to_region']}", r["avg_rtt_ms"])
            for r in _read(folder / INTERCLOUD)
        ),
    )
    for source, series in _fantoch(folder).items():
        yield from _pairs(source, ((*_of_cloud(r), r["avg_ms"]) for r in series))


def _pairs(source: str, samples: Iterable[tuple[str, str, str]]) -> Iterator[Row]:
    """Yield a source's pairs of known regions; regions that no customer can use and empty cells are left out."""
    known = regions()
    found: dict[Pair, list[float]] = {}
    for one, other, text in samples:
        if text and float(text) > 0 and one != other and {one, other} <= known.keys():
            found.setdefault((min(one, other), max(one, other)), []).append(float(text))
    for (region, other), values in found.items():
        floor_ms = fastest_possible_ms(region, other)
        if min(values) < floor_ms:
            raise ValueError(f"{source}: {region} {other} measures {min(values)} ms, light needs {floor_ms:.3f} ms")
        yield {
            "region": region, "other": other, "round_trip_ms": _figure(statistics.median(values)),
            "least_ms": _figure(min(values)), "most_ms": _figure(max(values)), "source": source,
        }  # fmt: skip


def _jitter(folder: Path) -> Iterator[Row]:
    for source, series in _fantoch(folder).items():
        found: dict[Pair, list[float]] = {}
        for row in series:
            one, other = _of_cloud(row)
            if one != other and {one, other} <= regions().keys():
                found.setdefault((min(one, other), max(one, other)), []).append(float(row["mdev_ms"]))
        for (region, other), values in found.items():
            yield {
                "region": region, "other": other, "jitter_ms": _figure(statistics.median(values)), "source": source,
            }  # fmt: skip


def _fantoch(folder: Path) -> dict[str, list[Row]]:
    """Return fantoch's series by source name: `fantoch-2020-06` and `fantoch-2021-02`."""
    found: dict[str, list[Row]] = {}
    for row in _read(folder / FANTOCH):
        month = re.search(r"\d{4}-\d{2}", row["measured"])
        assert month, "every row says when it was measured"
        found.setdefault(f"fantoch-{month.group()}", []).append(row)
    return found


def _of_cloud(row: Row) -> tuple[str, str]:
    cloud = row["cloud"][:3]
    return f"{cloud}:{row['src']}", f"{cloud}:{row['dst']}"


def _aws_machines(folder: Path) -> Iterator[Row]:
    for row in _read(folder / AWS_TYPES):
        if ".metal" not in row["instance_type"]:
            yield {
                "machine": f"aws:{row['instance_type']}", "family": row["family"], "vcpu": row["vcpus"],
                "memory_gib": f"{float(row['memory_gib']):g}", "local_disk_gib": row["local_nvme_gib"] or "0",
                "architecture": row["arch"], "source": "karpenter-aws",
            }  # fmt: skip


def _gcp_machines(folder: Path) -> Iterator[Row]:
    seen: set[str] = set()
    for row in _read(folder / GCP_PRICES):
        name = row["machine_type"]
        if name not in seen:
            seen.add(name)
            yield {
                "machine": f"gcp:{name}", "family": row["family"], "vcpu": row["vcpus"],
                "memory_gib": f"{float(row['memory_gb']):g}", "local_disk_gib": _local_disk(name),
                "architecture": "amd64", "source": "karpenter-gcp",
            }  # fmt: skip


def _local_disk(machine: str) -> str:
    """Return the GiB of the disks that a GCP type brings along; empty when it has some and nobody says how many."""
    if not machine.endswith("lssd"):
        return "0"
    family, _, size, kind = machine.split("-", 3)
    count = _SSD_COUNTS.get(f"z3-{size}-{kind}" if family == "z3" else f"{family}-{size}")
    return "" if count is None else str(count * (Z3_SSD_GIB if family == "z3" else SSD_GIB))


def _aws_prices(folder: Path) -> Iterator[Row]:
    for row in _read(folder / AWS_TYPES):
        if ".metal" not in row["instance_type"] and row["us_east_1_on_demand_usd_h"]:
            yield {
                "region": "aws:us-east-1", "machine": f"aws:{row['instance_type']}",
                "usd_per_hour": row["us_east_1_on_demand_usd_h"], "source": "karpenter-aws",
            }  # fmt: skip


def _gcp_prices(folder: Path) -> Iterator[Row]:
    for row in _read(folder / GCP_PRICES):
        yield {
            "region": f"gcp:{row['region']}", "machine": f"gcp:{row['machine_type']}",
            "usd_per_hour": row["on_demand_usd_h"], "source": "karpenter-gcp",
        }  # fmt: skip


def _figure(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


if __name__ == "__main__":
    write_tables(Path(sys.argv[1]))
