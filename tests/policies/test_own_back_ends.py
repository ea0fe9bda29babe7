"""What our own back ends make keeps every cloud rule: a first preview of a sound production stack passes."""

from __future__ import annotations

import pytest

from components.hosts.aws import AwsBackend
from components.hosts.aws_settings import AwsSettings
from components.hosts.cloud import CloudBackend
from policies.catalogue import CATALOGUE
from policies.fleet_view import FleetView, view_of_plan
from policies.judge import judge
from policies.resources import Owner, Resource, resources_of
from policies.values import plain
from schemas.report import Feed, Report, Status
from tests.components.hosts.building import build
from tests.components.hosts.plans import ACCOUNT, AWS_ONLY

CLOUD_RULES = [entry for entry in CATALOGUE if entry.rule.tokens]


@pytest.fixture(scope="module")
def report() -> Report:
    """Return what the cloud rules say about every resource that the AWS back end registers for two regions."""
    backend = AwsBackend(AwsSettings(account=ACCOUNT, alarm_email="oncall@perps.example"))
    owners = {host.host: Owner(host=host.host, role=host.role.value, region=host.region) for host in AWS_ONLY.hosts}
    made = [
        Resource(
            token=seen.typ, name=seen.name, urn=f"urn:pulumi:perps::geofleet::{seen.typ}::{seen.name}",
            inputs=plain(seen.inputs), outputs={"id": f"id-{seen.name}"},
            owner=next((owner for name, owner in owners.items() if seen.name.endswith(name)), None),
        )
        for seen in build(CloudBackend({"aws": backend}), AWS_ONLY).seen.values()
    ]  # fmt: skip
    view = FleetView(
        stack="perps",
        hosts=view_of_plan(AWS_ONLY).hosts,
        fleets=(),
        resources=resources_of(made),
        environment="production",
    )
    return judge(view, Feed.STATE, entries=CLOUD_RULES)


def test_no_rule_has_anything_against_what_the_aws_back_end_makes(report: Report) -> None:
    assert [
        f.text() for f in report.findings if f.status in (Status.FAILED, Status.NOT_EVALUATED, Status.DEFERRED)
    ] == []


def test_the_rules_did_judge_it(report: Report) -> None:
    passed = {finding.rule_id for finding in report.with_status(Status.PASSED)}
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
