"""SEC010: the metadata service of a machine answers only who can hold a session."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Parameter, Rule, Scope
from policies.security.machines import AWS_MACHINES
from policies.values import ABSENT, LATER
from policies.verdict import Doubt, Fault, expect, forbid, is_true, number, verdict
from schemas.report import Finding, Severity

RULE = Rule(
    id="SEC010",
    title="The metadata service of a machine wants a session token and stays on the machine",
    judges="each AWS instance, launch template, launch configuration and spot request",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=AWS_MACHINES,
    source=(
        "Capital One, 22 March 2019: one forged request to the metadata service of version 1 gave the role's "
        "credentials away, and with them data of 100 million people."
    ),
    standards=("CIS AWS 3.0.0 5.6", "SOC 2 CC6.1"),
    remedy=(
        "Set metadataOptions: httpEndpoint 'enabled', httpTokens 'required', httpPutResponseHopLimit 1; leave "
        "instanceMetadataTags disabled."
    ),
    parameters=(
        Parameter(
            name="hops_max", default=1, minimum=1, maximum=64,
            meaning="Most network hops that an answer may take; containers behind a bridge need 2.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine; an absent block is a fault, as the default is the account's."""
    hops_max = RULE.parameter("hops_max", view.parameters)
    for machine in view.resources.of(*RULE.tokens):
        yield verdict(RULE, machine, _found(machine, hops_max))


def _found(machine: Resource, hops_max: float) -> Iterator[Fault | Doubt]:
    if machine.get("metadataOptions") is ABSENT and machine.get("launchTemplate") is not ABSENT:
        # Its template decides; what came of it is in the state.
        yield Doubt(path="metadataOptions", why=LATER, may_come_later=True)
        return
    if machine.get("metadataOptions.httpEndpoint") == "disabled":
        return
    yield from expect(machine, "metadataOptions.httpTokens", lambda value: value == "required", "'required'")
    expected = f"a number of at most {hops_max:g}"
    yield from forbid(
        machine, "metadataOptions.httpPutResponseHopLimit", lambda hops: not 1 <= number(hops) <= hops_max, expected
    )
    yield from forbid(machine, "metadataOptions.instanceMetadataTags", is_true, "'disabled'")
