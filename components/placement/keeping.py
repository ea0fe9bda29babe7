"""What stays where it is: members listed one by one, matched with the hosts that the lock has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.lock import Placement
from schemas.spec import MemberSpec
from schemas.spec.validators import ValidatorMember


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A place for one host: `host` is empty for a new one."""

    host: str
    region: str
    zone: str
    power: int
    member: MemberSpec | None = None
    """The member of the spec that sits here, in fleets that list them one by one."""


def host_number(host: str) -> int:
    """Return the number in a host's name."""
    return int(host.rpartition("-")[2])


def seat_of(placement: Placement, *, power: int, member: MemberSpec | None = None) -> Seat:
    """Return a locked host's seat."""
    return Seat(host=placement.host, region=placement.region, zone=placement.zone, power=power, member=member)


def listed_seats(
    members: Sequence[MemberSpec], kept: Iterable[Placement], zones_of: Callable[[str], tuple[str, ...]], *, votes: bool
) -> list[Seat]:
    """Return the seats of a fleet that lists its members; locked hosts keep theirs.

    A named member takes the host that the lock gives its name. Any other takes a locked host of
    its region: first those that name a zone, with one in that zone, then the rest; among several
    one of the same power, then the lowest number. A member
    without host gets a new one, in the zone of its region that holds least power. The order
    of the list plays no part.

    Args:
        members: As the spec lists them.
        kept: The fleet's hosts in the lock.
        zones_of: Zones of a region.
        votes: Whether the role votes by power.
    """
    left = sorted(kept, key=lambda placement: host_number(placement.host))
    ordered = sorted(
        members, key=lambda m: (m.zone is None, m.region, m.zone or "", -_power(m, votes=votes), m.name or "")
    )
    seats: list[Seat] = []
    unseated: list[MemberSpec] = []
    for group in ([m for m in ordered if m.zone], [m for m in ordered if not m.zone]):
        waiting = list(group)
        for same_power in (True, False):
            still = []
            for member in waiting:
                found = next((p for p in left if _fits(p, member, same_power=same_power, votes=votes)), None)
                if found is None:
                    still.append(member)
                else:
                    left.remove(found)
                    seats.append(seat_of(found, power=_power(member, votes=votes), member=member))
            waiting = still
        unseated += waiting
    load = _loads(seats)
    for member in unseated:
        zone = member.zone or min(zones_of(member.region), key=lambda name: (load.get(name, (0, 0)), name))
        power, count = load.get(zone, (0, 0))
        own = _power(member, votes=votes)
        load[zone] = (power + own, count + 1)
        seats.append(Seat(host="", region=member.region, zone=zone, power=own, member=member))
    return seats


def _power(member: MemberSpec, *, votes: bool) -> int:
    """Return a member's voting power; 0 for roles that do not vote by power."""
    return member.power if votes and isinstance(member, ValidatorMember) else 0


def _fits(placement: Placement, member: MemberSpec, *, same_power: bool, votes: bool) -> bool:
    if placement.member and placement.member != (member.name or ""):
        return False
    is_there = placement.region == member.region and member.zone in (None, placement.zone)
    return is_there and (not same_power or placement.power == _power(member, votes=votes))


def _loads(seats: Iterable[Seat]) -> dict[str, tuple[int, int]]:
    load: dict[str, tuple[int, int]] = {}
    for seat in seats:
        power, count = load.get(seat.zone, (0, 0))
        load[seat.zone] = (power + seat.power, count + 1)
    return load


def spread_seats(
    region: str, count: int, kept: Iterable[Placement], room: Mapping[str, int], *, power: int
) -> list[Seat]:  # fmt: skip
    """Return a region's seats when it holds `count` members, spread over its zones.

    A new host goes to the zone that holds fewest of the fleet, earlier names first. Where hosts
    are too many, the zone that holds most gives up its newest, later names first.

    Args:
        region: The region.
        count: Members in it.
        kept: Those that the lock has there.
        room: Zone to the most members that it may hold: fewer where others' members are in it as well.
        power: Voting power of each.
    """
    zones = sorted(room)
    inside: dict[str, list[Placement]] = {zone: [] for zone in sorted(zones)}
    for placement in sorted(kept, key=lambda p: host_number(p.host)):
        inside.setdefault(placement.zone, []).append(placement)
    while sum(map(len, inside.values())) > count:
        inside[max(inside, key=lambda zone: (len(inside[zone]) > room.get(zone, 0), len(inside[zone]), zone))].pop()
    seats = [seat_of(placement, power=power) for hosts in inside.values() for placement in hosts]
    held: Mapping[str, int] = {zone: len(hosts) for zone, hosts in inside.items()}
    load = dict(held)
    for _ in range(count - len(seats)):
        zone = min(zones, key=lambda name: (load[name] >= room[name], load[name], name))
        load[zone] += 1
        seats.append(Seat(host="", region=region, zone=zone, power=power))
    return seats
