"""The lab's network: one namespace for the wide area, one for the operator, one per host.

    host namespace            WAN namespace                       operator namespace
    eth0 ── host<k>-<n> ── region<k> (bridge, .1)
                               │  to another region: table DELAYED ── wan (TUN) ── router
                               └─ to the operator: main table ── operator ── eth0

Delays cannot be passed by. Routes to regions stand in a table of their own, which only
packets from the TUN (delayed already), from the operator and from the kernel itself may
use. Everything else that is meant for the network goes to table DELAYED: the TUN, and
`unreachable` should the TUN be gone. A persistent TUN without its router drops. So with
any one piece missing packets stop; they never travel undelayed.

Every `ensure_*` may be repeated, and repairs what a killed run left. Every `read_*`
says what is there, so that a refresh sees what was removed by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from lab import naming
from lab.found import Found, settle
from lab.iproute import change, set_sysctls, show, sysctls_that_differ
from lab.namespaces import ensure_namespace, owner_of, remove_namespace
from lab.naming import INSIDE_LINK, OPERATOR_LINK, TUN
from schemas.kernel import NETWORK

TABLE_REGIONS = 101
"""Routes to the bridges: for packets that may go there."""

TABLE_DELAYED = 102
"""Routes for packets that must be delayed first."""

MTU = 1500
QUEUE_PACKETS = 10000
"""Room for bursts on the TUN; with the default of 500 a fast sender loses packets before the router reads."""

_NO_IPV6 = {"ipv6/conf/all/disable_ipv6": "1", "ipv6/conf/default/disable_ipv6": "1"}
_WAN_SYSCTLS = {
    "ipv4/ip_forward": "1",
    # A packet comes in from its bridge, and once more from the TUN: loose or strict filters would drop it.
    "ipv4/conf/*/rp_filter": "0",
    **_NO_IPV6,
}
_END_SYSCTLS = {
    # What a host's own boot would set: in a container /proc/sys cannot be written. It also ends forwarding, with
    # which a host would be a way round the delays.
    **{name.removeprefix("net.").replace(".", "/"): value for name, value in NETWORK.items()},
    "ipv4/ping_group_range": "0 2147483647",
    **_NO_IPV6,
}


@dataclass(frozen=True, kw_only=True)
class WideAreaNetwork:
    """What the whole stack shares."""

    stack: str
    network_cidr: str
    """Holds every region's /24, for example 10.120.0.0/16."""
    operator_cidr: str
    """Outside `network_cidr`, so never delayed."""

    @property
    def namespace(self) -> str:
        """Return the WAN's namespace."""
        return naming.wan_namespace(self.stack)


def ensure_wan(wan: WideAreaNetwork) -> Found:
    """Make or repair the WAN namespace: forwarding, the TUN, the rules and the table of delays.

    Raises:
        BackendError: The kernel refused, or the name is somebody else's.
    """
    return settle(f"the wide-area network of {wan.stack}", lambda: read_wan(wan), lambda: _repair_wan(wan))


def read_wan(wan: WideAreaNetwork) -> Found:
    """Return what is there of the WAN."""
    if owner_of(wan.namespace) != naming.owner(wan.stack, "wan"):
        return Found(exists=False)
    links, rules, routes = show(wan.namespace, "link show", "rule show", "route show table all")
    faults = [f"sysctl {path} is {value}" for path, value in sysctls_that_differ(wan.namespace, _WAN_SYSCTLS).items()]
    tun = _link(links, TUN)
    if not _is_tun(tun):
        faults.append(f"device {TUN} is missing")
    elif "UP" not in tun["flags"] or tun["mtu"] != MTU or tun.get("txqlen") != QUEUE_PACKETS:
        faults.append(f"device {TUN} is down or has other limits")
    if [_rule_text(rule) for rule in rules] != _wanted_rules(wan.network_cidr):
        faults.append("the routing rules are not ours")
    delayed = {
        (route.get("type", "unicast"), route.get("dev", "")) for route in routes if _table(route) == TABLE_DELAYED
    }
    if delayed != {("unicast", TUN), ("unreachable", "")}:
        faults.append("the routes to the router are missing")
    if "UP" not in _link(links, "lo").get("flags", []):
        faults.append("lo is down")
    return Found(exists=True, faults=tuple(faults))


def remove_wan(stack: str) -> None:
    """Remove the WAN namespace with all bridges and links in it."""
    remove_namespace(naming.wan_namespace(stack), naming.owner(stack, "wan"))


