"""Releases signatures to this host's node, each only after its claim stands in etcd while this host leads.

The order: decide on the record as a majority has it; sign, and keep the signature
back; replace the record, on condition that it is unchanged and that the leader's
key is still the one of this term; release. A process that slept anywhere in
between finds the condition broken, and what it signed never leaves it.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import privval, watermark
from .documents import RefusedError, log
from .etcd import Entry, Etcd, EtcdError, was_created, was_modified
from .privval import ProtocolError, Request

LEAD = "geofleet/lead"
WATERMARK = "geofleet/watermark"
HOLDS = "geofleet/holds/"
"""Below it: host to `HEIGHT BLOCK`: what its node works on, and the undecided block that it holds, if any."""

HOLDERS_S = 1.0
"""How long a block may take to reach a majority of the fleet before its vote is refused. While a node waits for an
answer it takes nothing from its peers, not even where they are."""
DECIDED_S = 0.3
PEERS_S = 3.5
PATIENCE_S = 4.5
"""How long one request may take; CometBFT waits five seconds."""
MESSAGE_MAX = 1 << 16

_PKCS8_HEAD = bytes.fromhex("302e020100300506032b657004220420")
"""What precedes the 32 bytes of an Ed25519 seed in a PrivateKeyInfo (RFC 8410)."""


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """The fleet's key."""

    seed: bytes
    public: bytes

    def sign(self, message: bytes) -> bytes:
        """Return an Ed25519 signature, as openssl makes it.

        Raises:
            RefusedError: openssl made none.
        """
        command = ["openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER"]
        handles: list[int] = []
        try:
            for option, data in (("-inkey", _PKCS8_HEAD + self.seed), ("-in", message)):
                handle = os.memfd_create(option)
                handles.append(handle)
                os.write(handle, data)
                os.lseek(handle, 0, os.SEEK_SET)
                command += [option, f"/proc/self/fd/{handle}"]
            done = subprocess.run(command, pass_fds=handles, capture_output=True, timeout=30, check=False)
        finally:
            for handle in handles:
                os.close(handle)
        if done.returncode != 0 or len(done.stdout) != 64:
            raise RefusedError(f"openssl made no signature: {done.stderr[:200].decode(errors='replace')}")
        return done.stdout


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What stands between a node and the key."""

    host: str
    chain_id: str
    hosts: int
    """Of the fleet: a majority of them must hold a block before it is voted for."""
    key: SigningKey
    etcd: Etcd
    term: Callable[[], int]
    """Revision at which this host's leadership began; 0 while it does not lead."""
    connected: Callable[[], bool]
    """Whether the node has peers for a majority: a node that was just started gets them within three seconds."""
    await_block: Callable[[str], None]
    """Has the node started anew once a majority holds `HEIGHT BLOCK`: after a refused vote it asks for none again."""
    keep: Callable[[int], None]
    """Remembers on this host's own disk how high the record was."""

    def serve(self, connection: socket.socket) -> None:
        """Answer a node until it goes away.

        Raises:
            OSError: It went away.
            ProtocolError: It speaks something else.
        """
        file = connection.makefile("rb")
        while True:
            kind, body = privval.opened(_read(file.read))
            connection.sendall(self.answer(kind, body))

    def answer(self, kind: int, body: bytes) -> bytes:
        """Return the answer to one message.

        Raises:
            ProtocolError: It is none of the protocol's questions.
        """
        if kind == privval.PING:
            return privval.message(privval.PONG)
        if kind == privval.PUB_KEY:
            return privval.public_key_answer(self.key.public)
        if kind not in (privval.VOTE, privval.PROPOSED):
            raise ProtocolError(f"message {kind} is no question")
        request = privval.parsed_request(kind, body)
        try:
            return self.signed(request)
        except (RefusedError, EtcdError) as refusal:
            log(f"signs nothing for {request.height}/{request.round}/{request.step}: {refusal}")
            return request.refusal(str(refusal))

    def signed(self, request: Request) -> bytes:
        """Return the answer with a signature whose claim stands.

        Raises:
            RefusedError: It must not be signed.
            EtcdError: No majority answered in time.
        """
        term, deadline = self.term(), time.monotonic() + PATIENCE_S
        if not term:
            raise RefusedError("this host does not lead")
        if request.chain_id != self.chain_id:
            raise RefusedError(f"the request is of chain {request.chain_id!r}, this key's is {self.chain_id!r}")
        entry = self.etcd.get(WATERMARK)
        last = watermark.read(entry.value) if entry else watermark.Watermark()
        known = watermark.repeated(last, request)
        if known:
            return watermark.answer_of(known, request)
        watermark.check(last, request)
        if request.kind != privval.PRECOMMIT and request.block:
            self._await_majority(request)
        signatures = self._signatures(request)
        record = watermark.claimed(last, request, signatures, host=self.host, term=term)
        self._claim(record, entry, term=term, deadline=deadline)
        self.keep(record.height)
        return watermark.answer_of(record.claims[-1], request)

    def _signatures(self, request: Request) -> watermark.Signed:
        has_extension = request.kind == privval.PRECOMMIT and bool(request.block)
        return watermark.Signed(
            timestamp=request.timestamp,
            signature=self.key.sign(request.sign_bytes(request.timestamp)),
            extension_signature=self.key.sign(request.extension_bytes()) if has_extension else b"",
        )

    def _await_majority(self, request: Request) -> None:
        """Return when a majority of the fleet, this host included, could go on without this host.

        Before a proposal they have decided the height before; before a vote they hold the whole block.
        """
        is_vote = request.kind == privval.PREVOTE
        wanted = f"{request.height} {request.block}".encode()
        if not is_vote:
            self._await_peers()
        deadline = time.monotonic() + (HOLDERS_S if is_vote else DECIDED_S)
        while True:
            told = self.etcd.below(HOLDS).items()
            if is_vote:
                others = [host for host, entry in told if entry.value == wanted]
            else:
                others = [host for host, entry in told if int(entry.value.split()[0]) >= request.height]
            found = len({*others, self.host})
            if found > self.hosts // 2:
                return
            if time.monotonic() >= deadline:
                if is_vote:
                    self.await_block(wanted.decode())
                what = f"block {request.block[:12]}" if is_vote else f"height {request.height - 1}"
                raise RefusedError(f"{what} is on {found} of {self.hosts} hosts: no majority")
            time.sleep(0.03)

    def _await_peers(self) -> None:
        """Return when the node has peers that a proposal can reach: sooner, it would only spend a round."""
        deadline = time.monotonic() + PEERS_S
        while not self.connected():
            if time.monotonic() >= deadline:
                raise RefusedError("the node has no peers for a majority")
            time.sleep(0.05)

    def _claim(self, record: watermark.Watermark, entry: Entry | None, *, term: int, deadline: float) -> None:
        """Put the record in place of what was read; a write without answer is looked up, never assumed."""
        value = record.to_bytes()
        modified = entry.modified if entry else 0
        conditions = (was_modified(WATERMARK, modified), was_created(LEAD, term))
        while True:
            try:
                if self.etcd.put_if(WATERMARK, value, conditions=conditions) is not None:
                    return
                now = self.etcd.get(WATERMARK)
                if now is not None and now.value == value:
                    return  # an earlier attempt had taken effect without an answer
                raise RefusedError("this host no longer leads, or another has signed")
            except EtcdError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.05)


def _read(read: Callable[[int], bytes]) -> bytes:
    length = shift = 0
    while True:
        byte = read(1)
        if not byte:
            raise ConnectionResetError("the node closed the connection")
        length |= (byte[0] & 0x7F) << shift
        shift += 7
        if byte[0] < 0x80:
            break
        if shift > 28:
            raise ProtocolError("a message's length is not one")
    if length > MESSAGE_MAX:
        raise ProtocolError(f"a message of {length} bytes is too long")
    whole = read(length)
    if len(whole) != length:
        raise ConnectionResetError("the node closed the connection")
    return whole


def key_of(path: Path) -> SigningKey:
    """Return the key of a `priv_validator_key.json`."""
    both = base64.b64decode(json.loads(path.read_bytes())["priv_key"]["value"])
    return SigningKey(seed=both[:32], public=both[32:])


def holders(told: dict[str, Entry], block: str) -> int:
    """Return how many hosts told that they hold `HEIGHT BLOCK`."""
    return sum(entry.value == block.encode() for entry in told.values())
