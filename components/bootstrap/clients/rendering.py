"""What a client's folder provides: how its declaration becomes units and configuration on hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from components.bootstrap.unit import Section
from schemas.ledger import Ledger
from schemas.plan import HostPlan, Plan
from schemas.workloads import Service, Workload

UnitSections = Mapping[str, Section]
"""One unit file: section to entries."""


@dataclass(frozen=True, kw_only=True)
class View:
    """Everything that network configuration is rendered from: plan, public keys, and the genesis of each chain."""

    plan: Plan
    ledger: Ledger
    genesis: Mapping[str, str]
    """Chain to its genesis file, of chains that this network makes."""
    stand_ins: str = ""
    """Address of what stands in for the world in the lab: exchanges, chains of others; empty: the world itself."""


@dataclass(frozen=True, kw_only=True)
class HostProgram:
    """A program of our own that a client's units run: published as a blob, pinned by hash in boot data."""

    name: str
    """File name below `/usr/local/lib/geofleet/geofleet_host`."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """One client: pure functions from facts to text."""

    workload: Workload
    units: Callable[[Service, str], Mapping[str, UnitSections]]
    """Service and the host's address to unit names (as the service has them, with suffix) and their sections."""
    files: Callable[[View, HostPlan, Service], Mapping[str, str]]
    """Unit name without suffix, `/`, file name, to text: the service's part of the network configuration."""
    programs: tuple[HostProgram, ...] = ()
    genesis: Callable[[Plan, Ledger, str], str] | None = None
    """Genesis of a chain whose validators run this client; None for clients that make no chain."""
