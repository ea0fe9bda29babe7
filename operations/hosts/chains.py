"""Watch chains move: heights over real time, validators, and what each node holds at one height."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from operations.hosts import commands
from operations.hosts.scripts import Output, Shell, UnreachableError, run_all
from operations.hosts.seen import HostSeen, NotReadError, nodes_of
from schemas.inventory import Inventory, InventoryChain

BLOCKS_WAITED = 8
WAIT_S_MIN = 15.0
"""A chain that makes no block within eight of its block times, and at least this, stands still."""

_BETWEEN_LOOKS_S = 0.5


def watched(inventory: Inventory, seen: Mapping[str, HostSeen], shell: Shell) -> dict[str, HostSeen]:
    """Return the hosts of all chains with what their nodes said over time added; others are left out."""
    found: dict[str, HostSeen] = {}
    for chain in inventory.chains:
        hosts = [facts.host for facts in nodes_of(inventory, chain.chain) if not seen[facts.host].unreachable]
        look = partial(_until_moved, shell=shell, limit_s=wait_s(chain))
        with ThreadPoolExecutor(max_workers=max(1, len(hosts))) as pool:
            moved = list(pool.map(look, hosts, [seen[host] for host in hosts]))
        found.update(_compared(dict(zip(hosts, moved, strict=True)), shell))
    return found


def wait_s(chain: InventoryChain) -> float:
    """Return how many seconds a chain gets to make its next block."""
    return max(WAIT_S_MIN, BLOCKS_WAITED * chain.block_time_ms / 1000)


def _until_moved(host: str, seen: HostSeen, *, shell: Shell, limit_s: float) -> HostSeen:
    """Ask a node for its height until it is another than before, or the time is over."""
    heights: list[int] = []
    began, told_at = time.monotonic(), 0.0
    outputs: dict[str, Output] = dict(seen.outputs)
    while True:
        try:
            outputs.update(run_all(shell, host, {commands.NODE: commands.rpc("status")}))
            heights.append(height(replace(seen, outputs=outputs)))
            told_at = time.time()
        except (UnreachableError, NotReadError):
            pass  # the last answer stands in the outputs, and the check tells what it was
        waited_s = time.monotonic() - began
        if (heights and heights[-1] > heights[0]) or waited_s >= limit_s:
            return replace(seen, outputs=outputs, heights=tuple(heights), watched_s=waited_s, told_at=told_at)
        time.sleep(_BETWEEN_LOOKS_S)


def _compared(seen: Mapping[str, HostSeen], shell: Shell) -> dict[str, HostSeen]:
    """Add each node's validators and its block at the last height that all of them have."""
    at = common_height([host.heights for host in seen.values()])
    validators = {commands.VALIDATORS: commands.rpc(f"validators?per_page={commands.VALIDATORS_MAX}")}
    asked = validators | ({commands.COMMIT: commands.rpc(f"commit?height={at}")} if at else {})

    def look(host: str) -> HostSeen:
        try:
            return replace(seen[host], outputs={**seen[host].outputs, **run_all(shell, host, asked)})
        except UnreachableError:
            return seen[host]

    with ThreadPoolExecutor(max_workers=max(1, len(seen))) as pool:
        return dict(zip(seen, pool.map(look, seen), strict=True))


def common_height(heights: Sequence[Sequence[int]]) -> int:
    """Return the last height that every node with an answer has; 0 when there is none."""
    return min((told[-1] for told in heights if told), default=0)


def height(seen: HostSeen) -> int:
    """Return the height that a node told.

    Raises:
        NotReadError: It told none.
    """
    try:
        return int(seen.rpc(commands.NODE)["sync_info"]["latest_block_height"])
    except (KeyError, TypeError, ValueError) as error:
        raise NotReadError(f"the node's status has no height: {error}") from error
