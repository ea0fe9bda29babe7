from __future__ import annotations

import dataclasses
import json
import tomllib

import pytest

from components.bootstrap.clients.cometbft.genesis import genesis
from components.bootstrap.clients.cometbft.unit import GUARD
from components.bootstrap.configuration import first_start_document, network_configuration
from components.bootstrap.members import MissingKeyError
from schemas.canonical import canonical_json, sha256_hex
from schemas.ledger import Ledger, Purpose
from schemas.plan import Plan


def test_every_host_has_a_document_in_canonical_form(plan: Plan, ledger: Ledger) -> None:
    documents = network_configuration(plan, ledger).documents
    assert sorted(documents) == ["relayers-1", *(f"validators-{n}" for n in range(1, 5))]
    for host, text in documents.items():
        value = json.loads(text)
        assert canonical_json(value) == text
        assert (value["schema"], value["stack"], value["host"]) == ("geofleet/configuration/v1", "lab", host)


def test_every_named_file_is_published_under_its_hash(plan: Plan, ledger: Ledger) -> None:
    configuration = network_configuration(plan, ledger)
    assert all(sha256_hex(text) == sha256 for sha256, text in configuration.blobs.items())
    named = {f["sha256"] for text in configuration.documents.values() for f in json.loads(text)["files"]}
    assert set(configuration.blobs) == named | {sha256_hex(own.text) for own in GUARD}


def test_a_validator_knows_every_peer_but_itself(plan: Plan, ledger: Ledger) -> None:
    configuration = network_configuration(plan, ledger)
    files = {f["path"]: f["sha256"] for f in json.loads(configuration.documents["validators-2"])["files"]}
    assert sorted(files) == ["cometbft/config.toml", "cometbft/genesis.json"]
    assert configuration.blobs[files["cometbft/genesis.json"]] == genesis(plan, ledger, "perps-1")
    peers = tomllib.loads(configuration.blobs[files["cometbft/config.toml"]])["p2p"]["persistent_peers"]
    expected = []
    for n in (1, 3, 4):
        key = ledger.key(f"validators-{n}", Purpose.NODE)
        assert key is not None
        expected.append(f"{key.address}@10.120.1.{9 + n}:26656")
    assert peers == ",".join(expected)


def test_a_host_without_workload_has_no_files(plan: Plan, ledger: Ledger) -> None:
    value = json.loads(network_configuration(plan, ledger).documents["relayers-1"])
    assert (value["files"], value["units"]) == ([], [])


def test_a_new_host_without_vote_changes_no_validator(plan: Plan, ledger: Ledger) -> None:
    relayer = dataclasses.replace(plan.hosts[0], host="relayers-2", address="10.120.1.100")
    grown = dataclasses.replace(plan, hosts=(*plan.hosts, relayer))
    before, after = (network_configuration(p, ledger).documents for p in (plan, grown))
    assert {k: v for k, v in after.items() if k != "relayers-2"} == before


def test_first_start_is_for_one_host_and_one_chain(plan: Plan, ledger: Ledger) -> None:
    host = plan.hosts_of("validators")[0]
    assert json.loads(first_start_document(ledger, plan, host)) == {
        "schema": "geofleet/first-start/v1",
        "stack": "lab",
        "host": "validators-1",
        "chain_id": "perps-1-x1",
        "token": "once",
        "expires": "2999-01-01T00:00:00Z",
    }


def test_no_first_start_without_the_ledger_s_word(plan: Plan, ledger: Ledger) -> None:
    with pytest.raises(MissingKeyError) as raised:
        first_start_document(ledger, plan, plan.hosts_of("validators")[1])
    assert raised.value.problem == "the key ledger holds no first-start permission for validators-2"
