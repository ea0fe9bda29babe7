"""CometBFT's protocol for signers outside the node (v0.38): messages, and the bytes that a signature is over.

Protobuf by hand, because hosts have the standard library only; field numbers are
those of proto/tendermint/{privval,types}. Unknown fields are refused: what is not
understood is not signed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

Field = tuple[int, int | bytes]

PROPOSAL, PREVOTE, PRECOMMIT = 32, 1, 2
STEPS = {PROPOSAL: 1, PREVOTE: 2, PRECOMMIT: 3}
"""SignedMsgType to the order within a round, as CometBFT's own sign state counts."""

PUB_KEY, PUB_KEY_ANSWER, VOTE, VOTE_ANSWER, PROPOSED, PROPOSED_ANSWER, PING, PONG = range(1, 9)
"""Kinds of messages."""


class ProtocolError(Exception):
    """The node sent what is not of the protocol."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a node asks to be signed."""

    chain_id: str
    kind: int
    height: int
    round: int
    pol_round: int = 0
    block_id: bytes = b""
    """As on the wire; empty for a vote for nothing."""
    block: str = ""
    """Hash of the block in hex; empty for a vote for nothing."""
    timestamp: bytes = b""
    """As on the wire."""
    rest: tuple[Field, ...] = ()
    """Of a vote: address, index and extension, given back as they came."""

    @property
    def step(self) -> int:
        """Return where it is within a round."""
        return STEPS[self.kind]

    def sign_bytes(self, timestamp: bytes) -> bytes:
        """Return what the signature is over: CanonicalVote or CanonicalProposal, with its length in front."""
        parts = number(1, self.kind) + _fixed(2, self.height) + _fixed(3, self.round)
        last = 5
        if self.kind == PROPOSAL:
            parts += number(4, self.pol_round & (1 << 64) - 1)
            last = 6
        parts += data(last - 1, self.block_id) if self.block else b""
        parts += data(last, timestamp, always=True) + data(last + 1, self.chain_id.encode())
        return varint(len(parts)) + parts

    def extension_bytes(self) -> bytes:
        """Return what the signature of a precommit's extension is over."""
        extension = next((value for key, value in self.rest if key == 9 and isinstance(value, bytes)), b"")
        parts = data(1, extension) + _fixed(2, self.height) + _fixed(3, self.round) + data(4, self.chain_id.encode())
        return varint(len(parts)) + parts

    def answer(self, *, signature: bytes, timestamp: bytes, extension_signature: bytes = b"") -> bytes:
        """Return the signed message as the answer to the node."""
        body = number(1, self.kind) + number(2, self.height) + number(3, self.round)
        if self.kind == PROPOSAL:
            body += number(4, self.pol_round & (1 << 64) - 1) + data(5, self.block_id, always=True)
            body += data(6, timestamp, always=True) + data(7, signature)
            return message(PROPOSED_ANSWER, data(1, body, always=True))
        body += data(4, self.block_id, always=True) + data(5, timestamp, always=True)
        for key, value in self.rest:
            if key < 8:
                body += number(key, value) if isinstance(value, int) else data(key, value)
        body += data(8, signature)
        body += b"".join(data(key, value) for key, value in self.rest if key == 9 and isinstance(value, bytes))
        body += data(10, extension_signature)
        return message(VOTE_ANSWER, data(1, body, always=True))

    def refusal(self, why: str) -> bytes:
        """Return the answer that nothing is signed, and why."""
        error = data(2, number(1, 1) + data(2, why.encode()[:500]))
        return message(PROPOSED_ANSWER if self.kind == PROPOSAL else VOTE_ANSWER, data(1, b"", always=True) + error)


