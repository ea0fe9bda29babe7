"""OPS040: boot data fits where it goes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.boot_texts import AWS_BYTES_MAX, GCP_BYTES_MAX, boot_texts
from policies.security.machines import AWS_MACHINES, AWS_TEMPLATE, GCP_MACHINES
from policies.values import LATER, Unknown
from policies.verdict import Doubt, Fault, verdict
from schemas.report import Finding, Severity

RULE = Rule(
    id="OPS040",
    title="Boot data fits where it goes",
    judges="each machine and template at AWS and GCP",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(*AWS_MACHINES, *GCP_MACHINES),
    source="User data over 16 KiB is refused by AWS when the machine is made: in the middle of a deployment.",
    remedy="Fetch larger parts by hash; compress cloud-config with gzip where it is text.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine."""
    for machine in view.resources.of(*RULE.tokens):
        yield verdict(RULE, machine, _found(machine))


def _found(machine: Resource) -> Iterator[Fault | Doubt]:
    limit = GCP_BYTES_MAX if machine.cloud == "gcp" else AWS_BYTES_MAX
    for path, text in boot_texts(machine):
        if isinstance(text, Unknown):
            # A secret's size is SEC022's to worry about; it must not be there at all.
            yield Doubt(path=path, why=LATER, may_come_later=True)
            continue
        size = _raw_bytes(machine, path, text)
        if size > limit:
            yield Fault(text=f"{path} has {size:,} bytes; expected at most {limit:,}")


def _raw_bytes(machine: Resource, path: str, text: str) -> int:
    if path == "userDataBase64" or (machine.token == AWS_TEMPLATE and path == "userData"):
        try:
            return len(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            pass
    return len(text.encode())
