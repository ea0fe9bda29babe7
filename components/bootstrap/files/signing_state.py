"""Judges CometBFT's sign state: what the consensus key signed last, and whether it really did."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .documents import RefusedError, json_object, signed_by, write_whole

STATE = "priv_validator_state.json"
HIGH_WATER = "high-water.json"
MARKER = "volume.json"
MARKER_SCHEMA = "geofleet/volume/v1"

_STEP_OF_TYPE = {32: 1, 1: 2, 2: 3}
"""SignedMsgType (proposal, prevote, precommit) to the step in the sign state; CometBFT privval/file.go."""


@dataclass(frozen=True, kw_only=True, order=True)
class Position:
    """Where in the chain something was signed; later ones compare greater."""

    height: int
    round: int
    step: int

    def __str__(self) -> str:
        return f"{self.height}/{self.round}/{self.step}"

    def save(self, path: Path) -> None:
        """Write the position so that it is on disk when this returns."""
        value = {"height": str(self.height), "round": self.round, "step": self.step}
        write_whole(path, json.dumps(value).encode() + b"\n", mode=0o600)


START = Position(height=0, round=0, step=0)


@dataclass(frozen=True, kw_only=True)
class ConsensusKey:
    """The public part of the consensus key."""

    address: str
    public_key: bytes

    def names(self) -> dict[str, str]:
        """Return what a marker says of the key."""
        public_key = base64.b64encode(self.public_key).decode()
        return {"consensus_address": self.address, "consensus_public_key": public_key}


def consensus_key(path: Path) -> ConsensusKey:
    """Return the public part of a `priv_validator_key.json`.

    Raises:
        RefusedError: It is missing or contradicts itself.
    """
    try:
        value = json_object(path.read_bytes(), "the consensus key")
    except FileNotFoundError as error:
        raise RefusedError("the consensus key is not there: /run/credstore/consensus.json") from error
    public = value.get("pub_key")
    names = {
        "consensus_address": value.get("address"),
        "consensus_public_key": public.get("value") if isinstance(public, dict) else None,
    }
    return named_key(names, what="the consensus key")


def named_key(names: Mapping[str, object], *, what: str) -> ConsensusKey:
    """Return the key that a marker names.

    Raises:
        RefusedError: Address and public key are not of one key.
    """
    try:
        public_key = base64.b64decode(str(names.get("consensus_public_key")), validate=True)
    except ValueError:
        public_key = b""
    address = hashlib.sha256(public_key).hexdigest()[:40].upper()
    if len(public_key) != 32 or names.get("consensus_address") != address:
        raise RefusedError(f"{what} names an address that is not that of its public key")
    return ConsensusKey(address=address, public_key=public_key)


def read_private(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        RefusedError: It is missing, not a plain file, not this user's, or open to others.
    """
    try:
        found = path.lstat()
    except FileNotFoundError as error:
        raise RefusedError(f"{path} is missing") from error
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        raise RefusedError(f"{path} is not a plain file")
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) != 0o600:
        raise RefusedError(
            f"{path} has owner {found.st_uid} and mode {stat.S_IMODE(found.st_mode):04o}, "
            f"it must be {os.getuid()} and 0600"
        )
    return path.read_bytes()


def read_position(path: Path) -> Position:
    """Return a recorded position.

    Raises:
        RefusedError: It is missing, unsafe or damaged.
    """
    return _position(json_object(read_private(path), str(path)), path)


def _position(value: dict[str, Any], path: Path) -> Position:
    height, at_round, step = value.get("height"), value.get("round"), value.get("step")
    if (
        not isinstance(height, str)
        or not height.isascii()
        or not height.isdigit()
        or len(height) > 19
        or type(at_round) is not int
        or type(step) is not int
        or not 0 <= at_round < 1 << 31
        or not 0 <= step <= 3
    ):
        raise RefusedError(f"{path} has no height, round and step")
    return Position(height=int(height), round=at_round, step=step)


def read_state(path: Path, key: ConsensusKey, chain_id: str) -> Position:
    """Return the position of the sign state, proven by the signature that it keeps.

    Raises:
        RefusedError: It is missing, unsafe, damaged, of another key or of another chain.
    """
    value = json_object(read_private(path), str(path))
    position = _position(value, path)
    if not set(value) <= {"height", "round", "step", "signature", "signbytes"}:
        raise RefusedError(f"{path} has unknown parts")
    if position == START and "signbytes" not in value and "signature" not in value:
        return position
    try:
        message = bytes.fromhex(value["signbytes"])
        signature = base64.b64decode(value["signature"], validate=True)
        if (message.hex().upper(), base64.b64encode(signature).decode()) != (value["signbytes"], value["signature"]):
            raise ValueError("not as CometBFT writes it")
        signed, signed_chain = _signed(message)
    except (KeyError, TypeError, ValueError, IndexError, struct.error) as error:
        raise RefusedError(f"{path} does not hold what was signed at {position}") from error
    if signed_chain != chain_id:
        raise RefusedError(f"{path} is of chain '{signed_chain}', this host's is '{chain_id}'")
    if signed != position:
        raise RefusedError(f"{path} says {position}, what was signed says {signed}")
    if not signed_by(key.public_key, message=message, signature=signature):
        raise RefusedError(f"{path} was not signed by this host's consensus key {key.address}")
    return position


def _signed(message: bytes) -> tuple[Position, str]:
    """Return position and chain ID of a CanonicalVote or CanonicalProposal with its length in front.

    Field numbers: proto/tendermint/types/canonical.proto; the chain ID is field 6 of a vote, 7 of a proposal.
    """
    length, start = _varint(message, 0)
    if start + length != len(message):
        raise ValueError("length does not fit")
    fields = dict(_fields(message, start))
    kind = fields[1]
    chain_id = fields[7 if kind == 32 else 6]
    if not isinstance(chain_id, bytes) or not isinstance(kind, int):
        raise TypeError("field of another type")
    at = [_whole(fields.get(number, 0)) for number in (2, 3)]
    return Position(height=at[0], round=at[1], step=_STEP_OF_TYPE[kind]), chain_id.decode()


def _whole(value: int | bytes) -> int:
    if not isinstance(value, int):
        raise TypeError("field of another type")
    return value


def _fields(message: bytes, offset: int) -> Iterator[tuple[int, int | bytes]]:
    while offset < len(message):
        tag, offset = _varint(message, offset)
        value: int | bytes
        match tag & 7:
            case 0:
                value, offset = _varint(message, offset)
            case 1:
                value, offset = struct.unpack_from("<q", message, offset)[0], offset + 8
            case 2:
                length, offset = _varint(message, offset)
                value, offset = message[offset : offset + length], offset + length
            case other:
                raise ValueError(f"wire type {other}")
        yield tag >> 3, value


def _varint(message: bytes, offset: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[offset]
        value |= (byte & 0x7F) << shift
        offset, shift = offset + 1, shift + 7
        if byte < 0x80:
            return value, offset
