"""Plan and lock of a network: places the hosts that the lock does not have yet, keeps the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from components.placement import addressing
from components.placement.addressing import Numbers
from components.placement.asking import client_of, power_of, promises_of, signer_group_of, wanted_placement
from components.placement.keeping import Seat, host_number, listed_seats
from components.placement.machine_choice import machine_in, need_of
from components.placement.placing import Options, Placing
from components.placement.running import beside_of, chain_plan, feeding_of, pruning_of, relaying_of
from components.placement.terms import fleet_terms, network_terms
from components.placement.world import World, atlas_world
from schemas.errors import FleetError
from schemas.lock import Lock, Placement
from schemas.plan import FleetPlan, HostPlan, LinkPlan, Plan, RegionPlan
from schemas.plan_cost import PricedHost, costs_of
from schemas.roles import Role
from schemas.spec import CatalogueClient, CometbftChain, Fleet, MemberSpec, Network, SequencerFleet, ValidatorFleet
from schemas.workloads import CATALOGUE


class LockMisfitError(FleetError):
    """The plan lock belongs to another stack or another spec, or contradicts the spec."""


def place(
    network: Network, *, stack: str, spec_sha256: str, lock: Lock | None = None, options: Options | None = None
) -> tuple[Plan, Lock]:
    """Return the plan of a network, and the lock that keeps it.

    Locked hosts stay where they are. A host leaves only when the spec says so: its fleet
    gets smaller (the one whose loss costs least leaves), or its region is not allowed any more.

    Args:
        network: The spec.
        stack: The stack's name.
        spec_sha256: Of the resolved spec.
        lock: The stack's lock, when it has one.
        options: How to place.

    Raises:
        InfeasiblePlacementError: Some fleets cannot be placed; the message has all of them, and why.
        UnprovenError: The time was up before any placement was found or excluded.
        AddressesSpentError: A region has no address left.
        LockMisfitError: The lock is another stack's.
    """
    chosen = options or Options()
    if lock is not None and lock.stack != stack:
        raise LockMisfitError(
            f"the plan lock is of stack '{lock.stack}', not '{stack}'", remedy=f"Use the lock of '{stack}', or none."
        )
    numbers = Numbers(lock)
    seats = Placing(network, lock, numbers, chosen).seats()
    placements = tuple(_placements(seats, lock, numbers))
    new = Lock(
        stack=stack, spec_sha256=spec_sha256, atlas_version=chosen.world.version, subnets=numbers.subnets,
        next_number=numbers.next_number, next_address=numbers.next_address, next_in_zone=numbers.next_in_zone,
        placements=placements,
    )  # fmt: skip
    return _plan(network, new, chosen.world), new


def plan_from_lock(
    network: Network, lock: Lock, *, spec_sha256: str, stack: str | None = None, world: World | None = None
) -> Plan:
    """Return the plan that a lock holds, without solving anything.

    Args:
        network: The spec.
        lock: The stack's lock.
        spec_sha256: Of the resolved spec; must be the one that the lock was made for.
        stack: The stack's name, where the caller knows it.
        world: What is known of the world; the published atlas when left out.

    Raises:
        LockMisfitError: The lock is of another stack or spec, or contradicts the spec.
    """
    remedy = f"Write it anew: geofleet plan {stack or lock.stack} --write."
    if stack is not None and lock.stack != stack:
        raise LockMisfitError(f"the plan lock is of stack '{lock.stack}', not '{stack}'", remedy=remedy)
    if lock.spec_sha256 != spec_sha256:
        raise LockMisfitError("the spec has changed since the plan lock was written", remedy=remedy)
    world = world or atlas_world()
    problems = list(_misfits(network, lock, world))
    if problems:
        raise LockMisfitError(f"the plan lock does not fit the spec: {'; '.join(problems)}", remedy=remedy)
    return _plan(network, lock, world)


def _placements(seats: Mapping[str, list[Seat]], lock: Lock | None, numbers: Numbers) -> Iterator[Placement]:
    """Yield every host's placement, by fleet and number; new hosts get their names and addresses in that order."""
    addresses = {placement.host: placement.address for placement in lock.placements} if lock else {}
    for fleet in sorted(seats):
        kept = sorted((seat for seat in seats[fleet] if seat.host), key=lambda seat: host_number(seat.host))
        new = sorted(
            (seat for seat in seats[fleet] if not seat.host), key=lambda seat: (seat.region, seat.zone, -seat.power)
        )
        for seat in kept + new:
            host = seat.host or numbers.new_host(fleet)
            yield Placement(
                host=host, fleet=fleet, region=seat.region, zone=seat.zone,
                address=addresses[host] if seat.host else numbers.new_address(seat.region, seat.zone), power=seat.power,
                member=(seat.member.name if seat.member else None) or "",
            )  # fmt: skip


