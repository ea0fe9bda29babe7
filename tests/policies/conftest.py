"""Views made by hand: a fleet is a list of zones, each `aws:euc1-az1`, and what it promises."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

import pytest

from policies.fleet_view import FleetView, view_of
from schemas import atlas
from schemas.facts import HostFacts
from schemas.plan import Promises
from schemas.report import Finding, Status
from schemas.roles import Role
from schemas.terms import FleetTerms, NetworkTerms

Hosts = Callable[..., list[HostFacts]]
Told = tuple[str, str, str]
Findings = Callable[..., list[Finding]]


def fingerprint(host: str, purpose: str) -> str:
    digest = hashlib.sha256(f"{host}/{purpose}".encode()).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _hosts(
    *zones: str, fleet: str = "validators", role: Role = Role.VALIDATOR, powers: Sequence[int] = (),
    **promised: Any,
) -> list[HostFacts]:  # fmt: skip
    numbers = iter(range(1, len(zones) + 1))
    octets: Iterator[int] = iter(range(10, 10 + len(zones)))
    return [
        HostFacts(
            stack="perps", environment="production", host=f"{fleet}-{next(numbers)}", fleet=fleet, role=role,
            chain="perps-1" if role is Role.VALIDATOR else "", provider=zone.partition(":")[0],
            region=_region(zone), zone=zone, metro=atlas.region(_region(zone)).metro, operator="self",
            client="none", client_version="", machine="2x4", power=power,
            address=f"10.120.{_third_octet(fleet)}.{next(octets)}",
            key_fingerprints={
                purpose: fingerprint(f"{fleet}-{position}", purpose)
                for purpose in (("consensus", "node", "ssh_host") if role is Role.VALIDATOR else ("ssh_host",))
            },
            promises=Promises(**promised),
        )
        for position, (zone, power) in enumerate(zip(zones, powers or [10] * len(zones), strict=True), start=1)
    ]  # fmt: skip


def _region(zone: str) -> str:
    found = atlas.zone_region(zone)
    assert found, f"the atlas lacks zone {zone}"
    return found


def _third_octet(fleet: str) -> int:
    return hashlib.sha256(fleet.encode()).digest()[0]


def _findings(rule: ModuleType, hosts: list[HostFacts], **options: Any) -> list[Finding]:
    view: FleetView = view_of(hosts, **options)
    return [found for found in rule.check(view) if found.status is not Status.PASSED]


def _view(*fleets: list[HostFacts], **said: Any) -> FleetView:
    known = {name: FleetTerms(**terms) for name, terms in said.pop("terms", {}).items()}
    network = NetworkTerms(**said.pop("network", {}))
    view = view_of([host for hosts in fleets for host in hosts])
    names = [fleet.name for fleet in view.fleets]
    return dataclasses.replace(view.saying({n: known.get(n, FleetTerms()) for n in names}, network), **said)


def _told(rule: ModuleType, view: FleetView) -> list[Told]:
    return [
        (found.status.value if found.status is Status.PASSED else found.severity.value, found.subject,
         f"{found.message} | {found.counter_example}" if found.counter_example else found.message)
        for found in rule.check(view)
    ]  # fmt: skip


@pytest.fixture
def hosts() -> Hosts:
    """Return the maker of one fleet's hosts: `hosts("aws:euc1-az1", ..., role=..., powers=..., survive=("zone",))`."""
    return _hosts


@pytest.fixture
def view() -> Callable[..., FleetView]:
    """Return the maker of a view: `view(hosts, ..., terms={"oracles": {...}}, network={...}, parameters={...})`."""
    return _view


@pytest.fixture
def told() -> Callable[[ModuleType, FleetView], list[Told]]:
    """Return all that a rule says of a view: `passed` or the severity, the subject, and the message with its example."""
    return _told


@pytest.fixture
def findings() -> Findings:
    """Return what a rule's module finds in hosts, without what passed."""
    return _findings
