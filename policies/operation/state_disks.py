"""OPS044: signing state does not end with its machine."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource, is_voter
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_INSTANCE, GCP_INSTANCE
from policies.values import ABSENT
from policies.verdict import Doubt, Fault, expect, is_false, unread, verdict
from schemas.report import Finding, Severity

RULE = Rule(
    id="OPS044",
    title="Data disks of a machine that votes or signs do not end with it",
    judges="each instance that is known to vote or sign",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(AWS_INSTANCE, GCP_INSTANCE),
    source=(
        "Persistence Core-1, 6 November 2022: signing state was not carried over, and validators were tombstoned. A "
        "lost voter comes back with the same volume or stays out."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Make the data disk a resource of its own and attach it; no local disk (ephemeral, scratch) holds state.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine that votes or signs."""
    for machine in view.resources.of(*RULE.tokens):
        if is_voter(machine):
            yield verdict(RULE, machine, _found(machine))


def _found(machine: Resource) -> Iterator[Fault | Doubt]:
    for disk in machine.blocks("ebsBlockDevices"):
        yield from unread([disk])
        yield from expect(disk, "deleteOnTermination", is_false, "false, or a volume of its own")
    for kind in ("ephemeralBlockDevices", "scratchDisks"):
        if machine.get(kind) not in (ABSENT, []):
            yield Fault(text=f"{kind} end with the machine; expected a disk of its own")