def _misfits(network: Network, lock: Lock, world: World) -> Iterator[str]:
    """Yield what a lock says that cannot be so: it was edited, or the atlas lost a region."""
    for name in sorted({placement.fleet for placement in lock.placements} - network.fleets.keys()):
        yield f"it has hosts of fleet '{name}', which the spec has not"
    for name, fleet in sorted(network.fleets.items()):
        yield from _fleet_misfits(name, fleet, [p for p in lock.placements if p.fleet == name], world)
    for placement in lock.placements:
        if placement.region not in world.regions:
            yield f"{placement.host} is in {placement.region}, which is not in the atlas"
        elif placement.region not in lock.subnets:
            yield f"{placement.host} is in {placement.region}, which has no subnet"
        else:
            subnet = addressing.subnet_cidr(lock.subnets[placement.region])
            if placement.address.rpartition(".")[0] != subnet.rpartition(".")[0]:
                yield f"{placement.host} has address {placement.address}, outside {placement.region}'s subnet {subnet}"


def _fleet_misfits(name: str, fleet: Fleet, kept: list[Placement], world: World) -> Iterator[str]:
    if not kept:
        yield f"it has no host of fleet '{name}'"
    elif fleet.members:
        seats = listed_seats(fleet.members, kept, world.zones_of, votes=fleet.role is Role.VALIDATOR)
        powers = {seat.host: seat.power for seat in seats if seat.host}
        if len(powers) < len(seats) or powers != {placement.host: placement.power for placement in kept}:
            yield f"its hosts of fleet '{name}' are not the members that the spec lists"
    elif fleet.count and fleet.count != len(kept):
        yield f"it has {len(kept)} hosts of fleet '{name}', the spec wants {fleet.count}"
    else:
        yield from (
            f"{placement.host} has power {placement.power}, the spec wants {power_of(fleet)}"
            for placement in kept
            if placement.power != power_of(fleet)
        )


def _plan(network: Network, lock: Lock, world: World) -> Plan:
    """Return what a lock and its spec come to; makes no choice."""
    used = sorted({placement.region for placement in lock.placements})
    members = _listed_members(network, lock, world)
    hosts = tuple(
        _host_plan(network, placement, members.get(placement.host), world)
        for placement in sorted(lock.placements, key=lambda p: (p.fleet, host_number(p.host)))
    )
    return Plan(
        stack=lock.stack,
        network=network.metadata.name,
        environment=network.metadata.environment,
        spec_sha256=lock.spec_sha256,
        atlas_version=world.version,
        network_cidr=addressing.NETWORK_CIDR,
        operator_cidr=addressing.OPERATOR_CIDR,
        chains=tuple(
            chain_plan(chain, known)
            for chain, known in sorted(network.chains.items())
            if isinstance(known, CometbftChain) and known.operated == "here"
        ),
        fleets=tuple(_fleet_plan(network, name) for name in sorted(network.fleets)),
        regions=tuple(
            RegionPlan(
                region=region, metro=world.regions[region].metro,
                cidr=addressing.subnet_cidr(lock.subnets[region]), gateway=addressing.gateway(lock.subnets[region]),
            )
            for region in used
        ),
        links=tuple(_link(region, other, world) for region, other in combinations(used, 2)),
        hosts=hosts,
        costs=costs_of(
            PricedHost(fleet=host.fleet, usd_per_month=host.cost_usd_per_month, evidence=host.price_evidence)
            for host in hosts
        ),
        terms=network_terms(network),
        notes=tuple(_unpriced(network, hosts)),
    )  # fmt: skip


