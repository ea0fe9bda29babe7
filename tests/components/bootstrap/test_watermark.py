from __future__ import annotations

import random

import pytest

from components.bootstrap.files import watermark
from components.bootstrap.files.documents import RefusedError
from components.bootstrap.files.privval import PRECOMMIT, PREVOTE, PROPOSAL, Request
from components.bootstrap.files.watermark import Signed, Watermark

X, Y = "AA" * 32, "BB" * 32


def request(kind: int, height: int, turn: int = 0, *, block: str = X, time: bytes = b"t") -> Request:
    block_id = bytes.fromhex(block)
    return Request(
        chain_id="seq-1", kind=kind, height=height, round=turn, block=block, block_id=block_id, timestamp=time
    )


def after(*requests: Request) -> Watermark:
    record = Watermark()
    for one in requests:
        watermark.check(record, one)
        record = watermark.claimed(record, one, Signed(timestamp=one.timestamp, signature=b"s"), host="a", term=7)
    return record


DECIDED = (request(PROPOSAL, 1), request(PREVOTE, 1), request(PRECOMMIT, 1))


def test_a_block_is_proposed_voted_for_and_bound() -> None:
    record = after(*DECIDED)
    assert (record.position, record.bound_height, record.bound_block) == ((1, 0, 3), 1, X)


def test_a_record_survives_being_written() -> None:
    record = after(*DECIDED)
    assert watermark.read(record.to_bytes()) == record


def test_a_later_round_may_choose_another_block_while_none_is_bound() -> None:
    nothing = (request(PREVOTE, 1, block=""), request(PRECOMMIT, 1, block=""))
    record = after(request(PROPOSAL, 1), *nothing, request(PROPOSAL, 1, 1, block=Y), request(PREVOTE, 1, 1, block=Y))
    assert record.block == Y


@pytest.mark.parametrize(
    ("done", "asked", "said"),
    [
        (DECIDED, request(PRECOMMIT, 1, block=Y), "1/0/3 is not after 1/0/3, signed by a"),
        (DECIDED, request(PROPOSAL, 1, 1, block=Y), f"height 1 is bound to block {X[:12]}, not {Y[:12]}"),
        (DECIDED, request(PREVOTE, 1, 1, block=Y), f"height 1 is bound to block {X[:12]}, not {Y[:12]}"),
        (DECIDED, request(PROPOSAL, 3), "3/0/1 leaves out heights after 1/0/3"),
        (DECIDED[:2], request(PROPOSAL, 2), "2/0/1 comes before height 1 is decided"),
        (DECIDED[:1], request(PRECOMMIT, 1), f"no prevote for block {X[:12]} precedes 1/0/3"),
        (DECIDED[:2], request(PRECOMMIT, 1, block=Y), f"no prevote for block {Y[:12]} precedes 1/0/3"),
    ],
)
def test_what_contradicts_the_record_is_refused(done: tuple[Request, ...], asked: Request, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        watermark.check(after(*done), asked)


def test_the_same_vote_at_another_time_is_given_the_first_signature() -> None:
    record = after(*DECIDED)
    found = watermark.repeated(record, request(PREVOTE, 1, time=b"later"))
    assert found is not None
    assert bytes.fromhex(found.timestamp) == b"t"


def test_the_same_proposal_at_another_time_is_another_one() -> None:
    assert watermark.repeated(after(*DECIDED), request(PROPOSAL, 1, time=b"later")) is None
    assert watermark.repeated(after(*DECIDED), request(PROPOSAL, 1)) is not None


@pytest.mark.parametrize(
    ("done", "height", "block"), [(DECIDED[:1], 0, ""), (DECIDED[:2], 0, X), (DECIDED, 0, X), (DECIDED, 1, "")]
)
def test_a_successor_needs_the_block_that_was_voted_for(done: tuple[Request, ...], height: int, block: str) -> None:
    assert watermark.needs(after(*done), height=height) == block


@pytest.mark.parametrize("value", [b"", b"{}", b"[]", b'{"schema": "geofleet/watermark/v1", "claims": []}'])
def test_a_damaged_record_is_refused(value: bytes) -> None:
    with pytest.raises(RefusedError):
        watermark.read(value)


def test_no_order_of_requests_binds_two_blocks_to_one_height() -> None:
    draw = random.Random(20261124)
    for _ in range(200):
        record, bound = Watermark(), dict[int, str]()
        for _ in range(60):
            kind, block = draw.choice((PROPOSAL, PREVOTE, PRECOMMIT)), draw.choice((X, Y, ""))
            if kind == PROPOSAL and not block:
                continue
            one = request(kind, draw.randint(1, 4), draw.randint(0, 3), block=block)
            try:
                watermark.check(record, one)
            except RefusedError:
                continue
            record = watermark.claimed(record, one, Signed(timestamp=b"t", signature=b"s"), host="a", term=1)
            if kind == PRECOMMIT and block:
                assert bound.setdefault(one.height, block) == block
