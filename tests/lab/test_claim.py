from __future__ import annotations

from pathlib import Path

import pytest

from lab import claim as module
from lab.claim import claim, require_unclaimed
from schemas.errors import BackendError


@pytest.fixture
def checkouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.setattr(module, "run_dir", lambda stack: tmp_path / "run" / stack)
    found = (tmp_path / "one", tmp_path / "two")
    for path in found:
        path.mkdir()
    return found


def test_the_first_checkout_may_claim_again_and_the_second_is_refused(
    checkouts: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = checkouts
    monkeypatch.setattr(module, "REPOSITORY", one)
    claim("lab")
    claim("lab")
    monkeypatch.setattr(module, "REPOSITORY", two)
    with pytest.raises(BackendError) as refused:
        claim("lab")
    assert str(refused.value) == f"stack 'lab' on this machine was built from {one}, this is {two}"
    require_unclaimed("lab-two")


def test_a_checkout_that_is_gone_holds_nothing(checkouts: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = checkouts
    monkeypatch.setattr(module, "REPOSITORY", one)
    claim("lab")
    one.rmdir()
    monkeypatch.setattr(module, "REPOSITORY", two)
    claim("lab")
