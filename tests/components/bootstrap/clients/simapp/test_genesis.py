from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from components.bootstrap.clients.simapp.genesis import COINS_OF_ACCOUNT, genesis
from components.bootstrap.members import MissingKeyError
from schemas.bech32 import bech32
from schemas.ledger import KeyRecord, Ledger, Purpose
from schemas.plan import PathPlan, Plan, Relaying

POOL = "cosmos1tygms3xhhs3yv487phx3dw4a95jn7t7lpm470r"


def account(holder: str, purpose: Purpose, number: int) -> KeyRecord:
    address = bech32("cosmos", bytes([number]) * 20)
    return KeyRecord(
        holder=holder, purpose=purpose, public_key=f"key-{number}", fingerprint=f"f-{number}", address=address
    )


@pytest.fixture
def funded(ledger: Ledger) -> Ledger:
    """A ledger with the accounts of four validators, one relayer and the operator."""
    accounts = [account(f"validators-{n}", Purpose.ACCOUNT, n) for n in range(1, 5)]
    accounts += [account("relayers-1", Purpose.WALLET, 50), account("operator", Purpose.PROBE, 60)]
    return replace(ledger, keys=(*ledger.keys, *accounts))


@pytest.fixture
def relayed(plan: Plan) -> Plan:
    """A plan whose relayers work for the chain."""
    path = PathPlan(source="perps-1", destination="other-1", channels=("transfer/channel-0",))
    relayers = replace(plan.fleets[1], relaying=Relaying(paths=(path,)))
    return replace(plan, fleets=(plan.fleets[0], relayers))


def state(plan: Plan, ledger: Ledger) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(genesis(plan, ledger, "perps-1"))["app_state"]
    return found


def test_genesis_is_the_same_at_every_call_and_names_the_chain(relayed: Plan, funded: Ledger) -> None:
    text = genesis(relayed, funded, "perps-1")
    assert text == genesis(replace(relayed, hosts=relayed.hosts[::-1]), funded, "perps-1")
    value = json.loads(text)
    assert (value["chain_id"], value["genesis_time"]) == ("perps-1-x1", "2026-11-24T12:00:00Z")
    assert value["consensus"]["params"]["evidence"]["max_age_duration"] == "1814400000000000"
    assert value["consensus"]["params"]["evidence"]["max_age_num_blocks"] == "907200"


def test_every_coin_is_counted(relayed: Plan, funded: Ledger) -> None:
    bank = state(relayed, funded)["bank"]
    held = {entry["address"]: int(entry["coins"][0]["amount"]) for entry in bank["balances"]}
    assert bank["supply"] == [{"denom": "stake", "amount": str(sum(held.values()))}]
    assert held.pop(POOL) == 4 * 10 * 1_000_000
    assert set(held.values()) == {COINS_OF_ACCOUNT}
    assert len(held) == 6


def test_validators_stand_with_the_power_of_the_plan(relayed: Plan, funded: Ledger) -> None:
    staking = state(relayed, funded)["staking"]
    key = funded.key("validators-1", Purpose.CONSENSUS)
    assert key is not None
    [first, *_] = staking["validators"]
    assert first["consensus_pubkey"]["key"] == key.public_key
    assert [(v["tokens"], v["status"]) for v in staking["validators"]] == [("10000000", "BOND_STATUS_UNBONDED")] * 4
    owners = {d["validator_address"]: d["shares"] for d in staking["delegations"]}
    assert owners == {v["operator_address"]: v["delegator_shares"] for v in staking["validators"]}


def test_account_numbers_follow_the_list(relayed: Plan, funded: Ledger) -> None:
    accounts = state(relayed, funded)["auth"]["accounts"]
    assert [entry["account_number"] for entry in accounts] == [str(n) for n in range(6)]
    assert accounts[-1]["address"] == bech32("cosmos", bytes([60]) * 20)


def test_who_joins_later_changes_nothing(relayed: Plan, funded: Ledger) -> None:
    born = replace(funded, founders=tuple(host.host for host in relayed.hosts))
    late = replace(relayed.hosts[0], host="relayers-2", address="10.120.1.100")
    grown = replace(born, keys=(*born.keys, account("relayers-2", Purpose.WALLET, 51)))
    assert genesis(replace(relayed, hosts=(*relayed.hosts, late)), grown, "perps-1") == genesis(
        relayed, born, "perps-1"
    )


def test_a_founder_without_account_is_refused_by_name(relayed: Plan, ledger: Ledger) -> None:
    with pytest.raises(MissingKeyError) as raised:
        genesis(relayed, ledger, "perps-1")
    assert raised.value.problem == "the key ledger has no account key of validators-1"


def test_the_chain_s_coin_is_everywhere(relayed: Plan, funded: Ledger) -> None:
    chain = replace(relayed.chains[0], fee_denomination="uperp", unbonding_period_s=86_400)
    found = state(replace(relayed, chains=(chain,)), funded)
    assert '"stake"' not in json.dumps(found)
    assert found["staking"]["params"]["unbonding_time"] == "86400s"
