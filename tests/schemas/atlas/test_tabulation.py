"""From the sources' files as published to tables: traps are refused or left out, never filled in."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from schemas.atlas import tabulation
from schemas.atlas.tabulation import write_tables

CLOUDPING = "src,dst,p50_ms\neu-west-1,eu-west-1,3.1\neu-west-1,eu-west-2,13.5\neu-west-2,eu-west-1,13.7\n"
GOOGLE = (
    "src,dst,median_rtt_ms\neurope-west2,europe-west3,13\neurope-west3,europe-west5,0.8\neurope-west1,europe-west9,\n"
)
INTERCLOUD = (
    "timestamp,from_cloud,from_region,to_cloud,to_region,avg_rtt_ms\n"
    "2022-02-14T08:00:00Z,gcp,europe-west2,aws,eu-west-2,4.2\n2022-02-14T09:00:00Z,aws,eu-west-2,gcp,europe-west2,4.0\n"
)
FANTOCH = (
    "cloud,measured,src,dst,min_ms,avg_ms,max_ms,mdev_ms\naws,2020-06-05,eu-west-1,eu-west-2,10.1,10.5,12,0.3\n"
    "aws,2020-06-05,eu-west-2,eu-west-1,10.1,10.6,12,0.5\ngcp,<=2020-06-02,europe-west2,europe-west2,0.1,0.2,0.3,0.05\n"
)
AWS = (
    "instance_type,family,arch,vcpus,memory_gib,local_nvme_gib,us_east_1_on_demand_usd_h\n"
    "m6a.large,m6a,amd64,2,8.0,,0.0864\nm6a.metal,m6a,amd64,192,768.0,,8.2944\ni4i.large,i4i,amd64,2,16.0,468,0.172\n"
)
GCP = (
    "region,machine_type,family,vcpus,memory_gb,on_demand_usd_h,spot_usd_h\n"
    "us-central1,c3-standard-8-lssd,c3,8,32.0,0.49,0.1\nus-east4,c3-standard-8-lssd,c3,8,32.0,0.5,0.1\n"
    "us-central1,c9-standard-8-lssd,c9,8,32.0,0.49,0.1\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        tabulation.CLOUDPING: CLOUDPING, tabulation.GOOGLE: GOOGLE, tabulation.INTERCLOUD: INTERCLOUD,
        tabulation.FANTOCH: FANTOCH, tabulation.AWS_TYPES: AWS, tabulation.GCP_PRICES: GCP,
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def table(folder: Path, name: str) -> list[list[str]]:
    with (folder / f"{name}.csv").open(newline="") as file:
        return list(csv.reader(file))[1:]


def test_pairs_are_the_median_of_both_directions_with_their_extremes(folder: Path) -> None:
    write_tables(folder, folder)
    assert table(folder, "round_trips") == [
        ["aws:eu-west-1", "aws:eu-west-2", "13.6", "13.5", "13.7", "cloudping"],
        ["aws:eu-west-1", "aws:eu-west-2", "10.55", "10.5", "10.6", "fantoch-2020-06"],
        ["aws:eu-west-2", "gcp:europe-west2", "4.1", "4", "4.2", "intercloud-throughput"],
        ["gcp:europe-west2", "gcp:europe-west3", "13", "13", "13", "google-dashboard"],
    ], "no diagonal, no empty cell, no region that customers cannot use"
    assert table(folder, "jitter") == [["aws:eu-west-1", "aws:eu-west-2", "0.4", "fantoch-2020-06"]]


def test_machines_and_prices_are_as_published(folder: Path) -> None:
    write_tables(folder, folder)
    assert table(folder, "machines") == [
        ["aws:i4i.large", "i4i", "2", "16", "468", "amd64", "karpenter-aws"],
        ["aws:m6a.large", "m6a", "2", "8", "0", "amd64", "karpenter-aws"],
        ["gcp:c3-standard-8-lssd", "c3", "8", "32", "750", "amd64", "karpenter-gcp"],
        ["gcp:c9-standard-8-lssd", "c9", "8", "32", "", "amd64", "karpenter-gcp"],
    ], "a disk of unknown size stays unknown"
    assert [row[:3] for row in table(folder, "prices")] == [
        ["aws:us-east-1", "aws:i4i.large", "0.172"],
        ["aws:us-east-1", "aws:m6a.large", "0.0864"],
        ["gcp:us-central1", "gcp:c3-standard-8-lssd", "0.49"],
        ["gcp:us-central1", "gcp:c9-standard-8-lssd", "0.49"],
        ["gcp:us-east4", "gcp:c3-standard-8-lssd", "0.5"],
    ]


def test_a_sample_that_beats_light_stops_the_run(folder: Path) -> None:
    (folder / tabulation.CLOUDPING).write_text("src,dst,p50_ms\neu-west-1,us-east-1,15\n")
    with pytest.raises(
        ValueError, match=r"cloudping: aws:eu-west-1 aws:us-east-1 measures 15.0 ms, light needs 53.\d+ ms"
    ):
        write_tables(folder, folder)


def test_the_same_files_make_the_same_tables(folder: Path, tmp_path: Path) -> None:
    write_tables(folder, folder)
    first = {path.name: path.read_text() for path in folder.glob("*.csv")}
    write_tables(folder, folder)
    assert {path.name: path.read_text() for path in folder.glob("*.csv")} == first
