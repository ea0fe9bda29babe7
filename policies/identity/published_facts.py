"""IDN003: every fleet has hosts that rules can see, and every host exists once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from policies.fleet_view import FleetView, shortened
from policies.rule import Rule, Scope
from schemas.report import Finding, Severity

RULE = Rule(
    id="IDN003",
    title="Every fleet has hosts that publish their facts, each host and address once",
    judges="each stack that has a network, a fleet or a host",
    severity=Severity.CRITICAL,
    scope=Scope.STACK,
    source=(
        "A rule that sees no host finds no fault: an empty stack must never pass for a sound one. Ankr, 10 September "
        "2025: one identity, live in two places."
    ),
    standards=("SOC 2 CC6.1",),
    remedy="Create hosts with geofleet's components only, and judge the whole stack, not targets of it.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield every fleet without hosts and every name or address that two hosts have, or that there is none."""
    faults = list(_faults(view))
    yield from faults
    if view.hosts and not faults:
        yield RULE.passed(view.stack, f"{len(view.hosts):,} hosts publish their facts, each once")


def _faults(view: FleetView) -> Iterator[Finding]:
    with_hosts = {host.fleet for host in view.hosts} | set(view.doubts)
    for fleet in view.declared:
        if fleet not in with_hosts:
            yield RULE.failed(fleet, "has no host that publishes its facts, so nothing about it can be judged")
    for what in ("host", "address"):
        counts = Counter(str(getattr(host, what)) for host in view.hosts if getattr(host, what))
        twice = sorted(value for value, count in counts.items() if count > 1)
        if twice:
            named = "host" if what == "host" else "address"
            yield RULE.failed(view.stack, f"the same {named} is published more than once", shown=shortened(twice))
