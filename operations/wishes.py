"""What a new spec is asked for, from flags or from answers on a terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import click

from schemas.diagnostics import nearest
from schemas.errors import UsageError
from schemas.roles import Domain, Role
from schemas.spec import Metadata
from schemas.spec.base import CHAIN_ID, FORMS, NAME, REGION, REGION_PATTERN

ENVIRONMENTS: tuple[str, ...] = get_args(Metadata.model_fields["environment"].annotation)
DOMAINS = tuple(kind.value for kind in (Domain.ZONE, Domain.REGION, Domain.METRO, Domain.PROVIDER))

Given = Mapping[str, str | None]
"""Flag to what was given for it."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a new spec shall say."""

    name: str
    environment: str
    roles: tuple[str, ...]
    regions: tuple[str, ...]
    domains: tuple[str, ...] | None
    """What every fleet goes on without; None for the most that can be kept."""
    chain: str
    hub: str
    """Region that relayers are near to; empty for the first that may be used."""


def wishes_of(given: Given, path: Path | None, *, asks: bool) -> Wishes:
    """Return what was given; asks for the rest, or takes what most people want.

    Raises:
        UsageError: An answer is of the wrong form.
    """
    asked = _Asked(given, asks)
    name = _formed(asked.answer("name", "Name of the network", path.stem if path else "network"), NAME, "a network")
    environment = asked.answer("environment", f"Environment ({', '.join(ENVIRONMENTS)})", "lab")
    roles = _listed(asked.answer("roles", "Fleets, by role", "validator"), tuple(Role), "role")
    regions = _list(asked.answer("regions", "Regions that may be used, as patterns", "aws:*,gcp:*"))
    domains = _list(given.get("survive") or "")
    chain = asked.answer("chain", "Chain that validators make", f"{name}-1") if "validator" in roles else ""
    hub = asked.answer("hub", "Region that relayers are near to", "") if "relayer" in roles else ""
    return Wishes(
        name=name,
        environment=_listed(environment, ENVIRONMENTS, "environment")[0],
        roles=roles,
        regions=tuple(_formed(pattern, REGION_PATTERN, "regions") for pattern in regions),
        domains=_listed(given["survive"] or "", DOMAINS, "failure domain") if domains else None,
        chain=_formed(chain, CHAIN_ID, "a chain") if chain else "",
        hub=_formed(hub, REGION, "a hub") if hub else "",
    )


class _Asked:
    def __init__(self, given: Given, asks: bool) -> None:
        self._given, self._asks = given, asks

    def answer(self, flag: str, question: str, default: str) -> str:
        """Return what was given for a flag, what is answered, or the default."""
        found = self._given.get(flag)
        if found is not None:
            return found
        if not self._asks:
            return default
        return str(click.prompt(question, default=default, err=True))


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _listed(text: str, allowed: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """Return the words of a list, in the order of what is allowed, each once."""
    words = _list(text)
    for word in words:
        if word not in allowed:
            raise UsageError(f"'{word}' is no {kind}", remedy=nearest(word, allowed))
    if not words:
        raise UsageError(f"no {kind} is named", remedy=f"Name one: {', '.join(allowed)}.")
    return tuple(word for word in allowed if word in words)


def _formed(text: str, pattern: str, what: str) -> str:
    if not re.match(pattern, text):
        form, example = FORMS[pattern]
        raise UsageError(f"'{text}' cannot name {what}: it must be {form}", remedy=f"Write it like {example}.")
    return text
