"""Runs a scenario against one target: its steps in order, the claims that they make, and always a heal."""

from __future__ import annotations

import datetime
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from operations.drills import healing, price_watching, sign_states
from operations.drills.faults import Faults
from operations.drills.ground import Ground, Target
from operations.drills.watching import Watch
from schemas.drill import Claim, DrillResult, Event, Happening, Verdict
from schemas.errors import BackendError, FleetError
from schemas.loading.drill_file import DamageSignState, ExpectPrices, Heal, Scenario, Signal, Step
from schemas.loading.drill_file import Watch as WatchStep
from schemas.roles import Role

GOES_ON_S_MIN = 60.0
"""A chain that should go on gets at least so long, and ten of its block times, to make one block: rounds of dead
proposers time out one after another (measured: 6 s for one of four, research/nodes.md)."""

BLOCKS_SLOWEST_S = 12.0
"""How long one block may take on average while a third of the proposers is dead."""

SETTLES_S = 12.0
"""After this a chain that must halt has halted: what was under way is decided or given up."""

_LOOK_S = 0.25


class DrillError(BackendError):
    """A drill could not be carried out: the stack was not sound before, or a step could not be done."""


@dataclass
class Run:
    """One run of a scenario."""

    ground: Ground
    scenario: Scenario
    target: Target
    say: Callable[[str], None]
    claims: list[Claim] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepare watcher and faults."""
        makers = {h.host: c.chain for c in self.ground.plan.chains for h in self.ground.makers(c.chain)}
        self.watch = Watch(stack=self.ground.stack, makers=makers)
        self.faults = Faults(ground=self.ground, target=self.target)
        self.deadline = 0.0

    def __call__(self) -> DrillResult:
        """Run it; whatever happens, the stack is healed before this returns."""
        began = datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds")
        problem, healed = "", False
        self.watch.start()
        try:
            self._sound()
            healing.begin(self.ground.stack, self.scenario.metadata.name, self.target.name)
            self.deadline = time.monotonic() + self.scenario.time_limit_s
            for step in self.scenario.steps:
                self._require_time()
                healed = isinstance(step, Heal)
                self._step(step)
        except FleetError as error:
            problem = str(error)
        finally:
            if not healed:
                problem = "; ".join(part for part in (problem, self._heal_quietly()) if part)
        self.watch.stop()
        self._safety()
        return self._result(began, problem)

    def _sound(self) -> None:
        """Wait until every node makes blocks: a drill on a broken stack shows nothing.

        Raises:
            DrillError: A node does not.
        """
        missing = self._not_moving(60)
        if missing:
            raise DrillError(
                f"no block from {', '.join(sorted(missing))} before the drill",
                remedy=f"Put the stack right first: geofleet up {self.ground.stack}.",
            )

    def _require_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise DrillError(f"the time limit of {self.scenario.time_limit_s:g} s is over")

    def _step(self, step: Step) -> None:
        if isinstance(step, WatchStep):
            self._watch(step)
        elif isinstance(step, ExpectPrices):
            self._expect_prices(step)
        elif isinstance(step, Heal):
            self._heal(step)
        elif isinstance(step, DamageSignState):
            for host in self.faults.chosen(step.on):
                self._damage(step, host)
        else:
            at = self.watch.now_s()
            text, hosts = self.faults.apply(step)
            mends = isinstance(step, Signal) and step.do in ("resume", "start")
            self._event(Happening.MENDED if mends else Happening.FAULT, at, text, hosts)

    def _expect_prices(self, step: ExpectPrices) -> None:
        at = self.watch.now_s()
        word = "served near the truth" if step.served else "not served"

        def wrong() -> list[str]:
            found = price_watching.answers(self.ground)
            return [told for answer in found if (told := answer.problem(served=step.served))]

        self._until(lambda: not wrong(), step.within_s)
        problems = wrong()
        took = self.watch.now_s() - at
        count = len(price_watching.answers(self.ground))
        self._claim(
            f"every price is {word}", count > 0 and not problems, f"within {step.within_s:g} s",
            "; ".join(problems[:3]) or (f"{count} prices after {took:.1f} s" if count else "no oracle has pairs"),
        )  # fmt: skip
        if not problems:

            def broken() -> bool:
                problems.extend(wrong())
                return bool(problems)

            self._until(broken, step.for_s)
            self._claim(
                f"every price stays {word}", not problems, f"for {step.for_s:g} s", "; ".join(problems[:3]) or "it did"
            )
        self._event(Happening.WATCH, at, f"prices: {word}", ())

    def _damage(self, step: DamageSignState, host: str) -> None:
        at = self.watch.now_s()
        if step.how == "rolled_back":
            sign_states.keep_old(self.ground, host)
            self._until(lambda: False, 5)  # it signs on, so that the copy is of the past
        sign_states.damage(self.ground, host, step.how)
        self.faults.down.add(host)
        found = sign_states.refusal(self.ground, host, within_s=step.refuses_within_s)
        how = step.how.replace("_", " ")
        self._event(Happening.FAULT, at, f"sign state of {host} {how}", (host,))
        self._claim(f"{host} refuses to sign ({how})", found.refused, "the start guard refuses", found.said)

    def _watch(self, step: WatchStep) -> None:
        at, told = self.watch.now_s(), self.faults.foretold()
        expected = {chain: self._expected(step, goes_on) for chain, goes_on in told.items()}
        heights = {chain: self.watch.height(chain) for chain in told}
        if not all(expected.values()):
            self._until(lambda: False, SETTLES_S)
            heights |= {chain: self.watch.height(chain) for chain, goes_on in expected.items() if not goes_on}
        if any(expected.values()):
            self._until(lambda: self._has_made(step, heights, expected), self._patience_s(step))
        else:
            self._until(lambda: False, step.seconds or SETTLES_S)
        for chain, goes_on in expected.items():
            self._judge(step, chain, goes_on, heights[chain], at)
        words = f"{step.blocks} blocks" if step.blocks else f"{step.seconds:g} s"
        self._event(Happening.WATCH, at, f"watched for {words}", ())

    @staticmethod
    def _expected(step: WatchStep, goes_on: bool) -> bool:
        return {"goes_on": True, "halts": False, "any": False}.get(step.chain, goes_on)

    def _patience_s(self, step: WatchStep) -> float:
        if step.blocks is None:
            return float(step.seconds or 0)
        slowest = max((c.block_time_ms / 1000 for c in self.ground.plan.chains), default=1.0)
        return max(GOES_ON_S_MIN, step.blocks * (slowest + BLOCKS_SLOWEST_S))

    def _has_made(self, step: WatchStep, heights: dict[str, int], expected: dict[str, bool]) -> bool:
        if step.blocks is None:
            return False
        return all(self.watch.height(c) >= heights[c] + step.blocks for c, goes_on in expected.items() if goes_on)

    def _judge(self, step: WatchStep, chain: str, goes_on: bool, since: int, at: float) -> None:
        made = self.watch.height(chain) - since
        foretold = " (as simulate foretells)" if step.chain == "as_foretold" else ""
        if step.chain == "any":
            return
        if not goes_on:
            self._claim(f"{chain} halts{foretold}", made == 0, "no block", f"{made} blocks")
            return
        wanted = step.blocks or 1
        self._claim(f"{chain} goes on{foretold}", made >= wanted, f"{wanted} blocks", f"{made} blocks")
        if step.gap_s_max is not None:
            gap = self._longest_gap(chain, at)
            self._claim(
                f"{chain} without a long gap", gap <= step.gap_s_max, f"at most {step.gap_s_max:g} s", f"{gap:.1f} s"
            )

    def _longest_gap(self, chain: str, since_s: float) -> float:
        firsts: dict[int, float] = {}
        for block in list(self.watch.blocks):
            if block.chain == chain:
                firsts[block.height] = min(block.at_s, firsts.get(block.height, block.at_s))
        times = sorted(at for at in firsts.values() if at >= since_s)
        marks = [since_s, *times, self.watch.now_s()]
        return max(later - earlier for earlier, later in itertools.pairwise(marks))

    def _heal(self, step: Heal) -> None:
        at = self.watch.now_s()
        problems = healing.heal(self.ground)
        self._claim("everything is healed", not problems, "no complaint", "; ".join(problems) or "no complaint")
        self.faults.down.clear()
        self.faults.paused.clear()
        self.faults.cut.clear()
        missing = self._not_moving(step.resumes_within_s)
        took = self.watch.now_s() - at
        told = f"no block from {', '.join(sorted(missing))}" if missing else f"after {took:.1f} s"
        self._claim("every node makes blocks again", not missing, f"within {step.resumes_within_s:g} s", told)
        self._event(Happening.HEAL, at, f"healed, every node at the tip {told}", ())

    def _heal_quietly(self) -> str:
        at, problems = self.watch.now_s(), healing.heal(self.ground)
        self._event(Happening.HEAL, at, "healed", ())
        return "; ".join(problems)

    def _not_moving(self, within_s: float) -> set[str]:
        """Wait until every node has a block that it had not; return those that have none in time."""
        start = len(self.watch.blocks)
        waiting = set(self.watch.makers)

        def moved() -> bool:
            nonlocal start
            fresh = self.watch.blocks[start:]
            start += len(fresh)
            tip = {chain: self.watch.height(chain) for chain in self.watch.makers.values()}
            waiting.difference_update(b.host for b in fresh if b.height >= tip[b.chain] - 1)
            return not waiting

        self._until(moved, within_s)
        return waiting

    def _until(self, done: Callable[[], bool], limit_s: float) -> None:
        end = time.monotonic() + limit_s
        while time.monotonic() < end and not done():
            time.sleep(min(_LOOK_S, max(end - time.monotonic(), 0)))

    def _safety(self) -> None:
        fork, double = self.watch.fork(), self.watch.double_signature()
        self._claim("no fork", not fork, "one block at each height", fork or f"{len(self.watch.hashes)} heights alike")
        seen = f"{self.watch.signatures_seen} signatures seen, {len(self.watch.votes)} votes"
        self._claim("no double signature", not double, "one vote for each step", double or seen)

    def _claim(self, name: str, held: bool, expected: str, found: str) -> None:
        self.claims.append(Claim(name=name, held=held, expected=expected, found=found))
        if not held:
            self._event(Happening.FOUND, self.watch.now_s(), f"{name}: expected {expected}, found {found}", ())

    def _event(self, happening: Happening, at: float, text: str, hosts: tuple[str, ...]) -> None:
        until = round(self.watch.now_s(), 2)
        self.events.append(Event(at_s=round(at, 2), until_s=until, happening=happening, text=text, hosts=hosts))
        self.say(f"    {at:6.1f} s  {text}")

    def _result(self, began: str, problem: str) -> DrillResult:
        held = all(claim.held for claim in self.claims)
        verdict = Verdict.FAILED if not held else Verdict.BROKEN if problem else Verdict.PASSED
        return DrillResult(
            stack=self.ground.stack, scenario=self.scenario.metadata.name, title=self.scenario.metadata.title,
            target=self.target.name, began=began, duration_s=round(self.watch.now_s(), 1), verdict=verdict,
            problem=problem, claims=tuple(self.claims), events=tuple(self.events), blocks=tuple(self.watch.blocks),
            hosts=tuple(self.watch.makers), signatures_seen=self.watch.signatures_seen,
            votes_apart=len(self.watch.votes),
        )  # fmt: skip


def skipped_because(ground: Ground, scenario: Scenario) -> str:
    """Return why a scenario makes no sense for a stack; empty when it does."""
    if not ground.of_role(scenario.needs):
        return f"the stack runs no {scenario.needs}"
    if scenario.needs is Role.ORACLE and not price_watching.sources_of(ground):
        return "the stack's oracles report no pairs"
    if scenario.needs is Role.VALIDATOR and not ground.plan.chains:
        return "the stack makes no chain"
    return ""
