"""The forms that a check's result can take: text, JSON, SARIF, and annotations of a pull request."""

from __future__ import annotations

from enum import StrEnum

from operations.annotations import workflow_commands
from operations.console import show, show_json
from operations.notices import Notice, Subject, error_notices, report_notices
from schemas.errors import ExitCode, FleetError
from schemas.report import Report


class Form(StrEnum):
    """Forms that services read; text and JSON are the command's own."""

    SARIF = "sarif"
    GITHUB = "github"
    JUNIT = "junit"
    MARKDOWN = "markdown"


def show_report(form: Form, report: Report, subject: Subject) -> None:
    """Write what rules say of a stack to standard output."""
    if form in (Form.JUNIT, Form.MARKDOWN):
        from operations.report_forms import report_junit, report_markdown  # here: a check in text needs no XML

        show(report_junit(report, subject) if form is Form.JUNIT else report_markdown(report))
        return
    _show(form, report_notices(report), subject, report.exit_code)


def show_error(form: Form, error: FleetError, subject: Subject) -> None:
    """Write why a spec could not be judged to standard output."""
    _show(form, error_notices(error, file=subject.file), subject, error.exit_code)


def _show(form: Form, notices: tuple[Notice, ...], subject: Subject, exit_code: ExitCode) -> None:
    if form is Form.GITHUB:
        for line in workflow_commands(notices, file=subject.file):
            show(line)
        return
    from operations.sarif import sarif  # here: a package's version is slow to find

    show_json(sarif(notices, subject, exit_code))
