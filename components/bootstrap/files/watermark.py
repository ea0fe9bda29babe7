"""Decides whether the sequencers' key may sign, from the one record of what it signed. Pure: no clock, no network.

The record is one key in etcd. Whoever wants a signature released must first have
replaced the record by one with its own claim, in one step with the proof that it
still leads; so there is an order of all claims, whoever is paused, cut off or wakes late.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass

from .documents import RefusedError, json_object
from .privval import PRECOMMIT, PROPOSAL, Request

SCHEMA = "geofleet/watermark/v1"
CLAIMS_MAX = 60
"""Kept of one height; a height has three unless rounds fail."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One signature: what it is over, and what is released, now or again."""

    round: int
    step: int
    block: str
    """Hash in hex; empty for a vote for nothing."""
    content: str
    """Hex of what was signed, of votes without the time: the same content is the same claim."""
    timestamp: str
    """Hex of its time, as on the wire."""
    signature: str
    """Base64."""
    extension_signature: str


@dataclass(frozen=True, kw_only=True)
class Watermark:
    """What was signed at the last height, and the block that the last decided height is bound to."""

    height: int = 0
    claims: tuple[Claim, ...] = ()
    """Of this height, in the order in which they were made."""
    bound_height: int = 0
    """Last height with a precommit for a block; no other block of this height is ever signed again."""
    bound_block: str = ""
    host: str = ""
    """Who made the last claim."""
    term: int = 0
    """Revision at which its leadership began."""

    @property
    def position(self) -> tuple[int, int, int]:
        """Return height, round and step of the last claim; later ones compare greater."""
        last = self.claims[-1] if self.claims else None
        return (self.height, last.round, last.step) if last else (self.height, 0, 0)

    @property
    def block(self) -> str:
        """Return the block of the last claim; empty for nothing."""
        return self.claims[-1].block if self.claims else ""

    def to_bytes(self) -> bytes:
        """Return the record as it is kept."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, sort_keys=True).encode()


_NUMBERS = frozenset({"height", "bound_height", "term", "round", "step"})


def read(value: bytes) -> Watermark:
    """Return a record.

    Raises:
        RefusedError: It is damaged or of another version; nothing is signed on it.
    """
    found = json_object(value, "the watermark")
    claims = found.pop("claims", None)
    if found.pop("schema", None) != SCHEMA or not isinstance(claims, list):
        raise RefusedError("the watermark is not of this version")
    parts: list[tuple[object, set[str]]] = [(found, set(Watermark.__dataclass_fields__) - {"claims"})]
    parts += [(claim, set(Claim.__dataclass_fields__)) for claim in claims]
    for part, names in parts:
        if not isinstance(part, dict) or part.keys() != names:
            raise RefusedError("the watermark is not of this version")
        if any(type(part[name]) is not (int if name in _NUMBERS else str) for name in names):
            raise RefusedError("the watermark is damaged")
    return Watermark(**found, claims=tuple(Claim(**claim) for claim in claims))


def content(request: Request) -> str:
    """Return in hex what a request would sign: votes without their time, which a node takes from the answer.

    It does not take a proposal's, so a proposal of another time is another one.
    """
    return request.sign_bytes(request.timestamp if request.kind == PROPOSAL else b"").hex()


def repeated(last: Watermark, request: Request) -> Claim | None:
    """Return the claim of exactly this: its signature is given again, with its time; None when there is none."""
    if request.height != last.height:
        return None
    wanted = (request.round, request.step, content(request))
    return next((claim for claim in last.claims if (claim.round, claim.step, claim.content) == wanted), None)


def check(last: Watermark, request: Request) -> None:
    """Check that a request may become the next claim.

    Raises:
        RefusedError: It may not; the text says why.
    """
    asked = (request.height, request.round, request.step)
    if asked <= last.position:
        raise RefusedError(f"{_words(asked)} is not after {_words(last.position)}, signed by {last.host or 'nobody'}")
    if last.height and request.height > last.height + 1:
        raise RefusedError(f"{_words(asked)} leaves out heights after {_words(last.position)}")
    if request.height > last.height and last.height != last.bound_height:
        raise RefusedError(f"{_words(asked)} comes before height {last.height} is decided")
    if request.block and request.height == last.bound_height and request.block != last.bound_block:
        raise RefusedError(
            f"height {request.height} is bound to block {last.bound_block[:12]}, not {request.block[:12]}"
        )
    prevoted = (*last.position, last.block) == (request.height, request.round, 2, request.block)
    if request.kind == PRECOMMIT and request.block and not prevoted:
        raise RefusedError(f"no prevote for block {request.block[:12]} precedes {_words(asked)}")


@dataclass(frozen=True, kw_only=True)
class Signed:
    """Signatures that are not released yet."""

    timestamp: bytes
    signature: bytes
    extension_signature: bytes = b""


def claimed(last: Watermark, request: Request, signed: Signed, *, host: str, term: int) -> Watermark:
    """Return the record that claims a request for a host in its term."""
    claim = Claim(
        round=request.round,
        step=request.step,
        block=request.block,
        content=content(request),
        timestamp=signed.timestamp.hex(),
        signature=base64.b64encode(signed.signature).decode(),
        extension_signature=base64.b64encode(signed.extension_signature).decode(),
    )
    binds = request.kind == PRECOMMIT and bool(request.block)
    before = last.claims if last.height == request.height else ()
    return Watermark(
        height=request.height,
        claims=(*before, claim)[-CLAIMS_MAX:],
        bound_height=request.height if binds else last.bound_height,
        bound_block=request.block if binds else last.bound_block,
        host=host,
        term=term,
    )


def answer_of(claim: Claim, request: Request) -> bytes:
    """Return the answer that releases the signature of a claim that stands."""
    return request.answer(
        signature=base64.b64decode(claim.signature),
        timestamp=bytes.fromhex(claim.timestamp),
        extension_signature=base64.b64decode(claim.extension_signature),
    )


def needs(record: Watermark, *, height: int) -> str:
    """Return the block that a node at a height must hold to go on from a record; empty when it needs none."""
    if record.height != height + 1:
        return ""
    if record.bound_height == record.height:
        return record.bound_block
    return record.block if record.position[2] == 2 else ""


def _words(position: tuple[int, int, int]) -> str:
    return "/".join(str(part) for part in position)
