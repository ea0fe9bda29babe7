"""RED041: what a host consists of is where the plan puts the host."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.values import Unknown
from policies.verdict import Doubt, Fault, verdict
from schemas.report import Finding, Severity

_PREFIXES = tuple(f"{cloud}:{service}/*" for cloud, services in {
    "aws": ("ec2", "ebs", "vpc", "kms", "secretsmanager", "s3", "lb", "autoscaling", "efs"),
    "gcp": ("compute", "kms", "secretmanager", "storage"),
}.items() for service in services)  # fmt: skip

_ANYWHERE = frozenset({"global", "eu", "us", "asia", "aws-global"})
"""Places of GCP and AWS that are no region."""

RULE = Rule(
    id="RED041",
    title="What a host consists of is in the region of the plan",
    judges="each resource of a host, and each other one of a stack that has hosts",
    severity=Severity.CRITICAL,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=_PREFIXES,
    source=(
        "Since pulumi-aws 7 each resource may name a region of its own: rules that read the provider's region are "
        "passed by, and a fleet that was planned over four regions is in one."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Leave region out of the resource's arguments, or place the host there: geofleet plan STACK --write.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each resource whose place the plan decides."""
    used = frozenset(host.region for host in view.hosts)
    for resource in view.resources.of(*RULE.tokens):
        if resource.owner is not None and resource.owner.region:
            if resource.cloud == resource.owner.region.partition(":")[0]:
                yield verdict(RULE, resource, _found(resource, frozenset({resource.owner.region})))
        elif used:
            yield verdict(RULE, resource, _found(resource, used))


def _found(resource: Resource, allowed: frozenset[str]) -> Iterator[Fault | Doubt]:
    region = resource.region
    if isinstance(region, Unknown):
        yield Doubt(path="region", why=region)
    elif isinstance(region, str) and region not in allowed and region.partition(":")[2] not in _ANYWHERE:
        place = "its host is" if resource.owner else "the stack has hosts"
        yield Fault(text=f"is in {region}; {place} in {', '.join(sorted(allowed))}")
