"""Which AWS regions a stack has machines in, and which settings of a whole region it makes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import Rule
from policies.security.machines import AWS_INSTANCE, AWS_TEMPLATE
from policies.values import Unknown
from policies.verdict import Doubt, Fault, verdict
from schemas.report import Finding, Status, Where

Judge = Callable[[Resource], Iterator[Fault | Doubt]]


def each_region(rule: Rule, view: FleetView, token: str, judge: Judge) -> Iterator[Finding]:
    """Yield a finding for each AWS region with machines: what its setting says, or that it has none.

    Args:
        rule: The rule.
        view: The stack.
        token: Type of the setting, of which a region has one.
        judge: What is wrong with a setting.
    """
    used: dict[str, Resource] = {}
    for machine in view.resources.of(AWS_INSTANCE, AWS_TEMPLATE):
        if isinstance(machine.region, Unknown):
            yield verdict(rule, machine, [Doubt(path="region", why=machine.region)])
        elif isinstance(machine.region, str):
            used.setdefault(machine.region, machine)
    set_in: set[str] = set()
    for setting in view.resources.of(token):
        if isinstance(setting.region, str):
            set_in.add(setting.region)
        yield verdict(rule, setting, judge(setting))
    for region in sorted(set(used) - set_in):
        kind = token.rpartition(":")[2]
        found = rule.finding(
            Status.FAILED, region, f"has machines ({used[region].name}) and no {kind}", remedy=rule.remedy
        )
        yield replace(found, where=Where(urn=used[region].urn))
