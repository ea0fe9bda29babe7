from __future__ import annotations

from collections.abc import Callable

import pytest

from operations.hosts import chain_checks, commands
from operations.hosts.seen import NotReadError, Seen, address_of
from schemas.ledger import Purpose

HOST = "validators-2"
CHAIN = "geofleet-lab"


def nodes(seen: Seen) -> list[str]:
    return [facts.host for facts in seen.nodes(CHAIN)]


def test_recorded_chain_is_in_order(seen: Seen) -> None:
    assert len(nodes(seen)) == 4
    assert {host: chain_checks.growth(seen, host) for host in nodes(seen)} == {host: [] for host in nodes(seen)}
    assert {host: chain_checks.power(seen, host) for host in nodes(seen)} == {host: [] for host in nodes(seen)}
    assert chain_checks.agreement(seen, CHAIN) == []


def test_chain_that_stands_still_is_told(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    found = spoiled(HOST, heights=(281, 281, 281), watched_s=16.2)
    assert chain_checks.growth(found, HOST) == [
        f"{seen.chain(CHAIN).chain_id} stands still: height 281 for 16 s; a block is due every 1 s"
    ]


def test_old_block_is_told(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    found = spoiled(HOST, told_at=seen.hosts[HOST].told_at + 600)
    [problem] = chain_checks.growth(found, HOST)
    assert problem.startswith("the last block is 60")
    assert problem.endswith("s old, allowed: 15 s")


def test_node_that_catches_up_is_told(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.NODE, '"catching_up":false', '"catching_up":true')
    [problem] = chain_checks.growth(seen, HOST)
    assert problem.startswith("the node is still catching up, at height ")


def test_node_of_another_chain_is_told(seen: Seen, read_as: Callable[..., Seen]) -> None:
    chain_id = seen.chain(CHAIN).chain_id
    found = read_as(HOST, commands.NODE, f'"network":"{chain_id}"', '"network":"other-1"')
    assert chain_checks.growth(found, HOST) == [f"the node is of chain other-1, expected {chain_id}"]


def test_silent_node_fails(read_as: Callable[..., Seen], seen: Seen, spoiled: Callable[..., Seen]) -> None:
    refused = read_as(HOST, commands.NODE, "", "", status=7, complaint="curl: (7) Failed to connect").hosts[HOST]
    [problem] = chain_checks.growth(spoiled(HOST, heights=(), outputs=refused.outputs), HOST)
    assert problem.endswith("does not answer: reading 'node status' failed: curl: (7) Failed to connect")


def test_fork_names_both_sides(seen: Seen, read_as: Callable[..., Seen]) -> None:
    commit = seen.hosts[HOST].rpc(commands.COMMIT)["signed_header"]["commit"]
    block = commit["block_id"]["hash"]
    found = read_as(HOST, commands.COMMIT, f'"block_id":{{"hash":"{block}"', f'"block_id":{{"hash":"{"0" * 64}"')
    [problem] = chain_checks.agreement(found, CHAIN)
    assert f"forked: 2 blocks at height {commit['height']}: validators-2: 000000000000; " in problem
    assert f"validators-1, validators-3, validators-4: {block[:12]}" in problem


def test_one_node_alone_proves_no_agreement(seen: Seen, failed: Callable[[str, str], Seen]) -> None:
    hosts = {host: failed(host, commands.COMMIT).hosts[host] for host in nodes(seen)[1:]}
    alone = Seen(inventory=seen.inventory, hosts={**seen.hosts, **hosts})
    with pytest.raises(NotReadError, match="1 of 4 nodes answered"):
        chain_checks.agreement(alone, CHAIN)


def test_other_power_is_named(seen: Seen, read_as: Callable[..., Seen]) -> None:
    address = address_of(seen.facts("validators-3"), Purpose.CONSENSUS)
    validators = seen.hosts[HOST].rpc(commands.VALIDATORS)["validators"]
    key = next(v["pub_key"]["value"] for v in validators if v["address"] == address)
    power = seen.facts("validators-3").power
    old = f'"value":"{key}"}},"voting_power":"{power}"'
    found = read_as(HOST, commands.VALIDATORS, old, old.replace(f'"{power}"', '"99"'))
    assert chain_checks.power(found, HOST) == [
        f"validators-3 has voting power 99, planned {power}",
        f"the chain's voting power is {3 * power + 99} in all, planned {4 * power}",
    ]


def test_unknown_validator_is_named(seen: Seen, read_as: Callable[..., Seen]) -> None:
    address = address_of(seen.facts("validators-3"), Purpose.CONSENSUS)
    found = read_as(HOST, commands.VALIDATORS, address, "AB" * 20)
    problems = chain_checks.power(found, HOST)
    power = seen.facts("validators-3").power
    assert problems == [
        f"validators-3 has voting power 0, planned {power}",
        f"validator {'AB' * 20} has voting power {power} and is no host of this stack",
    ]


def test_second_page_of_validators_is_not_ignored(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.VALIDATORS, '"total":"4"', '"total":"120"')
    with pytest.raises(NotReadError, match="120 validators"):
        chain_checks.power(seen, HOST)
