"""Read everything about every host of a stack, side by side; nothing here judges.

Four looks, each over all hosts at once: what one host says about itself; how it
takes strangers; round trips and closed ports between hosts, when nothing else
runs that would disturb them; and the chains, which need time to move.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

from operations.console import step
from operations.hosts import chains, commands, prices, strangers, transfers
from operations.hosts.published import published_configurations
from operations.hosts.scripts import NOT_READ, Output, Shell, UnreachableError, run_all
from operations.hosts.seen import Clock, HostSeen, Probe, Seen, Transfer
from schemas.facts import HostFacts
from schemas.inventory import Inventory
from schemas.workloads import ports_of

PINGS = 16
"""Per pair, the first is not counted (it waits for neighbour discovery); three seconds in all."""

SILENCE_S = 1.5
"""An answer that takes longer never comes: the longest round trip of the atlas is below 0.5 s."""

UNUSED_PORT = 39999
"""No host listens here, so only a firewall that drops keeps the host from refusing it."""

CLOCK_TRIES = 30
"""On a quiet machine one is enough; on a busy one the way to the host has its quick moments too."""
CLOCK_PAUSE_S = 0.1
CLOCK_UNCERTAINTY_MS = 15.0
"""A question that takes twice as long as this is asked again."""

_AT_ONCE = 16
"""Sessions; they mostly wait."""

_Value = TypeVar("_Value")


def gather(inventory: Inventory, shell: Shell, *, ssh: Callable[..., list[str]], store_url: str) -> Seen:
    """Return what is seen of every host now.

    Args:
        inventory: The stack.
        shell: Runs a command line on a host.
        ssh: The SSH command for a host and more arguments, for log-in attempts.
        store_url: Where network configurations are published.
    """
    hosts = inventory.hosts
    with step(f"read {len(hosts)} hosts"):
        seen = _each(hosts, lambda facts: _one_host(facts, shell, ssh))
        for host, published in published_configurations(store_url, [facts.host for facts in hosts]).items():
            seen[host] = replace(seen[host], published=published)
    reached = [facts for facts in hosts if not seen[facts.host].unreachable]
    with step("measure between hosts"):
        between = _each(reached, lambda facts: _between(facts, inventory, neighbour_of(reached, facts), shell))
    for host, found in between.items():
        seen[host] = replace(seen[host], pings=found.pings)
        if found.tried:
            seen[found.tried] = replace(seen[found.tried], neighbour=host, from_neighbour=found.probes)
    with step("watch chains and clocks"):
        seen.update(chains.watched(inventory, seen, shell))
        for facts in reached:
            seen[facts.host] = replace(seen[facts.host], clock=_clock(facts.host, shell))
    sent: Mapping[str, Transfer] = {}
    if inventory.paths:
        with step(f"send a transfer along {len(inventory.paths)} paths"):
            sent = transfers.sent(inventory, seen, shell)
    told = prices.settled_prices(inventory, seen, shell)
    return Seen(inventory=inventory, hosts=seen, transfers=sent, prices=told)


def _each(hosts: Sequence[HostFacts], look: Callable[[HostFacts], _Value]) -> dict[str, _Value]:
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        found = list(pool.map(look, hosts))
    return {facts.host: value for facts, value in zip(hosts, found, strict=True)}


def _one_host(facts: HostFacts, shell: Shell, ssh: Callable[..., list[str]]) -> HostSeen:
    try:
        outputs = run_all(shell, facts.host, commands.host_commands(facts))
    except UnreachableError as error:
        return HostSeen(unreachable=str(error))
    return HostSeen(
        outputs=outputs,
        host_keys=strangers.offered_host_keys(facts.address),
        logins=strangers.refused_logins(facts.host, ssh),
        from_operator=strangers.ports_open(facts.address, _ports(facts), wait_s=SILENCE_S),
    )


def _ports(facts: HostFacts) -> tuple[int, ...]:
    return (*(port.number for port in ports_of(facts.assignments)), UNUSED_PORT)


def ping_targets(inventory: Inventory, facts: HostFacts) -> tuple[HostFacts, ...]:
    """Return the hosts to which a host's promises are measured: its fleet, and one host in each hub's region."""
    others = [other for other in inventory.hosts if other.host != facts.host]
    targets = {other.host: other for other in others if other.fleet == facts.fleet}
    for near in facts.promises.near:
        in_region = [other for other in others if other.region == near.at]
        targets.update({other.host: other for other in in_region[:1]})
    return tuple(targets.values())


@dataclass(frozen=True, kw_only=True)
class _Between:
    """What one host found of others."""

    pings: Mapping[str, tuple[float, ...]]
    tried: str = ""
    """The host whose ports it tried."""
    probes: Mapping[int, Probe] = field(default_factory=dict)


def _between(facts: HostFacts, inventory: Inventory, neighbour: HostFacts | None, shell: Shell) -> _Between:
    """Measure round trips from one host, and try its neighbour's ports, all at the same time."""
    targets = ping_targets(inventory, facts)
    asked = {f"ping {other.host}": commands.ping(other.address, count=PINGS) for other in targets}
    if neighbour:
        for port in _ports(neighbour):
            asked[f"port {port}"] = commands.open_port(neighbour.address, port, wait_s=SILENCE_S)
    try:
        answers = run_all(shell, facts.host, asked, at_once=True)
    except UnreachableError:
        answers = {}  # it was there a moment ago: the checks tell what they miss
    return _Between(
        pings={other.host: round_trips(answers.get(f"ping {other.host}", NOT_READ).text) for other in targets},
        tried=neighbour.host if neighbour else "",
        probes=dict(_probes(answers, neighbour)) if neighbour else {},
    )


def _probes(answers: Mapping[str, Output], neighbour: HostFacts) -> Iterator[tuple[int, Probe]]:
    for port in _ports(neighbour):
        said = answers.get(f"port {port}", NOT_READ).text.strip()
        if said in set(Probe):
            yield port, Probe(said)


def neighbour_of(hosts: Sequence[HostFacts], facts: HostFacts) -> HostFacts | None:
    """Return the host whose ports a host tries: the next one, so that each is tried by another."""
    found = hosts[(hosts.index(facts) + 1) % len(hosts)]
    return None if found == facts else found


def round_trips(text: str) -> tuple[float, ...]:
    """Return the round trips that ping printed, in milliseconds, without the first."""
    times = [float(line.partition("time=")[2].split()[0]) for line in text.splitlines() if "time=" in line]
    return tuple(times[1:])


def _clock(host: str, shell: Shell) -> Clock | None:
    """Return a host's clock against this machine's, from the quickest of a few questions."""
    best: Clock | None = None
    for _ in range(CLOCK_TRIES):
        asked, began = time.time(), time.monotonic()
        try:
            answer = shell(host, "date +%s%N").text.strip()
        except UnreachableError:
            return best
        took_s = time.monotonic() - began
        if not answer.isdigit():
            return best
        found = Clock(
            offset_ms=(int(answer) / 1e9 - (asked + took_s / 2)) * 1000, uncertainty_ms=took_s / 2 * 1000
        )  # fmt: skip
        best = found if best is None or found.uncertainty_ms < best.uncertainty_ms else best
        if best.uncertainty_ms <= CLOCK_UNCERTAINTY_MS:
            break
        time.sleep(CLOCK_PAUSE_S)
    return best
