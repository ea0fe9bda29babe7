"""`geofleet baseline`: what was broken when a stack came under the rules; from then on it may only get less."""

from __future__ import annotations

import datetime

from operations.checking import judged
from operations.planning import files_of, planned
from operations.rewriting import write_anew
from policies.waivers import BASELINE_SCHEMA, baseline_path, read_baseline
from schemas.document import yaml_text
from schemas.errors import UsageError
from schemas.report import Status
from stacks.stack import shown

DAYS = 365
"""A baseline ends after a year: whoever is not rid of it by then answers for it anew."""


def write_baseline(argument: str, *, owner: str, reason: str) -> str:
    """Write a stack's baseline, or tighten the one that it has; return what was done in a line.

    The first one holds what fails now. Later ones hold what they held and still fails: nothing is ever added.

    Args:
        argument: The stack.
        owner: Who answers for it; needed for the first.
        reason: Why it is put up with; needed for the first.

    Raises:
        UsageError: Owner or reason are missing for a first baseline.
        InvalidDocumentError: The spec or the baseline is wrong.
    """
    found = planned(files_of(argument))
    path, report = baseline_path(found.files.spec), judged(found)
    held = read_baseline(path)
    failing = {
        (finding.rule_id, finding.subject): finding for finding in report.with_status(Status.FAILED, Status.WAIVED)
    }
    if held:
        kept = [(one.rule_id, one.subject) for one in held if (one.rule_id, one.subject) in failing]
        head = {
            "owner": held[0].owner,
            "reason": held[0].reason,
            "created": held[0].created,
            "expires": held[0].expires,
        }
    else:
        if len(reason) < 10 or not owner:
            raise UsageError(
                f"stack '{found.files.name}' has no baseline yet, and somebody has to answer for it",
                remedy="Say --owner NAME --reason 'why these findings are put up with' (10 letters or more).",
            )
        kept = sorted(one for one, finding in failing.items() if finding.severity.is_mandatory)
        today = datetime.datetime.now(tz=datetime.UTC).date()
        head = {"owner": owner, "reason": reason, "created": today, "expires": today + datetime.timedelta(days=DAYS)}
    findings = [{"rule": rule, "subject": subject} for rule, subject in kept]
    text = yaml_text({
        "schema": BASELINE_SCHEMA, **{name: str(value) for name, value in head.items()}, "findings": findings,
    })  # fmt: skip
    write_anew(path, text)
    told = f"{len(kept)} findings" if not held else f"{len(held)} -> {len(kept)} findings"
    return f"{shown(path)}: {told}"
