from __future__ import annotations

from collections.abc import Callable

import pytest

from operations.hosts import commands, exposure_checks
from operations.hosts.seen import NotReadError, Probe, Seen

HOST = "validators-1"
RELAYER = "relayers-1"
CHECKS = (exposure_checks.sandbox, exposure_checks.listeners, exposure_checks.firewall, exposure_checks.logins)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_recorded_hosts_are_in_order(seen: Seen, check: Callable[[Seen, str], list[str]]) -> None:
    assert {host: check(seen, host) for host in seen.hosts} == {host: [] for host in seen.hosts}


@pytest.mark.parametrize(
    ("check", "reading"),
    [
        (exposure_checks.sandbox, commands.EXPOSURE),
        (exposure_checks.listeners, commands.LISTENERS),
        (exposure_checks.firewall, commands.FIREWALL),
        (exposure_checks.logins, commands.SSHD),
        (exposure_checks.logins, commands.PASSWORDS),
    ],
)
def test_refused_reading_is_not_taken_for_a_good_one(
    failed: Callable[[str, str], Seen], check: Callable[[Seen, str], list[str]], reading: str
) -> None:
    with pytest.raises(NotReadError, match="a password is required"):
        check(failed(HOST, reading), HOST)


def test_open_unit_is_named(read_as: Callable[..., Seen], seen: Seen) -> None:
    line = next(x for x in seen.hosts[HOST].text(commands.EXPOSURE).splitlines() if "cometbft" in x)
    found = read_as(HOST, commands.EXPOSURE, line, "→ Overall exposure level for cometbft.service: 9.2 UNSAFE :-{")
    assert exposure_checks.sandbox(found, HOST) == ["cometbft.service has exposure 9.2, allowed: 2.0"]


def test_good_sandbox_of_a_dead_unit_proves_nothing(read_as: Callable[..., Seen]) -> None:
    old = "Id=cometbft.service\nActiveState=active"
    seen = read_as(HOST, commands.UNITS, old, "Id=cometbft.service\nActiveState=activating")
    assert exposure_checks.sandbox(seen, HOST) == [
        "cometbft.service is activating: a sandbox proves nothing of a unit that does not run"
    ]


def test_stray_listener_is_named(seen: Seen, read_as: Callable[..., Seen]) -> None:
    line = 'LISTEN 0 5 0.0.0.0:8081 0.0.0.0:* users:(("python3",pid=9,fd=3))\n'
    found = read_as(HOST, commands.LISTENERS, "", seen.hosts[HOST].text(commands.LISTENERS) + line)
    assert exposure_checks.listeners(found, HOST) == [
        "python3 listens on 0.0.0.0:8081, which is no port of a validator host"
    ]


def test_rpc_that_others_reach_is_named(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.LISTENERS, "127.0.0.1:26657", "[::]:26657")
    assert exposure_checks.listeners(seen, HOST) == ["rpc listens on [::]:26657, expected 127.0.0.1 only"]


def test_ssh_on_loopback_only_is_named(seen: Seen, read_as: Callable[..., Seen]) -> None:
    address = seen.facts(HOST).address
    found = read_as(HOST, commands.LISTENERS, f"{address}:22 ", "127.0.0.1:22 ")
    assert exposure_checks.listeners(found, HOST) == [
        "ssh listens on 127.0.0.1:22 only: nobody who needs it gets there"
    ]  # fmt: skip


def test_missing_listener_is_named(seen: Seen, read_as: Callable[..., Seen]) -> None:
    line = next(x for x in seen.hosts[HOST].text(commands.LISTENERS).splitlines() if ":9100" in x)
    found = read_as(HOST, commands.LISTENERS, line, "")
    assert exposure_checks.listeners(found, HOST) == ["nothing listens on 9100 (node_exporter)"]


