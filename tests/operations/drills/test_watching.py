from typing import Any

from operations.drills.watching import Watch


def vote(block: str, *, height: int = 5, turn: int = 0, step: int = 2, address: str = "AA") -> dict[str, Any]:
    return {
        "Vote": {
            "type": step, "height": str(height), "round": turn, "block_id": {"hash": block},
            "validator_address": address, "signature": f"signed {block}",
        }
    }  # fmt: skip


def block(height: int, found: str) -> dict[str, Any]:
    return {"block": {"header": {"height": str(height)}}, "block_id": {"hash": found}}


def watch() -> Watch:
    return Watch(stack="lab", makers={"validators-1": "one", "validators-2": "one"})


def test_the_same_vote_heard_by_two_nodes_is_one_vote() -> None:
    seen = watch()
    seen.take("validators-1", vote("B1"))
    seen.take("validators-2", vote("B1"))
    assert (seen.signatures_seen, len(seen.votes), seen.double_signature()) == (2, 1, "")


def test_two_votes_for_one_step_are_a_double_signature_whoever_heard_them() -> None:
    seen = watch()
    seen.take("validators-1", vote("B1"))
    seen.take("validators-2", vote("B2"))
    assert seen.double_signature() == "one: AA signed precommits for B1 and B2 at height 5, round 0"


def test_a_vote_for_nothing_and_one_for_a_block_are_a_double_signature_too() -> None:
    seen = watch()
    seen.take("validators-1", vote(""))
    seen.take("validators-1", vote("B1"))
    assert "for B1 and nil at height 5" in seen.double_signature()


def test_votes_of_other_rounds_steps_or_validators_are_no_double_signature() -> None:
    seen = watch()
    for event in (vote("B1"), vote("B2", turn=1), vote("B2", step=1), vote("B2", height=6), vote("B2", address="BB")):
        seen.take("validators-1", event)
    assert seen.double_signature() == ""


def test_two_blocks_at_one_height_are_a_fork() -> None:
    seen = watch()
    seen.take("validators-1", block(7, "B1"))
    assert seen.fork() == ""
    seen.take("validators-2", block(7, "B2"))
    assert seen.fork() == "one at height 7: validators-1 has B1, validators-2 has B2"
    assert seen.height("one") == 7


def test_what_is_neither_vote_nor_block_is_passed_over() -> None:
    seen = watch()
    seen.take("validators-1", {})
    assert (seen.signatures_seen, seen.blocks) == (0, [])
