"""Hosts are what their boot data and the store say."""

from __future__ import annotations

import pytest

from operations.hosts import boot_checks
from operations.hosts.seen import Seen


@pytest.mark.rule("OPS001", each="host")
def test_host_can_be_reached(seen: Seen, subject: str, record_property) -> None:
    """Operators reach the host over SSH."""
    record_property("rule", "OPS001")
    record_property("subject", subject)
    record_property("host", subject)
    record_property("claim", test_host_can_be_reached.__doc__)
    if not seen.reached(subject):
        message = f"unreachable: {seen.hosts[subject].unreachable}"
        record_property("problem", message)
        pytest.fail(message, pytrace=False)


@pytest.mark.rule("OPS001", each="host")
def test_boot_has_finished_without_warnings(problems) -> None:
    """cloud-init is done: no errors, no warnings."""
    assert problems(boot_checks.boot) == []


@pytest.mark.rule("OPS002", each="host")
def test_units_are_active_and_enabled(problems) -> None:
    """Every unit of the host's role is active and enabled, and no other failed."""
    assert problems(boot_checks.units) == []


@pytest.mark.rule("OPS003", each="host")
def test_clock_is_right(problems) -> None:
    """The host's clock is within 50 ms of the verifier's."""
    assert problems(boot_checks.clock) == []


@pytest.mark.rule("OPS005", each="host")
def test_applied_configuration_is_the_published_one(problems) -> None:
    """The network configuration on the host is, byte for byte, the one that the store publishes."""
    assert problems(boot_checks.configuration) == []