def test_host_without_workload_has_no_chain_ports(seen: Seen, read_as: Callable[..., Seen]) -> None:
    line = "LISTEN 0 4096 127.0.0.1:26657 0.0.0.0:*\n"
    found = read_as(RELAYER, commands.LISTENERS, "", seen.hosts[RELAYER].text(commands.LISTENERS) + line)
    [problem] = exposure_checks.listeners(found, RELAYER)
    assert problem.endswith("listens on 127.0.0.1:26657, which is no port of a relayer host")


def test_flushed_firewall_is_told(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.FIREWALL, "", '{"nftables": [{"metainfo": {}}]}')
    assert exposure_checks.firewall(seen, HOST) == ["no firewall is loaded: nft has no input chain"]


def test_accepting_firewall_is_told(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.FIREWALL, '"policy": "drop"', '"policy": "accept"')
    assert exposure_checks.firewall(seen, HOST) == ["the firewall's input policy is accept, expected drop"]


def test_port_open_to_a_neighbour_is_named(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    before = seen.hosts[HOST]
    found = spoiled(HOST, from_neighbour={**before.from_neighbour, 26660: Probe.OPEN})
    assert exposure_checks.firewall(found, HOST) == [
        f"port 26660 (metrics) is open to {before.neighbour}, expected silence"
    ]


def test_refusal_betrays_a_missing_firewall(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    found = spoiled(HOST, from_operator={**seen.hosts[HOST].from_operator, 39999: Probe.REFUSED})
    assert exposure_checks.firewall(found, HOST) == [
        "port 39999 (unused) is refused to operators, expected silence"
    ]  # fmt: skip


def test_peer_port_that_neighbours_cannot_reach_is_named(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    before = seen.hosts[HOST]
    found = spoiled(HOST, from_neighbour={**before.from_neighbour, 26656: Probe.DROPPED})
    assert exposure_checks.firewall(found, HOST) == [f"{before.neighbour} cannot reach port 26656 (p2p): dropped"]


def test_untried_port_is_not_judged(spoiled: Callable[..., Seen]) -> None:
    with pytest.raises(NotReadError, match="was not tried by"):
        exposure_checks.firewall(spoiled(HOST, from_neighbour={}), HOST)


def test_known_problem_outweighs_a_missing_reading(spoiled: Callable[..., Seen]) -> None:
    seen = spoiled(HOST, from_neighbour={}, from_operator={22: Probe.DROPPED})
    assert exposure_checks.firewall(seen, HOST) == ["operators cannot reach port 22 (ssh): dropped"]


def test_open_sshd_setting_is_named(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.SSHD, "passwordauthentication no", "passwordauthentication yes")
    assert exposure_checks.logins(seen, HOST) == ["sshd has passwordauthentication yes, expected no"]


def test_many_tries_are_named(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.SSHD, "maxauthtries 3", "maxauthtries 30")
    assert exposure_checks.logins(seen, HOST) == ["sshd has maxauthtries 30, expected at most 4"]


def test_log_in_as_root_is_told(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    found = spoiled(HOST, logins={**seen.hosts[HOST].logins, "as root": ""})
    assert exposure_checks.logins(found, HOST) == ["the host lets people in as root"]


def test_offered_password_is_told(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    said = "operator@10.0.0.1: Permission denied (publickey,password)."
    found = spoiled(HOST, logins={**seen.hosts[HOST].logins, "without a key": said})
    assert exposure_checks.logins(found, HOST) == [
        "a log-in without a key is offered publickey,password, expected publickey only"
    ]


def test_broken_connection_is_no_refusal(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    found = spoiled(HOST, logins={**seen.hosts[HOST].logins, "as root": "Connection reset by peer"})
    with pytest.raises(NotReadError, match="ended otherwise than refused"):
        exposure_checks.logins(found, HOST)


def test_user_with_a_password_is_named(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.PASSWORDS, "games L", "games P")
    assert exposure_checks.logins(seen, HOST) == ["user games has a password"]
