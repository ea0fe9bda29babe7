"""OPS019: members that run one client run one version of it."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView, by_number, shortened
from policies.rule import Rule
from schemas.report import Finding, Severity

RULE = Rule(
    id="OPS019",
    title="Members that run the same client run the same version",
    judges="each fleet whose members share a client",
    severity=Severity.MEDIUM,
    source=(
        "Base, 5 August 2025: a sequencer with another configuration than the rest took over; 33 minutes of halt. OP "
        "Mainnet, 15 February 2024: nodes with a first fix that regressed stood beside others. Versions differ only "
        "while an upgrade goes on."
    ),
    standards=("SOC 2 CC8.1", "ISO 27001:2022 A.8.9"),
    remedy="Finish the upgrade, or name another client where difference is meant.",
    keys=("client", "version"),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet with two members or more."""
    for fleet in view.fleets:
        if len(fleet.hosts) < 2:
            continue
        running: dict[str, dict[str, list[str]]] = {}
        for host in fleet.hosts:
            running.setdefault(host.client, {}).setdefault(host.client_version, []).append(host.host)
        mixed = {client: versions for client, versions in running.items() if len(versions) > 1}
        for client, versions in sorted(mixed.items()):
            least = min(versions.items(), key=lambda item: (len(item[1]), item[0]))
            yield RULE.failed(
                fleet.name, f"runs {client} in {len(versions)} versions: {', '.join(sorted(versions))}",
                shown=f"{shortened(sorted(least[1], key=by_number))} runs {least[0] or 'no version'}",
            )  # fmt: skip
        if not mixed:
            yield RULE.passed(fleet.name, f"each of {len(running)} clients has one version")
