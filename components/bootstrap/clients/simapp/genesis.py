"""A Cosmos SDK chain's first state: its validators with their stake, and the accounts that have coins.

`app_state.json` is what `simd init` of ibc-go v8.8.0 writes; what is changed of it
is written here. Validators stand in the staking module's own state, each with a
delegation by its own account, instead of in signed `gentx` messages: at the first
block the module bonds them itself, as it would after a `gentx`. So no private key
is needed to know the genesis.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from components.bootstrap.clients.cometbft.genesis import evidence_params
from components.bootstrap.members import ledger_key, validators_of
from schemas.bech32 import bech32, with_prefix
from schemas.ledger import Ledger, Purpose
from schemas.plan import ChainPlan, HostPlan, Plan

POWER_REDUCTION = 1_000_000
"""Smallest coins behind one unit of voting power: the SDK's default."""

COINS_OF_ACCOUNT = 10_000_000_000
"""What each account has at first, beside its stake, in the smallest coin."""

MILLISECONDS_PER_YEAR = 31_557_600_000

_NEVER = "1970-01-01T00:00:00Z"


def genesis(plan: Plan, ledger: Ledger, chain: str) -> str:
    """Return a chain's `genesis.json`: the same text for the same founders, whoever joined since.

    Raises:
        MissingKeyError: A founder lacks a key.
    """
    known = next(c for c in plan.chains if c.chain == chain)
    founders = [host for host in validators_of(plan, chain) if ledger.founded(host.host)]
    value: dict[str, Any] = {
        "app_name": "simd",
        "app_version": "",
        "genesis_time": ledger.genesis_time,
        "chain_id": ledger.chain_id(chain),
        "initial_height": 1,
        "app_hash": None,
        "app_state": _app_state(known, ledger, founders, list(_accounts(plan, ledger, founders, chain))),
        "consensus": {
            "params": {
                "block": {"max_bytes": "4194304", "max_gas": "-1"},
                "evidence": evidence_params(known.block_time_ms, seconds=known.unbonding_period_s),
                "validator": {"pub_key_types": ["ed25519"]},
                "version": {"app": "0"},
                "abci": {"vote_extensions_enable_height": "0"},
            }
        },
    }
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _accounts(plan: Plan, ledger: Ledger, founders: list[HostPlan], chain: str) -> Iterator[str]:
    """Yield the addresses that have coins: validators' accounts, the wallets of relayers, the operator's probe."""
    for host in founders:
        yield ledger_key(ledger, host.host, Purpose.ACCOUNT).address
    fleets = {f.name for f in plan.fleets if f.relaying and chain in f.relaying.chains}
    for host in sorted(plan.hosts, key=lambda h: h.host):
        if host.fleet in fleets and ledger.founded(host.host) and ledger.key(host.host, Purpose.WALLET):
            yield ledger_key(ledger, host.host, Purpose.WALLET).address
    yield ledger_key(ledger, "operator", Purpose.PROBE).address


def _app_state(chain: ChainPlan, ledger: Ledger, founders: list[HostPlan], accounts: list[str]) -> dict[str, Any]:
    text = files("components.bootstrap.clients.simapp").joinpath("app_state.json").read_text(encoding="utf-8")
    state: dict[str, Any] = json.loads(text)
    coin = chain.fee_denomination
    stakes = {host.host: host.power * POWER_REDUCTION for host in founders}
    balances = dict.fromkeys(accounts, COINS_OF_ACCOUNT)
    balances[_module_address("not_bonded_tokens_pool")] = sum(stakes.values())
    state["auth"]["accounts"] = [
        {
            "@type": "/cosmos.auth.v1beta1.BaseAccount",
            "address": address,
            "pub_key": None,
            "account_number": str(number),
            "sequence": "0",
        }
        for number, address in enumerate(accounts)
    ]
    state["bank"]["balances"] = [
        {"address": address, "coins": [{"denom": coin, "amount": str(amount)}]}
        for address, amount in sorted(balances.items())
    ]
    state["bank"]["supply"] = [{"denom": coin, "amount": str(sum(balances.values()))}]
    state["crisis"]["constant_fee"]["denom"] = coin
    state["mint"]["params"]["mint_denom"] = coin
    state["mint"]["params"]["blocks_per_year"] = str(MILLISECONDS_PER_YEAR // chain.block_time_ms)
    for deposit in ("min_deposit", "expedited_min_deposit"):
        state["gov"]["params"][deposit][0]["denom"] = coin
    staking = state["staking"]
    staking["params"] |= {"bond_denom": coin, "unbonding_time": f"{chain.unbonding_period_s}s"}
    staking["validators"] = [_validator(host, ledger, stakes[host.host]) for host in founders]
    staking["delegations"] = [
        {
            "delegator_address": ledger_key(ledger, host.host, Purpose.ACCOUNT).address,
            "validator_address": _operator(host, ledger),
            "shares": _decimal(stakes[host.host]),
        }
        for host in founders
    ]
    return state


def _validator(host: HostPlan, ledger: Ledger, stake: int) -> dict[str, Any]:
    rates = {"rate": "0.05", "max_rate": "0.2", "max_change_rate": "0.01"}
    return {
        "operator_address": _operator(host, ledger),
        "consensus_pubkey": {
            "@type": "/cosmos.crypto.ed25519.PubKey",
            "key": ledger_key(ledger, host.host, Purpose.CONSENSUS).public_key,
        },
        "jailed": False,
        "status": "BOND_STATUS_UNBONDED",
        "tokens": str(stake),
        "delegator_shares": _decimal(stake),
        "description": {
            "moniker": host.host,
            "identity": "",
            "website": "",
            "security_contact": "",
            "details": "",
        },
        "unbonding_height": "0",
        "unbonding_time": _NEVER,
        "commission": {
            "commission_rates": {name: f"{float(rate):.18f}" for name, rate in rates.items()},
            "update_time": ledger.genesis_time,
        },
        "min_self_delegation": "1",
        "unbonding_on_hold_ref_count": "0",
        "unbonding_ids": [],
    }


def _operator(host: HostPlan, ledger: Ledger) -> str:
    return with_prefix(ledger_key(ledger, host.host, Purpose.ACCOUNT).address, "cosmosvaloper")


def _module_address(module: str) -> str:
    """Return the address of a module's own account."""
    return bech32("cosmos", hashlib.sha256(module.encode()).digest()[:20])


def _decimal(amount: int) -> str:
    return f"{amount}.{'0' * 18}"
