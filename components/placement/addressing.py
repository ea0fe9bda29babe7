"""Numbers that are given once: of hosts, of regions' subnets, of addresses in them.

Region number k has 10.120.k.0/24: .1 is its gateway, hosts start at .10. What was
given is in the lock, also for what is gone, so nothing is ever given twice.
"""

from __future__ import annotations

from schemas.errors import FleetError
from schemas.lock import Lock

NETWORK_CIDR = "10.120.0.0/16"
"""Holds every region's subnet."""

OPERATOR_CIDR = "10.121.0.0/24"
"""Where operators and the store are; outside the network, so never delayed."""

ADDRESS_FIRST, ADDRESS_LAST = 10, 254
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

    def addresses_left(self) -> dict[str, int]:
        """Return how many hosts each region that has a subnet can still take; any other takes `ADDRESSES`."""
        return {region: ADDRESS_LAST + 1 - following for region, following in self.next_address.items()}

    def new_host(self, fleet: str) -> str:
        """Return the name of a fleet's next host."""
        number = self.next_number.get(fleet, 1)
        self.next_number[fleet] = number + 1
        return f"{fleet}-{number}"

    def new_address(self, region: str) -> str:
        """Return the address of a region's next host.

        Raises:
            AddressesSpentError: None is left.
        """
        number = self._subnet(region)
        last = self.next_address.get(region, ADDRESS_FIRST)
        if last > ADDRESS_LAST:
            raise AddressesSpentError(
                f"{region} has given away all {ADDRESSES} addresses of {subnet_cidr(number)}",
                remedy="Spread the fleets over more regions.",
            )
        self.next_address[region] = last + 1
        return address(number, last)

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


ADDRESSES = ADDRESS_LAST - ADDRESS_FIRST + 1
"""Hosts that one region can have, over its whole life."""