def _repair_wan(wan: WideAreaNetwork) -> None:
    ensure_namespace(wan.namespace, naming.owner(wan.stack, "wan"))
    set_sysctls(wan.namespace, _WAN_SYSCTLS)
    links, rules = show(wan.namespace, "link show", "rule show")
    tun = _link(links, TUN)
    commands = ["link set lo up"]
    if not _is_tun(tun):
        commands += [f"link delete {TUN}"] if tun else []
        commands.append(f"tuntap add dev {TUN} mode tun vnet_hdr")
    commands.append(f"link set {TUN} mtu {MTU} txqueuelen {QUEUE_PACKETS} up")
    commands.append(f"route replace default dev {TUN} table {TABLE_DELAYED}")
    commands.append(f"route replace unreachable default metric 4096 table {TABLE_DELAYED}")
    if [_rule_text(rule) for rule in rules] != _wanted_rules(wan.network_cidr):
        # Flushing leaves the rule of the local table; until the rest is back nothing is forwarded.
        commands.append("rule flush")
        commands += [f"rule add {text}" for text in _wanted_rules(wan.network_cidr)[1:]]
    change(wan.namespace, commands)


def _wanted_rules(network_cidr: str) -> list[str]:
    allowed = (TUN, OPERATOR_LINK, "lo")
    ours = [f"pref {100 + at} iif {name} to {network_cidr} lookup {TABLE_REGIONS}" for at, name in enumerate(allowed)]
    ours.append(f"pref 200 to {network_cidr} lookup {TABLE_DELAYED}")
    return ["pref 0 lookup local", *ours, "pref 32766 lookup main", "pref 32767 lookup default"]


def _rule_text(rule: dict[str, Any]) -> str:
    """Return a rule as it would be added; what we never use makes it differ from every wanted one."""
    parts = [f"pref {rule['priority']}"]
    parts += [f"iif {rule['iif']}"] if "iif" in rule else []
    parts += [f"to {rule['dst']}/{rule.get('dstlen', 32)}"] if "dst" in rule else []
    parts.append(f"lookup {rule.get('table', '?')}")
    known = {"priority", "iif", "iif_detached", "dst", "dstlen", "table", "src", "protocol"}
    parts += sorted(str(key) for key in rule.keys() - known)
    parts += [f"from {rule['src']}"] if rule.get("src") != "all" else []
    return " ".join(parts)


def ensure_operator(wan: WideAreaNetwork) -> Found:
    """Make or repair the operator's namespace and its undelayed way to every host.

    Raises:
        BackendError: The kernel refused, the WAN is missing, or the name is somebody else's.
    """
    return settle(f"the operator's link of {wan.stack}", lambda: read_operator(wan), lambda: _repair_operator(wan))


def read_operator(wan: WideAreaNetwork) -> Found:
    """Return what is there of the operator's namespace and link."""
    namespace = naming.operator_namespace(wan.stack)
    if owner_of(namespace) != naming.owner(wan.stack, "operator"):
        return Found(exists=False)
    faults = _end_faults(namespace, _operator_address(wan), naming.gateway(wan.operator_cidr))
    [outer] = show(wan.namespace, "addr show") if owner_of(wan.namespace) else [[]]
    faults += _pair_faults(namespace, _link(outer, OPERATOR_LINK))
    if _addresses(_link(outer, OPERATOR_LINK)) != [_operator_gateway(wan)]:
        faults.append(f"the WAN end has not the address {_operator_gateway(wan)}")
    return Found(exists=True, faults=tuple(faults))


def remove_operator(stack: str) -> None:
    """Remove the operator's namespace and link."""
    remove_namespace(naming.operator_namespace(stack), naming.owner(stack, "operator"))


def _repair_operator(wan: WideAreaNetwork) -> None:
    namespace = naming.operator_namespace(wan.stack)
    ensure_namespace(namespace, naming.owner(wan.stack, "operator"))
    _join(wan.namespace, OPERATOR_LINK, namespace, _operator_address(wan))
    address = _operator_gateway(wan)
    change(wan.namespace, [f"addr flush dev {OPERATOR_LINK}", f"addr add {address} dev {OPERATOR_LINK}"])
    _set_up_end(namespace, _operator_address(wan), naming.gateway(wan.operator_cidr))


def _operator_address(wan: WideAreaNetwork) -> str:
    return f"{naming.operator_address(wan.operator_cidr)}/{IPv4Network(wan.operator_cidr).prefixlen}"


