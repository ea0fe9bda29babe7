"""Machine types, what they support, and what a region sells at which price."""

from __future__ import annotations

import pytest

from schemas.atlas import PUBLISHED, Availability, PriceEvidence, cost_usd_per_month, machine_for, regions
from schemas.atlas.machines import Tee, machine_types
from schemas.errors import AtlasError


def tees(name: str) -> set[Tee]:
    return {support.tee for support in machine_types()[name].tees}


def test_types_have_a_size_an_architecture_and_no_bare_metal() -> None:
    found = machine_types()
    assert list(found) == sorted(found)
    assert not [name for name in found if "metal" in name]
    for machine in found.values():
        assert machine.vcpu >= 1
        assert machine.memory_gib >= 2
        assert machine.architecture in ("amd64", "arm64")
        assert machine.provider in ("aws", "gcp")


def test_local_disks_are_known() -> None:
    sizes = {name: machine_types()[name].local_disk_gib for name in (
        "aws:i4i.2xlarge", "aws:m6a.large", "gcp:c3-standard-8-lssd", "gcp:z3-highmem-22-standardlssd", "gcp:n2-standard-8",
    )}  # fmt: skip
    assert sizes == {
        "aws:i4i.2xlarge": 1875, "aws:m6a.large": 0, "gcp:c3-standard-8-lssd": 750,
        "gcp:z3-highmem-22-standardlssd": 6000, "gcp:n2-standard-8": 0,
    }  # fmt: skip
    assert [name for name, machine in machine_types().items() if machine.local_disk_gib is None] == []


def test_confidential_computing_is_by_family() -> None:
    assert tees("aws:m6a.large") == {Tee.SEV_SNP}, "an enclave leaves its parent 2 vCPU"
    assert tees("aws:m6a.xlarge") == {Tee.SEV_SNP, Tee.NITRO_ENCLAVES}
    assert tees("aws:m7a.xlarge") == {Tee.NITRO_ENCLAVES}, "M6a, C6a and R6a only"
    assert tees("gcp:n2d-standard-4") == {Tee.SEV, Tee.SEV_SNP}
    assert tees("gcp:c3-standard-4") == {Tee.TDX}
    assert tees("gcp:c3-highmem-4") == set()
    assert tees("gcp:n2-standard-4") == set()
    assert all(support.grade == "A" and support.note for m in machine_types().values() for support in m.tees)


def test_the_cheapest_that_fits_is_offered() -> None:
    offer = machine_for("aws:us-east-1", vcpu=4, memory_gib=16)
    assert (offer.machine, offer.price.usd_per_hour, offer.price.evidence) == (
        "aws:m6a.xlarge",
        0.1728,
        PriceEvidence.PUBLISHED,
    )
    assert offer.usd_per_month == pytest.approx(0.1728 * 730)
    every = PUBLISHED.offers("aws:us-east-1", vcpu=4, memory_gib=16)
    assert every[0] == offer
    assert [o.order() for o in every] == sorted(o.order() for o in every)
    assert all(o.vcpu >= 4 and o.memory_gib >= 16 for o in every)


def test_no_offer_is_of_another_architecture() -> None:
    offered = {offer.machine for offer in PUBLISHED.offers("aws:us-east-1", vcpu=1, memory_gib=1)}
    assert {machine_types()[name].architecture for name in offered} == {"amd64"}
    assert "aws:c8g.large" in machine_types()


def test_a_local_disk_and_confidentiality_narrow_the_choice() -> None:
    disk = machine_for("gcp:europe-west2", vcpu=4, memory_gib=16, local_disk_gib=700)
    assert disk.local_disk_gib is not None
    assert disk.local_disk_gib >= 700
    secret = machine_for("gcp:europe-west2", vcpu=4, memory_gib=16, confidential=True)
    assert {support.tee for support in secret.tees} & {Tee.SEV_SNP, Tee.TDX}


def test_what_aws_sells_outside_us_east_1_is_assumed_and_estimated() -> None:
    offer = machine_for("aws:eu-central-1", vcpu=4, memory_gib=16)
    assert (offer.availability, offer.price.evidence) == (Availability.ASSUMED, PriceEvidence.ESTIMATED)
    assert offer.price.usd_per_hour == pytest.approx(0.1728 * 1.2)
    assert machine_for("gcp:europe-west3", vcpu=4, memory_gib=16).availability is Availability.KNOWN


def test_a_region_without_a_price_offers_nothing_and_says_so() -> None:
    with pytest.raises(AtlasError, match="no price is known in aws:me-central-1") as caught:
        machine_for("aws:me-central-1", vcpu=2, memory_gib=4)
    assert caught.value.remedy == "Add prices to atlas/overrides.yaml, or leave aws:me-central-1 out under 'regions'."


def test_a_machine_that_nobody_sells_is_told_apart() -> None:
    with pytest.raises(AtlasError) as caught:
        machine_for("gcp:europe-west2", vcpu=150, memory_gib=16, local_disk_gib=10, confidential=True)
    assert str(caught.value) == (
        "no confidential machine of 150 vCPU, 16 GiB and 10 GiB of local disk is known in gcp:europe-west2"
    )
    with pytest.raises(AtlasError, match="region 'aws:x' is not in the atlas"):
        machine_for("aws:x", vcpu=1, memory_gib=1)


def test_73_regions_sell_something() -> None:
    sold = [name for name in regions() if PUBLISHED.offers(name, vcpu=2, memory_gib=4)]
    assert len(sold) == 73


def test_a_months_cost_says_how_much_of_it_is_estimated() -> None:
    known = machine_for("aws:us-east-1", vcpu=4, memory_gib=16)
    guess = machine_for("aws:sa-east-1", vcpu=4, memory_gib=16)
    cost = cost_usd_per_month([known, known, guess])
    assert cost.usd_per_month == pytest.approx(2 * 0.1728 * 730 + 0.1728 * 1.59 * 730, abs=0.01)
    assert cost.usd_per_month_estimated == pytest.approx(0.1728 * 1.59 * 730, abs=0.01)
    assert cost.usd_per_month_max == pytest.approx(2 * 0.1728 * 730 + 0.1728 * 2.105 * 730, abs=0.01)
    assert cost_usd_per_month([]).usd_per_month == 0
