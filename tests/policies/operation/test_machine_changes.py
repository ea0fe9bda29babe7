"""Rules on what must not end, move or be replaced by mistake: one thing spoilt at a time, on every feed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.policies.cloud import UNKNOWN, Made, host, one, refused, silent, sound, unread
from tests.policies.security.machines import AWS, GCP, GONE, KEY, machine, owned

VOTERS: list[tuple[str, Made, str]] = [
    ("OPS041", owned(userDataReplaceOnChange=True), "userDataReplaceOnChange is True; expected false"),
    ("OPS041", owned(GCP, metadataStartupScript="#!/bin/sh"), "a change of it replaces the machine"),
    ("OPS042", owned(disableApiTermination=GONE), "disableApiTermination is not set; expected true"),
    ("OPS042", owned(disableApiTermination=False), "disableApiTermination is False; expected true"),
    ("OPS042", owned(GCP, deletionProtection=False), "deletionProtection is False; expected true"),
    ("OPS043", owned(instanceMarketOptions={"marketType": "spot"}), "marketType is 'spot'"),
    ("OPS043", owned(GCP, scheduling={"preemptible": True}), "scheduling.preemptible is True"),
    (
        "OPS043",
        owned(GCP, scheduling={"provisioningModel": "SPOT"}),
        "provisioningModel is 'SPOT'; expected 'STANDARD'",
    ),
    ("OPS044", owned(ebsBlockDevices=[{"encrypted": True, "kmsKeyId": KEY}]), "ebsBlockDevices[0].deleteOnTermination"),
    ("OPS044", owned(ephemeralBlockDevices=[{"deviceName": "/dev/sdb"}]), "ephemeralBlockDevices end with the machine"),
    ("OPS044", owned(GCP, scratchDisks=[{"interface": "NVME"}]), "scratchDisks end with the machine"),
]


@pytest.mark.parametrize(("rule", "made", "told"), VOTERS, ids=lambda part: part if isinstance(part, str) else "")
def test_what_a_voter_must_not_be_is_refused_by_name(rule: str, made: Made, told: str) -> None:
    region = "aws:eu-central-1" if made.token == AWS else "gcp:europe-west3"
    finding = one(rule, host("validator", region=region), made)
    assert told in finding.message
    assert (finding.where.host, finding.where.urn) == ("validators-1", made.urn)


@pytest.mark.parametrize("rule", ["OPS041", "OPS042", "OPS044"])
def test_rules_for_voters_leave_other_machines_alone(rule: str) -> None:
    silent(rule, machine(disableApiTermination=GONE, userDataReplaceOnChange=True))
    silent(rule, host("relayer", "relayers-1"), machine())


@pytest.mark.parametrize("labels", [{"tags": {"geofleet:role": "validator"}}, {"tagsAll": {"geofleet-role": "signer"}}])
def test_a_label_makes_a_voter_of_a_machine_that_no_component_owns(labels: dict[str, Any]) -> None:
    assert "disableApiTermination" in refused("OPS042", machine(disableApiTermination=GONE, **labels))


BAD = [
    ("OPS040", machine(userData="x" * 16385), "userData has 16,385 bytes; expected at most 16,384"),
    ("OPS040", machine(GCP, **{"metadata__user-data": "x" * 262145}), "has 262,145 bytes; expected at most 262,144"),
]


@pytest.mark.parametrize(("rule", "made", "told"), BAD, ids=lambda part: part if isinstance(part, str) else "")
def test_boot_data_that_does_not_fit_is_refused_by_its_size(rule: str, made: Made, told: str) -> None:
    assert told in refused(rule, made)


def test_a_market_that_is_unknown_at_preview_fails_the_gate() -> None:
    assert "instanceMarketOptions.marketType" in unread("OPS043", machine(instanceMarketOptions=UNKNOWN))


def test_spot_machines_that_nobody_labelled_are_advice() -> None:
    assert not one("OPS043", machine(instanceMarketOptions={"marketType": "spot"})).severity.is_mandatory


def test_a_voter_may_be_stopped_for_repair_and_an_oracle_is_replaced() -> None:
    sound("OPS042", host("validator"), owned(disableApiStop=False))
    silent("OPS042", host("oracle"), owned(disableApiTermination=False))