def _operator_gateway(wan: WideAreaNetwork) -> str:
    return f"{naming.gateway(wan.operator_cidr)}/{IPv4Network(wan.operator_cidr).prefixlen}"


def ensure_region(stack: str, cidr: str) -> Found:
    """Make or repair a region: its bridge, the gateway's address and the route to it.

    Args:
        stack: The stack; its WAN must exist.
        cidr: The region's subnet, a /24 whose third octet is the region's number.

    Raises:
        BackendError: The kernel refused, or the WAN is missing.
    """
    return settle(f"region {cidr} of {stack}", lambda: read_region(stack, cidr), lambda: _repair_region(stack, cidr))


def read_region(stack: str, cidr: str) -> Found:
    """Return what is there of a region."""
    namespace, name = naming.wan_namespace(stack), naming.bridge(naming.region_number(cidr))
    if owner_of(namespace) != naming.owner(stack, "wan"):
        return Found(exists=False)
    links, routes = show(namespace, "addr show", f"route show table {TABLE_REGIONS}")
    bridge = _link(links, name)
    if not bridge:
        return Found(exists=False)
    faults = []
    if _kind(bridge) != "bridge" or bridge.get("address") != naming.hardware_address(naming.gateway(cidr)):
        faults.append(f"{name} is not our bridge")
    if "UP" not in bridge["flags"] or bridge["mtu"] != MTU:
        faults.append(f"bridge {name} is down")
    if _addresses(bridge) != [_gateway_address(cidr)]:
        faults.append(f"bridge {name} has not the address {_gateway_address(cidr)}")
    if [route.get("dev") for route in routes if route["dst"] == cidr] != [name]:
        faults.append(f"the route to {cidr} is missing")
    return Found(exists=True, faults=tuple(faults))


def remove_region(stack: str, cidr: str) -> None:
    """Remove a region's bridge; its route goes with it."""
    namespace, name = naming.wan_namespace(stack), naming.bridge(naming.region_number(cidr))
    if owner_of(namespace) == naming.owner(stack, "wan") and _link(show(namespace, "link show")[0], name):
        change(namespace, [f"link delete {name}"])


def _repair_region(stack: str, cidr: str) -> None:
    namespace, name = naming.wan_namespace(stack), naming.bridge(naming.region_number(cidr))
    mac = naming.hardware_address(naming.gateway(cidr))
    bridge = _link(show(namespace, "link show")[0], name)
    commands = []
    if _kind(bridge) != "bridge":
        commands += [f"link delete {name}"] if bridge else []
        commands.append(f"link add name {name} address {mac} type bridge stp_state 0 forward_delay 0 mcast_snooping 0")
    commands += [
        f"link set {name} address {mac} mtu {MTU} up",
        f"addr flush dev {name}",
        # No route in the main table: see the top of this file.
        f"addr add {_gateway_address(cidr)} dev {name} noprefixroute",
        f"route replace {cidr} dev {name} table {TABLE_REGIONS}",
    ]
    change(namespace, commands)


def _gateway_address(cidr: str) -> str:
    return f"{naming.gateway(cidr)}/{IPv4Network(cidr).prefixlen}"


def ensure_host(stack: str, host: str, *, address: str) -> Found:
    """Make or repair a host's namespace and its link to its region's bridge.

    Args:
        stack: The stack; its WAN and the host's region must exist.
        host: The host.
        address: The host's IPv4 address; its /24 is the region's.

    Raises:
        BackendError: The kernel refused, the region is missing, or the name is somebody else's.
    """
    return settle(
        f"the network of {host}",
        lambda: read_host(stack, host, address=address),
        lambda: _repair_host(stack, host, address=address),
    )


def read_host(stack: str, host: str, *, address: str) -> Found:
    """Return what is there of a host's network."""
    namespace, outside = naming.host_namespace(stack, host), naming.wan_namespace(stack)
    if owner_of(namespace) != naming.owner(stack, host):
        return Found(exists=False)
    faults = _end_faults(namespace, f"{address}/24", naming.gateway(_subnet(address)))
    [links] = show(outside, "link show") if owner_of(outside) else [[]]
    outer = _link(links, naming.host_link(address))
    faults += _pair_faults(namespace, outer)
    bridge = naming.bridge(naming.region_number(address))
    if outer.get("master") != bridge:
        faults.append(f"the WAN end is not on bridge {bridge}")
    return Found(exists=True, faults=tuple(faults))


