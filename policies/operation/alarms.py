"""OPS015: somebody is called before it is too late."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Role
from schemas.workloads import NO_WORKLOAD

RULE = Rule(
    id="OPS015",
    title="Validators and relayers say when operators are called",
    judges="each fleet of validators that runs a workload, and each fleet of relayers with paths",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    source=(
        "Arbitrum, 15 December 2023: a backlog of batches grew unseen until the chain stood for 78 minutes. IBC: a "
        "light client expires in silence, and only a vote revives it. Cosmos Hub slashes for missed blocks "
        "(research/peers.md, b.1 and b.2)."
    ),
    standards=("SOC 2 CC7.2", "ISO 27001:2022 A.8.16"),
    remedy="Set 'missed_blocks_alarm' (validators); 'alarms' with backlog, client expiry and balance (relayers).",
    keys=("alarms",),
    reads_terms=True,
)

_RELAYERS_NEED = ("backlog_packets_max", "client_expiry_s_min", "wallet_balance_min")


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that needs alarms."""
    for fleet in view.fleets:
        needed = _needed(fleet)
        lacking = [name for name in needed if name not in _set(fleet)]
        if lacking:
            yield RULE.failed(
                fleet.name, f"{len(lacking)} of {len(needed)} alarms are not set: {', '.join(lacking)}",
                shown="nobody is called before users notice",
            )  # fmt: skip
        elif needed:
            yield RULE.passed(fleet.name, f"alarms are set: {', '.join(needed)}")


def _needed(fleet: Fleet) -> tuple[str, ...]:
    runs = {host.client for host in fleet.hosts} != {NO_WORKLOAD}
    if fleet.role is Role.VALIDATOR and runs:
        return ("missed_blocks_alarm",)
    return _RELAYERS_NEED if fleet.terms.paths else ()


def _set(fleet: Fleet) -> set[str]:
    validators = {"missed_blocks_alarm"} if fleet.terms.missed_blocks_alarm is not None else set()
    return {*fleet.terms.alarms, *validators}
