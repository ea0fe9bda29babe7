"""Relayers carry: a transfer arrives and is acknowledged, and nothing speaks against the next one."""

from __future__ import annotations

import pytest

from operations.hosts import relayer_checks


@pytest.mark.rule("OPS060", each="path")
def test_a_transfer_arrives_and_is_acknowledged(problems) -> None:
    """A transfer that verification sends arrives on the other chain, and its acknowledgement comes back."""
    assert problems(relayer_checks.transfer) == []


@pytest.mark.rule("OPS061", each="relayer")
def test_a_relayer_is_fit(problems) -> None:
    """The relayer looks at every path, nothing waits, light clients are far from expiry, wallets are filled."""
    assert problems(relayer_checks.fitness) == []


@pytest.mark.rule("OPS062", each="relayer")
def test_a_relayer_s_own_nodes_follow_their_chains(problems) -> None:
    """Every full node beside the relayer is at the chain's head, and does not vote."""
    assert problems(relayer_checks.followers) == []
