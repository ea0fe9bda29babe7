from __future__ import annotations

from collections.abc import Callable

import pytest

from operations.hosts import commands, key_checks
from operations.hosts.seen import NotReadError, Seen, address_of
from schemas.ledger import Purpose

HOST = "validators-1"
RELAYER = "relayers-1"


def key_of(seen: Seen, host: str) -> str:
    return address_of(seen.facts(host), Purpose.CONSENSUS)


def test_recorded_hosts_are_in_order(seen: Seen) -> None:
    assert {host: key_checks.key_files(seen, host) for host in seen.hosts} == {host: [] for host in seen.hosts}
    assert key_checks.one_holder(seen, "lab") == []


def test_misplaced_key_is_named(seen: Seen, read_as: Callable[..., Seen]) -> None:
    files = seen.hosts[RELAYER].text(commands.KEY_FILES)
    found = read_as(RELAYER, commands.KEY_FILES, "", files + "/home/operator/id_ed25519\n")
    assert key_checks.key_files(found, RELAYER) == [
        "a private key lies in /home/operator/id_ed25519, allowed are /run/credstore, /run/credentials, /etc/ssh"
    ]


def test_folder_with_a_similar_name_is_not_allowed(seen: Seen, read_as: Callable[..., Seen]) -> None:
    files = seen.hosts[RELAYER].text(commands.KEY_FILES)
    found = read_as(RELAYER, commands.KEY_FILES, "", files + "/run/credstore-old/k\n")
    [problem] = key_checks.key_files(found, RELAYER)
    assert problem.startswith("a private key lies in /run/credstore-old/k")


def test_key_that_anyone_reads_is_named(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.KEY_FILES_OPEN, "", "/run/credstore/node.json\n")
    assert key_checks.key_files(seen, HOST) == [
        "private key /run/credstore/node.json is readable without being root"
    ]  # fmt: skip


def test_key_of_another_mode_is_named(seen: Seen, read_as: Callable[..., Seen]) -> None:
    line = next(x for x in seen.hosts[HOST].text(commands.KEY_MODES).splitlines() if "consensus" in x)
    found = read_as(HOST, commands.KEY_MODES, line, line.replace("-rw-------", "-rw-r-----"))
    assert key_checks.key_files(found, HOST) == [
        "private key /run/credstore/consensus.json belongs to root with mode -rw-r-----, expected root and -rw-------"
    ]


def test_other_host_key_is_told(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    expected = seen.facts(HOST).key_fingerprints["ssh_host"]
    found = spoiled(HOST, host_keys=("SHA256:other",))
    assert key_checks.key_files(found, HOST) == [f"SSH host key is SHA256:other, expected {expected}"]


def test_second_host_key_is_told(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    found = spoiled(HOST, host_keys=(*seen.hosts[HOST].host_keys, "SHA256:other"))
    assert key_checks.key_files(found, HOST) == [
        "offers a second SSH host key, SHA256:other, which no ledger knows"
    ]  # fmt: skip


def test_node_that_signs_with_another_key_is_told(seen: Seen, read_as: Callable[..., Seen]) -> None:
    own, other = key_of(seen, HOST), key_of(seen, "validators-2")
    found = read_as(HOST, commands.NODE, own, other)
    assert key_checks.key_files(found, HOST) == [f"the node's consensus key is {other}, expected {own}"]


@pytest.mark.parametrize("reading", [commands.KEY_FILES, commands.KEY_MODES])
def test_search_that_was_refused_proves_nothing(failed: Callable[[str, str], Seen], reading: str) -> None:
    with pytest.raises(NotReadError, match="a password is required"):
        key_checks.key_files(failed(HOST, reading), HOST)


def test_search_that_finds_nothing_at_all_proves_nothing(read_as: Callable[..., Seen]) -> None:
    with pytest.raises(NotReadError, match="the search does not work"):
        key_checks.key_files(read_as(HOST, commands.KEY_FILES, "", "", status=1), HOST)


def test_copied_consensus_key_names_both_hosts(
    seen: Seen, read_as: Callable[..., Seen], spoiled: Callable[..., Seen]
) -> None:
    files = seen.hosts[RELAYER].text(commands.KEY_FILES) + "/tmp/k.json\n"
    address = f'/tmp/k.json:address": "{key_of(seen, HOST)}\n'
    outputs = dict(seen.hosts[RELAYER].outputs)
    for reading, text in ((commands.KEY_FILES, files), (commands.KEY_ADDRESSES, address)):
        outputs[reading] = read_as(RELAYER, reading, "", text).hosts[RELAYER].outputs[reading]
    assert key_checks.one_holder(spoiled(RELAYER, outputs=outputs), "lab") == [
        "relayers-1 has the consensus key of validators-1 in /tmp/k.json: two signers of one key"
    ]


def test_unknown_consensus_key_is_named(seen: Seen, read_as: Callable[..., Seen]) -> None:
    found = read_as(HOST, commands.KEY_ADDRESSES, key_of(seen, HOST), "AB" * 20)
    problems = key_checks.one_holder(found, "lab")
    assert (
        f"validators-1 has a consensus key in /run/credstore/consensus.json, {'AB' * 20}, "
        "that stack lab does not know" in problems
    )
    assert f"validators-1 lacks its consensus key {key_of(seen, HOST)}" in problems


def test_address_in_a_file_without_a_private_key_is_no_holder(seen: Seen) -> None:
    text = seen.hosts[HOST].output(commands.KEY_ADDRESSES).text
    assert "genesis.json" in text
    assert set(key_checks.consensus_keys(seen.hosts[HOST]).values()) == {key_of(seen, HOST)}


def test_unreachable_host_does_not_hide_the_others(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    assert key_checks.one_holder(spoiled(HOST, unreachable="timed out", outputs={}), "lab") == []
