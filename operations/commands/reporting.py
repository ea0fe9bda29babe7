"""`geofleet report`: evidence that an auditor or a delegator can keep."""

from __future__ import annotations

import click

from operations.console import say


@click.command()
@click.argument("stack", metavar="STACK")
@click.option("--output", "folder", metavar="DIR", help="Where to write; left out: .geofleet/evidence/STACK.")
def report(stack: str, folder: str | None) -> None:
    """Write evidence of a stack for an auditor or a delegator: one HTML page and one JSON document.

    Every rule with its findings and waivers, placements, promises beside what was measured, the
    worst failures, costs, the last verification, drills, versions and hashes. Needs neither engine
    nor credentials, and works before a stack is deployed: what nobody measured is told as not
    measured. The page has no scripts and needs nothing from elsewhere; it can be printed.

    Ends with 0 whatever the rules say: the verdict is inside.

    \b
    Example:
      geofleet report production
      geofleet report lab --output evidence
    """
    import datetime
    from pathlib import Path

    from operations.audit.gathering import evidence_of
    from operations.audit.writing import write_evidence
    from operations.planning import files_of, planned
    from schemas.locations import work_dir
    from stacks.stack import shown

    files = files_of(stack)
    found = planned(files)
    evidence = evidence_of(found, folder=work_dir(), now=datetime.datetime.now(datetime.UTC))
    target = Path(folder) if folder else work_dir() / "evidence" / files.name
    for path in write_evidence(evidence, target, found.atlas):
        say(f"written: {shown(path)}")
