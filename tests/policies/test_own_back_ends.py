"""What our own back ends make keeps every cloud rule: a first preview of a sound production stack passes."""

from __future__ import annotations

import pytest

from components.hosts.aws import AwsBackend
from components.hosts.aws_settings import AwsSettings
from components.hosts.backend import CloudProvider
from components.hosts.cloud import CloudBackend
from components.hosts.gcp import GcpBackend, GcpSettings
from policies.catalogue import CATALOGUE
from policies.fleet_view import FleetView, view_of_plan
from policies.judge import judge
from policies.resources import Owner, Resource, resources_of
from policies.values import plain
from schemas.plan import Plan
from schemas.report import Feed, Report, Status
from tests.components.hosts.building import build
from tests.components.hosts.plans import ACCOUNT, AWS_ONLY, GCP_ONLY

CLOUD_RULES = [entry for entry in CATALOGUE if entry.rule.tokens]


def judged(backend: CloudProvider, plan: Plan) -> Report:
    """Return what the cloud rules say about every resource that a back end registers for a plan."""
    owners = {host.host: Owner(host=host.host, role=host.role.value, region=host.region) for host in plan.hosts}
    seen = build(CloudBackend({backend.provider: backend}), plan).seen.values()
    made = [
        Resource(
            token=one.typ, name=one.name, urn=f"urn:pulumi:perps::geofleet::{one.typ}::{one.name}",
            inputs=plain(one.inputs), outputs={"id": f"id-{one.name}"},
            owner=next((owner for name, owner in owners.items() if belongs(one.name, name)), None),
        )
        for one in seen
    ]  # fmt: skip
    view = FleetView(
        stack="perps",
        hosts=view_of_plan(plan).hosts,
        fleets=(),
        resources=resources_of(made),
        environment="production",
    )
    return judge(view, Feed.STATE, entries=CLOUD_RULES)


def belongs(resource: str, host: str) -> bool:
    """Return whether a resource's name says that it is of a host: AWS's end with it, Google's have it inside."""
    return resource.endswith(host) or f"-{host}-" in f"{resource}-"


@pytest.fixture(scope="module")
def aws() -> Report:
    return judged(AwsBackend(AwsSettings(account=ACCOUNT, alarm_email="oncall@perps.example")), AWS_ONLY)


@pytest.fixture(scope="module")
def gcp() -> Report:
    settings = GcpSettings(
        project="example-perps", billing_account="000000-000000-000000", alarm_email="oncall@perps.example",
        operators=("group:sre@perps.example",),
    )  # fmt: skip
    return judged(GcpBackend(settings), GCP_ONLY)


def objections(report: Report) -> list[str]:
    against = (Status.FAILED, Status.NOT_EVALUATED, Status.DEFERRED)
    return [finding.text() for finding in report.findings if finding.status in against]


def test_no_rule_has_anything_against_what_the_aws_back_end_makes(aws: Report) -> None:
    assert objections(aws) == []


def test_no_rule_has_anything_against_what_the_gcp_back_end_makes(gcp: Report) -> None:
    assert objections(gcp) == []


def test_the_rules_did_judge_aws(aws: Report) -> None:
    passed = {finding.rule_id for finding in aws.with_status(Status.PASSED)}
    assert {
        "SEC010",
        "SEC012",
        "SEC013",
        "SEC015",
        "SEC016",
        "SEC020",
        "SEC023",
        "SEC029",
        "SEC031",
        "SEC038",
    } <= passed
    assert {"OPS041", "OPS042", "OPS044", "RED041"} <= passed


def test_the_rules_did_judge_gcp(gcp: Report) -> None:
    passed = {finding.rule_id for finding in gcp.with_status(Status.PASSED)}
    assert {
        "SEC013",
        "SEC015",
        "SEC017",
        "SEC019",
        "SEC021",
        "SEC022",
        "SEC024",
        "SEC033",
        "SEC036",
        "SEC041",
    } <= passed
    assert {"OPS040", "OPS041", "OPS042", "OPS043", "OPS044", "RED040", "RED041"} <= passed
