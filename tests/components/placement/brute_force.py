"""An oracle for placement: small made-up fleets, every way to place them, and design section 3's arithmetic, by counting.

Nothing here calls what it judges. Each loss is made to happen: members are taken away, and those left are counted.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product

REGIONS = {
    "aws:eu-central-1": "frankfurt", "aws:eu-west-1": "dublin", "aws:eu-west-2": "london", "aws:us-east-1": "virginia",
    "gcp:europe-west2": "london", "gcp:europe-west3": "frankfurt", "gcp:us-east4": "virginia",
    "gcp:europe-west9": "paris",
}  # fmt: skip
"""Regions that fleets are made up in, with their metros; some share one across the clouds."""
ZONES = {
    "aws:eu-central-1": "aws:euc1-az", "aws:eu-west-1": "aws:euw1-az", "aws:eu-west-2": "aws:euw2-az",
    "aws:us-east-1": "aws:use1-az", "gcp:europe-west2": "gcp:europe-west2-", "gcp:europe-west3": "gcp:europe-west3-",
    "gcp:us-east4": "gcp:us-east4-", "gcp:europe-west9": "gcp:europe-west9-",
}  # fmt: skip
ELSEWHERE = ("hetzner:fsn1", "falkenstein")
INSIDE_MS = 0.3

Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A member that others run; empty zone or client: not known."""

    operator: str
    region: str
    metro: str
    zone: str = ""
    client: str = ""
    power: int = 0


