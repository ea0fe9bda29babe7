"""Whether oracles do their work: OPS080 (served and fresh), OPS081 (enough sources), OPS082 (near the truth)."""

from __future__ import annotations

from operations.hosts import commands
from operations.hosts.seen import NotApplicableError, NotReadError, PriceSeen, Seen
from schemas.inventory import InventoryPair


def freshness(seen: Seen, subject: str) -> list[str]:
    """Return why an oracle serves no price, or one that the chain does not have as new."""
    pair, found, now = _read(seen, subject)
    problems = [] if found.value is not None else [f"serves no price: {found.reason}"]
    if not pair.rpc:
        return problems
    if not found.reported_at:
        return [*problems, "its price is not on the chain"]
    age_s = now - found.reported_at
    if age_s > pair.heartbeat_s:
        problems.append(f"its report on the chain is {age_s:.0f} s old, allowed: {pair.heartbeat_s} s")
    return problems


def sources(seen: Seen, subject: str) -> list[str]:
    """Return whether an oracle's price comes from fewer sources than it must."""
    pair, found, _ = _read(seen, subject)
    if len(found.sources) < pair.sources_min:
        return [f"uses {len(found.sources)} sources, at least {pair.sources_min} are needed"]
    return []


def deviation(seen: Seen, subject: str) -> list[str]:
    """Return whether what an oracle reported was farther from the truth than its deviation.

    Raises:
        NotApplicableError: Nobody knows the true price, or nothing was reported.
    """
    pair, found, _ = _read(seen, subject)
    if found.true is None:
        raise NotApplicableError("the true price is known in the lab only, of what was reported")
    off_bps = abs(found.reported / found.true - 1) * 10_000
    if off_bps > pair.deviation_bps:
        told = f"reported {found.reported:.8g} when it was worth {found.true:.8g}"
        return [f"{told}: {off_bps:.0f} basis points off, allowed: {pair.deviation_bps}"]
    return []


def _read(seen: Seen, subject: str) -> tuple[InventoryPair, PriceSeen, float]:
    """Return what was promised and what was seen of `HOST PAIR`, and the host's time."""
    found = seen.prices.get(subject)
    if found is None or found.unread:
        raise NotReadError(found.unread if found else f"nothing was read of {subject}")
    host, _, name = subject.partition(" ")
    fleet = seen.facts(host).fleet
    pair = next(pair for pair in seen.inventory.pairs if (pair.fleet, pair.pair) == (fleet, name))
    return pair, found, float(seen.hosts[host].text(commands.TIME))
