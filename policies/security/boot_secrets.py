"""SEC022: user data and metadata of a machine hold no secret."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.boot_texts import boot_texts
from policies.security.machines import AWS_MACHINES, GCP_MACHINES
from policies.values import LATER, SECRET, Unknown
from policies.verdict import Doubt, Fault, verdict
from schemas.report import Finding, Severity

RULE = Rule(
    id="SEC022",
    title="User data and metadata of a machine hold no secret",
    judges="each machine and template at AWS and GCP",
    severity=Severity.CRITICAL,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(*AWS_MACHINES, *GCP_MACHINES),
    source=(
        "User data is readable by every process of the machine and by whoever may describe it; AWS's documentation "
        "says not to store passwords or long-lived keys there."
    ),
    standards=("SOC 2 CC6.1",),
    remedy="Let the machine fetch secrets by its own identity: Secrets Manager, Secret Manager, or a key service.",
)

PATTERNS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "an AWS secret key": re.compile(r"(?i)aws_secret_access_key\W{1,5}[A-Za-z0-9/+]{40}\b"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
    "a Google service account key": re.compile(r'"private_key_id"\s*:\s*"'),
    "a consensus key": re.compile(r'"priv_key"\s*:\s*\{'),
    "a key of Ethereum": re.compile(r"(?i)\b(?:priv(?:ate)?_?key|seed)\W{1,5}(?:0x)?[0-9a-f]{64}\b"),
    "a recovery phrase": re.compile(r"(?i)\bmnemonic\W{1,5}(?:[a-z]{3,8}\s+){11,23}[a-z]{3,8}\b"),
    "a password": re.compile(r"(?i)\bpassw(?:or)?d\s*[:=]\s*[\"']?(?![*!x$\"'\s]|\{\{)[^\s\"']{6,}"),
}
"""What a secret looks like; the finding names the kind and never the text."""

_INFLATED_BYTES_MAX = 4 * 1024 * 1024


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine; text that is a secret of the program is a fault by itself."""
    for machine in view.resources.of(*RULE.tokens):
        yield verdict(RULE, machine, _found(machine))


def _found(machine: Resource) -> Iterator[Fault | Doubt]:
    for path, value in boot_texts(machine):
        if value == SECRET:
            yield Fault(text=f"{path} is made from a secret; expected no secret, as the machine shows it to everybody")
        elif isinstance(value, Unknown):
            yield Doubt(path=path, why=value, may_come_later=value == LATER)
        else:
            kinds = [kind for kind, pattern in PATTERNS.items() if pattern.search(readable(value))]
            if kinds:
                yield Fault(text=f"{path} holds {' and '.join(kinds)}; expected no secret")


def readable(text: str) -> str:
    """Return boot text as cloud-init reads it: base64 and gzip undone."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = zlib.decompressobj(wbits=31).decompress(raw, _INFLATED_BYTES_MAX)
        except zlib.error:
            return text
    return raw.decode("utf-8", errors="replace")