def remove_host(stack: str, host: str) -> None:
    """Remove a host's namespace and link."""
    remove_namespace(naming.host_namespace(stack, host), naming.owner(stack, host))


def _repair_host(stack: str, host: str, *, address: str) -> None:
    namespace, outside = naming.host_namespace(stack, host), naming.wan_namespace(stack)
    ensure_namespace(namespace, naming.owner(stack, host))
    link = naming.host_link(address)
    _join(outside, link, namespace, f"{address}/24")
    change(outside, [f"link set {link} master {naming.bridge(naming.region_number(address))} up"])
    _set_up_end(namespace, f"{address}/24", naming.gateway(_subnet(address)))


def _subnet(address: str) -> str:
    return str(IPv4Network(f"{address}/24", strict=False))


def _join(outside: str, link: str, inside: str, address: str) -> None:
    """Join WAN and namespace by a veth pair, made anew unless both ends are there and belong together."""
    [outer_links] = show(outside, "link show")
    outer = _link(outer_links, link)
    if not _pair_faults(inside, outer):
        change(outside, [f"link set {link} mtu {MTU} up"])
        return
    if outer:
        change(outside, [f"link delete {link}"])
    if _link(show(inside, "link show")[0], INSIDE_LINK):
        change(inside, [f"link delete {INSIDE_LINK}"])
    mac = naming.hardware_address(address.partition("/")[0])
    peer = f"peer name {INSIDE_LINK} address {mac} mtu {MTU} netns {inside}"
    change(outside, [f"link add name {link} mtu {MTU} type veth {peer}", f"link set {link} up"])


def _set_up_end(namespace: str, address: str, gateway: str) -> None:
    set_sysctls(namespace, _END_SYSCTLS)
    [links] = show(namespace, "addr show")
    mac = naming.hardware_address(address.partition("/")[0])
    commands = ["link set lo up", f"link set {INSIDE_LINK} address {mac} mtu {MTU} up"]
    if _addresses(_link(links, INSIDE_LINK)) != [address]:
        commands += [f"addr flush dev {INSIDE_LINK}", f"addr add {address} dev {INSIDE_LINK}"]
    change(namespace, [*commands, f"route replace default via {gateway} dev {INSIDE_LINK}"])


def _end_faults(namespace: str, address: str, gateway: str) -> list[str]:
    links, routes = show(namespace, "addr show", "route show default")
    inner = _link(links, INSIDE_LINK)
    faults = [f"sysctl {path} is {value}" for path, value in sysctls_that_differ(namespace, _END_SYSCTLS).items()]
    if "UP" not in _link(links, "lo").get("flags", []):
        faults.append("lo is down")
    if not inner:
        return [*faults, f"link {INSIDE_LINK} is missing"]
    if "UP" not in inner["flags"] or inner["mtu"] != MTU:
        faults.append(f"link {INSIDE_LINK} is down or has another MTU")
    if inner.get("address") != naming.hardware_address(address.partition("/")[0]):
        faults.append(f"link {INSIDE_LINK} has another hardware address")
    if _addresses(inner) != [address]:
        faults.append(f"link {INSIDE_LINK} has not the address {address}")
    if [(route.get("gateway"), route.get("dev")) for route in routes] != [(gateway, INSIDE_LINK)]:
        faults.append(f"the default route by {gateway} is missing")
    return faults


def _pair_faults(inside: str, outer: dict[str, Any]) -> list[str]:
    """Say whether a link of the WAN is there and its other end is the namespace's eth0."""
    if not outer:
        return ["the WAN end of the link is missing"]
    inner = _link(show(inside, "link show")[0], INSIDE_LINK)
    if not inner or inner.get("link_index") != outer["ifindex"] or outer.get("link_index") != inner["ifindex"]:
        return ["the two ends of the link do not belong together"]
    return [] if "UP" in outer["flags"] else ["the WAN end of the link is down"]


def _link(links: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next((link for link in links if link["ifname"] == name), {})


def _kind(link: dict[str, Any]) -> str:
    return str(link.get("linkinfo", {}).get("info_kind", ""))


def _is_tun(link: dict[str, Any]) -> bool:
    return _kind(link) == "tun" and bool(link["linkinfo"]["info_data"].get("persist"))


def _addresses(link: dict[str, Any]) -> list[str]:
    return [f"{a['local']}/{a['prefixlen']}" for a in link.get("addr_info", ()) if a.get("family") == "inet"]


def _table(route: dict[str, Any]) -> int:
    name = str(route.get("table", "main"))
    return int(name) if name.isdigit() else 0
