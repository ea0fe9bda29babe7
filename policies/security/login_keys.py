"""SEC035: nobody logs in with a key that lies in metadata."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Block, Resource
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_MACHINES, GCP_MACHINES
from policies.verdict import Doubt, Fault, expect, forbid, is_true, verdict
from schemas.report import Finding, Severity

_KEY_PAIR = "aws:ec2/keyPair:KeyPair"
_PROJECT = "gcp:compute/projectMetadata:ProjectMetadata"
_ITEM = "gcp:compute/projectMetadataItem:ProjectMetadataItem"
_KEYS = ("ssh-keys", "sshKeys")

RULE = Rule(
    id="SEC035",
    title="People log in by identity, not with keys that lie in metadata",
    judges="each machine, template, key pair and project metadata at AWS and GCP",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(*AWS_MACHINES, _KEY_PAIR, *GCP_MACHINES, _PROJECT, _ITEM),
    source="A key in metadata outlives the person who left; who may edit the project's metadata is root everywhere.",
    standards=("CIS GCP 3.0.0 4.3", "CIS GCP 3.0.0 4.4", "SOC 2 CC6.1"),
    remedy="GCP: metadata enable-oslogin and block-project-ssh-keys 'TRUE', no ssh-keys. AWS: no keyName.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each resource."""
    for resource in view.resources.of(*RULE.tokens):
        yield verdict(RULE, resource, _found(resource))


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    if resource.token == _KEY_PAIR:
        yield Fault(text="a key pair exists; expected none: Session Manager needs no key")
    elif resource.token == _ITEM:
        if resource.get("key") in _KEYS:
            yield Fault(text=f"puts {resource.get('key')} into the project's metadata; expected none")
        elif resource.get("key") == "enable-oslogin":
            yield from expect(resource, "value", is_true, "'TRUE'")
    elif resource.token == _PROJECT:
        yield from _metadata(resource, ("enable-oslogin",))
    elif resource.cloud == "gcp":
        yield from _metadata(resource, ("enable-oslogin", "block-project-ssh-keys"))
    else:
        yield from forbid(resource, "keyName", bool, "no key pair: Session Manager needs none", later=True)


def _metadata(resource: Resource, flags: tuple[str, ...]) -> Iterator[Fault | Doubt]:
    metadata = Block(path="metadata", value=resource.get("metadata"))
    for flag in flags:
        yield from expect(metadata, flag, is_true, "'TRUE'")
    for key in _KEYS:
        yield from forbid(metadata, key, bool, "no keys in metadata")
