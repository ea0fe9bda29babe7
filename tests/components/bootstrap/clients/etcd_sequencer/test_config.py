from __future__ import annotations

import json
import tomllib
from dataclasses import replace

import pytest
import yaml

from components.bootstrap.clients.catalogue import genesis_files
from components.bootstrap.clients.etcd_sequencer.config import timers
from components.bootstrap.clients.etcd_sequencer.rendering import ETCD_SEQUENCER
from components.bootstrap.clients.rendering import View
from schemas.atlas.latency import Evidence
from schemas.ledger import KeyRecord, Ledger, Purpose
from schemas.plan import LinkPlan, Plan
from schemas.roles import Role
from schemas.terms import RaftTerms
from schemas.workloads import services_of


@pytest.fixture
def sequenced(plan: Plan) -> Plan:
    """The plan's first fleet as three sequencers that make its chain."""
    fleet = replace(plan.fleets[0], role=Role.SEQUENCER, client="etcd-sequencer")
    hosts = [
        replace(plan.hosts[0], host=f"s-{n}", fleet=fleet.name, role=Role.SEQUENCER, client="etcd-sequencer",
                client_version="0.38.26", power=0, address=f"10.120.1.{n}")
        for n in (1, 2, 3)
    ]  # fmt: skip
    return replace(plan, hosts=tuple(hosts), fleets=(fleet, *plan.fleets[1:]))


@pytest.fixture
def keys(sequenced: Plan, ledger: Ledger) -> Ledger:
    """A node key for each host, and the fleet's own key."""
    made = [
        KeyRecord(holder=host.host, purpose=Purpose.NODE, public_key=host.host, fingerprint=host.host, address=f"{n}" * 40)
        for n, host in enumerate(sequenced.hosts)
    ]  # fmt: skip
    fleet = sequenced.fleets[0].name
    own = KeyRecord(holder=fleet, purpose=Purpose.SEQUENCER, public_key="cHVi", fingerprint="f", address="AB" * 20)
    return replace(ledger, keys=(*made, own))


def rendered(plan: Plan, ledger: Ledger) -> dict[str, str]:
    host = plan.hosts[0]
    view = View(plan=plan, ledger=ledger, genesis=genesis_files(plan, ledger))
    return dict(ETCD_SEQUENCER.files(view, host, services_of(host.assignments)[0]))


def test_the_chains_one_validator_is_the_fleet(sequenced: Plan, keys: Ledger) -> None:
    genesis = json.loads(rendered(sequenced, keys)["etcd-sequencer/genesis.json"])
    [validator] = genesis["validators"]
    assert (validator["address"], validator["name"]) == ("AB" * 20, sequenced.fleets[0].name)


def test_a_node_by_itself_never_signs(sequenced: Plan, keys: Ledger) -> None:
    config = tomllib.loads(rendered(sequenced, keys)["etcd-sequencer/config.toml"])
    assert config["priv_validator_key_file"].endswith("/observer.json")
    assert "priv_validator_laddr" not in config
    assert config["p2p"]["persistent_peers"].count("@") == 2


def test_etcd_serves_clients_of_its_own_host_only(sequenced: Plan, keys: Ledger) -> None:
    config = yaml.safe_load(rendered(sequenced, keys)["sequencer-etcd/etcd.yaml"])
    assert config["listen-client-urls"] == "http://127.0.0.1:2379"
    assert config["initial-cluster"] == ",".join(f"s-{n}=http://10.120.1.{n}:2380" for n in (1, 2, 3))


def test_the_signer_knows_how_many_hosts_are_a_majority(sequenced: Plan, keys: Ledger) -> None:
    settings = json.loads(rendered(sequenced, keys)["sequencer-signer/signer.json"])
    assert (settings["hosts"], settings["lease_s"], settings["rpc"]) == (3, 2, "127.0.0.1:26657")


def test_timers_follow_the_worst_round_trip_between_members(sequenced: Plan) -> None:
    near = sequenced.hosts[0].region
    far = replace(sequenced.hosts[2], region="aws:far-1")
    link = LinkPlan(
        region=min(near, "aws:far-1"), other=max(near, "aws:far-1"), round_trip_ms=120.0,
        round_trip_evidence=Evidence.MEASURED, jitter_ms=1.0,
        jitter_evidence=Evidence.MEASURED,
    )  # fmt: skip
    wide = replace(sequenced, hosts=(*sequenced.hosts[:2], far), links=(link,))
    fleet = sequenced.fleets[0].name
    assert timers(wide, fleet) == RaftTerms(heartbeat_ms=360, election_timeout_ms=1800, lease_s=3)


def test_timers_of_the_spec_win(sequenced: Plan) -> None:
    given = RaftTerms(heartbeat_ms=200, election_timeout_ms=2000, lease_s=4)
    fleet = sequenced.fleets[0]
    told = replace(sequenced, fleets=(replace(fleet, terms=replace(fleet.terms, raft=given)), *sequenced.fleets[1:]))
    assert timers(told, fleet.name) == given
