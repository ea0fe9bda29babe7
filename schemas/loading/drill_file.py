"""Drill scenarios, from YAML to data: strict, and every mistake with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from schemas.diagnostics import Diagnostic, InvalidDocumentError
from schemas.document import Document, read_file
from schemas.locations import REPOSITORY
from schemas.roles import Role
from schemas.spec.base import FORMS, Model, Name
from schemas.structure import Format, structure_problems

_Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Take = Literal["one", "half", "all"]
_Seconds = Annotated[float, Field(gt=0, le=3600)]
_Blocks = Annotated[int, Field(ge=1, le=10_000)]


class On(Model):
    """Which hosts a step is about: those of the target, or some of a role, or some by name."""

    target: bool = False
    """The hosts of the domain that `each` goes through."""
    role: Role | None = None
    """Hosts of the fleet that has most of this role, in the order of the plan."""
    take: _Take = "all"
    """How many of them: the first, the first half (rounded down), or all."""
    hosts: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    """Hosts by name."""


class Lose(Model):
    """Hosts lose their power at once, and come back only when they are healed."""

    do: Literal["lose"]
    on: On


class Signal(Model):
    """Something is done to the processes of hosts' workloads."""

    do: Literal["kill", "pause", "resume", "stop", "start"]
    """`kill`: SIGKILL; `pause`: SIGSTOP; `resume`: SIGCONT; `stop` and `start`: as systemd does."""
    on: On


class Partition(Model):
    """Hosts of a role are cut off from each other; operators still reach them."""

    do: Literal["partition"]
    shape: Literal["one", "halves", "one_way", "bridge", "majorities_ring"]
    """As Jepsen names them; `one_way`: the first host hears nobody and is heard by all."""
    role: Role
    rotate: Annotated[int, Field(ge=0, le=1000)] = 0
    """Begin with another host."""


class Shift(Model):
    """The wide-area network gets worse, between all regions."""

    do: Literal["shift"]
    round_trip_factor: Annotated[float, Field(ge=0.1, le=20)] = 1
    jitter_ms_more: Annotated[float, Field(ge=0, le=500)] = 0
    loss_percent: Annotated[float, Field(ge=0, le=90)] = 0


class Prices(Model):
    """The lab's exchanges go wrong: what this says holds until the next such step, and until the heal."""

    do: Literal["prices"]
    how: Literal["lie", "drift", "freeze", "refuse", "honest"]
    """`lie`: off by `bps`. `drift`: off by `bps` more every second. `freeze`: the same price for ever. `refuse`: 503."""
    sources: Annotated[int, Field(ge=1, le=50)] | None = None
    """How many, the first by name; left out: all that the stack's oracles read."""
    bps: Annotated[float, Field(ge=-10_000, le=10_000)] = 0
    """Basis points."""


class ExpectPrices(Model):
    """What every oracle must say of every pair, for a while."""

    do: Literal["expect_prices"]
    served: bool
    """Whether a value is served; a served one must be within the pair's deviation of the true price of its time."""
    within_s: _Seconds = 90
    """How long it may take until it is so."""
    for_s: _Seconds = 10
    """How long it must stay so."""


class DamageSignState(Model):
    """A signer is stopped, its sign state is damaged, and it is started again: it must refuse."""

    do: Literal["damage_sign_state"]
    how: Literal["lost", "truncated", "flipped", "rolled_back"]
    on: On
    refuses_within_s: _Seconds = 90


class Watch(Model):
    """Nothing is done for a while; the chains are watched."""

    do: Literal["watch"]
    blocks: _Blocks | None = None
    """Until a chain that should go on has made so many blocks."""
    seconds: _Seconds | None = None
    """For so long."""
    chain: Literal["goes_on", "halts", "as_foretold", "any"] = "as_foretold"
    """`as_foretold`: as `geofleet simulate` says for what is lost at this moment."""
    gap_s_max: _Seconds | None = None
    """Longest time between two blocks of a chain that goes on."""


class Heal(Model):
    """Everything is put right; the chain must resume. Every run ends with it, whatever happened."""

    do: Literal["heal"]
    resumes_within_s: _Seconds = 120


Step = Annotated[
    Lose | Signal | Partition | Shift | Prices | ExpectPrices | DamageSignState | Watch | Heal,
    Field(discriminator="do"),
]


class Each(Model):
    """One run for each of these."""

    domain: Literal["host", "zone", "region", "provider"]
    role: Role | None = None
    """Only domains that hold hosts of this role."""


class About(Model):
    """What the scenario is called and what it shows."""

    name: Name
    title: _Words
    why: _Words = "-"
    """The incident or attack that it repeats, with its source."""


class Scenario(Model):
    """A drill as data."""

    api_version: Literal["geofleet/v1"] = Field(alias="apiVersion")
    kind: Literal["Drill"]
    metadata: About
    each: Each | None = None
    needs: Role = Role.VALIDATOR
    """Role without which the scenario makes no sense; a stack without it skips the scenario, and says so."""
    time_limit_s: Annotated[float, Field(gt=0, le=7200)] = 300
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=50)]


_FORMAT = Format(model=Scenario, family="DRILL", forms=FORMS)

SCENARIOS = REPOSITORY / "stacks" / "drills"
"""Where the shipped scenarios are."""


def scenario_names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios, sorted."""
    return tuple(sorted(path.stem for path in SCENARIOS.glob("*.yaml")))


def read_scenario(path: Path) -> Scenario:
    """Read a scenario.

    Raises:
        InvalidDocumentError: It is missing or wrong; every mistake is named.
    """
    shown = str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)
    document = read_file(path, source=shown)
    try:
        found = Scenario.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise InvalidDocumentError(structure_problems(document, error, _FORMAT)) from None
    problems = tuple(_meaning_problems(document, found))
    if problems:
        raise InvalidDocumentError(problems)
    return found


def _meaning_problems(document: Document, found: Scenario) -> Iterator[Diagnostic]:
    for position, step in enumerate(found.steps):
        path = ("steps", position)
        if isinstance(step, Watch) and (step.blocks is None) == (step.seconds is None):
            yield document.diagnostic(
                "DRILL301", "a watch lasts for 'blocks' or for 'seconds', and this one says neither or both",
                (*path, "do"), remedy="Say one of them.",
            )  # fmt: skip
        on = getattr(step, "on", None)
        if isinstance(on, On):
            said = [
                word for word, is_said in (("target", on.target), ("role", on.role), ("hosts", on.hosts)) if is_said
            ]
            if len(said) != 1:
                yield document.diagnostic(
                    "DRILL302", f"'on' must name hosts in one way, and names them by {' and '.join(said) or 'none'}",
                    (*path, "on"), remedy="Say one of 'target: true', 'role: ROLE' or 'hosts: [HOST]'.",
                )  # fmt: skip
            if on.target and found.each is None:
                yield document.diagnostic(
                    "DRILL303", "'target' is a domain that 'each' goes through, and this scenario has no 'each'",
                    (*path, "on", "target"), remedy="Add 'each: {domain: region}', or name the hosts.",
                )  # fmt: skip
