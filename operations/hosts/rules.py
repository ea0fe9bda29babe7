"""The rules that tests/hosts proves, by ID: those of the catalogue, and the one that only it knows."""

from __future__ import annotations

from policies.catalogue import RULES
from policies.rule import HOSTS_ONLY, Rule, Scope
from schemas.report import Severity

_CONFIGURATION = Rule(
    id="OPS005",
    title="The network configuration on the host is the published one",
    judges="each host",
    severity=Severity.HIGH,
    feeds=HOSTS_ONLY,
    scope=Scope.HOST,
    source="dYdX chain, October 2025: parts that ran with different settings kept it halted for about eight hours.",
    remedy="journalctl -u geofleet-configuration on the host says why it keeps the former configuration.",
)

HOST_RULES: dict[str, Rule] = {_CONFIGURATION.id: _CONFIGURATION, **RULES}
"""Rule by ID; an entry of the catalogue wins."""
