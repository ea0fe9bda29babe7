from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from schemas.diagnostics import InvalidDocumentError
from schemas.lock import Lock, Placement, lock_text, read_lock


def lock() -> Lock:
    return Lock(
        stack="lab",
        spec_sha256="12e456",
        atlas_version="2026-11-24",
        subnets={"gcp:europe-west3": 2, "aws:eu-west-2": 1},
        next_number={"validators": 4, "oracles": 2},
        next_address={"gcp:europe-west3": 11, "aws:eu-west-2": 13},
        placements=(
            place("oracles-1", "aws:eu-west-2", "aws:euw2-az2", "10.120.1.12"),
            place("validators-1", "aws:eu-west-2", "aws:euw2-az1", "10.120.1.10"),
            place("validators-3", "gcp:europe-west3", "gcp:europe-west3-a", "10.120.2.10"),
        ),
    )


def place(host: str, region: str, zone: str, address: str) -> Placement:
    return Placement(host=host, fleet=host.rpartition("-")[0], region=region, zone=zone, address=address, power=10)


def refusal(text: str, tmp_path: Path) -> str:
    path = tmp_path / "lab.lock.yaml"
    path.write_text(text)
    with pytest.raises(InvalidDocumentError) as caught:
        read_lock(path, source="lab.lock.yaml")
    return "\n".join(found.text().splitlines()[0] for found in caught.value.diagnostics)


def test_a_lock_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "lab.lock.yaml"
    path.write_text(lock_text(lock()))
    assert read_lock(path) == lock()


def test_the_text_is_sorted_and_says_who_wrote_it() -> None:
    text = lock_text(lock())
    assert text.startswith("# Written by `geofleet plan --write`; commit it.\nschema: geofleet/lock/v1\nstack: lab\n")
    assert 'spec_sha256: "12e456"\n' in text, "text that looks like a number stays text"
    assert text.index("aws:eu-west-2: 1") < text.index("gcp:europe-west3: 2")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("geofleet/lock/v1", "geofleet/lock/v9", "2:9: error LOCK204 schema: found 'geofleet/lock/v9', expected 'geofleet/lock/v1'"),
        ("stack: lab\n", "", "2:1: error LOCK202 key 'stack' is missing"),
        ("  oracles: 2\n", "  oracles: two\n", "10:12: error LOCK203 next_number.oracles: found 'two', expected a whole number"),
        ("next_number:", "next:", "9:1: error LOCK201 next: is not a known key"),
        ("10.120.1.12", "10.120.1.999", "20:14: error LOCK204 placements.oracles-1.address: found '10.120.1.999': octet 999 (> 255) not permitted in '10.120.1.999'"),
        ("10.120.1.12", "10.120.1.10", "26:14: error LOCK302 placements.validators-1.address: address 10.120.1.10 belongs to oracles-1 already"),
        ("west3: 2\n", "west3: 1\n", "8:21: error LOCK301 subnets.gcp:europe-west3: subnet 1 belongs to aws:eu-west-2 already"),
        ("  validators: 4\n", "  validators: 3\n", "28:3: error LOCK305 placements.validators-3: the next host of fleet 'validators' would be called 'validators-3' again"),
        ("west3: 11\n", "west3: 10\n", "32:14: error LOCK306 placements.validators-3.address: the next host of region gcp:europe-west3 would get address 10.120.2.10 again"),
        ("  oracles-1:\n", "  oracle-1:\n", "16:3: error LOCK304 placements.oracle-1: a host of fleet 'oracles' is called 'oracles-<n>'"),
    ],
)  # fmt: skip
def test_a_damaged_lock_is_refused_where_it_is_damaged(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert f"lab.lock.yaml:{message}" in refusal(lock_text(lock()).replace(old, new, 1), tmp_path)


def test_a_region_without_subnet_is_refused(tmp_path: Path) -> None:
    text = lock_text(replace(lock(), subnets={"aws:eu-west-2": 1}))
    assert refusal(text, tmp_path).endswith("placements.validators-3.region: region gcp:europe-west3 has no subnet")


@pytest.mark.parametrize("text", ["", "- a\n", "a", "schema: [", "\0", "schema: geofleet/lock/v1\n" * 2])
def test_what_is_no_lock_at_all_is_refused_at_a_place(text: str, tmp_path: Path) -> None:
    assert refusal(text, tmp_path).startswith("lab.lock.yaml:")


def test_every_prefix_of_a_lock_is_refused(tmp_path: Path) -> None:
    text = lock_text(lock())
    for end in range(0, text.rindex("validators-3"), 7):
        assert refusal(text[:end], tmp_path).startswith("lab.lock.yaml:")


def test_the_remedy_never_throws_places_away_silently(tmp_path: Path) -> None:
    path = tmp_path / "lab.lock.yaml"
    path.write_text("schema: x\n")
    with pytest.raises(InvalidDocumentError) as caught:
        read_lock(path)
    assert {found.remedy for found in caught.value.diagnostics} == {
        "Take the file's last good version from git; `geofleet plan STACK --write` makes a new one where none is left."
    }


def with_blocks() -> Lock:
    return replace(
        lock(), next_address={"gcp:europe-west3": 11, "aws:eu-west-2": 48}, next_in_zone={"aws:euw2-az2": 37},
        placements=(place("oracles-1", "aws:eu-west-2", "aws:euw2-az2", "10.120.1.36"),),
    )  # fmt: skip


def test_what_a_zone_gives_next_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "lab.lock.yaml"
    path.write_text(lock_text(with_blocks()))
    assert read_lock(path) == with_blocks()


def test_a_zone_that_would_give_an_address_again_is_refused(tmp_path: Path) -> None:
    found = refusal(lock_text(replace(with_blocks(), next_in_zone={"aws:euw2-az2": 36})), tmp_path)
    assert found.endswith(
        "error LOCK307 placements.oracles-1.address: the next host of zone aws:euw2-az2 would get address 10.120.1.36 again"
    )
