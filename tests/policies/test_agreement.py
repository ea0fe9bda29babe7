"""Offline rules and the engine's pack agree finding by finding, on every example stack, for what both judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer

from components.placement.planning import place
from policies import pack, published
from policies.catalogue import RULES
from policies.fleet_view import view_of_plan
from policies.judge import judge
from schemas.facts import facts_of
from schemas.loading import load_spec
from schemas.plan import Plan, promises_to_props
from schemas.report import Feed, Status
from schemas.roles import Role
from schemas.terms import terms_to_props

ROOT = Path(__file__).parents[2]
SPECS = [*sorted((ROOT / "stacks" / "examples").glob("*.yaml")), ROOT / "stacks" / "lab.yaml"]
TOKENS = dict(zip((Role.VALIDATOR, Role.RELAYER, Role.SEQUENCER, Role.ORACLE), published.FLEETS, strict=True))
ON_KEYS = {"IDN001", "IDN002"}
"""A plan is judged before its keys exist: these are deferred there, and tests/policies/test_pack.py judges them."""


def planned(path: Path) -> Plan:
    spec = load_spec(path, source=path.relative_to(ROOT).as_posix())
    return place(spec.network, stack=path.stem.replace("_", "-"), spec_sha256=spec.sha256)[0]


def resources(plan: Plan) -> list[dict[str, Any]]:
    """Return what geofleet's components register for a plan, as they do."""
    found = [(published.NETWORK, plan.stack, {"network": plan.network, "terms": terms_to_props(plan.terms)})]
    for fleet in plan.fleets:
        facts = {"promises": promises_to_props(fleet.promises), "terms": terms_to_props(fleet.terms)}
        found.append((TOKENS[fleet.role], fleet.name, {"fleet": fleet.name, **facts}))
    found += [(published.HOST, host.host, facts_of(plan, host).to_props()) for host in plan.hosts]
    urn = f"urn:pulumi:{plan.stack}::geofleet::"
    return [{"type": token, "urn": f"{urn}{token}::{name}", "name": name, "props": p} for token, name, p in found]


def told_by_pack(made: list[dict[str, Any]]) -> list[str]:
    request = proto.AnalyzeStackRequest()
    for given in made:
        sent = request.resources.add(type=given["type"], urn=given["urn"], name=given["name"])
        json_format.ParseDict(given["props"], sent.properties)
    servicer = _PolicyAnalyzerServicer(pack.NAME, "0.0.1", pack.Pack().policies(), EnforcementLevel.ADVISORY)
    texts = [d.message.partition("\n")[2] for d in servicer.AnalyzeStack(request, None).diagnostics]
    return sorted(text for text in texts if text[1:7] not in ON_KEYS)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_pack_says_of_a_stack_what_the_check_says_of_its_plan(path: Path) -> None:
    plan = planned(path)
    report = judge(view_of_plan(plan), Feed.PLAN).with_status(Status.FAILED, Status.NOT_EVALUATED)
    offline = sorted(pack.violation(found) for found in report if Feed.PREVIEW in RULES[found.rule_id].feeds)
    assert told_by_pack(resources(plan)) == offline
    assert offline, "a comparison of nothing with nothing proves nothing"


@pytest.mark.parametrize("terms", [None, {"standby": "many"}, "unknown"], ids=str)
def test_a_fleet_whose_terms_cannot_be_read_fails_the_gate_and_never_passes(terms: Any) -> None:
    from pulumi_policy.proxy import UNKNOWN_OBJECT_VALUE

    made = resources(planned(SPECS[0]))
    for given in made:
        if given["type"] in published.FLEETS:
            given["props"]["terms"] = UNKNOWN_OBJECT_VALUE if terms == "unknown" else terms
    found = {text[1:7] for text in told_by_pack(made) if "not evaluated" in text}
    assert {rule.id for rule in RULES.values() if rule.reads_terms and Feed.PREVIEW in rule.feeds} <= found


def test_a_network_that_publishes_no_terms_fails_the_gate() -> None:
    made = [given for given in resources(planned(SPECS[0])) if given["type"] != published.NETWORK]
    found = {text[1:7] for text in told_by_pack(made) if "the component publishes no terms" in text}
    assert found == {rule.id for rule in RULES.values() if rule.reads_terms and Feed.PREVIEW in rule.feeds}
