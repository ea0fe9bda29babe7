"""A chain's first state: who votes with what power. Known before the first boot, because keys are."""

from __future__ import annotations

import json
import math
from typing import Any

from components.bootstrap.members import block_time_ms, ledger_key, validators_of
from schemas.ledger import KeyRecord, Ledger, Purpose
from schemas.plan import Plan

EVIDENCE_HOURS = 48
"""How long a double signature can be punished: CometBFT's default."""

_NANOSECONDS_PER_SECOND = 1_000_000_000


def genesis(plan: Plan, ledger: Ledger, chain: str) -> str:
    """Return a chain's `genesis.json`: the same text for the same plan and ledger.

    Raises:
        MissingKeyError: A validator has no consensus key in the ledger.
    """
    return genesis_of(
        plan, ledger, chain,
        [
            validator_of(ledger_key(ledger, host.host, Purpose.CONSENSUS), name=host.host, power=host.power)
            for host in validators_of(plan, chain)
        ],
    )  # fmt: skip


def genesis_of(plan: Plan, ledger: Ledger, chain: str, validators: list[dict[str, Any]]) -> str:
    """Return the `genesis.json` of a chain of CometBFT alone with these validators."""
    value: dict[str, Any] = {
        "genesis_time": ledger.genesis_time,
        "chain_id": ledger.chain_id(chain),
        "initial_height": "1",
        "consensus_params": {
            "block": {"max_bytes": "4194304", "max_gas": "-1"},
            "evidence": evidence_params(block_time_ms(plan, chain), seconds=EVIDENCE_HOURS * 3600),
            "validator": {"pub_key_types": ["ed25519"]},
            "version": {"app": "0"},
            "abci": {"vote_extensions_enable_height": "0"},
        },
        "validators": validators,
        "app_hash": "",
    }
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def evidence_params(block_ms: int, *, seconds: int) -> dict[str, str]:
    """Return how long and for how many blocks a double signature can be punished."""
    return {
        "max_age_num_blocks": str(math.ceil(seconds * 1000 / block_ms)),
        "max_age_duration": str(seconds * _NANOSECONDS_PER_SECOND),
        "max_bytes": "1048576",
    }


def validator_of(key: KeyRecord, *, name: str, power: int) -> dict[str, Any]:
    """Return a validator as a genesis has it."""
    return {
        "address": key.address,
        "pub_key": {"type": "tendermint/PubKeyEd25519", "value": key.public_key},
        "power": str(power),
        "name": name,
    }
