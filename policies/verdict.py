"""What a rule says about one resource: its faults, else what could not be read, else that it is sound."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from policies.resources import Block, Resource
from policies.rule import Rule
from policies.values import ABSENT, LATER, Unknown
from schemas.report import Finding, Severity, Status, Where


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that breaks a rule: what was found and what was expected."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """One value that could not be read."""

    path: str
    why: Unknown
    may_come_later: bool = False
    """True for what only creation can tell (an ARN, an address); a flag, zone or CIDR is known before."""


Found = Iterable[Fault | Doubt]

_SHOWN_LENGTH_MAX = 80


def verdict(rule: Rule, resource: Resource, found: Found, *, severity: Severity | None = None) -> Finding:
    """Return a rule's one finding about a resource.

    Args:
        rule: The rule.
        resource: What is judged.
        found: Faults and doubts; none if it is sound.
        severity: Of this resource, where it is not the rule's own.
    """
    told = tuple(found)
    faults = [one.text for one in told if isinstance(one, Fault)]
    doubts = [one for one in told if isinstance(one, Doubt)]
    if faults:
        finding = rule.failed(resource.name, f"{resource.kind}: {'; '.join(faults)}")
    elif doubts:
        finding = _in_doubt(rule, resource, doubts)
    else:
        finding = rule.passed(resource.name, f"{resource.kind}: keeps the rule")
    host = resource.owner.host if resource.owner else ""
    placed = replace(finding, where=Where(host=host, urn=resource.urn))
    return placed if severity is None else replace(placed, severity=severity)


def expect(
    block: Block | Resource, path: str, accepts: Callable[[Any], bool], expected: str, *, later: bool = False
) -> Iterator[Fault | Doubt]:
    """Yield what is wrong with one property; an absent one is wrong.

    Args:
        block: What has the property.
        path: Dotted path.
        accepts: Whether a known value is right.
        expected: What should be there, as text.
        later: Whether only creation may tell the value.
    """
    value, where = block.get(path), _place(block, path)
    if isinstance(value, Unknown):
        yield Doubt(path=where, why=value, may_come_later=later)
    elif value is ABSENT:
        yield Fault(text=f"{where} is not set; expected {expected}")
    elif not accepts(value):
        yield Fault(text=f"{where} is {shown(value)}; expected {expected}")


def forbid(
    block: Block | Resource, path: str, is_wrong: Callable[[Any], bool], expected: str, *, later: bool = False
) -> Iterator[Fault | Doubt]:
    """Yield what is wrong with one property that may as well be absent; arguments as for `expect`."""
    value, where = block.get(path), _place(block, path)
    if isinstance(value, Unknown):
        yield Doubt(path=where, why=value, may_come_later=later)
    elif value is not ABSENT and is_wrong(value):
        yield Fault(text=f"{where} is {shown(value)}; expected {expected}")


def shown(value: Any) -> str:
    """Return a value as text, the same from every feed: the wire makes floats of numbers and keeps no order of keys."""
    if isinstance(value, (bool, str)) or value is None:
        text = repr(value)
    elif isinstance(value, (int, float)):
        text = f"{value:g}"
    else:
        text = json.dumps(value, sort_keys=True, default=lambda unknown: f"<{getattr(unknown, 'reason', '?')}>")
    return text if len(text) <= _SHOWN_LENGTH_MAX else f"{text[:_SHOWN_LENGTH_MAX]}..."


def number(value: Any) -> float:
    """Return a number that may have come as text; not a number where it is none, which no limit accepts."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def unread(blocks: Iterable[Block], *, later: bool = False) -> Iterator[Doubt]:
    """Yield a doubt for each block that is unknown as a whole."""
    for block in blocks:
        if isinstance(block.value, Unknown):
            yield Doubt(path=block.path, why=block.value, may_come_later=later)


def is_true(value: Any) -> bool:
    """Return whether a flag is on: providers write `true`, "true", "TRUE", "enabled" or 1."""
    return value is True or str(value).lower() in ("true", "enabled", "1", "1.0")


def is_false(value: Any) -> bool:
    """Return whether a flag is off, in the same spellings."""
    return value is False or str(value).lower() in ("false", "disabled", "0", "0.0", "")


def _place(block: Block | Resource, path: str) -> str:
    return block.at(path) if isinstance(block, Block) else path


def _in_doubt(rule: Rule, resource: Resource, doubts: list[Doubt]) -> Finding:
    told = ", ".join(f"{doubt.path} ({doubt.why.reason})" for doubt in doubts)
    # A secret stays one: nothing that comes later settles it.
    waits = all(doubt.may_come_later and doubt.why == LATER for doubt in doubts)
    return rule.finding(
        Status.DEFERRED if waits else Status.NOT_EVALUATED,
        resource.name,
        f"{resource.kind}: not known: {told}",
        remedy="" if waits else "Give a plain value, known at preview: no output of another resource, no secret.",
    )
