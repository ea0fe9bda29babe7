from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from operations.hosts import boot_checks, commands
from operations.hosts.seen import Clock, NotReadError, Published, Seen

HOST = "validators-1"
CHECKS = (boot_checks.boot, boot_checks.units, boot_checks.clock, boot_checks.configuration)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_recorded_hosts_are_in_order(seen: Seen, check: Callable[[Seen, str], list[str]]) -> None:
    assert {host: check(seen, host) for host in seen.hosts} == {host: [] for host in seen.hosts}


def test_boot_that_has_not_finished_is_told(failed: Callable[[str, str], Seen]) -> None:
    seen = failed(HOST, commands.BOOT_RESULT)
    assert boot_checks.boot(seen, HOST) == [
        "cloud-init has not finished: /run/cloud-init/result.json is not there"
    ]  # fmt: skip


def test_boot_error_is_told_once(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.BOOT_RESULT, '"errors": []', '"errors": ["(\'scripts-user\', RuntimeError())"]')
    assert boot_checks.boot(seen, HOST) == ["cloud-init reports an error: ('scripts-user', RuntimeError())"]


def test_recoverable_error_of_later_versions_is_told(read_as: Callable[..., Seen]) -> None:
    newer = '{"v1": {"init": {"errors": [], "recoverable_errors": {"WARNING": ["schema"]}}, "stage": null}}'
    seen = read_as(HOST, commands.BOOT_STATUS, "", newer)
    assert boot_checks.boot(seen, HOST) == ["cloud-init reports an error: schema"]


def test_boot_warning_is_told(read_as: Callable[..., Seen]) -> None:
    line = "2026-11-24 13:25:10 - schema.py[WARNING]: Invalid cloud-config provided"
    seen = read_as(HOST, commands.BOOT_WARNINGS, "", line + "\n")
    assert boot_checks.boot(seen, HOST) == [f"cloud-init is degraded, its log says: {line}"]


def test_unreadable_boot_log_is_not_taken_for_a_clean_one(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.BOOT_WARNINGS, "", "", status=2, complaint="No such file or directory")
    with pytest.raises(NotReadError, match="No such file"):
        boot_checks.boot(seen, HOST)


def test_refused_sudo_is_not_taken_for_a_clean_log(failed: Callable[[str, str], Seen]) -> None:
    with pytest.raises(NotReadError, match="a password is required"):
        boot_checks.boot(failed(HOST, commands.BOOT_WARNINGS), HOST)


def test_stopped_unit_is_named(read_as: Callable[..., Seen]) -> None:
    old = "Id=cometbft.service\nActiveState=active\nSubState=running"
    seen = read_as(HOST, commands.UNITS, old, "Id=cometbft.service\nActiveState=inactive\nSubState=dead")
    assert boot_checks.units(seen, HOST) == ["cometbft.service is inactive (dead), expected active"]


def test_disabled_unit_is_named(read_as: Callable[..., Seen]) -> None:
    old = "Id=nftables.service\nActiveState=active\nSubState=exited\nUnitFileState=enabled"
    seen = read_as(HOST, commands.UNITS, old, old.replace("=enabled", "=disabled"))
    assert boot_checks.units(seen, HOST) == ["nftables.service is disabled, expected enabled: a boot forgets it"]


def test_failed_unit_beside_the_role_is_named(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.FAILED_UNITS, "", "logrotate.service loaded failed failed Rotate log files\n")
    assert boot_checks.units(seen, HOST) == ["logrotate.service failed"]


def test_unknown_unit_is_named(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.UNITS, "Id=cometbft.service", "Id=other.service")
    assert boot_checks.units(seen, HOST) == ["cometbft.service is not known to systemd"]


def test_clock_that_is_behind_is_told(spoiled: Callable[..., Seen]) -> None:
    seen = spoiled(HOST, clock=Clock(offset_ms=-80, uncertainty_ms=5))
    assert boot_checks.clock(seen, HOST) == ["the clock is 80 ms behind the verifier's (± 5 ms), allowed: 50 ms"]


def test_clock_is_given_the_benefit_of_the_delay(spoiled: Callable[..., Seen]) -> None:
    assert boot_checks.clock(spoiled(HOST, clock=Clock(offset_ms=60, uncertainty_ms=15)), HOST) == []


def test_clock_behind_a_slow_way_is_not_judged(spoiled: Callable[..., Seen]) -> None:
    seen = spoiled(HOST, clock=Clock(offset_ms=60, uncertainty_ms=90))
    with pytest.raises(NotReadError, match="± 90 ms only"):
        boot_checks.clock(seen, HOST)


def test_chrony_without_sources_is_told(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.CHRONY, "inactive", "Stratum : 0\nLeap status     : Not synchronised\n")
    assert boot_checks.clock(seen, HOST) == [
        "chrony is not synchronised: leap status Not synchronised, expected Normal"
    ]  # fmt: skip


def test_former_configuration_is_told(seen: Seen, spoiled: Callable[..., Seen]) -> None:
    published = seen.hosts[HOST].published
    assert published is not None
    found = spoiled(HOST, published=replace(published, sha256="f" * 64))
    assert boot_checks.configuration(found, HOST) == [
        f"configuration {published.sha256[:12]} is applied, ffffffffffff is published"
    ]


def test_altered_file_is_named(seen: Seen, read_as: Callable[..., Seen]) -> None:
    published = seen.hosts[HOST].published
    assert published is not None
    genesis = published.files["cometbft/genesis.json"]
    found = read_as(HOST, commands.CONFIGURATION, genesis, "0" * 64)
    assert boot_checks.configuration(found, HOST) == [
        f"cometbft/genesis.json was altered after it was applied: 000000000000, published {genesis[:12]}"
    ]


def test_host_without_configuration_is_told(read_as: Callable[..., Seen]) -> None:
    seen = read_as(HOST, commands.CONFIGURATION, "/current/configuration.json", "/current/other.json")
    [problem] = boot_checks.configuration(seen, HOST)
    assert problem.startswith("no network configuration is applied")


def test_silent_store_is_not_judged(spoiled: Callable[..., Seen]) -> None:
    seen = spoiled(HOST, published=Published(sha256="", files={}, error="http://s cannot be had: refused"))
    with pytest.raises(NotReadError, match="cannot be had"):
        boot_checks.configuration(seen, HOST)