def parsed_request(kind: int, body: bytes) -> Request:
    """Return what a vote's or proposal's message asks.

    Raises:
        ProtocolError: It is malformed, or holds something unknown.
    """
    outer = _unique(body)
    inner = _bytes(outer, 1)
    found = _unique(inner)
    is_proposal = kind == PROPOSED
    signed_kind = _int(found, 1)
    if signed_kind not in ((PROPOSAL,) if is_proposal else (PREVOTE, PRECOMMIT)):
        raise ProtocolError(f"a message of type {signed_kind} is nothing to sign here")
    if found.keys() - set(range(1, 8 if is_proposal else 11)):
        raise ProtocolError(f"unknown fields: {sorted(found)}")
    block_id = _bytes(found, 5 if is_proposal else 4)
    pol_round = _int(found, 4) if is_proposal else 0
    return Request(
        chain_id=_bytes(outer, 2).decode(),
        kind=signed_kind,
        height=_int(found, 2),
        round=_int(found, 3),
        pol_round=pol_round,
        block_id=block_id,
        block=_bytes(_unique(block_id), 1).hex().upper(),
        timestamp=_bytes(found, 6 if is_proposal else 5),
        rest=() if is_proposal else tuple((key, found[key]) for key in (6, 7, 9) if key in found),
    )


def public_key_answer(public_key: bytes) -> bytes:
    """Return the answer to a node that asks whose signatures it will get (Ed25519, 32 bytes)."""
    return message(PUB_KEY_ANSWER, data(1, data(1, public_key)))


def message(kind: int, body: bytes = b"") -> bytes:
    """Return one message of the protocol, with its length in front."""
    whole = data(kind, body, always=True)
    return varint(len(whole)) + whole


def opened(whole: bytes) -> tuple[int, bytes]:
    """Return kind and body of a message without its length.

    Raises:
        ProtocolError: It is not one message.
    """
    found = list(fields(whole))
    if len(found) != 1 or not isinstance(found[0][1], bytes):
        raise ProtocolError("not one message")
    return found[0][0], found[0][1]


def varint(value: int) -> bytes:
    """Return a number of 64 bits as protobuf writes it."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(key: int, value: int) -> bytes:
    """Return a field that holds a number; nothing for 0."""
    return varint(key << 3) + varint(value) if value else b""


def data(key: int, value: bytes, *, always: bool = False) -> bytes:
    """Return a field that holds bytes; nothing for none, unless it must always be there."""
    return varint(key << 3 | 2) + varint(len(value)) + value if value or always else b""


def _fixed(key: int, value: int) -> bytes:
    return varint(key << 3 | 1) + struct.pack("<q", value) if value else b""


def fields(body: bytes) -> Iterator[Field]:
    """Yield field numbers and values; numbers and bytes only.

    Raises:
        ProtocolError: Malformed.
    """
    at = 0
    try:
        while at < len(body):
            tag, at = _varint(body, at)
            value, at = _varint(body, at)
            if tag & 7 == 2:
                if at + value > len(body):
                    raise ProtocolError("a field is longer than its message")
                yield tag >> 3, body[at : at + value]
                at += value
            elif tag & 7 == 0:
                yield tag >> 3, value
            else:
                raise ProtocolError(f"wire type {tag & 7} has no place here")
    except IndexError as error:
        raise ProtocolError("a message ends within a field") from error


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
        if shift > 63:
            raise ProtocolError("a number is longer than 64 bits")


def _unique(body: bytes) -> dict[int, int | bytes]:
    found: dict[int, int | bytes] = {}
    for key, value in fields(body):
        if key in found:
            raise ProtocolError(f"field {key} is there twice")
        found[key] = value
    return found


def _int(found: dict[int, int | bytes], key: int) -> int:
    value = found.get(key, 0)
    if not isinstance(value, int):
        raise ProtocolError(f"field {key} is not a number")
    return value - (1 << 64) if value >> 63 else value


def _bytes(found: dict[int, int | bytes], key: int) -> bytes:
    value = found.get(key, b"")
    if not isinstance(value, bytes):
        raise ProtocolError(f"field {key} is not bytes")
    return value
