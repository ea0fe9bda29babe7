"""What hosts are seen to do: one quick look each, for a status or a live view; verification looks deeper."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from operations.hosts import commands
from operations.hosts.chains import wait_s
from operations.hosts.relayer_checks import PENDING_AGE_S_MAX, ROUND_AGE_S_MAX
from operations.hosts.scripts import Shell, UnreachableError, run_all
from operations.hosts.seen import HostSeen, NotReadError
from schemas.facts import HostFacts
from schemas.inventory import Inventory
from schemas.status import HostWork, NodeWork, WorkState
from schemas.workloads import Service, Tells

ANSWER_S_MAX = 8.0
"""A host that has not answered by then counts as unreachable: a live view must not wait for the slowest."""

_SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)(?: -?\d+)?$", re.M)

_TOGETHER: Mapping[Tells, Callable[[list[float]], float]] = {
    Tells.LEADER: max,
    Tells.PACKETS: sum,
    Tells.OLDEST_PENDING_S: max,
    Tells.LAST_ROUND_AT: min,
    Tells.PRICE_AGE_S: max,
}


def work_of(inventory: Inventory, shell: Shell) -> tuple[HostWork, ...]:
    """Return what every host of a stack is seen to do, in the inventory's order; all are asked at once."""
    with ThreadPoolExecutor(max_workers=max(1, len(inventory.hosts))) as pool:
        return tuple(pool.map(lambda facts: _look(inventory, facts, shell), inventory.hosts))


def _look(inventory: Inventory, facts: HostFacts, shell: Shell) -> HostWork:
    try:
        seen = HostSeen(outputs=run_all(shell, facts.host, work_commands(facts), at_once=True))
    except UnreachableError as error:
        return _work(facts, WorkState.UNREACHABLE, str(error))
    return host_work(inventory, facts, seen, now_s=time.time())


def work_commands(facts: HostFacts) -> dict[str, str]:
    """Return the readings of a look, by name; a host whose clients tell nothing is still asked for its time."""
    return {
        commands.TIME: "date +%s.%N",
        **{_status(node): commands.rpc("status", port=node.port("rpc")) for node in facts.nodes},
        **{_metrics(service): commands.metrics(facts, service) for service in facts.services if service.workload.signs},
    }


def host_work(inventory: Inventory, facts: HostFacts, seen: HostSeen, *, now_s: float) -> HostWork:
    """Return what a host's readings say of its work.

    Args:
        inventory: The stack.
        facts: The host.
        seen: The outputs of `work_commands`.
        now_s: The looking machine's time, in seconds since 1970: a host with a stopped clock finds its blocks fresh.
    """
    if commands.TIME not in seen.outputs:
        return _work(facts, WorkState.UNREAD, "it let us in and answered nothing")
    if not any(service.workload.units for service in facts.services):
        return _work(facts, WorkState.IDLE)
    nodes: list[NodeWork] = []
    unread: list[str] = []
    stalled: list[str] = []
    for service in facts.nodes:
        node, problem, read = _node(inventory, service.chain or facts.chain, _status(service), seen, now_s)
        nodes.append(node)
        if problem:
            (stalled if read else unread).append(problem)
    told: dict[Tells, float] = {}
    for service in facts.services:
        try:
            told.update(_told(service, seen))
        except NotReadError as error:
            unread.append(f"{service.name}: {error}")
    stalled += _too_old(told, now_s)
    if not nodes and not told and not unread:
        unread.append("nothing on it tells of its work")
    state = WorkState.UNREAD if unread else WorkState.STALLED if stalled else WorkState.WORKING
    return _work(facts, state, "; ".join(unread + stalled), nodes=tuple(nodes), told=told)


