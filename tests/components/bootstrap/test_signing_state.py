from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from components.bootstrap.files.documents import RefusedError
from components.bootstrap.files.signing_state import (
    START,
    ConsensusKey,
    Position,
    consensus_key,
    read_position,
    read_state,
)

State = Callable[..., str]
Write = Callable[[Path, str], Path]


@pytest.fixture
def key(tmp_path: Path, consensus_file: str) -> ConsensusKey:
    path = tmp_path / "consensus.json"
    path.write_text(consensus_file, encoding="utf-8")
    return consensus_key(path)


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("at_round", [0, 2])
def test_a_state_is_believed_by_its_signature(
    step: int, at_round: int, key: ConsensusKey, tmp_path: Path, signed_state: State, private_file: Write
) -> None:
    path = private_file(tmp_path / "state", signed_state(41, at_round, step))
    assert read_state(path, key, "perps-1-x1") == Position(height=41, round=at_round, step=step)


def test_a_new_signer_s_state_needs_no_signature(key: ConsensusKey, tmp_path: Path) -> None:
    START.save(tmp_path / "state")
    assert read_state(tmp_path / "state", key, "perps-1-x1") == START
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o600


def test_a_state_of_another_chain_is_refused(
    key: ConsensusKey, tmp_path: Path, signed_state: State, private_file: Write
) -> None:
    path = private_file(tmp_path / "state", signed_state(41, chain_id="perps-1-x2"))
    with pytest.raises(RefusedError) as raised:
        read_state(path, key, "perps-1-x1")
    assert str(raised.value) == f"{path} is of chain 'perps-1-x2', this host's is 'perps-1-x1'"


def test_a_state_of_another_key_is_refused(
    key: ConsensusKey, tmp_path: Path, signed_state: State, private_file: Write
) -> None:
    path = private_file(tmp_path / "state", signed_state(41, key="consensus validators-2"))
    with pytest.raises(RefusedError, match=f"was not signed by this host's consensus key {key.address}"):
        read_state(path, key, "perps-1-x1")


def test_a_height_put_in_by_hand_is_refused(
    key: ConsensusKey, tmp_path: Path, signed_state: State, private_file: Write
) -> None:
    value = json.loads(signed_state(41)) | {"height": "40"}
    path = private_file(tmp_path / "state", json.dumps(value))
    with pytest.raises(RefusedError, match=r"says 40/0/3, what was signed says 41/0/3"):
        read_state(path, key, "perps-1-x1")


def test_a_state_truncated_anywhere_is_refused(
    key: ConsensusKey, tmp_path: Path, signed_state: State, private_file: Write
) -> None:
    good = signed_state(41)
    for length in range(len(good)):
        path = private_file(tmp_path / "state", good[:length])
        with pytest.raises(RefusedError, match="is not JSON"):
            read_state(path, key, "perps-1-x1")


def test_a_hundred_flipped_bits_are_refused(
    key: ConsensusKey, tmp_path: Path, signed_state: State, private_file: Write
) -> None:
    good = signed_state(41).encode()
    path = private_file(tmp_path / "state", "")
    refused = 0
    for n in range(100):
        bit = n * 7919 % (len(good) * 8)  # a prime: spread over the whole file
        damaged = bytearray(good)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        with pytest.raises(RefusedError):
            read_state(path, key, "perps-1-x1")
        refused += 1
    assert refused == 100


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o400])
def test_another_mode_is_refused(mode: int, tmp_path: Path) -> None:
    START.save(tmp_path / "state")
    (tmp_path / "state").chmod(mode)
    with pytest.raises(RefusedError, match=f"mode 0{mode:o}, it must be {os.getuid()} and 0600"):
        read_position(tmp_path / "state")


def test_a_link_is_refused(tmp_path: Path) -> None:
    START.save(tmp_path / "elsewhere")
    (tmp_path / "state").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RefusedError, match="is not a plain file"):
        read_position(tmp_path / "state")


@pytest.mark.parametrize(
    "value",
    [{}, {"height": 1, "round": 0, "step": 0}, {"height": "-1", "round": 0, "step": 0},
     {"height": "1", "round": True, "step": 0}, {"height": "1", "round": 0, "step": 4},
     {"height": "1", "round": -1, "step": 1}, {"height": "9" * 20, "round": 0, "step": 0},
     {"height": "²", "round": 0, "step": 0}],
)  # fmt: skip
def test_a_position_of_another_form_is_refused(value: dict[str, object], tmp_path: Path, private_file: Write) -> None:
    path = private_file(tmp_path / "state", json.dumps(value))
    with pytest.raises(RefusedError, match="has no height, round and step"):
        read_position(path)


def test_later_positions_are_greater() -> None:
    order = [(0, 0, 0), (7, 0, 1), (7, 0, 3), (7, 1, 1), (8, 0, 1)]
    positions = [Position(height=h, round=r, step=s) for h, r, s in order]
    assert sorted(positions, reverse=True) == list(reversed(positions))


def test_a_key_whose_address_is_another_s_is_refused(tmp_path: Path, consensus_file: str) -> None:
    path = tmp_path / "consensus.json"
    path.write_text(json.dumps(json.loads(consensus_file) | {"address": "0" * 40}), encoding="utf-8")
    with pytest.raises(RefusedError, match="the consensus key names an address that is not that of its public key"):
        consensus_key(path)
