"""What a run has to say about places in files, in one shape: mistakes, findings and failures alike.

SARIF and a pull request's annotations are both written from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from schemas.diagnostics import InvalidDocumentError
from schemas.errors import ExitCode, FleetError
from schemas.locations import REPOSITORY
from schemas.report import Finding, Report, Severity, Status

Level = Literal["error", "warning", "note"]

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>[0-9]+):(?P<column>[0-9]+)\Z")
_LEVELS: dict[Severity, Level] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
INFEASIBLE = "PLAN001"
FAILURE = "PLAN002"
PLAN_CODES = {
    INFEASIBLE: "No placement keeps all promises of the spec.",
    FAILURE: "The spec could not be judged.",
}
"""Codes of what is said about a spec as a whole, where neither a mistake's code nor a rule's ID fits."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to say, and where."""

    code: str
    """A mistake's code, a rule's ID, or one of `PLAN_CODES`."""
    level: Level
    severity: Severity | None = None
    """Of a rule."""
    subject: str = ""
    """What it is about: a path in the spec, a fleet, a host, a resource."""
    urn: str = ""
    """Of the resource, where it is about one."""
    message: str
    details: tuple[str, ...] = ()
    """Counter-example and remedy."""
    file: str = ""
    """As messages name it: from the repository's root where it is inside."""
    line: int = 1
    column: int = 1
    end_column: int = 0
    """Column after the last character, 0 where it is not known."""
    is_waived: bool = False

    @property
    def text(self) -> str:
        """Return everything, over several lines."""
        return "\n".join([self.message, *self.details])


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What was checked."""

    stack: str
    file: str
    """The spec, as messages name it."""
    environment: str = ""
    """Decides how severe a rule is; empty where the spec could not be read."""


def report_notices(report: Report) -> tuple[Notice, ...]:
    """Return what needs attention: what failed, what could not be judged, what is waived."""
    shown = report.with_status(Status.FAILED, Status.NOT_EVALUATED, Status.WAIVED)
    return tuple(_of_finding(finding) for finding in shown)


def error_notices(error: FleetError, *, file: str) -> tuple[Notice, ...]:
    """Return why a command stopped: every mistake of a file, or the one problem.

    Args:
        error: The reason.
        file: The spec, for a problem that is not about one place in a file.
    """
    if isinstance(error, InvalidDocumentError):
        return tuple(_of_mistakes(error))
    found = _PLACE.match(error.at)
    code = INFEASIBLE if error.exit_code is ExitCode.INFEASIBLE else FAILURE
    notice = Notice(
        code=code, level="error", message=error.problem, file=file, details=(error.remedy,) if error.remedy else ()
    )
    if found:
        notice = replace(notice, file=found["file"], line=int(found["line"]), column=int(found["column"]))
    return (notice,)


def _of_mistakes(error: InvalidDocumentError) -> Iterator[Notice]:
    for found in error.diagnostics:
        yield Notice(
            code=found.code,
            level="error",
            subject=found.path,
            message=f"{found.path}: {found.message}" if found.path else found.message,
            details=(found.remedy,) if found.remedy else (),
            file=found.file,
            line=found.mark.line,
            column=found.mark.column,
            end_column=found.mark.end_column,
        )


def _of_finding(finding: Finding) -> Notice:
    where = finding.where
    # What was not evaluated fails the gate, whatever the severity.
    level = "error" if finding.status is Status.NOT_EVALUATED else _LEVELS[finding.severity]
    told = finding.message.removeprefix(f"{finding.subject}: ")
    return Notice(
        code=finding.rule_id,
        level=level,
        severity=finding.severity,
        subject=finding.subject,
        message=f"{finding.subject}: {'not evaluated: ' if finding.status is Status.NOT_EVALUATED else ''}{told}",
        details=tuple(line for line in (finding.counter_example, finding.remedy) if line),
        file=where.file,
        line=max(1, where.line),
        column=max(1, where.column),
        end_column=where.end_column,
        urn=where.urn,
        is_waived=finding.status is Status.WAIVED,
    )


def repository_path(file: str) -> str:
    """Return a file as its own repository names it: what a pull request's files are called.

    Falls back to the path from the working directory, then to the path as it is.
    """
    inside = REPOSITORY / file
    path = inside if inside.exists() else Path(file).absolute()
    for folder in path.parents:
        if (folder / ".git").exists():
            return path.relative_to(folder).as_posix()
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()
