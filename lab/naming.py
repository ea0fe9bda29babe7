"""What the lab's things are called, derived from stack, host and address alone.

Names cannot tell every owner: `gf-a-b-wan` may belong to stack `a` or to `a-b`. So
ownership is written on the things themselves (namespaces: the alias of `lo`;
containers and volumes: labels) and names only find them.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

from schemas.errors import UsageError

TUN = "wan"
"""The device in the WAN namespace that the router reads and writes."""

OPERATOR_LINK = "operator"
"""The WAN end of the operator's link; its other end, as every host's, is `eth0`."""

INSIDE_LINK = "eth0"

NETNS_DIR = Path("/run/netns")

_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


def wan_namespace(stack: str) -> str:
    """Return the namespace of the emulated wide-area network: bridges, TUN, router."""
    return _named(stack, "wan")


def operator_namespace(stack: str) -> str:
    """Return the namespace from which operators reach hosts and where the store listens."""
    return _named(stack, "operator")


def host_namespace(stack: str, host: str) -> str:
    """Return the network namespace of one host."""
    return _named(stack, host)


def container(stack: str, host: str) -> str:
    """Return the name of a host's container."""
    return _named(stack, host)


def volume(stack: str, host: str) -> str:
    """Return the name of the data volume that outlives the host."""
    return f"{_named(stack, host)}-data"


def owner(stack: str, part: str) -> str:
    """Return what is written on a namespace to say whose it is."""
    return f"geofleet:{stack}:{part}"


def region_number(address: str) -> int:
    """Return the number of the region that an address or subnet lies in: its third octet."""
    return IPv4Interface(address).ip.packed[2]


def bridge(number: int) -> str:
    """Return the bridge of a region."""
    return f"region{number}"


def host_link(address: str) -> str:
    """Return the WAN end of a host's link, unique by address and at most 11 characters long."""
    octets = IPv4Address(address).packed
    return f"host{octets[2]}-{octets[3]}"


def hardware_address(address: str) -> str:
    """Return the MAC that goes with an address.

    It is fixed: a host made anew keeps it, so its neighbours' ARP entries stay right; and
    a bridge left to itself changes its own with every port.
    """
    return "02:67:" + ":".join(f"{octet:02x}" for octet in IPv4Address(address).packed)


def gateway(cidr: str) -> str:
    """Return the first address of a subnet: the region's bridge, or the operator link's WAN end."""
    return str(IPv4Network(cidr)[1])


def operator_address(operator_cidr: str) -> str:
    """Return the operator's own address, where the store listens."""
    return str(IPv4Network(operator_cidr)[2])


def _named(stack: str, part: str) -> str:
    for name in (stack, part):
        if not _NAME.fullmatch(name):
            raise UsageError(f"'{name}' cannot name a stack or host", remedy="Use a-z, 0-9 and '-', a letter first.")
    return f"gf-{stack}-{part}"
