from __future__ import annotations

import pytest

from components.bootstrap.files import privval
from components.bootstrap.files.privval import PRECOMMIT, PREVOTE, PROPOSAL, ProtocolError

BLOCK_ID = privval.data(1, bytes(range(32))) + privval.data(2, privval.number(1, 1) + privval.data(2, b"\x07" * 32))
TIME = privval.number(1, 1_700_000_000)


def asked(body: bytes, *, kind: int = privval.VOTE) -> privval.Request:
    return privval.parsed_request(kind, privval.data(1, body) + privval.data(2, b"seq-1"))


def vote(kind: int = PREVOTE, *, block_id: bytes = BLOCK_ID, more: bytes = b"") -> bytes:
    parts = privval.number(1, kind) + privval.number(2, 5) + privval.number(3, 1)
    return parts + privval.data(4, block_id, always=True) + privval.data(5, TIME) + privval.data(6, b"\x01" * 20) + more


def test_a_vote_says_what_it_is_for() -> None:
    request = asked(vote())
    assert (request.height, request.round, request.step, request.chain_id) == (5, 1, 2, "seq-1")
    assert request.block == bytes(range(32)).hex().upper()


def test_sign_bytes_of_a_vote_are_cometbfts() -> None:
    # types/vote_test.go, TestVoteSignBytesTestVectors: height 1, round 1, prevote for nothing, Go's zero time.
    zero_time = privval.number(1, -62135596800 & (1 << 64) - 1)
    request = privval.Request(chain_id="", kind=PREVOTE, height=1, round=1)
    assert (
        request.sign_bytes(zero_time).hex()
        == "21080111010000000000000019010000000000000" + "02a0b088092b8c398feffffff01"
    )


def test_an_answer_gives_the_vote_back_with_its_signature() -> None:
    request = asked(vote(PRECOMMIT))
    answer = request.answer(signature=b"s" * 64, timestamp=TIME, extension_signature=b"e" * 64)
    kind, body = privval.opened(answer[2:])
    signed = dict(privval.fields(bytes(dict(privval.fields(body))[1])))
    assert kind == privval.VOTE_ANSWER
    assert (signed[4], signed[5], signed[6], signed[8], signed[10]) == (
        BLOCK_ID, TIME, b"\x01" * 20, b"s" * 64, b"e" * 64,
    )  # fmt: skip


def test_a_proposal_without_earlier_round_keeps_its_minus_one() -> None:
    body = privval.number(1, PROPOSAL) + privval.number(2, 5) + privval.number(4, (1 << 64) - 1)
    request = asked(body + privval.data(5, BLOCK_ID) + privval.data(6, TIME), kind=privval.PROPOSED)
    assert (request.pol_round, request.round, request.step) == (-1, 0, 1)
    assert privval.number(4, (1 << 64) - 1) in request.sign_bytes(TIME)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (privval.number(1, 3), "a message of type 3 is nothing to sign here"),
        (vote(more=privval.number(11, 1)), "unknown fields"),
        (vote(more=privval.number(2, 6)), "field 2 is there twice"),
        (b"\x0a\x05ab", "a field is longer than its message"),
        (b"\x09" + bytes(8), "wire type 1 has no place here"),
        (b"\x08\xff", "a message ends within a field"),
        (b"\x08" + b"\xff" * 11, "a number is longer than 64 bits"),
    ],
)
def test_what_is_not_understood_is_not_signed(body: bytes, said: str) -> None:
    with pytest.raises(ProtocolError, match=said):
        asked(body)
