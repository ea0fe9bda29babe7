"""Topologies of post-mortems: each is refused by its rules before its fix, and accepted after it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from components.placement.planning import place
from policies.fleet_view import FleetView, view_of, view_of_plan
from policies.judge import judge
from policies.post_mortem_page import PAGE, PostMortem, page, post_mortems
from policies.settings import Settings, read_settings
from schemas.document import yaml_text
from schemas.facts import facts_of
from schemas.loading import load_spec
from schemas.report import Feed, Report, Status
from schemas.terms import FleetTerms, terms_from_props, terms_to_props

ROOT = Path(__file__).parents[2]
STRICT = read_settings(ROOT / "policies" / "profiles" / "strict.policies.yaml")
ALL = post_mortems()


def merged(below: Any, over: Any) -> Any:
    if not isinstance(below, dict) or not isinstance(over, dict):
        return over
    return {**below, **{key: merged(below.get(key), value) for key, value in over.items()}}


def view(found: PostMortem, side: dict[str, Any], folder: Path) -> FleetView:
    """Return what a stack of one side publishes: planned from its spec, then changed where the fixture says so."""
    path = folder / "post-mortem.yaml"
    path.write_text(yaml_text(merged(found.spec, side.get("spec", {}))), encoding="utf-8")
    spec = load_spec(path)
    plan, _ = place(spec.network, stack="post-mortem", spec_sha256=spec.sha256)
    terms = {fleet.name: fleet.terms for fleet in plan.fleets}
    for fleet, said in side.get("terms", {}).items():
        terms[fleet] = terms_from_props(FleetTerms, merged(terms_to_props(terms[fleet]), said))
    known = view_of_plan(plan).saying(terms, plan.terms)
    if "keys" not in side:
        return known
    hosts = []
    for host in plan.hosts:
        holders = dict.fromkeys(("consensus", "node", "ssh_host"), host.host) | side["keys"].get(host.host, {})
        keys = {purpose: f"SHA256:{holder}-{purpose}" for purpose, holder in holders.items()}
        hosts.append(facts_of(plan, host, keys))
    return view_of(hosts, stack=plan.stack, declared=[f.name for f in plan.fleets]).saying(terms, plan.terms)


def judged(view: FleetView, settings: Settings) -> Report:
    return judge(settings.applied_to(view), Feed.PLAN)


def refusals(report: Report) -> set[str]:
    return {found.rule_id for found in report.with_status(Status.FAILED) if found.severity.is_mandatory}


def test_there_are_all_twenty_four() -> None:
    assert [found.name for found in ALL] == [f"P{number}" for number in range(1, 25)]


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.name)
def test_it_is_refused_before_its_fix_by_each_of_its_rules(found: PostMortem, tmp_path: Path) -> None:
    report = judged(view(found, found.before, tmp_path), STRICT)
    assert set(found.rules) <= refusals(report)
    assert found.rules
    assert report.exit_code == 1


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.name)
def test_it_is_accepted_after_its_fix_and_its_rules_have_nothing_left_to_say(found: PostMortem, tmp_path: Path) -> None:
    fixed = view(found, found.after, tmp_path)
    assert [f.text() for f in judged(fixed, STRICT).with_status(Status.FAILED) if f.rule_id in found.rules] == []
    report = judged(fixed, Settings())
    assert refusals(report) == set()
    passed = {f.rule_id for f in report.with_status(Status.PASSED)}
    assert set(found.rules) <= passed, "a rule that judges nothing proves nothing"
    assert report.exit_code == 0


def test_the_strict_profile_only_tightens() -> None:
    assert STRICT.weakened() == ()
    assert set(STRICT.severities) <= {rule for found in ALL for rule in found.rules}


def test_the_page_of_post_mortems_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m policies.post_mortem_page"


def test_a_fixture_with_a_key_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p99.yaml").write_text("post_mortem: P99\nrules: [RED001]\nmood: bad\n", encoding="utf-8")
    with pytest.raises(TypeError, match="mood"):
        post_mortems(tmp_path)


def test_sides_differ() -> None:
    for found in ALL:
        assert found.before != found.after, found.name
        assert dataclasses.asdict(found)["spec"], found.name
