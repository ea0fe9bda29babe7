"""Each bad spec breaks one rule and sits beside the exact text that its reader gets.

`GEOFLEET_WRITE_MESSAGES=1 pytest tests/policies/test_bad_specs.py` writes the texts anew; review them as a diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from components.placement.planning import place
from policies.catalogue import CATALOGUE
from policies.fleet_view import view_of_plan
from policies.judge import judge
from policies.places import places_in
from schemas.loading import load_spec
from schemas.report import Feed, Report, Status

ROOT = Path(__file__).parents[2]
BAD = sorted((ROOT / "tests" / "specs" / "bad" / "rules").glob("*.yaml"))

ALSO = {"RED020": {"RED001", "OPS011"}}
"""A fleet that is too small for its promise also breaks the promise, and cannot be worked on."""

NEVER_WITHOUT = ["PRX001", "PRX002", "PRX003", *(f"RED00{n}" for n in range(1, 8)), "RED010", "RED011", "RED020"]
"""Rules about what a spec promises: each is broken by a spec here. Others are broken in their own tests, and by the
post-mortems."""


def judged(path: Path) -> Report:
    spec = load_spec(path, source=path.relative_to(ROOT).as_posix())
    plan, _ = place(spec.network, stack=spec.network.metadata.name, spec_sha256=spec.sha256)
    view = view_of_plan(plan)
    return judge(view, Feed.PLAN, locate=places_in(spec.document, view))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_spec_that_breaks_a_rule_is_told_exactly_how(path: Path) -> None:
    every = judged(path).with_status(Status.FAILED, Status.NOT_EVALUATED)
    # A spec that breaks one rule may leave good practice of others aside: that is advice, and not its subject.
    failed = [found for found in every if found.severity.is_mandatory or found.rule_id == path.stem]
    assert {finding.rule_id for finding in failed} == {path.stem} | ALSO.get(path.stem, set())
    told = "".join(f"{finding.text()}\n" for finding in failed)
    message = path.with_suffix(".txt")
    if os.environ.get("GEOFLEET_WRITE_MESSAGES"):
        message.write_text(told, encoding="utf-8")
    assert told == message.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_broken_rule_stops_the_deployment_unless_it_advises(path: Path) -> None:
    report = judged(path)
    mandatory = any(finding.severity.is_mandatory for finding in report.with_status(Status.FAILED))
    assert report.exit_code == (1 if mandatory else 0)
    assert mandatory is (path.stem != "RED011")


def test_every_promise_has_a_spec_that_breaks_it() -> None:
    planned = {entry.rule.id for entry in CATALOGUE if entry.check is not None}
    assert set(NEVER_WITHOUT) <= {path.stem for path in BAD} <= planned
