"""Numbers that are given once: of hosts, of regions' subnets, of addresses in them.

Region number k has 10.120.k.0/24: .1 is its gateway, and blocks of 16 go to its zones
as they need them, because a subnet of AWS is in one zone and has 16 addresses at
least, of which AWS keeps five. What was given is in the lock, also for what is gone,
so nothing is ever given twice.
"""

from __future__ import annotations

from schemas.errors import FleetError
from schemas.lock import Lock

NETWORK_CIDR = "10.120.0.0/16"
"""Holds every region's subnet."""

OPERATOR_CIDR = "10.121.0.0/24"
"""Where operators and the store are; outside the network, so never delayed."""

BLOCK = 16
"""Addresses in a block: a /28. A region's first block is the gateway's."""

BLOCK_FIRST, BLOCK_LAST = 4, 14
"""Places in a block that hosts get: AWS keeps the first four and the last."""

ZONES_MAX = 6
"""Most zones that a region has, aws:us-east-1's: each may leave its last block unfinished."""

SUBNET_LAST = 254


class AddressesSpentError(FleetError):
    """A region has given away all its addresses, or the network all its subnets."""


def subnet_cidr(number: int) -> str:
    """Return the subnet of region number k."""
    return f"10.120.{number}.0/24"


def gateway(number: int) -> str:
    """Return the address of region number k's gateway."""
    return f"10.120.{number}.1"


def address(number: int, last: int) -> str:
    """Return a host's address: region number, and last number of the address."""
    return f"10.120.{number}.{last}"


class Numbers:
    """What a lock has given away, and what comes next."""

    def __init__(self, lock: Lock | None) -> None:
        """Continue where the lock ends."""
        self.subnets = dict(lock.subnets) if lock else {}
        self.next_number = dict(lock.next_number) if lock else {}
        self.next_address = dict(lock.next_address) if lock else {}
        self.next_in_zone = dict(lock.next_in_zone) if lock else {}

    def addresses_left(self) -> dict[str, int]:
        """Return how many hosts each region that has a subnet can surely still take; any other takes `ADDRESSES`."""
        return {region: _sure(_blocks_left(following)) for region, following in self.next_address.items()}

    def new_host(self, fleet: str) -> str:
        """Return the name of a fleet's next host."""
        number = self.next_number.get(fleet, 1)
        self.next_number[fleet] = number + 1
        return f"{fleet}-{number}"

    def new_address(self, region: str, zone: str) -> str:
        """Return the address of the next host in a zone of a region.

        Raises:
            AddressesSpentError: The region has no block left for it.
        """
        number = self._subnet(region)
        last = self.next_in_zone.get(zone, BLOCK)
        if last % BLOCK < BLOCK_FIRST or last % BLOCK > BLOCK_LAST:
            last = self._new_block(region) + BLOCK_FIRST
        self.next_in_zone[zone] = last + 1
        return address(number, last)

    def _new_block(self, region: str) -> int:
        """Return the first number of a block that no zone has, and never had."""
        following = self.next_address.get(region, BLOCK)
        if not _blocks_left(following):
            raise AddressesSpentError(
                f"{region} has given away all blocks of {BLOCK} addresses in {subnet_cidr(self.subnets[region])}",
                remedy="Spread the fleets over more regions.",
            )
        start = -(-following // BLOCK) * BLOCK
        self.next_address[region] = start + BLOCK
        return start

    def _subnet(self, region: str) -> int:
        if region not in self.subnets:
            number = max(self.subnets.values(), default=0) + 1
            if number > SUBNET_LAST:
                raise AddressesSpentError(
                    f"{region} would be region number {number}, {NETWORK_CIDR} has {SUBNET_LAST} subnets",
                    remedy="Use fewer regions.",
                )
            self.subnets[region] = number
        return self.subnets[region]


def _blocks_left(following: int) -> int:
    """Return the whole blocks from a number on."""
    return (256 - following) // BLOCK


def _sure(blocks: int) -> int:
    """Return how many hosts fit into so many blocks however they are spread over zones."""
    size = BLOCK_LAST - BLOCK_FIRST + 1
    return max(0, size * blocks - (size - 1) * (ZONES_MAX - 1))


ADDRESSES = _sure(256 // BLOCK - 1)
"""Hosts that one region can surely have, over its whole life."""
