"""The steps of a scenario, done to the lab; what they did is kept, so that what should follow is known."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import singledispatchmethod

from lab import exchanges
from lab import faults as lab_faults
from lab.containers import kill_host
from lab.links import Link, set_links, set_loss
from lab.naming import region_number
from operations.drills.ground import Ground, Target
from operations.drills.price_watching import sources_of
from schemas.errors import UsageError
from schemas.loading.drill_file import Lose, On, Partition, Prices, Shift, Signal

SIGNALS = {"kill": "SIGKILL", "pause": "SIGSTOP", "resume": "SIGCONT"}


@dataclass
class Faults:
    """What has been done to a stack in one run, and not been healed."""

    ground: Ground
    target: Target
    down: set[str] = field(default_factory=set)
    """Hosts whose workload does not run."""
    paused: set[str] = field(default_factory=set)
    cut: set[frozenset[str]] = field(default_factory=set)
    """Pairs of hosts that do not hear each other."""

    def chosen(self, on: On) -> tuple[str, ...]:
        """Return the hosts that a step is about."""
        return self.ground.chosen(on, self.target)

    @singledispatchmethod
    def apply(self, step: object) -> tuple[str, tuple[str, ...]]:
        """Do a step; return what was done in words, and to which hosts.

        Raises:
            BackendError: The lab refused.
            UsageError: The step names hosts that are not there.
        """
        raise AssertionError(f"{step!r} is no fault")

    @apply.register
    def _(self, step: Lose) -> tuple[str, tuple[str, ...]]:
        hosts = self.chosen(step.on)
        for host in hosts:
            kill_host(self.ground.stack, host)
            self.down.add(host)
        return f"{self.target.name or ', '.join(hosts)} lost its power", hosts

    @apply.register
    def _(self, step: Signal) -> tuple[str, tuple[str, ...]]:
        hosts = self.chosen(step.on)
        for host in hosts:
            self._signal(step.do, host)
        told = {"kill": "killed", "pause": "paused", "resume": "resumed", "stop": "stopped", "start": "started"}
        return f"workload of {', '.join(hosts)} {told[step.do]}", hosts

    def _signal(self, what: str, host: str) -> None:
        stack, units = self.ground.stack, self.ground.units(host)
        if what in SIGNALS:
            lab_faults.signal_units(stack, host, units, SIGNALS[what])
        else:
            lab_faults.run_inside(stack, host, ["systemctl", what, "--no-block", *units])
        if what == "pause":
            self.paused.add(host)
        if what == "stop":
            self.down.add(host)
        if what in ("resume", "start"):
            self.paused.discard(host)
            self.down.discard(host)

    @apply.register
    def _(self, step: Partition) -> tuple[str, tuple[str, ...]]:
        hosts = [host.host for host in self.ground.fleet_of_role(step.role)]
        at = step.rotate % max(len(hosts), 1)
        ordered = hosts[at:] + hosts[:at]
        self.cut = set(cut_pairs(step.shape, ordered))
        address = {host: self.ground.host(host).address for host in ordered}
        for host in ordered:
            away = {address[other] for other in ordered if frozenset((host, other)) in self.cut}
            # one way: the first hears nobody, and what it says still arrives
            deaf = away if step.shape != "one_way" or host == ordered[0] else set()
            mute = away if step.shape != "one_way" else set()
            if away:
                lab_faults.separate(self.ground.stack, host, deaf_to=deaf, mute_to=mute)
        return f"{step.role}s cut apart: {step.shape.replace('_', ' ')}", tuple(ordered)

    @apply.register
    def _(self, step: Shift) -> tuple[str, tuple[str, ...]]:
        set_wide_area_network(self.ground, step)
        told = (
            f"round trips x{step.round_trip_factor:g}, jitter +{step.jitter_ms_more:g} ms, loss {step.loss_percent:g} %"
        )
        return f"between all regions: {told}", ()

    @apply.register
    def _(self, step: Prices) -> tuple[str, tuple[str, ...]]:
        sources = sources_of(self.ground)[: step.sources]
        if not sources:
            raise UsageError(f"stack '{self.ground.stack}' reads no prices", remedy="Choose another scenario.")
        if step.how == "honest":
            exchanges.set_faults(self.ground.stack, {})
            return "all exchanges are honest", ()
        fault = exchanges.Fault(do=step.how, bps=step.bps, since=time.time())
        exchanges.set_faults(self.ground.stack, dict.fromkeys(sources, fault))
        amount = {"lie": f" by {step.bps:g} basis points", "drift": f" by {step.bps:g} basis points a second"}
        return f"{', '.join(sources)} {step.how}{amount.get(step.how, '')}", ()

    def foretold(self) -> dict[str, bool]:
        """Return whether each chain should go on with what is broken now."""
        # a host that hears everybody stands in no pair, and joins the others' groups
        fleets = {self.ground.host(host).fleet for pair in self.cut for host in pair}
        apart = [host.host for host in self.ground.plan.hosts if host.fleet in fleets]
        return self.ground.foretold(self.down | self.paused, groups(apart, self.cut) if self.cut else ())


def cut_pairs(shape: str, hosts: list[str]) -> Iterator[frozenset[str]]:
    """Yield the pairs that a partition cuts; shapes as Jepsen names them.

    Args:
        shape: `one`, `one_way`: the first from all others. `halves`: the first half from the rest. `bridge`: halves
            that one host in the middle hears both of. `majorities_ring`: each hears only a majority around it.
        hosts: In order.
    """
    count = len(hosts)
    half, reach = count // 2, (count // 2 + 1) // 2
    for i, one in enumerate(hosts):
        for j in range(i + 1, count):
            apart = min(j - i, count - (j - i))
            is_cut = {
                "one": i == 0,
                "one_way": i == 0,
                "halves": i < half <= j,
                "bridge": i < half < j,
                "majorities_ring": apart > reach,
            }[shape]
            if is_cut:
                yield frozenset((one, hosts[j]))


def groups(hosts: Iterable[str], cut: set[frozenset[str]]) -> tuple[frozenset[str], ...]:
    """Return the groups of hosts that hear each other, directly or through others."""
    left, found = set(hosts), []
    while left:
        group, edge = set[str](), {min(left)}
        while edge:
            group |= edge
            left -= edge
            edge = {other for other in left if any(frozenset((one, other)) not in cut for one in edge)}
        found.append(frozenset(group))
    return tuple(found)


AS_PLANNED = Shift(do="shift")
"""Changes nothing: every link as the plan has it."""


def set_wide_area_network(ground: Ground, shift: Shift) -> None:
    """Set what separates any two regions: what the plan says, shifted.

    Raises:
        BackendError: No router answers.
    """
    numbers = {region.region: region_number(region.cidr) for region in ground.plan.regions}
    pairs = [(numbers[link.region], numbers[link.other], link) for link in ground.plan.links]
    set_links(ground.stack, (
        Link(
            number=one, other=other, round_trip_ms=link.round_trip_ms * shift.round_trip_factor,
            jitter_ms=link.jitter_ms + shift.jitter_ms_more,
        )
        for one, other, link in pairs
    ))  # fmt: skip
    for one, other, _ in pairs:
        set_loss(ground.stack, one, other, share=shift.loss_percent / 100)
        set_loss(ground.stack, other, one, share=shift.loss_percent / 100)
