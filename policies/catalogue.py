"""Every rule, under its ID: the one list that judge, pack, host checks and documentation share."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from policies import cost, identity, operation, proximity, redundancy, security
from policies.attested_rules import ATTESTED_RULES
from policies.fleet_view import FleetView
from policies.host_rules import HOST_RULES
from policies.rule import Rule, Scope
from schemas.report import Finding

Check = Callable[[FleetView], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One rule with its check; rules that only hosts can be judged by have none here."""

    rule: Rule
    check: Check | None


FAMILIES = (cost, identity, operation, proximity, redundancy, security)
"""Packages of which every module with a `RULE` is a rule: a file is all that it takes."""


def _judged() -> Iterator[Entry]:
    for family in FAMILIES:
        for found in pkgutil.iter_modules(family.__path__):
            module = importlib.import_module(f"{family.__name__}.{found.name}")
            if hasattr(module, "RULE"):
                yield Entry(rule=module.RULE, check=module.check)


CATALOGUE: tuple[Entry, ...] = tuple(
    sorted(
        [*_judged(), *(Entry(rule=rule, check=None) for rule in (*HOST_RULES, *ATTESTED_RULES))],
        key=lambda entry: entry.rule.id,
    )
)
"""Sorted by ID."""

RULES: dict[str, Rule] = {entry.rule.id: entry.rule for entry in CATALOGUE}
"""Rule by ID, sorted."""

assert len(RULES) == len(CATALOGUE), "a rule ID is given once"

_TOKENS = frozenset(token for rule in RULES.values() for token in rule.tokens)
_PATTERNS = tuple(sorted(token for token in _TOKENS if "*" in token))


@cache
def is_judged(token: str) -> bool:
    """Return whether any rule judges resources of a type."""
    return token in _TOKENS or any(fnmatchcase(token, pattern) for pattern in _PATTERNS)


@cache
def entries_for(token: str) -> tuple[Entry, ...]:
    """Return the rules that judge a resource of a type by itself."""
    return tuple(
        entry
        for entry in CATALOGUE
        if entry.rule.scope is Scope.RESOURCE and any(fnmatchcase(token, pattern) for pattern in entry.rule.tokens)
    )
