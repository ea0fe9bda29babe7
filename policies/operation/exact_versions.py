"""OPS014: it is known exactly what every host runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.fleet_view import FleetView, shortened
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.workloads import NO_WORKLOAD

RULE = Rule(
    id="OPS014",
    title="Every host runs an exact version",
    judges="each fleet that runs a workload",
    severity=Severity.HIGH,
    source=(
        "KelpDAO, 18 April 2026: binaries of two nodes were replaced and nobody compared. 'latest' is another program "
        "tomorrow; an exact version has one SHA-256, which hosts check before they run it."
    ),
    standards=("SOC 2 CC8.1", "ISO 27001:2022 A.8.19"),
    remedy="Write the version in full: three numbers, such as 0.38.26.",
    keys=("client", "version"),
)

_EXACT = re.compile(r"v?[0-9]+\.[0-9]+(\.[0-9]+)?([.+_-][0-9A-Za-z.+_-]+)?")
_FLOATING = re.compile(r"latest|nightly|main|master|edge|stable$|dev$|snapshot|[xX*]$", re.IGNORECASE)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that runs something."""
    for fleet in view.fleets:
        running = [host for host in fleet.hosts if host.client != NO_WORKLOAD]
        loose = [host for host in running if not is_exact(host.client_version)]
        if loose:
            told = shortened(f"{host.host}: {host.client} '{host.client_version}'" for host in loose)
            yield RULE.failed(fleet.name, f"{len(loose)} of {len(running)} hosts run no exact version", shown=told)
        elif running:
            yield RULE.passed(fleet.name, f"{len(running)} hosts run exact versions")


def is_exact(version: str) -> bool:
    """Return whether a version names one release: two numbers at least, and no word that moves on."""
    return _EXACT.fullmatch(version) is not None and _FLOATING.search(version) is None
