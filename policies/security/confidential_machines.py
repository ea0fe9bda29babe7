"""SEC037: a machine that is to be confidential can be, and is."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_INSTANCE, AWS_TEMPLATE, GCP_MACHINES
from policies.values import ABSENT
from policies.verdict import Doubt, Fault, expect, is_true, verdict
from schemas.report import Finding, Severity

_SNP_FAMILIES = ("m6a.", "c6a.", "r6a.")
"""AWS: AMD SEV-SNP is supported on these three families only."""
_GCP_FAMILIES = {"SEV_SNP": ("n2d-",), "TDX": ("c3-",), "SEV": ("n2d-", "c2d-", "c3d-", "n2d")}

RULE = Rule(
    id="SEC037",
    title="A machine that is to be confidential can be, and is",
    judges="each machine that asks for encrypted memory or an enclave, and each host whose spec requires it",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(AWS_INSTANCE, AWS_TEMPLATE, *GCP_MACHINES),
    source="A key that was promised to stay in encrypted memory is in plain memory if one property is left out.",
    standards=("CIS GCP 3.0.0 4.11",),
    remedy=(
        "AWS: cpuOptions.amdSevSnp 'enabled' on m6a, c6a or r6a, or enclaveOptions.enabled. GCP: "
        "confidentialInstanceConfig with SEV_SNP on n2d or TDX on c3, and onHostMaintenance TERMINATE."
    ),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine that asks for it or must."""
    required = {host.host for fleet in view.fleets if _is_required(fleet) for host in fleet.hosts}
    for machine in view.resources.of(*RULE.tokens):
        asks = _asks(machine)
        if asks:
            yield verdict(RULE, machine, _gcp(machine) if machine.cloud == "gcp" else _aws(machine))
        elif machine.owner is not None and machine.owner.host in required:
            yield verdict(RULE, machine, [Fault(text="asks for no encrypted memory or enclave; the spec requires it")])


def _is_required(fleet: object) -> bool:
    said = getattr(fleet, "said", None)
    return said is not None and said.confidential == "required"


def _asks(machine: Resource) -> bool:
    if machine.cloud == "gcp":
        kind, enabled = (machine.get(f"confidentialInstanceConfig.{part}") for part in
                         ("confidentialInstanceType", "enableConfidentialCompute"))  # fmt: skip
        return kind is not ABSENT or (enabled is not ABSENT and enabled is not False)
    snp, enclave = machine.get("cpuOptions.amdSevSnp"), machine.get("enclaveOptions.enabled")
    return snp not in (ABSENT, "disabled") or enclave not in (ABSENT, False)


def _aws(machine: Resource) -> Iterator[Fault | Doubt]:
    if machine.get("cpuOptions.amdSevSnp") in (ABSENT, "disabled"):
        yield from expect(machine, "enclaveOptions.enabled", is_true, "true")
        return
    yield from expect(machine, "cpuOptions.amdSevSnp", lambda value: value == "enabled", "'enabled'")
    yield from expect(
        machine, "instanceType", lambda kind: str(kind).startswith(_SNP_FAMILIES), "a type of m6a, c6a or r6a"
    )


def _gcp(machine: Resource) -> Iterator[Fault | Doubt]:
    path = "confidentialInstanceConfig.confidentialInstanceType"
    kind = machine.get(path)
    if kind is not ABSENT:
        yield from expect(machine, path, lambda value: value in _GCP_FAMILIES, "SEV, SEV_SNP or TDX")
    families = _GCP_FAMILIES.get(str(kind), _GCP_FAMILIES["SEV"])
    wanted = (
        f"a type of {', '.join(family.rstrip('-') for family in families)} for {kind if kind is not ABSENT else 'SEV'}"
    )
    yield from expect(machine, "machineType", lambda name: str(name).rpartition("/")[2].startswith(families), wanted)
    yield from expect(machine, "scheduling.onHostMaintenance", lambda value: value == "TERMINATE", "'TERMINATE'")
    if kind == "SEV_SNP":
        yield from expect(machine, "minCpuPlatform", lambda value: value == "AMD Milan", "'AMD Milan'")
