"""The key ledger: which key exists, what it is for, and the one host that holds it.

`stacks/NAME.keys.yaml`. It holds public parts only; private keys stay in the
stack's secret store. The lab's ledger is never committed, production's is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from schemas.diagnostics import Diagnostic, InvalidDocumentError
from schemas.document import Document, read_file, yaml_text
from schemas.purposes import Purpose as Purpose
from schemas.spec.base import FORMS, Model, Name
from schemas.structure import Format, structure_problems

SCHEMA = "geofleet/keys/v1"


@dataclass(frozen=True, kw_only=True)
class KeyRecord:
    """One key: its public part, and who holds it."""

    holder: str
    """A host, `deployer`, `operator`, or a fleet whose hosts share the key under a lease."""
    purpose: Purpose
    public_key: str
    """Ed25519: OpenSSH form for SSH keys, base64 of the 32 bytes for the others; of accounts the 33 bytes of
    secp256k1, base64."""
    fingerprint: str
    """`SHA256:` and the base64 of the hash of the public key, without padding."""
    address: str = ""
    """The chain's own name for the key: CometBFT's validator address or node ID (hex), or an account's address with
    the prefix `cosmos`."""


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
    founders: tuple[str, ...] = ()
    """Hosts that were there when the keys were first made: a genesis names these, and never changes after."""

    def founded(self, host: str) -> bool:
        """Return whether a host was there from the start; in ledgers older than the list, every host was."""
        return not self.founders or host in self.founders

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


class _LedgerFile(Model):
    """The file as it is written; Pydantic reads the records as they are."""

    format: Literal["geofleet/keys/v1"] = Field(alias="schema")
    stack: Name
    chain_suffix: str
    genesis_time: str
    keys: tuple[KeyRecord, ...]
    first_starts: tuple[FirstStart, ...]
    founders: tuple[str, ...] = ()


_REMEDY = "Restore the file from its last good version."
_KEYS = Format(model=_LedgerFile, family="KEYS", forms=FORMS, remedy=_REMEDY)


def ledger_text(ledger: Ledger) -> str:
    """Return the ledger as the YAML text that is kept."""
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "stack": ledger.stack,
        "chain_suffix": ledger.chain_suffix,
        "genesis_time": ledger.genesis_time,
        **({"founders": list(ledger.founders)} if ledger.founders else {}),
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
    return head + yaml_text(value)


def read_ledger(path: Path, *, source: str = "") -> Ledger:
    """Read a ledger file.

    Args:
        path: The file.
        source: How messages name it; the path as given when empty.

    Raises:
        InvalidDocumentError: It is missing, damaged, or gives one key to two holders.
    """
    document = read_file(path, source=source)
    try:
        file = _LedgerFile.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise InvalidDocumentError(structure_problems(document, error, _KEYS)) from None
    ledger = Ledger(
        stack=file.stack,
        chain_suffix=file.chain_suffix,
        genesis_time=file.genesis_time,
        keys=file.keys,
        first_starts=file.first_starts,
        founders=file.founders,
    )
    problems = list(_contradictions(document, ledger))
    if problems:
        raise InvalidDocumentError(problems)
    return ledger


def _contradictions(document: Document, ledger: Ledger) -> Iterator[Diagnostic]:
    """Yield every key with two holders or two purposes, and every holder with two keys for one purpose."""
    for part in ("public_key", "fingerprint", "address"):
        first: dict[str, KeyRecord] = {}
        for position, record in enumerate(ledger.keys):
            value = getattr(record, part)
            other = first.setdefault(value, record) if value else record
            if other is not record:
                message = f"is the {other.purpose} key of {other.holder} already"
                yield document.diagnostic("KEYS301", message, ("keys", position, part), remedy=_REMEDY)
    held: set[tuple[str, Purpose]] = set()
    for position, record in enumerate(ledger.keys):
        if (record.holder, record.purpose) in held:
            message = f"{record.holder} has a {record.purpose} key already"
            yield document.diagnostic("KEYS302", message, ("keys", position), remedy=_REMEDY)
        held.add((record.holder, record.purpose))
    permitted: set[str] = set()
    for position, start in enumerate(ledger.first_starts):
        if start.host in permitted:
            message = f"{start.host} has a first start already"
            yield document.diagnostic("KEYS303", message, ("first_starts", position), remedy=_REMEDY)
        permitted.add(start.host)
