from __future__ import annotations

import dataclasses
import json

import pytest

from components.bootstrap.clients.cometbft.genesis import genesis
from components.bootstrap.members import MissingKeyError
from schemas.ledger import Ledger, Purpose
from schemas.plan import Plan


def test_genesis_names_chain_time_and_voters(plan: Plan, ledger: Ledger) -> None:
    value = json.loads(genesis(plan, ledger, "perps-1"))
    assert value["chain_id"] == "perps-1-x1"
    assert value["genesis_time"] == "2026-11-24T12:00:00Z"
    assert [(v["name"], v["power"]) for v in value["validators"]] == [(f"validators-{n}", "10") for n in range(1, 5)]
    key = ledger.key("validators-1", Purpose.CONSENSUS)
    assert key is not None
    assert value["validators"][0]["address"] == key.address
    assert value["validators"][0]["pub_key"] == {"type": "tendermint/PubKeyEd25519", "value": key.public_key}


def test_genesis_is_the_same_whatever_the_order_of_the_plan(plan: Plan, ledger: Ledger) -> None:
    turned = dataclasses.replace(plan, hosts=plan.hosts[::-1])
    assert genesis(turned, ledger, "perps-1") == genesis(plan, ledger, "perps-1")


def test_evidence_lasts_two_days_of_blocks(plan: Plan, ledger: Ledger) -> None:
    evidence = json.loads(genesis(plan, ledger, "perps-1"))["consensus_params"]["evidence"]
    assert evidence["max_age_num_blocks"] == "86400"
    assert evidence["max_age_duration"] == "172800000000000"


def test_a_validator_without_key_is_refused_by_name(plan: Plan, ledger: Ledger) -> None:
    without = dataclasses.replace(ledger, keys=tuple(k for k in ledger.keys if k.holder != "validators-3"))
    with pytest.raises(MissingKeyError) as raised:
        genesis(plan, without, "perps-1")
    assert str(raised.value) == "stacks/lab.keys.yaml: the key ledger has no consensus key of validators-3"
    assert raised.value.remedy == "Make what is missing: geofleet keys create lab."
