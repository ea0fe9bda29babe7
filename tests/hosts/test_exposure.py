"""Hosts show others what their role needs, and nothing else."""

from __future__ import annotations

import pytest

from operations.hosts import exposure_checks


@pytest.mark.rule("SEC001", each="host")
def test_units_run_in_a_sandbox(problems) -> None:
    """Every unit of ours is active, with an exposure of 2.0 or less."""
    assert problems(exposure_checks.sandbox) == []


@pytest.mark.rule("SEC002", each="host")
def test_host_listens_on_its_ports_only(problems) -> None:
    """The listening TCP sockets are exactly the ports of the host's role, each on the right address."""
    assert problems(exposure_checks.listeners) == []


@pytest.mark.rule("SEC003", each="host")
def test_firewall_drops_what_no_rule_accepts(problems) -> None:
    """The input policy is drop, and tried ports are silent to operators and to a neighbour where they should be."""
    assert problems(exposure_checks.firewall) == []


@pytest.mark.rule("SEC004", each="host")
def test_nobody_gets_in_but_the_operator_by_key(problems) -> None:
    """sshd's effective settings take keys only; log-ins as root or without a key are refused; no user has a password."""
    assert problems(exposure_checks.logins) == []
