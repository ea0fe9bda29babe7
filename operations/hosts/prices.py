"""What oracles serve, beside what does not come from them: the chain itself, and in the lab the true price."""

from __future__ import annotations

import ipaddress
import json
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from operations.hosts import commands
from operations.hosts.scripts import Shell, UnreachableError, run_all
from operations.hosts.seen import HostSeen, NotReadError, PriceSeen
from schemas.facts import HostFacts
from schemas.inventory import Inventory, InventoryPair

TRUTH_PORT = 8090
"""Of the lab's exchanges."""
CONTRACT_OF_STAND_IN = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
_DATA_FEEDS = "0x67a7cfb7"
"""Selector of Api3ServerV1's `dataFeeds(bytes32)`: value (18 decimals) and time of a report."""
_WAIT_S = 10.0

FIRST_REPORT_WITHIN_S = 60.0
"""An oracle that has just started needs its sources' first prices, a contract, money and two blocks."""
_PAUSE_S = 2.0


def seen_prices(inventory: Inventory, hosts: Mapping[str, HostSeen]) -> dict[str, PriceSeen]:
    """Return what every oracle says of every pair of its fleet, by `HOST PAIR`, with the chain and the truth beside."""
    return {
        f"{facts.host} {pair.pair}": _seen(inventory, pair, hosts[facts.host])
        for pair in inventory.pairs
        for facts in inventory.hosts
        if facts.fleet == pair.fleet
    }


def settled_prices(inventory: Inventory, hosts: Mapping[str, HostSeen], shell: Shell) -> dict[str, PriceSeen]:
    """Return the same, after oracles that never reported have had time to; others are not asked again."""
    found = seen_prices(inventory, hosts)
    deadline = time.monotonic() + FIRST_REPORT_WITHIN_S
    while (late := _never_reported(inventory, found)) and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)
        for host in late:
            found |= seen_prices(replace(inventory, hosts=(host,)), {host.host: _again(host, hosts[host.host], shell)})
    return found


def _never_reported(inventory: Inventory, found: Mapping[str, PriceSeen]) -> list[HostFacts]:
    late = {subject.partition(" ")[0] for subject, price in found.items() if not price.unread and not price.reported_at}
    to_chain = {pair.fleet for pair in inventory.pairs if pair.rpc}
    return [facts for facts in inventory.hosts if facts.host in late and facts.fleet in to_chain]


def _again(facts: HostFacts, host: HostSeen, shell: Shell) -> HostSeen:
    reading = {name: command for name, command in commands.host_commands(facts).items() if name == commands.PRICES}
    try:
        return replace(host, outputs={**host.outputs, **run_all(shell, facts.host, reading)})
    except UnreachableError:
        return host


def _seen(inventory: Inventory, pair: InventoryPair, host: HostSeen) -> PriceSeen:
    try:
        state = host.json(commands.PRICES)
        said = state["pairs"][pair.pair]
        value, feed = said["value"], str(said["id"])
        reported, at = (0.0, 0.0) if not pair.rpc or not feed else _on_chain(pair.rpc, str(state["contract"]), feed)
        return PriceSeen(
            value=None if value is None else float(value),
            reason=str(said["reason"]),
            sources=tuple(str(source) for source in said["used"]),
            reported=reported,
            reported_at=at,
            true=_truth(inventory, pair.pair, at) if inventory.target == "lab" and at else None,
        )
    except NotReadError as error:
        return PriceSeen(unread=str(error))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return PriceSeen(unread=f"{type(error).__name__}: {error}")


def _on_chain(rpc: str, contract: str, feed: str) -> tuple[float, float]:
    """Return value and time of a report, as the chain has it."""
    question = {"to": contract or CONTRACT_OF_STAND_IN, "data": _DATA_FEEDS + feed.removeprefix("0x")}
    body = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [question, "latest"]}
    data = bytes.fromhex(_ask(rpc, body)["result"].removeprefix("0x"))
    return int.from_bytes(data[:32], "big", signed=True) / 1e18, float(int.from_bytes(data[32:64], "big"))


def _truth(inventory: Inventory, pair: str, at_s: float) -> float:
    address = ipaddress.ip_network(inventory.operator_cidr)[2]
    return float(_ask(f"http://{address}:{TRUTH_PORT}/truth?at={at_s}")["prices"][pair])


def _ask(url: str, body: Mapping[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})  # noqa: S310 - http
    with urllib.request.urlopen(request, timeout=_WAIT_S) as answer:  # noqa: S310 - of our own inventory
        return json.loads(answer.read())
