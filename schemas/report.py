"""What rules and checks say: one model for plan, preview, state and hosts, one set of IDs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from schemas.errors import ExitCode

SCHEMA = "geofleet/report/v1"


class Feed(StrEnum):
    """What a rule judges."""

    PLAN = "plan"
    PREVIEW = "preview"
    STATE = "state"
    HOSTS = "hosts"


class Severity(StrEnum):
    """How bad a failed rule is; `critical` and `high` fail the gate, the rest advise."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def is_mandatory(self) -> bool:
        """Return whether a failure stops `up` and fails `check`."""
        return self in (Severity.CRITICAL, Severity.HIGH)


class Status(StrEnum):
    """What became of a rule for one subject."""

    PASSED = "passed"
    FAILED = "failed"
    WAIVED = "waived"
    NOT_APPLICABLE = "not applicable"
    DEFERRED = "deferred"
    NOT_EVALUATED = "not evaluated"


@dataclass(frozen=True, kw_only=True, order=True)
class Where:
    """Where a finding is: a place in a file, a host, a URN; whichever is known."""

    file: str = ""
    line: int = 0
    column: int = 0
    end_column: int = field(default=0, compare=False)
    """Column after the last character of what is marked, on the same line; 0 when it is not known."""
    host: str = ""
    urn: str = ""

    def text(self) -> str:
        """Return the most precise place as text."""
        if self.file:
            return f"{self.file}:{self.line}:{self.column}"
        return self.host or self.urn


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one rule says about one subject."""

    rule_id: str
    status: Status
    severity: Severity
    subject: str
    """Fleet, host, key or resource that is judged."""
    message: str
    """What was found and what was expected."""
    counter_example: str = ""
    """The failure that shows it: `losing aws:eu-central-1 leaves 58.1 % of voting power; more than ...`."""
    remedy: str = ""
    where: Where = field(default_factory=Where)

    def text(self) -> str:
        """Return the finding as a reader meets it."""
        place = self.where.text()
        head = f"{place + ': ' if place else ''}{self.status} {self.rule_id} ({self.severity}) {self.subject}"
        lines = [f"{head}: {self.message}"]
        resource = self.where.urn if self.where.file else ""
        lines += [f"  {line}" for line in (self.counter_example, self.remedy, resource) if line]
        return "\n".join(lines)


@dataclass(frozen=True, kw_only=True)
class Report:
    """All findings of one run of the rules over one feed."""

    feed: Feed
    stack: str
    findings: tuple[Finding, ...]

    def with_status(self, *statuses: Status) -> tuple[Finding, ...]:
        """Return the findings of these statuses."""
        return tuple(finding for finding in self.findings if finding.status in statuses)

    @property
    def exit_code(self) -> ExitCode:
        """Return 1 when a mandatory rule failed, 4 when something could not be judged, else 0.

        What was not evaluated fails the gate whatever its severity: it never becomes
        advice. So does a report that judged nothing, and a deferred rule where
        nothing is left that could settle it: in the state and on hosts.
        """
        if any(f.status is Status.FAILED and f.severity.is_mandatory for f in self.findings):
            return ExitCode.FINDINGS
        is_last = self.feed in (Feed.STATE, Feed.HOSTS)
        open_ = (Status.NOT_EVALUATED, Status.DEFERRED) if is_last else (Status.NOT_EVALUATED,)
        if not self.findings or self.with_status(*open_):
            return ExitCode.NOT_EVALUATED
        return ExitCode.PASSED

    def counts(self) -> dict[str, int]:
        """Return how many findings have each status, statuses that occur only."""
        found = {status.value: len(self.with_status(status)) for status in Status}
        return {status: count for status, count in found.items() if count}

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `--format json` prints."""
        return {
            "schema": SCHEMA,
            "feed": self.feed.value,
            "stack": self.stack,
            "counts": self.counts(),
            "findings": [asdict(finding) for finding in self.findings],
        }


def report(feed: Feed, stack: str, findings: Iterable[Finding]) -> Report:
    """Return a report with its findings in a stable order: rule, subject, place."""
    ordered = sorted(findings, key=lambda f: (f.rule_id, f.subject, f.where, f.message, f.status))
    return Report(feed=feed, stack=stack, findings=tuple(ordered))
