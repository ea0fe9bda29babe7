"""The host's own firewall: what its clients' ports say, and nothing else, comes in."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.workloads import Assignment, Reach, ports_of

METADATA_ADDRESS = "169.254.169.254"
"""Where clouds hand out credentials; only root may ask."""


def ruleset(assignments: Sequence[Assignment], *, network_cidr: str, operator_cidr: str) -> str:
    """Return `/etc/nftables.conf`. Loading it again replaces the table as a whole, without a gap."""
    sources = {Reach.OPERATOR: operator_cidr, Reach.NETWORK: network_cidr}
    accepted = [
        f'ip saddr {sources[port.reach]} tcp dport {port.number} accept comment "{port.name}"'
        for port in ports_of(assignments)
        if port.reach is not Reach.LOOPBACK
    ]
    chains = {
        "input": [
            "type filter hook input priority filter; policy drop;",
            "ct state invalid drop",
            "ct state established,related accept",
            "iif lo accept",
            # Verification measures round trips by ping from every neighbour at once.
            "icmp type echo-request limit rate 200/second burst 200 packets accept",
            "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept",
            *accepted,
        ],
        "forward": ["type filter hook forward priority filter; policy drop;"],
        "output": [
            "type filter hook output priority filter; policy accept;",
            f"ip daddr {METADATA_ADDRESS} meta skuid != 0 drop",
        ],
    }
    body = "\n".join(
        f"\tchain {name} {{\n" + "".join(f"\t\t{rule}\n" for rule in rules) + "\t}" for name, rules in chains.items()
    )
    return f"table inet geofleet\ndelete table inet geofleet\ntable inet geofleet {{\n{body}\n}}\n"
