"""Every rule, under its ID: the one list that judge, pack, host checks and documentation share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policies.fleet_view import FleetView
from policies.host_rules import HOST_RULES
from policies.identity import keys_present, one_holder, published_facts
from policies.proximity import between_members, hubs, jitter
from policies.redundancy import (
    client_survival,
    fleet_size,
    halt_safely,
    metro_survival,
    operator_survival,
    provider_share,
    provider_survival,
    region_survival,
    signer_survival,
    zone_survival,
)
from policies.rule import Rule
from schemas.report import Finding

Check = Callable[[FleetView], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One rule with its check; rules that only hosts can be judged by have none here."""

    rule: Rule
    check: Check | None


_JUDGED = (
    between_members,
    client_survival,
    fleet_size,
    halt_safely,
    hubs,
    jitter,
    keys_present,
    metro_survival,
    one_holder,
    operator_survival,
    provider_share,
    provider_survival,
    published_facts,
    region_survival,
    signer_survival,
    zone_survival,
)

CATALOGUE: tuple[Entry, ...] = tuple(
    sorted(
        [Entry(rule=module.RULE, check=module.check) for module in _JUDGED]
        + [Entry(rule=rule, check=None) for rule in HOST_RULES],
        key=lambda entry: entry.rule.id,
    )
)
"""Sorted by ID."""

RULES: dict[str, Rule] = {entry.rule.id: entry.rule for entry in CATALOGUE}
"""Rule by ID, sorted."""

assert len(RULES) == len(CATALOGUE), "a rule ID is given once"
