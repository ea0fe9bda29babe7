"""What oracles serve during a drill, asked as their readers ask, beside the true price of each report's time."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lab.exchanges import truth
from lab.iproute import in_namespace
from lab.naming import operator_namespace
from operations.drills.ground import Ground
from schemas.errors import BackendError
from schemas.feeding import PairPlan
from schemas.plan import HostPlan
from schemas.roles import Role
from schemas.workloads import Trait, services_of

_WAIT_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one oracle said of one pair."""

    host: str
    pair: str
    value: float | None
    """What it serves; None: nothing."""
    reason: str
    """Why it serves nothing, or why it could not be asked."""
    off_bps: float = 0.0
    """How far the value is from what was true when it was signed."""
    deviation_bps: int = 0
    """How far it may be."""
    was_asked: bool = True

    def problem(self, *, served: bool) -> str:
        """Return what is wrong where it must be served, or must not be; empty when nothing is."""
        subject = f"{self.host} {self.pair}"
        if not self.was_asked:
            return f"{subject}: {self.reason}"
        if served and self.value is None:
            return f"{subject} is not served: {self.reason}"
        if not served and self.value is not None:
            return f"{subject} is served: {self.value:.8g}"
        if served and self.off_bps > self.deviation_bps:
            return f"{subject} is {self.off_bps:.0f} basis points off, allowed: {self.deviation_bps}"
        return ""


def sources_of(ground: Ground) -> tuple[str, ...]:
    """Return every source that the stack's oracles read, sorted."""
    feedings = [fleet.feeding for fleet in ground.plan.fleets if fleet.feeding]
    return tuple(sorted({source for feeding in feedings for pair in feeding.pairs for source in pair.sources}))


def answers(ground: Ground) -> tuple[Answer, ...]:
    """Return what every oracle says of every pair now."""
    return tuple(_answers(ground))


def _answers(ground: Ground) -> Iterator[Answer]:
    for host in ground.of_role(Role.ORACLE):
        feeding = ground.plan.fleet(host.fleet).feeding
        for pair in feeding.pairs if feeding else ():
            yield _answer(ground, host, pair)


def _answer(ground: Ground, host: HostPlan, pair: PairPlan) -> Answer:
    port = next(s.port("prices") for s in services_of(host.assignments) if s.has(Trait.PRICE_FEED))
    try:
        said = in_namespace(operator_namespace(ground.stack), lambda: _ask(host.address, port, f"/prices/{pair.pair}"))
        value = None if said["value"] is None else float(said["value"])
        off_bps = 0.0
        if value is not None:
            at_s = float(said["on_chain_at"])
            true = truth(ground.stack, operator_cidr=ground.plan.operator_cidr, at_s=at_s).prices[pair.pair]
            off_bps = abs(value / true - 1) * 10_000
    except (OSError, ValueError, KeyError, http.client.HTTPException, BackendError) as error:
        told = f"{type(error).__name__}: {error}"
        return Answer(host=host.host, pair=pair.pair, value=None, reason=told, was_asked=False)
    return Answer(
        host=host.host, pair=pair.pair, value=value, reason=str(said["reason"]), off_bps=off_bps,
        deviation_bps=pair.deviation_bps,
    )  # fmt: skip


def _ask(address: str, port: int, path: str) -> Any:
    connection = http.client.HTTPConnection(address, port, timeout=_WAIT_S)
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
