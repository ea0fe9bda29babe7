"""Which secrets a host has follows from what it runs, as the keys that are made for it do."""

from __future__ import annotations

import dataclasses

import pytest

from components.hosts.secret_names import secret_files
from operations.key_forms import form_of
from schemas.plan import HostPlan
from schemas.purposes import SECRET_FILES, Purpose
from schemas.roles import Role
from schemas.workloads import Assignment
from tests.components.hosts.plans import TWO_CLOUDS

SSH = "ssh_host_ed25519_key"


def host(role: Role, client: str, *beside: str) -> HostPlan:
    return dataclasses.replace(
        TWO_CLOUDS.hosts[0], role=role, client=client, client_version="1.0.0",
        beside=tuple(Assignment(client=name, version="0.38.26", chain=f"{name}-1") for name in beside),
    )  # fmt: skip


def test_a_validator_has_its_votes_key_and_its_identity() -> None:
    assert secret_files(host(Role.VALIDATOR, "cometbft")) == ("consensus.json", "node.json", SSH)


def test_a_relayer_has_its_wallet_and_the_keys_of_the_node_beside_it() -> None:
    assert secret_files(host(Role.RELAYER, "confio-relayer", "cometbft")) == (
        "node.json", "observer.json", SSH, "wallet.mnemonic",
    )  # fmt: skip


@pytest.mark.parametrize("role", [Role.RELAYER, Role.SEQUENCER, Role.ORACLE])
def test_a_host_that_runs_nothing_has_only_its_own_identity(role: Role) -> None:
    assert secret_files(host(role, "none")) == (SSH,)


def test_a_validators_account_is_kept_off_the_host() -> None:
    found = secret_files(host(Role.VALIDATOR, "simapp"))
    assert "account.mnemonic" not in found
    assert "consensus.json" in found


def test_the_store_that_keys_are_made_in_has_the_same_names() -> None:
    on_host = {purpose for purpose in Purpose if purpose in SECRET_FILES}
    assert {purpose for purpose in Purpose if form_of(purpose).is_on_host} - on_host == {
        Purpose.DEPLOYER, Purpose.OPERATOR, Purpose.PROBE,
    }  # fmt: skip
    assert all(form_of(purpose).file_name == SECRET_FILES[purpose] for purpose in on_host)
