"""SEC033: each machine has an identity of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_INSTANCE, AWS_TEMPLATE, GCP_MACHINES
from policies.values import ABSENT, LATER, Unknown
from policies.verdict import Doubt, Fault, expect, verdict
from schemas.report import Finding, Severity

_DEFAULT = re.compile(r"(\A|.*-compute@developer\.gserviceaccount\.com|.*@appspot\.gserviceaccount\.com|default)\Z")
_SCOPE = re.compile(r"(https://www\.googleapis\.com/auth/)?cloud-platform\Z")
_NARROW = re.compile(r".*(read-?only|\.write|monitoring|logging-write|trace-append)\Z")

RULE = Rule(
    id="SEC033",
    title="Each machine has an identity of its own, with no more than it needs",
    judges="each instance and template at AWS and GCP",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(AWS_INSTANCE, AWS_TEMPLATE, *GCP_MACHINES),
    source=(
        "GCP's default service account is editor of the whole project unless an organisation forbids it; every "
        "machine that has it can read the keys of every other."
    ),
    standards=("CIS GCP 3.0.0 4.1", "CIS GCP 3.0.0 4.2", "SOC 2 CC6.3"),
    remedy="GCP: serviceAccount.email of an account of the role's own, scope cloud-platform. AWS: iamInstanceProfile.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine; without a profile AWS gives none, which is advice: Session Manager needs it."""
    for machine in view.resources.of(*RULE.tokens):
        if machine.cloud == "gcp":
            yield verdict(RULE, machine, _gcp(machine))
        else:
            yield verdict(RULE, machine, _aws(machine), severity=Severity.MEDIUM)


def _aws(machine: Resource) -> Iterator[Fault | Doubt]:
    if machine.get("launchTemplate") is not ABSENT and machine.get("iamInstanceProfile") is ABSENT:
        yield Doubt(path="iamInstanceProfile", why=LATER, may_come_later=True)
        return
    yield from expect(machine, "iamInstanceProfile", bool, "a profile of the role's own", later=True)


def _gcp(machine: Resource) -> Iterator[Fault | Doubt]:
    if machine.get("serviceAccount") is ABSENT:
        return  # no service account at all: nothing can be done with it
    yield from expect(
        machine, "serviceAccount.email", lambda email: not _DEFAULT.match(str(email)),
        "an account of the role's own, not the default one", later=True,
    )  # fmt: skip
    scopes = machine.get("serviceAccount.scopes")
    if isinstance(scopes, Unknown):
        yield Doubt(path="serviceAccount.scopes", why=scopes)
    for scope in scopes if isinstance(scopes, list) else ():
        if not _SCOPE.match(str(scope)) and not _NARROW.match(str(scope)):
            yield Fault(text=f"serviceAccount.scopes has {scope!r}; expected cloud-platform, narrowed by the roles")
