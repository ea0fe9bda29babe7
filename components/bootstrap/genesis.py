"""A chain's first state: who votes with what power. Known before the first boot, because keys are."""

from __future__ import annotations

import json
import math
from typing import Any

from schemas.errors import FleetError
from schemas.ledger import KeyRecord, Ledger, Purpose
from schemas.plan import HostPlan, Plan

EVIDENCE_HOURS = 48
"""How long a double signature can be punished: CometBFT's default."""

_NANOSECONDS_PER_HOUR = 3_600_000_000_000


class MissingKeyError(FleetError):
    """The ledger has no key that a planned host needs."""


def ledger_key(ledger: Ledger, host: str, purpose: Purpose) -> KeyRecord:
    """Return a host's key record.

    Raises:
        MissingKeyError: There is none.
    """
    found = ledger.key(host, purpose)
    if found is None:
        raise MissingKeyError(
            f"the key ledger has no {purpose} key of {host}",
            at=f"stacks/{ledger.stack}.keys.yaml",
            remedy=f"Make what is missing: geofleet keys create {ledger.stack}.",
        )
    return found


def validators_of(plan: Plan, chain: str) -> tuple[HostPlan, ...]:
    """Return the hosts that vote on a chain, sorted by name."""
    fleets = {fleet.name for fleet in plan.fleets if fleet.chain == chain}
    return tuple(sorted((h for h in plan.hosts if h.fleet in fleets), key=lambda h: h.host))


def genesis(plan: Plan, ledger: Ledger, chain: str) -> str:
    """Return a chain's `genesis.json`: the same text for the same plan and ledger.

    Raises:
        MissingKeyError: A validator has no consensus key in the ledger.
    """
    block_time_ms = next(c.block_time_ms for c in plan.chains if c.chain == chain)
    blocks = math.ceil(EVIDENCE_HOURS * 3_600_000 / block_time_ms)
    value: dict[str, Any] = {
        "genesis_time": ledger.genesis_time,
        "chain_id": ledger.chain_id(chain),
        "initial_height": "1",
        "consensus_params": {
            "block": {"max_bytes": "4194304", "max_gas": "-1"},
            "evidence": {
                "max_age_num_blocks": str(blocks),
                "max_age_duration": str(EVIDENCE_HOURS * _NANOSECONDS_PER_HOUR),
                "max_bytes": "1048576",
            },
            "validator": {"pub_key_types": ["ed25519"]},
            "version": {"app": "0"},
            "abci": {"vote_extensions_enable_height": "0"},
        },
        "validators": [
            _validator(host, ledger_key(ledger, host.host, Purpose.CONSENSUS)) for host in validators_of(plan, chain)
        ],
        "app_hash": "",
    }
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _validator(host: HostPlan, key: KeyRecord) -> dict[str, Any]:
    return {
        "address": key.address,
        "pub_key": {"type": "tendermint/PubKeyEd25519", "value": key.public_key},
        "power": str(host.power),
        "name": host.host,
    }
