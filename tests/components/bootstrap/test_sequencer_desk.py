from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from components.bootstrap.files import sequencer_desk
from components.bootstrap.files.documents import RefusedError
from components.bootstrap.files.etcd import Entry, Etcd, EtcdError, was_created, was_modified
from components.bootstrap.files.privval import PRECOMMIT, PREVOTE, PROPOSAL, Request
from components.bootstrap.files.sequencer_desk import HOLDS, LEAD, WATERMARK, Desk, SigningKey

X = "AA" * 32
PAIR = Ed25519PrivateKey.generate()
KEY = SigningKey(
    seed=PAIR.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()),
    public=PAIR.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
)


@dataclass
class Store(Etcd):
    """etcd's contract in memory: one order of writes, and revisions that never repeat. The real one: the lab."""

    revision: int = 0
    entries: dict[str, Entry] = field(default_factory=dict)
    unanswered: int = 0
    """Writes that take effect without an answer."""

    def get(self, key: str) -> Entry | None:
        return self.entries.get(key)

    def below(self, prefix: str) -> dict[str, Entry]:
        return {key[len(prefix) :]: entry for key, entry in self.entries.items() if key.startswith(prefix)}

    def put(self, key: str, value: bytes) -> None:
        self.revision += 1
        old = self.entries.get(key)
        created = old.created if old else self.revision
        self.entries[key] = Entry(value=value, created=created, modified=self.revision)

    def put_if(self, key: str, value: bytes, *, conditions: Sequence[Mapping[str, Any]], lease: int = 0) -> int | None:
        modified, created = self.entries.get(key), self.entries.get(LEAD)
        holds = [
            was_modified(key, modified.modified if modified else 0),
            was_created(LEAD, created.created if created else 0),
        ]
        if list(conditions) != holds:
            return None
        self.put(key, value)
        if self.unanswered:
            self.unanswered -= 1
            raise EtcdError("etcd does not answer kv/txn: timed out")
        return self.revision


def desk(store: Store, host: str = "a", *, term: int | None = None) -> Desk:
    if term is None:
        store.put(LEAD, host.encode())
        term = store.entries[LEAD].created
    for other in ("a", "b", "c"):
        store.put(HOLDS + other, f"1 {X}".encode())
    leads = term
    return Desk(
        host=host, chain_id="seq-1", hosts=3, key=KEY, etcd=store, term=lambda: leads, connected=lambda: True, await_block=lambda block: None,
        keep=lambda height: None,
    )  # fmt: skip


def request(kind: int, *, chain_id: str = "seq-1") -> Request:
    block_id = bytes.fromhex(X)
    return Request(chain_id=chain_id, kind=kind, height=1, round=0, block=X, block_id=block_id, timestamp=b"")


def test_a_leader_signs_and_its_signature_is_that_of_the_key() -> None:
    store = Store()
    answer = desk(store).signed(request(PROPOSAL))
    signature = answer[-64:]
    PAIR.public_key().verify(signature, request(PROPOSAL).sign_bytes(b""))
    assert WATERMARK in store.entries


def test_who_does_not_lead_signs_nothing() -> None:
    with pytest.raises(RefusedError, match="this host does not lead"):
        desk(Store(), term=0).signed(request(PROPOSAL))


def test_another_chains_request_is_refused() -> None:
    with pytest.raises(RefusedError, match="is of chain 'other'"):
        desk(Store()).signed(request(PROPOSAL, chain_id="other"))


def test_a_leader_that_wakes_up_after_its_term_releases_nothing() -> None:
    store = Store()
    sleeper = desk(store)
    del store.entries[LEAD]  # its lease ended, and another was elected
    store.put(LEAD, b"b")
    with pytest.raises(RefusedError, match="no longer leads, or another has signed"):
        sleeper.signed(request(PROPOSAL))
    assert WATERMARK not in store.entries


def test_a_leader_that_sleeps_between_reading_and_claiming_releases_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    sleeper, signs = desk(store), SigningKey.sign

    def overtaken(key: SigningKey, message: bytes) -> bytes:
        monkeypatch.setattr(SigningKey, "sign", signs)
        del store.entries[LEAD]
        desk(store, "b").signed(request(PROPOSAL))
        return signs(key, message)

    monkeypatch.setattr(SigningKey, "sign", overtaken)
    with pytest.raises(RefusedError, match="no longer leads, or another has signed"):
        sleeper.signed(request(PROPOSAL))


def test_a_claim_without_an_answer_is_looked_up_and_released_once() -> None:
    store = Store(unanswered=1)
    one = desk(store)
    first = one.signed(request(PROPOSAL))
    assert one.signed(request(PROPOSAL)) == first


def test_a_successor_releases_the_same_signatures_again() -> None:
    store = Store()
    first = desk(store)
    kinds = (PROPOSAL, PREVOTE, PRECOMMIT)
    answers = [first.signed(request(kind)) for kind in kinds]
    del store.entries[LEAD]
    successor = desk(store, "b")
    assert [successor.signed(request(kind)) for kind in kinds] == answers


def test_a_block_that_no_majority_holds_gets_no_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer_desk, "HOLDERS_S", 0.0)
    store = Store()
    alone = desk(store)
    for other in ("b", "c"):
        store.put(HOLDS + other, b"1 " + b"BB" * 32)
    with pytest.raises(RefusedError, match="is on 1 of 3 hosts: no majority"):
        alone.signed(request(PREVOTE))
