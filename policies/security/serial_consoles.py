"""SEC036: no serial console is a way in."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Block, Resource
from policies.rule import MADE, Rule, Scope
from policies.security.machines import GCP_MACHINES
from policies.verdict import Doubt, Fault, forbid, is_true, verdict
from schemas.report import Finding, Severity

_AWS = "aws:ec2/serialConsoleAccess:SerialConsoleAccess"
_GCP_PROJECT = ("gcp:compute/projectMetadata:ProjectMetadata",)
_ITEM = "gcp:compute/projectMetadataItem:ProjectMetadataItem"
_KEY = "serial-port-enable"

RULE = Rule(
    id="SEC036",
    title="No serial console is a way in",
    judges="each GCP machine, template and project metadata, each AWS serial console setting",
    severity=Severity.MEDIUM,
    severity_in={"production": Severity.HIGH},
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(*GCP_MACHINES, *_GCP_PROJECT, _ITEM, _AWS),
    source="The serial port of GCP takes connections from any address: firewall rules do not apply to it.",
    standards=("CIS GCP 3.0.0 4.5", "SOC 2 CC6.6"),
    remedy="Leave serial-port-enable out of metadata, or set it 'FALSE'; at AWS set enabled false.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each resource; both clouds leave it off by default."""
    for resource in view.resources.of(*RULE.tokens):
        yield verdict(RULE, resource, _found(resource))


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    if resource.token == _AWS:
        # The setting's own default is true.
        if resource.get("enabled") != False:  # noqa: E712  # a property that is absent or unknown is on
            yield Fault(text=f"enabled is {resource.get('enabled')!r}; expected False")
    elif resource.token == _ITEM:
        if resource.get("key") == _KEY:
            yield from forbid(resource, "value", is_true, "'FALSE'")
    else:
        metadata = Block(path="metadata", value=resource.get("metadata"))
        yield from forbid(metadata, _KEY, is_true, "'FALSE'")
