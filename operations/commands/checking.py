"""`geofleet check`: what rules say of a spec and its plan, in the form that its reader needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

import click

from operations.console import say, show, show_json

if TYPE_CHECKING:
    from operations.notices import Subject
    from schemas.report import Report


@click.command()
@click.argument("stack", metavar="STACK", default="")
@click.option("--format", "output", type=click.Choice(["text", "json", "sarif", "github", "junit", "markdown"]), default="text",
              show_default=True, help="Form of the result: sarif for code scanning, github for the lines of a "
              "pull request, junit for a CI's list of tests; progress goes to standard error.")  # fmt: skip
@click.option("--state", metavar="FILE", help="Judge what was made instead: a file of `pulumi stack export`, or of "
              "`pulumi preview --json`, of any stack. STACK may then be left out.")  # fmt: skip
def check(stack: str, output: str, state: str | None) -> None:
    """Judge a spec and its plan by every rule.

    Needs no credentials, no engine and no root. Uses the plan lock where it fits the
    spec; otherwise it places the hosts in memory and says so. Exit code and findings are the
    same in every form.

    \b
    Example:
      geofleet check lab
      geofleet check stacks/lab.yaml --format sarif > lab.sarif
      geofleet check --state state.json
    """
    if state is not None:
        _check_state(stack, output, state)
    if not stack:
        raise click.UsageError("Missing argument 'STACK'; only with --state may it be left out.")
    from operations.checking import effect_notes, judged
    from operations.notices import Subject
    from operations.planning import files_of, planned
    from schemas.errors import FleetError
    from stacks.stack import shown

    files = files_of(stack)
    try:
        found = planned(files)
    except FleetError as error:
        if output in ("sarif", "github"):
            from operations.reporting import Form, show_error

            show_error(Form(output), error, Subject(stack=files.name, file=shown(files.spec)))
        raise
    if not found.locked:
        say(f"{files.name}: no fitting plan lock; the hosts were placed in memory for this check")
    for note in effect_notes(found.spec):
        say(note)
    report = judged(found)
    environment = found.spec.network.metadata.environment
    _show(output, report, Subject(stack=files.name, file=shown(files.spec), environment=environment))
    sys.exit(report.exit_code)


def _check_state(stack: str, output: str, state: str) -> NoReturn:
    from pathlib import Path

    from operations.checking_state import judged_state

    report, subject = judged_state(Path(state), stack)
    _show(output, report, subject)
    sys.exit(report.exit_code)


def _show(output: str, report: Report, subject: Subject) -> None:
    from operations.checking import report_text

    if output == "json":
        show_json(report.to_json())
    elif output == "text":
        show(report_text(report))
    else:
        from operations.reporting import Form, show_report

        show_report(Form(output), report, subject)


@click.command()
@click.argument("stack", metavar="STACK")
@click.option("--write", is_flag=True, required=True, help="Write stacks/NAME.baseline.yaml; commit it.")
@click.option("--owner", default="", help="Who answers for a first baseline.")
@click.option("--reason", default="", help="Why what fails is put up with, for a first baseline.")
def baseline(stack: str, write: bool, owner: str, reason: str) -> None:
    """Take a stack under the rules with what is broken today; from then on it may only get less.

    The first baseline holds every finding that fails the gate now. Each later --write removes what has been put
    right and never adds anything: what breaks anew fails the gate. A baseline ends after a year.

    \b
    Example:
      geofleet baseline lab --write --owner platform --reason "being moved to three regions, OPS-112"
    """
    from operations.baselines import write_baseline

    assert write, "click refuses without it"
    say(f"written: {write_baseline(stack, owner=owner, reason=reason)}")