def _unpriced(network: Network, hosts: tuple[HostPlan, ...]) -> Iterator[str]:
    """Yield where cost decides and yet is not known: placement goes there only when nothing else keeps the promises."""
    for name, fleet in sorted(network.fleets.items()):
        wanted = wanted_placement(network, fleet)
        by_cost = wanted is not None and (wanted.objective == "cost" or bool(wanted.weights and wanted.weights.cost))
        unknown = [host for host in hosts if host.fleet == name and host.cost_usd_per_month is None]
        if unknown and (by_cost or fleet.budget or network.budget):
            regions = ", ".join(sorted({host.region for host in unknown}))
            yield (
                f"{name}: the price of {len(unknown)} of its hosts is unknown ({regions}); objective and budget leave "
                "them out"
            )


def _listed_members(network: Network, lock: Lock, world: World) -> dict[str, MemberSpec]:
    """Return the member that each host is, in fleets that list them one by one."""
    found: dict[str, MemberSpec] = {}
    for name, fleet in network.fleets.items():
        kept = [placement for placement in lock.placements if placement.fleet == name]
        seats = listed_seats(fleet.members, kept, world.zones_of, votes=fleet.role is Role.VALIDATOR)
        found |= {seat.host: seat.member for seat in seats if seat.host and seat.member}
    return found


def _fleet_plan(network: Network, name: str) -> FleetPlan:
    fleet = network.fleets[name]
    return FleetPlan(
        name=name, role=fleet.role, promises=promises_of(network, fleet), client=client_of(fleet),
        chain=_made_chain(fleet),
        client_version=fleet.client.version if fleet.client else "", terms=fleet_terms(network, fleet),
        double_sign_check_blocks=fleet.double_sign_check_blocks if isinstance(fleet, ValidatorFleet) else 0,
        relaying=relaying_of(fleet), pruning=pruning_of(fleet), feeding=feeding_of(network, fleet),
    )  # fmt: skip


def _made_chain(fleet: Fleet) -> str:
    """Return the chain whose nodes a fleet's hosts are; empty for fleets that make none."""
    if isinstance(fleet, ValidatorFleet):
        return fleet.chain
    makes = isinstance(fleet.client, CatalogueClient) and bool(CATALOGUE[fleet.client.name].engine)
    return (fleet.chain or "") if isinstance(fleet, SequencerFleet) and makes else ""


def _host_plan(network: Network, placement: Placement, member: MemberSpec | None, world: World) -> HostPlan:
    fleet = network.fleets[placement.fleet]
    region = world.regions[placement.region]
    machine = (member.machine if member else None) or fleet.machine
    client = (member.client if member else None) or fleet.client
    chosen = machine_in(region.name, need_of(fleet, member), world)
    return HostPlan(
        host=placement.host, fleet=placement.fleet, role=fleet.role, provider=region.provider, region=region.name,
        zone=placement.zone, metro=region.metro, operator=(member.operator if member else None) or fleet.operator,
        client=client_of(fleet, member), client_version=client.version if client else "",
        machine=f"{machine.vcpu}x{machine.memory_gib}", disk_gib=machine.disk_gib, power=placement.power,
        address=placement.address, signer_group=signer_group_of(fleet, member), machine_type=chosen.machine_type,
        cost_usd_per_month=chosen.cost_usd_per_month, price_evidence=chosen.evidence, confidential=chosen.confidential,
        beside=beside_of(network, fleet),
    )  # fmt: skip


def _link(region: str, other: str, world: World) -> LinkPlan:
    delay, jitter = world.round_trip(region, other), world.jitter(region, other)
    return LinkPlan(
        region=region, other=other, round_trip_ms=delay.value_ms, round_trip_evidence=delay.evidence,
        jitter_ms=jitter.value_ms, jitter_evidence=jitter.evidence,
    )  # fmt: skip
