"""One rule, one verdict: plan, exported state and engine say the same, finding by finding, of every example."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from components.placement.planning import place
from operations.engine import pulumi_command
from policies import pack
from policies.catalogue import RULES
from policies.exported import exported_from
from policies.fleet_view import view_of_plan
from policies.judge import judge
from policies.published import HOST, NETWORK, published
from schemas.facts import facts_of
from schemas.ledger import KeyRecord, Ledger, Purpose
from schemas.loading import load_spec
from schemas.locations import REPOSITORY, cache_dir, engine_bin_dir
from schemas.plan import Plan, promises_to_props
from schemas.report import Feed, Finding, Report, Status
from schemas.terms import terms_to_props
from tests.policies.cloud import Made, state_of, violations

EXAMPLES = sorted((REPOSITORY / "stacks/examples").glob("*.yaml"))
BOTH = frozenset(rule.id for rule in RULES.values() if {Feed.PLAN, Feed.PREVIEW} <= rule.feeds)
"""Rules that judge the plan and what is made."""


@cache
def plan_of(path: Path) -> Plan:
    spec = load_spec(path, source=path.relative_to(REPOSITORY).as_posix())
    return place(spec.network, stack="perps", spec_sha256=spec.sha256)[0]


def ledger_of(plan: Plan) -> Ledger:
    purposes = (Purpose.CONSENSUS, Purpose.NODE, Purpose.SSH_HOST)
    keys = tuple(_key(host.host, purpose) for host in plan.hosts for purpose in purposes)
    return Ledger(stack=plan.stack, chain_suffix="", genesis_time="2026-11-24T00:00:00Z", keys=keys)


def _key(holder: str, purpose: Purpose) -> KeyRecord:
    digest = hashlib.sha256(f"{holder}/{purpose}".encode()).digest()
    text = base64.b64encode(digest).decode().rstrip("=")
    return KeyRecord(holder=holder, purpose=purpose, public_key=text, fingerprint=f"SHA256:{text}")


def components(plan: Plan, ledger: Ledger) -> Iterator[Made]:
    """Yield what geofleet's components publish of a plan, by the components' own serialisers."""
    network = {"network": plan.network, "environment": plan.environment, "terms": terms_to_props(plan.terms)}
    yield Made(token=NETWORK, name=plan.network, props=network)
    for fleet in plan.fleets:
        props = {
            "fleet": fleet.name,
            "promises": promises_to_props(fleet.promises),
            "terms": terms_to_props(fleet.terms),
        }
        yield Made(token=f"geofleet:index:{fleet.role.value.title()}Fleet", name=fleet.name, props=props)
    for host in plan.hosts:
        yield Made(token=HOST, name=host.host, props=facts_of(plan, host, ledger.fingerprints(host.host)).to_props())


def packed_together(plan: Plan) -> Plan:
    """Return the plan with every host in the zone of the first: most promises are broken."""
    first = plan.hosts[0]
    place_ = {"provider": first.provider, "region": first.region, "zone": first.zone, "metro": first.metro}
    return dataclasses.replace(plan, hosts=tuple(dataclasses.replace(host, **place_) for host in plan.hosts))


def one_operator_and_no_power(plan: Plan) -> Plan:
    """Return the plan with one client for all, and the first host holding all power."""
    hosts = [dataclasses.replace(host, client="none", signer_group="one") for host in plan.hosts]
    hosts[0] = dataclasses.replace(hosts[0], power=hosts[0].power * 1000)
    return dataclasses.replace(plan, hosts=tuple(hosts))


def said(report: Report) -> list[tuple[str, ...]]:
    return sorted(_told(f) for f in report.findings if f.rule_id in BOTH)


def _told(finding: Finding) -> tuple[str, ...]:
    return (
        finding.rule_id,
        finding.subject,
        finding.status,
        finding.severity,
        finding.message,
        finding.counter_example,
    )


VARIANTS = {"sound": lambda plan: plan, "packed": packed_together, "one": one_operator_and_no_power}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_plan_state_and_engine_agree_finding_by_finding(path: Path, variant: str) -> None:
    plan = VARIANTS[variant](plan_of(path))
    ledger = ledger_of(plan)
    made = list(components(plan, ledger))
    planned = judge(view_of_plan(plan, ledger), Feed.PLAN)
    found = exported_from(state_of(*made), source="state.json")
    state = judge(published(found.components, resources=found.resources).view, found.feed)
    assert said(state) == said(planned)
    expected = sorted(
        ("MANDATORY" if pack.stops(f, Feed.PREVIEW) else "ADVISORY", f.rule_id, f.message)
        for f in planned.with_status(Status.FAILED, Status.NOT_EVALUATED)
        if f.rule_id in BOTH
    )
    assert sorted((level, rule, text) for level, rule, _, text in violations(*made) if rule in BOTH) == expected


def test_the_variants_break_something() -> None:
    broken = {
        (variant, f.rule_id)
        for variant in ("packed", "one")
        for path in EXAMPLES
        for f in judge(view_of_plan(VARIANTS[variant](plan_of(path))), Feed.PLAN).with_status(Status.FAILED)
    }
    assert len(broken) >= 6


@pytest.mark.engine
def test_the_real_engine_finds_in_a_made_up_state_what_the_plan_shows(tmp_path: Path) -> None:
    plan = packed_together(plan_of(REPOSITORY / "stacks/examples/production_network.yaml"))
    ledger = ledger_of(plan)
    state = state_of(*components(plan, ledger))
    for entry in state["deployment"]["resources"]:
        entry["custom"] = False
        entry.pop("parent")
    (tmp_path / "state.json").write_text(json.dumps(state), encoding="utf-8")
    done = subprocess.run(
        [str(pulumi_command()), "policy", "analyze", "--file", "state.json", "--json", "--policy-pack",
         str(REPOSITORY / "policies"), "--non-interactive"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=200, stdin=subprocess.DEVNULL,
        env={**os.environ, "PULUMI_HOME": str(cache_dir() / "pulumi-home"), "PULUMI_CONFIG_PASSPHRASE": "x",
             "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
             "PATH": f"{engine_bin_dir()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"},
    )  # fmt: skip
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    told = sorted(
        event["policyEvent"]["message"].partition("\n")[2].strip() for event in events if "policyEvent" in event
    )
    planned = judge(view_of_plan(plan, ledger), Feed.PLAN).with_status(Status.FAILED, Status.NOT_EVALUATED)
    assert told == sorted(pack.violation(finding).strip() for finding in planned if finding.rule_id in BOTH), (
        done.stderr
    )
    assert done.returncode != 0
