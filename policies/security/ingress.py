"""What may open connections to machines: every form of it at AWS and GCP, as one list of openings."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from policies.resources import Block, Resource
from policies.values import ABSENT, Unknown
from policies.verdict import Doubt, is_true

SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
FIREWALL = "gcp:compute/firewall:Firewall"
POLICY_RULES = (
    "gcp:compute/firewallPolicyRule:FirewallPolicyRule",
    "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule",
    "gcp:compute/regionNetworkFirewallPolicyRule:RegionNetworkFirewallPolicyRule",
)
FORMS = (SECURITY_GROUP, GROUP_RULE, INGRESS_RULE, DEFAULT_GROUP, FIREWALL, *POLICY_RULES)
"""Judged together: a rule that looks at one form only is bypassed by another."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

ALL_PORTS = (0, 65535)
_SPECIAL = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
                 "fc00::/7", "fe80::/10", "::1/128")
)  # fmt: skip
IPV4_BITS_MIN = 8
"""A source range of IPv4 that is wider than this is the internet: two halves or 128 slices of it are, too."""
IPV6_BITS_MIN = 16
"""The same for IPv6, whose providers hold /19 to /32."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One permission to connect."""

    path: str
    protocol: str
    """`tcp`, `udp`, `icmp`, ...; `all` for any."""
    ports: tuple[tuple[int, int], ...]
    """Inclusive ranges; all ports where the protocol has none."""
    sources: tuple[str, ...]
    """CIDRs as written."""
    doubts: tuple[Doubt, ...] = field(default=())

    @property
    def is_public(self) -> bool:
        """Return whether the sources make up the internet, or a part of it that nobody could own."""
        return is_internet(self.sources)

    def reaches(self, port: int) -> bool:
        """Return whether it opens a TCP or UDP port."""
        return self.protocol in ("all", "tcp", "udp") and any(low <= port <= high for low, high in self.ports)

    @property
    def is_everything(self) -> bool:
        """Return whether it opens every protocol, or every port of TCP or UDP."""
        return self.protocol == "all" or (
            self.protocol in ("tcp", "udp") and any(low <= 1 and high >= 65535 for low, high in self.ports)
        )


def openings(resource: Resource) -> Iterator[Opening]:
    """Yield what a resource of one of the forms lets in."""
    if resource.token in (SECURITY_GROUP, DEFAULT_GROUP):
        for block in resource.blocks("ingress"):
            yield _aws(block, "protocol", "cidrBlocks", "ipv6CidrBlocks")
    elif resource.token == GROUP_RULE:
        if resource.get("type") != "egress":
            yield _aws(resource.properties, "protocol", "cidrBlocks", "ipv6CidrBlocks")
    elif resource.token == INGRESS_RULE:
        yield _aws(resource.properties, "ipProtocol", "cidrIpv4", "cidrIpv6")
    elif resource.token == FIREWALL:
        yield from _firewall(resource)
    elif resource.token in POLICY_RULES:
        yield from _policy_rule(resource)


def is_internet(sources: Iterable[str]) -> bool:
    """Return whether source ranges make up the internet: one that is too wide, or many that are half of it together."""
    total = 0
    for source in sources:
        network = _network(source)
        if network is None or any(network.version == own.version and network.subnet_of(own) for own in _SPECIAL):  # type: ignore[arg-type]  # versions are equal
            continue
        if network.prefixlen < (IPV4_BITS_MIN if network.version == 4 else IPV6_BITS_MIN):
            return True
        total += network.num_addresses if network.version == 4 else 0
    return total >= 2**31


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _aws(block: Block, protocol_name: str, *source_names: str) -> Opening:
    if isinstance(block.value, Unknown):
        return _unknown(block)
    doubts: list[Doubt] = []
    protocol = _read(block, protocol_name, doubts)
    sources = [text for name in source_names for text in _texts(block, name, doubts)]
    ports = ALL_PORTS
    name = _protocol(protocol)
    if name in ("tcp", "udp"):
        low, high = _read(block, "fromPort", doubts), _read(block, "toPort", doubts)
        if isinstance(low, (int, float)) and isinstance(high, (int, float)):
            ports = (int(low), int(high))
    return Opening(path=block.path, protocol=name, ports=(ports,), sources=tuple(sources), doubts=tuple(doubts))


def _firewall(resource: Resource) -> Iterator[Opening]:
    direction = resource.get("direction")
    if direction == "EGRESS" or is_true(resource.get("disabled")):
        return
    doubts: list[Doubt] = []
    sources = _texts(resource.properties, "sourceRanges", doubts)
    narrowed = any(resource.get(name) is not ABSENT for name in ("sourceTags", "sourceServiceAccounts"))
    # Without any source a GCP firewall rule lets the whole internet in.
    if not sources and not doubts and not narrowed:
        sources = ["0.0.0.0/0"]
    for allow in resource.blocks("allows"):
        yield _gcp(allow, "protocol", sources, doubts)


def _policy_rule(resource: Resource) -> Iterator[Opening]:
    if resource.get("action") not in ("allow", "goto_next") and not isinstance(resource.get("action"), Unknown):
        return
    if resource.get("direction") == "EGRESS" or is_true(resource.get("disabled")):
        return
    doubts: list[Doubt] = []
    sources = _texts(resource.properties, "match.srcIpRanges", doubts)
    narrowed = any(
        resource.get(f"match.{name}") is not ABSENT for name in ("srcSecureTags", "srcAddressGroups", "srcFqdns")
    )
    if not sources and not doubts and not narrowed:
        sources = ["0.0.0.0/0"]
    for layer in resource.blocks("match.layer4Configs"):
        yield _gcp(layer, "ipProtocol", sources, doubts)


def _gcp(block: Block, protocol_name: str, sources: list[str], doubts: list[Doubt]) -> Opening:
    if isinstance(block.value, Unknown):
        return _unknown(block)
    own = list(doubts)
    protocol = _protocol(_read(block, protocol_name, own))
    written = _texts(block, "ports", own)
    ports = tuple(_range(text) for text in written) or (ALL_PORTS,)
    return Opening(path=block.path, protocol=protocol, ports=ports, sources=tuple(sources), doubts=tuple(own))


def _range(text: str) -> tuple[int, int]:
    low, _, high = str(text).partition("-")
    try:
        return int(float(low)), int(float(high or low))
    except ValueError:
        return ALL_PORTS


def _unknown(block: Block) -> Opening:
    doubt = Doubt(path=block.path, why=block.value)
    return Opening(path=block.path, protocol="all", ports=(ALL_PORTS,), sources=(), doubts=(doubt,))


def _read(block: Block, name: str, doubts: list[Doubt]) -> Any:
    value = block.get(name)
    if isinstance(value, Unknown):
        doubts.append(Doubt(path=block.at(name), why=value))
    return value


def _texts(block: Block, name: str, doubts: list[Doubt]) -> list[str]:
    value = _read(block, name, doubts)
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        return []
    for position, part in enumerate(value):
        if isinstance(part, Unknown):
            doubts.append(Doubt(path=block.at(f"{name}[{position}]"), why=part))
    return [part if isinstance(part, str) else f"{part:g}" for part in value if isinstance(part, (str, int, float))]


def _protocol(value: Any) -> str:
    """Return a protocol's name; AWS writes all of them as -1, GCP as `all`, both also as numbers."""
    if isinstance(value, Unknown) or value is ABSENT:
        return "all"
    text = f"{value:g}" if isinstance(value, (int, float)) else str(value).lower()
    return {"-1": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}.get(text, text)
