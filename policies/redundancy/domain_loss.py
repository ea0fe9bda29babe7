"""Survival of one lost domain, the same for every kind of domain; each kind has its rule."""

from __future__ import annotations

import math
from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView, by_number, shortened
from policies.rule import Rule
from schemas.report import Finding
from schemas.roles import Domain, Quorum
from schemas.survival import Member, Outcome, members_max_per_domain, outcome

SHOWN_MAX = 3
"""Fatal domains that a finding shows. BFT has at most three; thresholds may have many."""

MEMBERS_LEAST = {Quorum.BFT: 4, Quorum.MAJORITY: 3, Quorum.ANY: 2}
"""Least members of equal power of which one may be lost; a threshold needs one more than itself."""


def losses(rule: Rule, view: FleetView, kind: Domain) -> Iterator[Finding]:
    """Yield one finding for each fleet that promises to survive the loss of a domain of this kind."""
    for fleet in view.fleets:
        if kind.value in fleet.promises.survive:
            yield _verdict(rule, fleet, kind)


def members_least(fleet: Fleet) -> int:
    """Return how many members of equal power the fleet needs to go on without one."""
    return MEMBERS_LEAST.get(fleet.quorum, fleet.reports_min + 1)


def heaviest_first(fleet: Fleet, members: tuple[Member, ...], kind: Domain) -> list[tuple[str, frozenset[str]]]:
    """Return the domains by what is lost with them, most first; equals by name."""
    power = {member.name: member.power for member in members}
    bft = fleet.quorum is Quorum.BFT
    # Domains come sorted by name, and sorting keeps the order of equals.
    return sorted(
        fleet.domains(kind).items(), key=lambda item: -(sum(power[name] for name in item[1]) if bft else len(item[1]))
    )


def _verdict(rule: Rule, fleet: Fleet, kind: Domain) -> Finding:
    members = fleet.members()
    fatal: list[str] = []
    ranked = _most_fatal_first(fleet, members, kind)
    for position, (domain, lost) in enumerate(ranked):
        left = outcome(fleet.quorum, members, lost, reports_min=fleet.reports_min, hubs=fleet.hubs)
        if left.goes_on:
            # Heavier domains come first, so every domain after this one leaves at least as much.
            break
        if position == SHOWN_MAX:
            fatal.append("more of them are fatal")
            break
        fatal.append(_shown(domain, lost, left))
    if fatal:
        return rule.failed(
            fleet.name, f"does not survive the loss of one {_word(kind)}", shown="; ".join(fatal),
            remedy=_remedy(fleet, kind),
        )  # fmt: skip
    domain, _ = ranked[0]
    return rule.passed(
        fleet.name, f"goes on without any one {_word(kind)}: at worst, losing {domain} leaves {_figures(left)}"
    )


def _most_fatal_first(fleet: Fleet, members: tuple[Member, ...], kind: Domain) -> list[tuple[str, frozenset[str]]]:
    """Return the domains, the ones whose loss does most harm first.

    Weight decides; where hubs must each keep a member, the domains that hold all
    members of a hub come before: a light domain may be a hub's only one.
    """
    ranked = heaviest_first(fleet, members, kind)
    domain_of = {name: domain for domain, names in ranked for name in names}
    only: set[str] = set()
    for hub in fleet.hubs:
        serving = {domain_of[member.name] for member in members if hub in member.hubs}
        if len(serving) == 1:
            only |= serving
    return sorted(ranked, key=lambda item: item[0] not in only)


def _word(kind: Domain) -> str:
    return kind.value.replace("_", " ")


def _shown(domain: str, lost: frozenset[str], left: Outcome) -> str:
    return f"losing {domain} leaves {_figures(left)} (lost: {shortened(sorted(lost, key=by_number))})"


def _figures(left: Outcome) -> str:
    verb = "is" if left.needed.endswith(("%", " 1", "per hub")) else "are"
    return f"{left.left}; {left.needed} {verb} needed"


def _remedy(fleet: Fleet, kind: Domain) -> str:
    count = len(fleet.members())
    most = members_max_per_domain(fleet.quorum, count, reports_min=fleet.reports_min)
    if most < 1:
        return f"Add members: with {count} none may be lost, with {members_least(fleet)} one may."
    if fleet.hubs:
        return f"Give every hub members in at least two {_word(kind)}s."
    domains = math.ceil(count / most)
    held = (
        f"Keep at most {most} of the {count} members in one {_word(kind)}: that takes at least {domains} {_word(kind)}s"
    )
    if len({member.power for member in fleet.members()}) > 1 and fleet.quorum is Quorum.BFT:
        held = f"Keep less than a third of the voting power in one {_word(kind)}: at least 4 {_word(kind)}s"
    if kind is Domain.PROVIDER and domains > 2:
        return f"{held}. With two, promise 'halt_safely: {{provider: 1}}' instead."
    return f"{held}."
