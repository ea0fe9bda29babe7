"""Who is who in a plan and its key ledger: the questions that every client's rendering asks."""

from __future__ import annotations

from schemas.errors import FleetError
from schemas.ledger import KeyRecord, Ledger, Purpose
from schemas.plan import HostPlan, Plan


class MissingKeyError(FleetError):
    """The ledger has no key that a planned host needs."""


def ledger_key(ledger: Ledger, host: str, purpose: Purpose) -> KeyRecord:
    """Return a host's key record.

    Raises:
        MissingKeyError: There is none.
    """
    found = ledger.key(host, purpose)
    if found is None:
        raise MissingKeyError(
            f"the key ledger has no {purpose} key of {host}",
            at=f"stacks/{ledger.stack}.keys.yaml",
            remedy=f"Make what is missing: geofleet keys create {ledger.stack}.",
        )
    return found


def validators_of(plan: Plan, chain: str) -> tuple[HostPlan, ...]:
    """Return the hosts that vote on a chain, sorted by name."""
    fleets = {fleet.name for fleet in plan.fleets if fleet.chain == chain}
    return tuple(sorted((h for h in plan.hosts if h.fleet in fleets), key=lambda h: h.host))


def block_time_ms(plan: Plan, chain: str) -> int:
    """Return a chain's pause between blocks; the chain must be one of the plan's."""
    return next(c.block_time_ms for c in plan.chains if c.chain == chain)
