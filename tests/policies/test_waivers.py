from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.fleet_view import FleetView, view_of
from policies.judge import judge
from policies.waiver import Waiver
from policies.waivers import read_baseline, stack_waivers, waivers_from_text
from schemas.diagnostics import InvalidDocumentError
from schemas.report import Feed, Finding, Status

Make = Callable[..., Any]
TODAY = datetime.date(2026, 11, 24)
HEAD = "schema: geofleet/waivers/v1\nwaivers:\n"
ONE = (
    "  - {rule: RED002, subject: validators, reason: moved to three regions by spring, owner: platform, "
    'created: "2026-11-01", expires: "2027-02-01"}\n'
)


def waivers(body: str) -> tuple[Waiver, ...]:
    return waivers_from_text(HEAD + body, source="geofleet.waivers.yaml")


def refused(body: str) -> str:
    with pytest.raises(InvalidDocumentError) as caught:
        waivers(body)
    return str(caught.value)


def view(hosts: Make, *found: Waiver, today: datetime.date = TODAY) -> FleetView:
    """Four validators in one region, which promise to survive one: RED002 fails."""
    made = hosts("aws:euc1-az1", "aws:euc1-az1", "aws:euc1-az2", "aws:euc1-az3", survive=("region",))
    return dataclasses.replace(view_of(made), waivers=found, today=today)


def of_rule(seen: FleetView, rule: str) -> list[Finding]:
    return [finding for finding in judge(seen, Feed.PLAN).findings if finding.rule_id == rule]


def test_a_waiver_in_force_keeps_the_finding_and_says_who_answers_for_it(hosts: Make) -> None:
    [found] = of_rule(view(hosts, *waivers(ONE)), "RED002")
    assert found.status is Status.WAIVED
    assert found.message.endswith(
        "; waived until 2027-02-01 by platform: moved to three regions by spring (geofleet.waivers.yaml:3:12)"
    )


def test_without_it_the_same_finding_fails(hosts: Make) -> None:
    [found] = of_rule(view(hosts), "RED002")
    assert found.status is Status.FAILED


@pytest.mark.parametrize(("day", "status"), [("2027-02-01", Status.WAIVED), ("2027-02-02", Status.FAILED),
                                             ("2026-11-01", Status.WAIVED), ("2026-10-31", Status.FAILED)])  # fmt: skip
def test_it_counts_from_its_first_day_to_its_last(hosts: Make, day: str, status: Status) -> None:
    [found] = of_rule(view(hosts, *waivers(ONE), today=datetime.date.fromisoformat(day)), "RED002")
    assert found.status is status


def test_a_star_covers_every_subject_of_the_rule_and_no_other_rule(hosts: Make) -> None:
    star = waivers(ONE.replace("subject: validators", 'subject: "*"'))
    assert of_rule(view(hosts, *star), "RED002")[0].status is Status.WAIVED
    assert all(finding.status is not Status.WAIVED for finding in of_rule(view(hosts, *star), "RED011"))


def test_what_could_not_be_judged_cannot_be_waived(hosts: Make) -> None:
    seen = dataclasses.replace(view(hosts, *waivers(ONE)), fleets=(), doubts={"validators": "no zone"})
    [found] = of_rule(seen, "RED002")
    assert found.status is Status.NOT_EVALUATED


def test_every_mistake_of_a_file_is_told_with_its_place() -> None:
    body = (
        ONE.replace("RED002", "RED999")
        + ONE.replace("2027-02-01", "2026-10-01")
        + ONE.replace("2027-02-01", "2028-02-01")
        + ONE.replace("2027-02-01", "2027-02-30")
    )
    text = refused(body)
    assert "geofleet.waivers.yaml:3:12: error WAIVE301 waivers[0].rule: 'RED999' is not the ID of a rule" in text
    assert "error WAIVE303 waivers[1].expires: expires on 2026-10-01, before it was created on 2026-11-01" in text
    assert "error WAIVE304 waivers[2].expires: lasts 457 days; at most 180 are allowed" in text
    assert "error WAIVE302 waivers[3].expires: '2027-02-30' is no day of the calendar" in text


@pytest.mark.parametrize("missing", ["owner: platform, ", "reason: moved to three regions by spring, "])
def test_without_owner_or_reason_nothing_is_waived(missing: str) -> None:
    assert "is missing" in refused(ONE.replace(missing, ""))


def test_a_stacks_own_waivers_and_those_for_all_count(tmp_path: Path) -> None:
    every = tmp_path / "all.yaml"
    every.write_text(HEAD + ONE, encoding="utf-8")
    (tmp_path / "perps.waivers.yaml").write_text(HEAD + ONE.replace("RED002", "RED001"), encoding="utf-8")
    found = stack_waivers(tmp_path / "perps.yaml", every_stack=every)
    assert [waiver.rule_id for waiver in found] == ["RED001", "RED002"]
    assert stack_waivers(tmp_path / "other.yaml", every_stack=tmp_path / "none.yaml") == ()


def test_a_baseline_is_read_as_waivers_with_one_owner(tmp_path: Path) -> None:
    path = tmp_path / "perps.baseline.yaml"
    path.write_text(
        "schema: geofleet/baseline/v1\nowner: platform\nreason: as it was when the rules came\n"
        'created: "2026-11-01"\nexpires: "2027-11-01"\nfindings:\n  - {rule: RED002, subject: validators}\n',
        encoding="utf-8",
    )
    [found] = read_baseline(path)
    assert (found.rule_id, found.subject, found.owner, found.is_baseline) == ("RED002", "validators", "platform", True)
