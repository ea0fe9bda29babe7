"""OPS010: whoever asks less of a rule is seen."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView, shortened
from policies.rule import Rule, Scope
from schemas.report import Finding, Severity

RULE = Rule(
    id="OPS010",
    title="No setting asks for less than the catalogue",
    judges="each stack",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    scope=Scope.STACK,
    source=(
        "A rule that can be turned down without a trace protects until somebody is in a hurry: policy bypasses "
        "(research/reliability.md, T17). Settings may weaken a rule; no report stays silent about it."
    ),
    standards=("SOC 2 CC8.1", "ISO 27001:2022 A.8.32"),
    remedy="Take the setting back, or waive the one finding that it is for, with owner, reason and end.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for the stack."""
    if view.weakened:
        count = len(view.weakened)
        yield RULE.failed(
            view.stack, f"{count} setting{'s' * (count > 1)} of the rules ask{'s' * (count == 1)} for less",
            shown=shortened(view.weakened, "; "),
        )  # fmt: skip
    elif view.hosts:
        yield RULE.passed(view.stack, "all rules ask for what the catalogue says, or more")
