"""OPS070: a waiver ends, and does not outlive what it was for."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.rule import Parameter, Rule, Scope
from schemas.report import Finding, Severity

RULE = Rule(
    id="OPS070",
    title="Waivers are in force, and cover something",
    judges="each stack with waivers or a baseline",
    severity=Severity.MEDIUM,
    scope=Scope.STACK,
    source=(
        "An exception that nobody ends is the rule from then on (research/reliability.md, T17). An expired waiver "
        "waives nothing; one that covers nothing hides the next fault of its kind."
    ),
    standards=("SOC 2 CC3.4", "ISO 27001:2022 A.5.36"),
    remedy="Renew it with a new reason, or remove it.",
    parameters=(
        Parameter(
            name="ends_within_days_min", default=14, minimum=0, maximum=90, is_whole=True,
            meaning="Days before its end from which on a waiver is called out.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each waiver; the judge adds those that cover nothing."""
    if view.today is None:
        return
    for waiver in view.waivers:
        left = (waiver.expires - view.today).days
        if left < 0:
            told = f"the waiver for {waiver.rule_id} on {waiver.subject} ended on {waiver.expires} and waives nothing"
            yield RULE.failed(waiver.place, told)
        elif waiver.created > view.today:
            told = f"the waiver for {waiver.rule_id} on {waiver.subject} begins on {waiver.created}"
            yield RULE.failed(waiver.place, told, remedy="Mend its day of creation.")
        elif left < RULE.parameter("ends_within_days_min", view.parameters):
            told = f"the waiver for {waiver.rule_id} on {waiver.subject} ends in {left} days, on {waiver.expires}"
            yield RULE.failed(waiver.place, told)
        else:
            yield RULE.passed(waiver.place, f"{waiver.rule_id} on {waiver.subject}: {waiver.text()}")
