"""The key ledger: which key exists, what it is for, and the one host that holds it.

`stacks/NAME.keys.yaml`. It holds public parts only; private keys stay in the
stack's secret store. The lab's ledger is never committed, production's is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from schemas.diagnostics import InvalidDocumentError
from schemas.document import Document, read_file

SCHEMA = "geofleet/keys/v1"


class Purpose(StrEnum):
    """What a key is for; the values are the names used in facts and reports."""

    CONSENSUS = "consensus"
    """Signs votes. Twice at one height is slashed: one live holder, always."""
    NODE = "node"
    """Identity among peers."""
    SSH_HOST = "ssh_host"
    """Proves the host to operators."""
    DEPLOYER = "deployer"
    """Signs network configurations; held by the deployer, not by a host."""
    OPERATOR = "operator"
    """Opens SSH sessions for verification; held by the operator, not by a host."""


@dataclass(frozen=True, kw_only=True)
class KeyRecord:
    """One key: its public part, and who holds it."""

    holder: str
    """A host, or `deployer` or `operator`."""
    purpose: Purpose
    public_key: str
    """Ed25519: OpenSSH form for SSH keys, base64 of the 32 bytes for the others."""
    fingerprint: str
    """`SHA256:` and the base64 of the hash of the public key, without padding."""
    address: str = ""
    """The chain's own name for the key: CometBFT's validator address or node ID (hex)."""


@dataclass(frozen=True, kw_only=True)
class FirstStart:
    """Permission for a signer to start once without sign state, because its key is new."""

    host: str
    token: str
    """Random; recorded on the data volume when used."""
    expires: str
    """RFC 3339, UTC: after this the token opens nothing, used or not."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """All keys of one stack."""

    stack: str
    chain_suffix: str
    """Makes this deployment's chain IDs its own: `perps-1` runs as `perps-1-<suffix>`; empty in production."""
    genesis_time: str
    """RFC 3339, UTC: fixed when the keys were made, so that genesis is the same at every preview."""
    keys: tuple[KeyRecord, ...]
    first_starts: tuple[FirstStart, ...] = ()
    """Hosts whose signer has never run; taken out as soon as it has."""

    def key(self, holder: str, purpose: Purpose) -> KeyRecord | None:
        """Return a holder's key for a purpose, if it has one."""
        return next((k for k in self.keys if k.holder == holder and k.purpose is purpose), None)

    def fingerprints(self, holder: str) -> dict[str, str]:
        """Return a holder's fingerprints by purpose."""
        return {k.purpose.value: k.fingerprint for k in self.keys if k.holder == holder}

    def first_start(self, host: str) -> FirstStart | None:
        """Return a host's unused permission to start without sign state."""
        return next((f for f in self.first_starts if f.host == host), None)

    def chain_id(self, chain: str) -> str:
        """Return the chain ID that this deployment of a chain uses."""
        return f"{chain}-{self.chain_suffix}" if self.chain_suffix else chain


def ledger_text(ledger: Ledger) -> str:
    """Return the ledger as the YAML text that is kept."""
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "stack": ledger.stack,
        "chain_suffix": ledger.chain_suffix,
        "genesis_time": ledger.genesis_time,
        "keys": [
            {
                "holder": k.holder,
                "purpose": k.purpose.value,
                "public_key": k.public_key,
                "fingerprint": k.fingerprint,
                **({"address": k.address} if k.address else {}),
            }
            for k in sorted(ledger.keys, key=lambda k: (k.holder, k.purpose))
        ],
        "first_starts": [
            {"host": f.host, "token": f.token, "expires": f.expires}
            for f in sorted(ledger.first_starts, key=lambda f: f.host)
        ],
    }
    head = "# Key ledger: public parts only. Written by `geofleet keys`; never edit one of two holders in.\n"
    return head + yaml.safe_dump(value, sort_keys=False, width=120)


def read_ledger(path: Path) -> Ledger:
    """Read a ledger file.

    Raises:
        InvalidDocumentError: It is missing, damaged, or gives one key to two holders.
    """
    document = read_file(path)
    try:
        ledger = _ledger(document.value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(document, f"is not a key ledger: {type(error).__name__} {error}") from error
    holders: dict[str, str] = {}
    for record in ledger.keys:
        other = holders.setdefault(record.fingerprint, record.holder)
        if other != record.holder:
            raise _damaged(document, f"gives key {record.fingerprint} to two holders: {other} and {record.holder}")
    return ledger


def _ledger(value: Mapping[str, Any]) -> Ledger:
    if value["schema"] != SCHEMA:
        raise ValueError(f"schema is '{value['schema']}', expected '{SCHEMA}'")
    return Ledger(
        stack=value["stack"],
        chain_suffix=value["chain_suffix"],
        genesis_time=value["genesis_time"],
        keys=tuple(
            KeyRecord(
                holder=k["holder"],
                purpose=Purpose(k["purpose"]),
                public_key=k["public_key"],
                fingerprint=k["fingerprint"],
                address=k.get("address", ""),
            )
            for k in value["keys"]
        ),
        first_starts=tuple(
            FirstStart(host=f["host"], token=f["token"], expires=f["expires"]) for f in value["first_starts"]
        ),
    )


def _damaged(document: Document, message: str) -> InvalidDocumentError:
    return InvalidDocumentError(
        [document.diagnostic("KEYS101", message, (), remedy="Restore the file from its last good version.")]
    )