@dataclass(frozen=True, kw_only=True)
class Hub:
    """A limit to a hub."""

    name: str
    at: str
    ms_max: float


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """What a fleet wants."""

    role: str
    count: int | None = None
    """None: the least that keeps the promises."""
    power: int | tuple[int, ...] = 0
    reports_min: int | None = None
    survive: tuple[str, ...] = ()
    halt_safely: tuple[str, ...] = ()
    between_ms_max: float | None = None
    jitter_ms_max: float | None = None
    near: tuple[Hub, ...] = ()
    per_hub: int | None = None
    operator: str = "self"
    client: str = "none"
    elsewhere: tuple[Elsewhere, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    """Kinds of domain of which one each is lost at the same time."""
    margin_percent: int = 0
    """Share of each limit that is to be left free."""
    objective: str = "commit_latency"
    budget_cents: int | None = None
    """What the machines may cost an hour, in hundredths of a dollar."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A fleet and the world that it is placed in."""

    fleet: Fleet
    zones: dict[str, tuple[str, ...]]
    """Region to its zones."""
    trips: dict[Pair, tuple[float, bool]]
    """Round trip in ms, and whether it is measured; the pair in order of names."""
    jitters: dict[Pair, tuple[float, bool]]
    cents: dict[str, int] = field(default_factory=dict)
    """What a machine costs an hour in each region, in hundredths of a dollar."""

    def region_of(self, zone: str) -> str:
        return next(region for region, zones in self.zones.items() if zone in zones)

    def trip(self, one: str, other: str) -> tuple[float, bool]:
        return (INSIDE_MS, True) if one == other else self.trips[min(one, other), max(one, other)]

    def jitter(self, one: str, other: str) -> tuple[float, bool]:
        return (INSIDE_MS, True) if one == other else self.jitters[min(one, other), max(one, other)]


Placement = tuple[tuple[str, int], ...]
"""Zone and power of every member."""

Lost = tuple[frozenset[int], frozenset[int]]
"""Own members and those of others that a loss takes, by position."""


def placements(case: Case, count: int) -> Iterator[Placement]:
    """Yield every way to put `count` members into zones; members of one power cannot be told apart."""
    zones = sorted(zone for inside in case.zones.values() for zone in inside)
    power = case.fleet.power
    if isinstance(power, int):
        for chosen in combinations_with_replacement(zones, count):
            yield tuple((zone, power) for zone in chosen)
        return
    seen = set()
    for chosen in product(zones, repeat=count):
        placement = tuple(sorted(zip(chosen, sorted(power), strict=True)))
        if placement not in seen:
            seen.add(placement)
            yield placement


def keeps_promises(case: Case, placed: Placement) -> bool:
    """Return whether a placement keeps every promise of its fleet."""
    fleet = case.fleet
    if not (is_affordable(case, placed) and is_near_enough(case, placed) and is_at_hubs(case, placed)):
        return False
    return all(goes_on(case, placed, lost) for lost in promised_losses(case, placed)) and not any(
        decides_alone(case, placed, lost) for kind in fleet.halt_safely for lost in losses(case, placed, kind)
    )


def is_affordable(case: Case, placed: Placement) -> bool:
    return case.fleet.budget_cents is None or cents(case, placed) <= case.fleet.budget_cents


def promised_losses(case: Case, placed: Placement) -> Iterator[Lost]:
    """Yield what every loss takes that the fleet promises to survive: of one domain, or of several at the same time."""
    for kind in case.fleet.survive:
        yield from losses(case, placed, kind)
    for kinds in case.fleet.together:
        for each in product(*(list(losses(case, placed, kind)) for kind in kinds)):
            yield frozenset().union(*(own for own, _ in each)), frozenset().union(*(others for _, others in each))


def is_near_enough(case: Case, placed: Placement) -> bool:
    fleet = case.fleet
    for i, (zone, _) in enumerate(placed):
        for other, _ in placed[i + 1 :]:
            pair = case.region_of(zone), case.region_of(other)
            if fleet.between_ms_max is not None and not proven(case.trip(*pair), limit(fleet, fleet.between_ms_max)):
                return False
            if fleet.jitter_ms_max is not None and not proven(case.jitter(*pair), limit(fleet, fleet.jitter_ms_max)):
                return False
    return True


def limit(fleet: Fleet, most: float) -> float:
    """Return what is left of a limit when its margin is kept free."""
    return most * (100 - fleet.margin_percent) / 100


def proven(figure: tuple[float, bool], most: float) -> bool:
    """Return whether a figure keeps a hard limit: only a measured one can (design, section 6)."""
    return figure[1] and figure[0] <= most


def hubs_near(case: Case, zone: str) -> set[str]:
    return {
        hub.name
        for hub in case.fleet.near
        if proven(case.trip(case.region_of(zone), hub.at), limit(case.fleet, hub.ms_max))
    }


def is_at_hubs(case: Case, placed: Placement) -> bool:
    """Relayers: each near one hub, each hub with its number; every other role: each member near all hubs."""
    fleet = case.fleet
    if fleet.role != "relayer":
        return all(len(hubs_near(case, zone)) == len(fleet.near) for zone, _ in placed)
    if fleet.near and not all(hubs_near(case, zone) for zone, _ in placed):
        return False
    return all(
        sum(hub.name in hubs_near(case, zone) for zone, _ in placed) >= (fleet.per_hub or 1) for hub in fleet.near
    )


def losses(case: Case, placed: Placement, kind: str) -> Iterator[Lost]:
    """Yield what each loss of one domain takes; what is not known of others is taken for the worst."""
    own = [domain_of(case, zone, kind, position) for position, (zone, _) in enumerate(placed)]
    others = [domain_of_other(other, kind, position) for position, other in enumerate(case.fleet.elsewhere)]
    for domain in sorted({*own, *others} - {""}):
        yield (
            frozenset(i for i, name in enumerate(own) if name == domain),
            frozenset(
                i for i, name in enumerate(others) if name == domain or may_be_in(case, i, kind, domain, placed)
            ),
        )  # fmt: skip
    unknown = frozenset(i for i, name in enumerate(others) if not name)
    for region in {case.fleet.elsewhere[i].region for i in unknown} if kind == "zone" else {""} if unknown else ():
        # those that nobody knows of may all be together in a domain that nobody knows of
        yield frozenset(), frozenset(i for i in unknown if region in ("", case.fleet.elsewhere[i].region))


def domain_of(case: Case, zone: str, kind: str, position: int) -> str:
    region = case.region_of(zone)
    return {
        "zone": zone, "region": region, "metro": REGIONS[region], "provider": region.split(":")[0],
        "operator": case.fleet.operator, "client": case.fleet.client, "signer_group": f"own-{position}",
    }[kind]  # fmt: skip


def domain_of_other(other: Elsewhere, kind: str, position: int) -> str:
    """Return a domain; empty when it is not known."""
    return {
        "zone": other.zone, "region": other.region, "metro": other.metro, "provider": other.region.split(":")[0],
        "operator": other.operator, "client": other.client, "signer_group": f"other-{position}",
    }[kind]  # fmt: skip


def may_be_in(case: Case, other: int, kind: str, domain: str, placed: Placement) -> bool:
    found = case.fleet.elsewhere[other]
    if domain_of_other(found, kind, other):
        return False
    if kind == "client":
        return True
    inside = {zone for zone, _ in placed if case.region_of(zone) == found.region}
    inside |= {known.zone for known in case.fleet.elsewhere if known.region == found.region}
    return domain in inside


def goes_on(case: Case, placed: Placement, lost: Lost) -> bool:
    """Take members away, and count those that are left (the table of design, section 3)."""
    fleet = case.fleet
    own = [member for i, member in enumerate(placed) if i not in lost[0]]
    others = [member for i, member in enumerate(fleet.elsewhere) if i not in lost[1]]
    everyone = len(placed) + len(fleet.elsewhere)
    if fleet.role == "validator":
        total = sum(power for _, power in placed) + sum(other.power for other in fleet.elsewhere)
        left = sum(power for _, power in own) + sum(other.power for other in others)
        return Fraction(total - left, total) < Fraction(1, 3)
    if fleet.role == "sequencer":
        return len(own) + len(others) >= everyone // 2 + 1
    if fleet.role == "oracle":
        return len(own) + len(others) >= (fleet.reports_min or 1)
    if fleet.near:
        return all(any(hub.name in hubs_near(case, zone) for zone, _ in own) for hub in fleet.near)
    return len(own) >= 1


def decides_alone(case: Case, placed: Placement, lost: Lost) -> bool:
    """Return whether what is lost could decide without the rest, were it only cut off."""
    fleet = case.fleet
    inside = len(lost[0]) + len(lost[1])
    everyone = len(placed) + len(fleet.elsewhere)
    if fleet.role == "validator":
        total = sum(power for _, power in placed) + sum(other.power for other in fleet.elsewhere)
        power = sum(placed[i][1] for i in lost[0]) + sum(fleet.elsewhere[i].power for i in lost[1])
        return Fraction(power, total) > Fraction(2, 3)
    if fleet.role == "sequencer":
        return inside >= everyone // 2 + 1
    return fleet.role == "oracle" and inside >= (fleet.reports_min or 1)


COUNT_MAX = 7
"""Largest fleet that is enumerated where the spec leaves the size out."""


def counts(fleet: Fleet) -> range:
    """Return the sizes that a fleet may have, the one that is wanted first."""
    if fleet.count is not None:
        return range(fleet.count, fleet.count + 1)
    if fleet.per_hub:
        return range(fleet.per_hub, fleet.per_hub * len(fleet.near) + 1)
    return range(fleet.reports_min or 1, COUNT_MAX + 1)


def solutions(case: Case) -> list[Placement]:
    """Return every placement that keeps the promises, of the least size that has any; empty when there is none."""
    for count in counts(case.fleet):
        found = [placed for placed in placements(case, count) if keeps_promises(case, placed)]
        if found:
            return found
    return []


def cents(case: Case, placed: Placement) -> int:
    """Return what a placement's machines cost an hour, in hundredths of a dollar."""
    return sum(case.cents[case.region_of(zone)] for zone, _ in placed)


ESTIMATE = Fraction(1372, 1000)
"""An estimated round trip counts for this much more where places are compared (research/performance.md, section 2)."""


def agreement_us(case: Case, placed: Placement) -> Fraction:
    """Return how long members take to agree, added up over leaders as often as each leads, in microseconds.

    Validators: proposal, prevotes and precommits each go one way; who has votes of more than two thirds goes on; it
    is over when members with more than two thirds of the power have that. Sequencers: the leader and the nearest
    that make a majority with it, there and back. Oracles: those that make `reports_min`. Members of others that
    are at places without round trips count, and never answer.
    """
    fleet = case.fleet
    known = [other for other in fleet.elsewhere if other.region in REGIONS]
    votes = fleet.role == "validator"
    voters = [(case.region_of(zone), power if votes else 1) for zone, power in placed]
    voters += [(other.region, other.power if votes else 1) for other in known]
    total = sum(power for _, power in voters) + sum(
        other.power if votes else 1 for other in fleet.elsewhere if other not in known
    )
    more_than = {"validator": 2 * total // 3, "oracle": (fleet.reports_min or 1) - 1}.get(fleet.role, total // 2)
    took = [(_led_us(case, voters, leader, more_than), voters[leader][1]) for leader in range(len(voters))]
    return sum((when * turns for when, turns in took), Fraction(0))


def _led_us(case: Case, voters: list[tuple[str, int]], leader: int, more_than: int) -> Fraction:
    n = len(voters)
    power = [weight for _, weight in voters]

    def trip(i: int, j: int) -> Fraction:
        if i == j:
            return Fraction(0)
        value, is_measured = case.trip(voters[i][0], voters[j][0])
        return Fraction(round(value * 1000 * (1 if is_measured else float(ESTIMATE))))

    if case.fleet.role != "validator":
        return _when([trip(leader, j) for j in range(n)], power, more_than)
    times = [trip(leader, j) / 2 for j in range(n)]
    for _ in ("prevote", "precommit"):
        times = [_when([times[i] + trip(i, j) / 2 for i in range(n)], power, more_than) for j in range(n)]
    return _when(times, power, more_than)


def _when(times: Sequence[Fraction], power: Sequence[int], more_than: int) -> Fraction:
    """Return when more than so much is there."""
    have = 0
    for when, one in sorted(zip(times, power, strict=True)):
        have += one
        if have > more_than:
            return when
    return NEVER


NEVER = Fraction(10**15)


EVERYTHING = frozenset({"together", "margin"})
"""What not every version of placement acts on."""


def made_up(chance: random.Random, acts_on: frozenset[str] = EVERYTHING) -> Case:
    """Return a random small case, without promises that placement does not act on yet."""
    names = sorted(chance.sample(sorted(REGIONS), chance.choice([1, 2, 3, 3, 4, 4, 5])))
    zones = {
        name: tuple(ZONES[name] + suffix for suffix in ("123" if name < "b" else "abc")[: chance.choice([1, 1, 2, 3])])
        for name in names
    }
    while sum(map(len, zones.values())) > 8:
        largest = max(zones, key=lambda name: len(zones[name]))
        zones[largest] = zones[largest][:-1]
    measured = chance.choice([1.0, 0.8, 0.5])
    places = sorted(REGIONS)
    pairs = [(one, other) for i, one in enumerate(places) for other in places[i + 1 :]]
    return Case(
        fleet=_acted_on(_fleet(chance, names, zones), acts_on), zones=zones,
        trips={pair: (float(chance.randint(1, 60)), chance.random() < measured) for pair in pairs},
        jitters={pair: (chance.randint(1, 30) / 10, chance.random() < measured) for pair in pairs},
        cents={name: chance.choice([5, 6, 7, 9]) for name in names},
    )  # fmt: skip


def _acted_on(fleet: Fleet, acts_on: frozenset[str]) -> Fleet:
    return replace(
        fleet, together=fleet.together if "together" in acts_on else (),
        margin_percent=fleet.margin_percent if "margin" in acts_on else 0,
    )  # fmt: skip


def _fleet(chance: random.Random, names: list[str], zones: dict[str, tuple[str, ...]]) -> Fleet:
    role = chance.choice(["validator", "validator", "sequencer", "oracle", "relayer"])
    kinds = ["zone", "region", "metro", "provider", "operator", "client"]
    if role == "relayer":
        kinds = kinds[:4]
    often = {"zone": 0.45, "region": 0.3, "metro": 0.15, "provider": 0.12}
    survive = tuple(sorted(kind for kind in kinds if chance.random() < often.get(kind, 0.04)))
    halt = tuple(sorted(kind for kind in kinds[:4] if kind not in survive and chance.random() < 0.12))
    others = _elsewhere(chance, role, names, zones) if role in ("validator", "sequencer", "oracle") else ()
    near, per_hub = (), None
    if role == "relayer" or chance.random() < 0.12:
        hubs = chance.sample(sorted(REGIONS), chance.randint(1, 2))
        near = tuple(Hub(name=f"hub-{i}", at=at, ms_max=chance.choice([0.5, 30, 50, 60])) for i, at in enumerate(hubs))
    count: int | None = {
        "validator": chance.randint(3, 6), "sequencer": chance.choice([1, 3, 3, 5]), "oracle": chance.randint(1, 6),
        "relayer": chance.randint(1, 5),
    }[role]  # fmt: skip
    if role == "relayer" and chance.random() < 0.5:
        count, per_hub = None, chance.randint(1, 2)
    elif chance.random() < 0.25:
        count = None
    if role == "sequencer" and count is not None and len(others) % 2:
        count += 1
    return Fleet(
        role=role, count=count, power=chance.choice([1, 10]) if role == "validator" else 0,
        reports_min=chance.randint(1, max(1, (count or 4) + len(others) - 1)) if role == "oracle" else None,
        survive=survive, halt_safely=halt,
        between_ms_max=chance.choice([None] * 5 + [0.2, 30, 45, 50]), jitter_ms_max=chance.choice([None] * 7 + [0.2, 2, 2.5]),
        near=near, per_hub=per_hub, operator=chance.choice(["self", "acme"]), elsewhere=others,
        together=(tuple(sorted(chance.sample(kinds[:4], 2))),) if chance.random() < 0.1 else (),
        margin_percent=chance.choice([0, 0, 0, 0, 10, 20]),
        objective=chance.choice(["cost", "commit_latency"]),
        budget_cents=chance.randint(5, 9) * (count or 3) if chance.random() < 0.15 else None,
    )  # fmt: skip


def _elsewhere(
    chance: random.Random, role: str, names: list[str], zones: dict[str, tuple[str, ...]]
) -> tuple[Elsewhere, ...]:
    found = []
    for _ in range(chance.choice([0, 0, 0, 1, 2, 3])):
        region = chance.choice([*sorted(REGIONS), ELSEWHERE[0]])
        found.append(
            Elsewhere(
                operator=chance.choice(["self", "acme", "bolt"]), region=region,
                metro=REGIONS.get(region, ELSEWHERE[1]),
                zone=chance.choice(["", *zones.get(region, ())]), client=chance.choice(["", "none", "besu"]),
                power=chance.choice([1, 5, 10, 20]) if role == "validator" else 0,
            )
        )  # fmt: skip
    return tuple(found)


def spread(chance: random.Random, power: tuple[int, ...]) -> tuple[int, ...]:
    """Return the same powers in another order."""
    return chance.choice(list(permutations(power)))