def _node(
    inventory: Inventory, chain: str, reading: str, seen: HostSeen, now_s: float
) -> tuple[NodeWork, str, bool]:  # fmt: skip
    """Return a node's work, what is wrong with it, and whether it could be read at all."""
    try:
        status = seen.rpc(reading)
        sync = status["sync_info"]
        height, at = int(sync["latest_block_height"]), _time_s(str(sync["latest_block_time"]))
        network, behind = str(status["node_info"]["network"]), bool(sync["catching_up"])
    except (NotReadError, KeyError, TypeError, ValueError) as error:
        why = "does not answer" if isinstance(error, NotReadError) else f"answers without {error}"
        return NodeWork(chain=chain, height=None, block_age_s=None), f"the node of {chain} {why}", False
    work = NodeWork(chain=chain, height=height, block_age_s=round(now_s - at, 1))
    made = next((c for c in inventory.chains if c.chain == chain), None)
    if made is None:
        return work, f"the stack has no chain {chain}", False
    if network != made.chain_id:
        return work, f"its node is of chain {network}, expected {made.chain_id}", True
    if now_s - at > wait_s(made):
        return work, f"the last block of {chain} is {now_s - at:.0f} s old, allowed: {wait_s(made):.0f} s", True
    return work, f"its node of {chain} is catching up" if behind else "", True


def _time_s(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _told(service: Service, seen: HostSeen) -> Iterator[tuple[Tells, float]]:
    """Yield what a service's metrics tell.

    Raises:
        NotReadError: They could not be read, or one that its client declares is missing.
    """
    if not service.workload.signs:
        return
    text = seen.text(_metrics(service))
    samples: dict[str, list[float]] = {}
    wanted = {sign.metric for sign in service.workload.signs}  # others may be NaN or infinite by right
    for name, value in (sample for sample in _SAMPLE.findall(text) if sample[0] in wanted):
        samples.setdefault(name, []).append(_number(name, value))
    for sign in service.workload.signs:
        if sign.metric in samples:
            yield sign.tells, _TOGETHER[sign.tells](samples[sign.metric])
        elif sign.tells is Tells.PACKETS and f"# TYPE {sign.metric} counter\n" in text:
            yield sign.tells, 0.0  # a counter with labels has no sample before the first packet
        else:
            raise NotReadError(f"it has no metric {sign.metric}")


def _number(name: str, value: str) -> float:
    """Return a sample's value; NaN is refused, since it is below every limit and above none."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise NotReadError(f"metric {name} is '{value}', no number")
    return number


def _too_old(told: Mapping[Tells, float], now_s: float) -> Iterator[str]:
    round_age_s = now_s - told.get(Tells.LAST_ROUND_AT, now_s)
    if round_age_s > ROUND_AGE_S_MAX:
        yield f"looked at its paths {round_age_s:.0f} s ago, allowed: {ROUND_AGE_S_MAX:.0f} s"
    waiting_s = told.get(Tells.OLDEST_PENDING_S, 0)
    if waiting_s > PENDING_AGE_S_MAX:
        yield f"a packet waits for {waiting_s:.0f} s, allowed: {PENDING_AGE_S_MAX:.0f} s"


def _work(
    facts: HostFacts, state: WorkState, detail: str = "", *, nodes: tuple[NodeWork, ...] = (),
    told: Mapping[Tells, float] | None = None,
) -> HostWork:  # fmt: skip
    told = told or {}
    return HostWork(
        host=facts.host, fleet=facts.fleet, role=facts.role, region=facts.region, state=state, detail=detail,
        nodes=nodes,
        leader=told[Tells.LEADER] >= 1 if Tells.LEADER in told else None,
        packets=int(told[Tells.PACKETS]) if Tells.PACKETS in told else None,
        oldest_pending_s=told.get(Tells.OLDEST_PENDING_S),
        price_age_s=told.get(Tells.PRICE_AGE_S),
    )  # fmt: skip


def _status(service: Service) -> str:
    return commands.follower(service)


def _metrics(service: Service) -> str:
    return f"metrics of {service.name}"
