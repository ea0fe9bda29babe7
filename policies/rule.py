"""What a rule is: its ID, what it judges and how badly a failure weighs. Its `check` stands beside it in its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from schemas.report import Feed, Finding, Severity, Status

PLANNED = frozenset({Feed.PLAN, Feed.PREVIEW, Feed.STATE})
"""The feeds that hold every host's facts before or without a look at the host itself."""

PLAN_ONLY = frozenset({Feed.PLAN})
"""For what only a plan holds, such as prices: they are no host's facts."""

MADE = frozenset({Feed.PREVIEW, Feed.STATE})
"""The feeds that hold the resources of providers."""

EVERYWHERE = PLANNED | {Feed.HOSTS}
HOSTS_ONLY = frozenset({Feed.HOSTS})


class Family(StrEnum):
    """What a rule is about; the first three letters of its ID."""

    RED = "Redundancy"
    PRX = "Proximity and jitter"
    IDN = "Keys and identity"
    SEC = "Host and cloud hardening"
    OPS = "Change safety"
    CST = "Cost"


class Scope(StrEnum):
    """What one call of a check looks at: judging fleet by fleet keeps one fleet's gap from hiding another's fault."""

    FLEET = "fleet"
    STACK = "stack"
    HOST = "host"
    RESOURCE = "resource"
    """Each resource by itself: judged before it is made, and again when its values are known."""


class Weaker(StrEnum):
    """Which values of a parameter ask for less than its default."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A number of a rule that a platform team may set."""

    name: str
    """Whole words with the unit last: `share_max`, `age_days_max`."""
    default: float
    minimum: float
    maximum: float
    meaning: str
    weaker: Weaker = Weaker.HIGHER
    """Which way the rule asks for less: setting it so is told in every report (OPS010)."""
    is_whole: bool = False
    """Whether only whole numbers make sense: counts."""

    def is_weakened(self, value: float) -> bool:
        """Return whether a value asks for less than the default."""
        return value > self.default if self.weaker is Weaker.HIGHER else value < self.default


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule under one ID, the same on every feed that it judges."""

    id: str
    """Family and number: `RED001`. Never given to another rule."""
    title: str
    """What holds when the rule passes."""
    judges: str
    """Its subjects: `each fleet that promises ...`."""
    severity: Severity
    severity_in: Mapping[str, Severity] = field(default_factory=dict)
    """Environment to severity, where it differs."""
    feeds: frozenset[Feed] = PLANNED
    scope: Scope = Scope.FLEET
    source: str
    """The incident or source that justifies it."""
    standards: tuple[str, ...] = ()
    """Controls of published frameworks that it serves: SOC 2 (TSC 2017), ISO 27001:2022, CIS, where one applies."""
    remedy: str
    """What to do when it fails, where the finding knows nothing better."""
    tokens: tuple[str, ...] = ()
    """Types of the resources that it judges, where it judges resources."""
    keys: tuple[str, ...] = ()
    """Keys of the spec that it judges, below the fleet; findings point there."""
    parameters: tuple[Parameter, ...] = ()
    reads_terms: bool = False
    """Whether it reads what a fleet's spec says beyond its promises (`Fleet.terms`, `FleetView.network`): where a stack
    does not publish them, the rule is not evaluated."""

    @property
    def family(self) -> Family:
        """Return what the rule is about."""
        return Family[self.id[:3]]

    def severity_for(self, environment: str) -> Severity:
        """Return how badly a failure weighs in an environment."""
        return self.severity_in.get(environment, self.severity)

    def parameter(self, name: str, configured: Mapping[str, Mapping[str, float]]) -> float:
        """Return a parameter's value.

        Args:
            name: One of the rule's parameters; it must exist.
            configured: Rule ID to parameter to value, as the view holds it.
        """
        [found] = [parameter for parameter in self.parameters if parameter.name == name]
        return configured.get(self.id, {}).get(name, found.default)

    def passed(self, subject: str, message: str) -> Finding:
        """Return that a subject keeps the rule; the message says by how much."""
        return self.finding(Status.PASSED, subject, message)

    def failed(self, subject: str, message: str, *, shown: str = "", remedy: str = "") -> Finding:
        """Return that a subject breaks the rule.

        Args:
            subject: Fleet, host, key or stack.
            message: What was found and what was expected.
            shown: The counter-example.
            remedy: What to do; the rule's own remedy when empty.
        """
        return self.finding(Status.FAILED, subject, message, shown=shown, remedy=remedy or self.remedy)

    def finding(self, status: Status, subject: str, message: str, *, shown: str = "", remedy: str = "") -> Finding:
        """Return what the rule says about a subject, at the rule's own severity."""
        return Finding(
            rule_id=self.id, status=status, severity=self.severity, subject=subject, message=message,
            counter_example=shown, remedy=remedy,
        )  # fmt: skip
