from __future__ import annotations

import datetime
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from operations import keys
from schemas.errors import UsageError
from schemas.ledger import Purpose, read_ledger
from schemas.plan import FleetPlan, HostPlan, Plan, Promises
from schemas.roles import Role
from stacks.stack import StackFiles


def host(name: str, role: Role) -> HostPlan:
    return HostPlan(
        host=name, fleet=name.rpartition("-")[0], role=role, provider="aws", region="aws:eu-west-2",
        zone="aws:euw2-az1", metro="london", operator="self", client="none", client_version="", machine="2x4",
        disk_gib=50, power=10, address="10.120.1.10",
    )  # fmt: skip


def plan(*hosts: HostPlan, environment: str = "lab") -> Plan:
    fleet = FleetPlan(
        name="validators", role=Role.VALIDATOR, chain="perps-1", client="none", client_version="", promises=Promises()
    )
    return Plan(
        stack="lab", network="lab", environment=environment, spec_sha256="", atlas_version="",
        network_cidr="10.120.0.0/16", operator_cidr="10.121.0.0/24", chains=(), fleets=(fleet,), regions=(), links=(),
        hosts=hosts,
    )  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(
        name="lab", spec=tmp_path / "lab.yaml", lock=tmp_path / "lab.lock.yaml", ledger=tmp_path / "lab.keys.yaml"
    )


TWO = (host("validators-1", Role.VALIDATOR), host("relayers-1", Role.RELAYER))


def test_a_validator_gets_three_keys_and_a_relayer_one(work: Path, files: StackFiles) -> None:
    ledger = keys.create_keys(files, plan(*TWO))
    assert set(ledger.fingerprints("validators-1")) == {"consensus", "node", "ssh_host"}
    assert set(ledger.fingerprints("relayers-1")) == {"ssh_host"}
    assert set(ledger.fingerprints("deployer")) == {"deployer"}


def test_private_keys_are_readable_by_their_owner_only(work: Path, files: StackFiles) -> None:
    keys.create_keys(files, plan(*TWO))
    store = work / "secrets" / "lab"
    assert store.stat().st_mode & 0o777 == 0o700
    for path in store.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_ledger_holds_no_private_key(work: Path, files: StackFiles) -> None:
    keys.create_keys(files, plan(*TWO))
    private = json.loads((work / "secrets/lab/hosts/validators-1/consensus.json").read_text())["priv_key"]["value"]
    assert private not in files.ledger.read_text()
    assert "PRIVATE" not in files.ledger.read_text()


def test_a_second_run_changes_no_key(work: Path, files: StackFiles) -> None:
    first = keys.create_keys(files, plan(*TWO))
    before = files.ledger.stat().st_mtime_ns
    assert keys.create_keys(files, plan(*TWO)) == first
    assert files.ledger.stat().st_mtime_ns == before


def test_a_new_host_gets_keys_and_the_others_keep_theirs(work: Path, files: StackFiles) -> None:
    first = keys.create_keys(files, plan(*TWO))
    second = keys.create_keys(files, plan(*TWO, host("validators-2", Role.VALIDATOR)))
    assert set(first.keys) < set(second.keys)
    assert second.first_start("validators-2") is not None


def test_a_removed_host_stays_in_the_ledger_so_that_its_key_is_never_given_away(work: Path, files: StackFiles) -> None:
    first = keys.create_keys(files, plan(*TWO))
    second = keys.create_keys(files, plan(TWO[0]))
    assert second.key("relayers-1", Purpose.SSH_HOST) == first.key("relayers-1", Purpose.SSH_HOST)


def test_a_key_that_the_store_lost_is_refused_and_never_made_anew(work: Path, files: StackFiles) -> None:
    ledger = keys.create_keys(files, plan(*TWO))
    path = work / "secrets/lab/hosts/validators-1/consensus.json"
    path.unlink()
    lost = ledger.key("validators-1", Purpose.CONSENSUS)
    assert lost is not None
    with pytest.raises(UsageError) as refused:
        keys.create_keys(files, plan(*TWO))
    assert str(refused.value) == (
        f"the ledger says that 'validators-1' holds consensus key {lost.fingerprint}, but {path} is missing"
    )
    assert "Restore the secret store" in refused.value.remedy
    assert not path.exists()


