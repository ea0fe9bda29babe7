"""Keys are where they belong, and nowhere else."""

from __future__ import annotations

import pytest

from operations.hosts import key_checks


@pytest.mark.rule("SEC005", each="host")
def test_private_keys_are_in_place_and_root_only(problems) -> None:
    """Private keys lie in their folders, readable by root only, and are those of the host's published facts."""
    assert problems(key_checks.key_files) == []


@pytest.mark.rule("IDN001", each="stack")
def test_every_consensus_key_has_one_holder(problems) -> None:
    """Each consensus key lies on the one host that holds it, and on no other."""
    assert problems(key_checks.one_holder) == []
