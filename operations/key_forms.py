"""How each kind of key is written to its file, and what the ledger says of it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from operations import accounts
from schemas.ledger import KeyRecord, Purpose
from schemas.purposes import SECRET_FILES


@dataclass(frozen=True, kw_only=True)
class Form:
    """A file name, and how the key stands in it."""

    file_name: str
    kind: str
    """`pem` (PKCS 8), `ssh` (OpenSSH), `consensus` or `node` (CometBFT's JSON), `mnemonic` (24 words of BIP 39)."""
    is_of_fleet: bool = False
    """Whether a fleet holds it and each of its hosts has a copy."""
    variable: str = ""
    """Name that the words of a mnemonic are given in a file of variables; empty: they stand alone."""
    is_on_host: bool = True
    """Whether the host that holds it gets it; else it stays where the deployer works."""


_FORMS = {
    Purpose.DEPLOYER: Form(file_name="deployer.pem", kind="pem"),
    Purpose.OPERATOR: Form(file_name="operator_ed25519", kind="ssh"),
    Purpose.SSH_HOST: Form(file_name=SECRET_FILES[Purpose.SSH_HOST], kind="ssh"),
    Purpose.CONSENSUS: Form(file_name=SECRET_FILES[Purpose.CONSENSUS], kind="consensus"),
    Purpose.NODE: Form(file_name=SECRET_FILES[Purpose.NODE], kind="node"),
    Purpose.ACCOUNT: Form(file_name="account.mnemonic", kind="mnemonic", is_on_host=False),
    Purpose.WALLET: Form(file_name=SECRET_FILES[Purpose.WALLET], kind="mnemonic"),
    Purpose.AIRNODE: Form(file_name=SECRET_FILES[Purpose.AIRNODE], kind="mnemonic", variable="AIRNODE_MNEMONIC"),
    Purpose.PROBE: Form(file_name="probe.mnemonic", kind="mnemonic"),
    Purpose.SEQUENCER: Form(file_name=SECRET_FILES[Purpose.SEQUENCER], kind="consensus", is_of_fleet=True),
    Purpose.OBSERVER: Form(file_name=SECRET_FILES[Purpose.OBSERVER], kind="consensus"),
}


def form_of(purpose: Purpose) -> Form:
    """Return how a key for this purpose is kept."""
    return _FORMS[purpose]


def generate(form: Form) -> str:
    """Return a new private key in its file's form: Ed25519, or secp256k1 as a mnemonic."""
    if form.kind == "mnemonic":
        words = accounts.new_mnemonic()
        return f'{form.variable}="{words}"\n' if form.variable else f"{words}\n"
    key = Ed25519PrivateKey.generate()
    if form.kind == "pem":
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    if form.kind == "ssh":
        return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    public = _raw(key.public_key())
    seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    private = {"type": "tendermint/PrivKeyEd25519", "value": base64.b64encode(seed + public).decode()}
    if form.kind == "node":
        return json.dumps({"priv_key": private}, indent=2) + "\n"
    value = {
        "address": _address(public).upper(),
        "pub_key": {"type": "tendermint/PubKeyEd25519", "value": base64.b64encode(public).decode()},
        "priv_key": private,
    }
    return json.dumps(value, indent=2) + "\n"


def record(form: Form, holder: str, purpose: Purpose, text: str) -> KeyRecord:
    """Return what the ledger says of a private key's file."""
    if form.kind == "mnemonic":
        return _account_record(holder, purpose, _words(form, text))
    public = _raw(_private(form, text).public_key())
    if form.kind == "ssh":
        blob = _ssh_blob(public)
        shown, hashed, address = f"ssh-ed25519 {base64.b64encode(blob).decode()}", blob, ""
    else:
        shown, hashed = base64.b64encode(public).decode(), public
        address = {"consensus": _address(public).upper(), "node": _address(public)}.get(form.kind, "")
    return KeyRecord(
        holder=holder, purpose=purpose, public_key=shown, fingerprint=_fingerprint(hashed), address=address
    )


def _words(form: Form, text: str) -> str:
    return text.strip().removeprefix(f"{form.variable}=").strip('"') if form.variable else text


def _account_record(holder: str, purpose: Purpose, text: str) -> KeyRecord:
    account = accounts.account(text)
    return KeyRecord(
        holder=holder,
        purpose=purpose,
        public_key=base64.b64encode(account.public).decode(),
        fingerprint=_fingerprint(account.public),
        address=account.address,
    )


def _fingerprint(public: bytes) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(public).digest()).decode().rstrip("=")


def _private(form: Form, text: str) -> Ed25519PrivateKey:
    if form.kind == "pem":
        key = load_pem_private_key(text.encode(), password=None)
    elif form.kind == "ssh":
        key = load_ssh_private_key(text.encode(), password=None)
    else:
        seed = base64.b64decode(json.loads(text)["priv_key"]["value"])[:32]
        return Ed25519PrivateKey.from_private_bytes(seed)
    assert isinstance(key, Ed25519PrivateKey), "only Ed25519 keys are made here"
    return key


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _ssh_blob(public: bytes) -> bytes:
    """Return OpenSSH's wire form of a public key; its SHA-256 is what `ssh-keygen -l` shows."""
    name = b"ssh-ed25519"
    return len(name).to_bytes(4, "big") + name + len(public).to_bytes(4, "big") + public


def _address(public: bytes) -> str:
    """Return CometBFT's name for a key: the first 20 bytes of its SHA-256, in hex."""
    return hashlib.sha256(public).hexdigest()[:40]
