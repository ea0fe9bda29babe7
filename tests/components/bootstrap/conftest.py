"""A chain of four validators and one relayer, with real keys."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from components.bootstrap.boot import BootData
from schemas.ledger import FirstStart, KeyRecord, Ledger, Purpose
from schemas.plan import ChainPlan, FleetPlan, HostPlan, Plan, Promises
from schemas.roles import Role
from schemas.workloads import Assignment

OPERATOR_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr"


def private_key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def host(name: str, *, number: int, client: str = "cometbft") -> HostPlan:
    return HostPlan(
        host=name,
        fleet=name.rpartition("-")[0],
        role=Role.VALIDATOR if client == "cometbft" else Role.RELAYER,
        provider="aws",
        region="aws:eu-west-1",
        zone="aws:euw1-az1",
        metro="dublin",
        operator="us",
        client=client,
        client_version="0.38.26" if client == "cometbft" else "",
        machine="2x4",
        disk_gib=20,
        power=10 if client == "cometbft" else 0,
        address=f"10.120.1.{number}",
    )


def fleet(name: str, *, chain: str, client: str, role: Role) -> FleetPlan:
    version = "0.38.26" if client == "cometbft" else ""
    return FleetPlan(name=name, role=role, chain=chain, client=client, client_version=version, promises=Promises())


@pytest.fixture
def plan() -> Plan:
    validators = tuple(host(f"validators-{n}", number=9 + n) for n in range(1, 5))
    return Plan(
        stack="lab",
        network="perps",
        environment="lab",
        spec_sha256="0" * 64,
        atlas_version="1",
        network_cidr="10.120.0.0/16",
        operator_cidr="10.121.0.0/24",
        chains=(ChainPlan(chain="perps-1", engine="cometbft", block_time_ms=2000),),
        fleets=(
            fleet("validators", chain="perps-1", client="cometbft", role=Role.VALIDATOR),
            fleet("relayers", chain="", client="none", role=Role.RELAYER),
        ),
        regions=(),
        links=(),
        hosts=(host("relayers-1", number=99, client="none"), *validators),
    )


@pytest.fixture
def ledger(plan: Plan) -> Ledger:
    keys = []
    for validator in plan.hosts_of("validators"):
        for purpose in (Purpose.CONSENSUS, Purpose.NODE):
            public = public_bytes(private_key(f"{purpose} {validator.host}"))
            address = hashlib.sha256(public).hexdigest()[:40]
            keys.append(
                KeyRecord(
                    holder=validator.host,
                    purpose=purpose,
                    public_key=base64.b64encode(public).decode(),
                    fingerprint=f"SHA256:{validator.host}-{purpose}",
                    address=address.upper() if purpose is Purpose.CONSENSUS else address,
                )
            )
    start = FirstStart(host="validators-1", token="once", expires="2999-01-01T00:00:00Z")
    return Ledger(
        stack="lab",
        chain_suffix="x1",
        genesis_time="2026-11-24T12:00:00Z",
        keys=tuple(keys),
        first_starts=(start,),
    )


@pytest.fixture
def boot() -> Callable[..., BootData]:
    """Boot data of validators-1, with changes."""

    def make(**changes: object) -> BootData:
        values: dict[str, object] = {
            "stack": "lab",
            "host": "validators-1",
            "fleet": "validators",
            "role": Role.VALIDATOR,
            "assignments": (Assignment(client="cometbft", version="0.38.26"),),
            "artifacts": {"cometbft": "a" * 64},
            "address": "10.120.1.10",
            "network_cidr": "10.120.0.0/16",
            "operator_cidr": "10.121.0.0/24",
            "store_url": "http://10.121.0.2:8080",
            "deployer_public_key": base64.b64encode(public_bytes(private_key("deployer"))).decode(),
            "operator_public_key": OPERATOR_KEY,
        }
        return BootData(**(values | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def sign() -> Callable[[str | bytes], bytes]:
    """The deployer's signature as the store serves it."""

    def signature(text: str | bytes) -> bytes:
        data = text.encode() if isinstance(text, str) else text
        return base64.b64encode(private_key("deployer").sign(data)) + b"\n"

    return signature


@pytest.fixture
def facts() -> dict[str, object]:
    """What boot data tells the programs of validators-1."""
    return {
        "stack": "lab",
        "host": "validators-1",
        "store_url": "http://127.0.0.1:1",
        "deployer_public_key": base64.b64encode(public_bytes(private_key("deployer"))).decode(),
        "units": ["cometbft.service"],
        "artifacts": {"cometbft": hashlib.sha256(b"binary").hexdigest()},
    }


@pytest.fixture
def consensus_file() -> str:
    """`priv_validator_key.json` of validators-1 without its private part, which the guard never reads."""
    public = public_bytes(private_key("consensus validators-1"))
    value = {
        "address": hashlib.sha256(public).hexdigest()[:40].upper(),
        "pub_key": {"type": "tendermint/PubKeyEd25519", "value": base64.b64encode(public).decode()},
    }
    return json.dumps(value)


@pytest.fixture
def signed_state() -> Callable[..., str]:
    """A `priv_validator_state.json` as CometBFT leaves it after a vote of validators-1."""

    def state(
        height: int,
        at_round: int = 0,
        step: int = 3,
        *,
        chain_id: str = "perps-1-x1",
        key: str = "consensus validators-1",
    ) -> str:
        kind = {1: 32, 2: 1, 3: 2}[step]
        body = b"\x08" + bytes([kind]) + b"\x11" + struct.pack("<q", height)
        body += b"\x19" + struct.pack("<q", at_round) if at_round else b""
        body += b"\x2a\x02\x08\x01" if step > 1 else b""  # a time stamp; field 5 is the block in a proposal
        body += (b"\x3a" if step == 1 else b"\x32") + bytes([len(chain_id)]) + chain_id.encode()
        message = bytes([len(body)]) + body
        value = {
            "height": str(height),
            "round": at_round,
            "step": step,
            "signature": base64.b64encode(private_key(key).sign(message)).decode(),
            "signbytes": message.hex().upper(),
        }
        return json.dumps(value, indent=2)

    return state


@pytest.fixture
def private_file() -> Callable[[Path, str], Path]:
    """Write a file that only its owner reads."""

    def write(path: Path, text: str) -> Path:
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    return write
