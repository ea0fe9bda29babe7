from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from operations.attestation import challenges
from schemas.errors import UsageError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(challenges, "work_dir", lambda: tmp_path)
    return tmp_path


def test_a_challenge_is_good_for_one_answer() -> None:
    nonce = challenges.new_challenge("s", "h-1")
    assert challenges.taken_challenge("s", "h-1") == bytes.fromhex(nonce)
    with pytest.raises(UsageError, match="no challenge of h-1 is open: this evidence answers none"):
        challenges.taken_challenge("s", "h-1")


def test_a_newer_challenge_ends_the_older_and_is_another() -> None:
    first, second = (challenges.new_challenge("s", "h-1") for _ in range(2))
    assert first != second
    assert challenges.taken_challenge("s", "h-1").hex() == second


@pytest.mark.parametrize(("age_s", "is_good"), [(599, True), (602, False), (-5, False)])
def test_a_challenge_is_good_for_ten_minutes(folder: Path, age_s: int, is_good: bool) -> None:
    nonce = challenges.new_challenge("s", "h-1")
    path = folder / "attestation" / "s" / "h-1.challenge"
    path.write_text(json.dumps({"nonce": nonce, "made_at": time.time() - age_s}))
    if is_good:
        assert challenges.taken_challenge("s", "h-1").hex() == nonce
        return
    with pytest.raises(UsageError, match=r"the challenge of h-1 is -?\d+ s old; it was good for 600 s"):
        challenges.taken_challenge("s", "h-1")


def test_a_damaged_challenge_is_closed(folder: Path) -> None:
    challenges.new_challenge("s", "h-1")
    (folder / "attestation" / "s" / "h-1.challenge").write_text("{")
    with pytest.raises(UsageError, match="the challenge of h-1 cannot be read; it is closed"):
        challenges.taken_challenge("s", "h-1")
    with pytest.raises(UsageError, match="no challenge of h-1 is open"):
        challenges.taken_challenge("s", "h-1")
