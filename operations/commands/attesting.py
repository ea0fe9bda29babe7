"""`geofleet attest`: evidence of confidential machines."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from operations.console import show, show_json


@click.command()
@click.argument("stack", metavar="STACK")
@click.argument("host", metavar="HOST")
@click.option("--challenge", is_flag=True, help="Make a challenge, print it, and forget an older one.")
@click.option("--evidence", metavar="FOLDER", type=click.Path(path_type=Path), help="What the host answered.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="Form of the result.")  # fmt: skip
def attest(stack: str, host: str, challenge: bool, evidence: Path | None, output: str) -> None:
    """Judge whether a host's evidence proves what stacks/NAME.attestation.yaml expects of it.

    First --challenge prints 32 random bytes that the host's evidence must contain; then --evidence judges what it
    answered: an SEV-SNP report, a Nitro Enclave's document, a vTPM's quote. A challenge is good for one answer and
    ten minutes. docs/confidential.md has the commands for the host.

    \b
    Example:
      geofleet attest production validators-1 --challenge
      geofleet attest production validators-1 --evidence ./answer
    """
    import datetime

    from operations.attestation.attesting import Question, attested
    from operations.attestation.challenges import new_challenge, taken_challenge
    from operations.attestation.expected import path_of, read_expected
    from operations.attestation.subjects import expected_of
    from operations.checking import report_text
    from operations.planning import files_of

    if challenge == (evidence is not None):
        raise click.UsageError("say either --challenge or --evidence FOLDER")
    files = files_of(stack)
    expected = expected_of(files, host, read_expected(path_of(files.spec)))
    if evidence is None:
        show(new_challenge(files.name, host))
        return
    report = attested(
        Question(
            stack=files.name, host=host, expected=expected, nonce=taken_challenge(files.name, host), evidence=evidence,
            at=datetime.datetime.now(datetime.UTC),
        )
    )  # fmt: skip
    if output == "json":
        show_json(report.to_json())
    else:
        show(report_text(report))
    sys.exit(report.exit_code)