def test_another_key_in_the_place_of_a_known_one_is_refused(work: Path, files: StackFiles) -> None:
    keys.create_keys(files, plan(*TWO, host("validators-2", Role.VALIDATOR)))
    store = work / "secrets/lab/hosts"
    (store / "validators-1/consensus.json").write_text((store / "validators-2/consensus.json").read_text())
    with pytest.raises(UsageError, match="but the ledger says"):
        keys.create_keys(files, plan(*TWO))


def test_a_ledger_without_its_store_is_refused(work: Path, files: StackFiles) -> None:
    keys.create_keys(files, plan(*TWO))
    subprocess.run(["rm", "-r", str(work / "secrets")], check=True)
    with pytest.raises(UsageError, match=r"its secret store .* is empty"):
        keys.create_keys(files, plan(*TWO))


def test_a_run_killed_before_the_ledger_was_written_is_finished_with_the_same_keys(
    work: Path, files: StackFiles
) -> None:
    first = keys.create_keys(files, plan(*TWO))
    files.ledger.unlink()
    assert keys.create_keys(files, plan(*TWO)) == first


def test_each_lab_deployment_has_a_chain_id_of_its_own_and_production_keeps_the_specs(
    work: Path, files: StackFiles
) -> None:
    assert keys.create_keys(files, plan(*TWO)).chain_id("perps-1").startswith("perps-1-")
    production = replace(plan(*TWO, environment="production"), stack="production")
    other = replace(files, name="production", ledger=files.ledger.with_name("production.keys.yaml"))
    assert keys.create_keys(other, production).chain_id("perps-1") == "perps-1"


def test_a_first_start_ends_after_an_hour_and_can_be_withdrawn(work: Path, files: StackFiles) -> None:
    ledger = keys.create_keys(files, plan(*TWO))
    found = ledger.first_start("validators-1")
    assert found is not None
    left = datetime.datetime.fromisoformat(found.expires) - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(minutes=59) < left <= datetime.timedelta(hours=1)
    assert keys.withdraw_first_start(files, ledger, "validators-1").first_starts == ()
    assert read_ledger(files.ledger).first_starts == ()
    assert keys.create_keys(files, plan(*TWO)).first_starts == ()


def test_only_a_holder_of_a_consensus_key_can_be_permitted_to_start(work: Path, files: StackFiles) -> None:
    ledger = keys.create_keys(files, plan(*TWO))
    with pytest.raises(UsageError) as refused:
        keys.permit_first_start(files, ledger, "relayers-1")
    assert str(refused.value) == "host 'relayers-1' of stack 'lab' holds no consensus key"
    withdrawn = keys.withdraw_first_start(files, ledger, "validators-1")
    assert keys.permit_first_start(files, withdrawn, "validators-1").first_start("validators-1") is not None


def test_the_ssh_fingerprint_is_what_ssh_keygen_shows(work: Path, files: StackFiles) -> None:
    ledger = keys.create_keys(files, plan(*TWO))
    path = work / "secrets/lab/hosts/relayers-1/ssh_host_ed25519_key"
    shown = subprocess.run(["ssh-keygen", "-l", "-f", str(path)], capture_output=True, text=True, check=True).stdout
    record = ledger.key("relayers-1", Purpose.SSH_HOST)
    assert record is not None
    assert record.fingerprint in shown


def test_cometbft_key_files_have_the_address_of_their_public_key(work: Path, files: StackFiles) -> None:
    ledger = keys.create_keys(files, plan(*TWO))
    value = json.loads((work / "secrets/lab/hosts/validators-1/consensus.json").read_text())
    record = ledger.key("validators-1", Purpose.CONSENSUS)
    assert record is not None
    assert record.address == value["address"] == value["address"].upper()
    assert record.public_key == value["pub_key"]["value"]
    assert len(record.address) == 40
