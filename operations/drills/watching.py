"""Watches every node of every chain from inside its own network: each block, and each vote that it signs or hears.

The watcher is no part of the network: its connections come from the hosts' own loopback, so no partition hides a
signature from it. Two votes of one validator for one height, round and step that differ are a double signature,
whoever heard them.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import websocket

from lab.iproute import in_namespace
from lab.naming import host_namespace
from operations.hosts.commands import RPC_PORT
from schemas.drill import BlockSeen
from schemas.errors import BackendError

_QUERIES = ("tm.event='Vote'", "tm.event='NewBlock'")
_SILENCE_S = 3.0
_AGAIN_S = 0.3

VoteSlot = tuple[str, str, int, int, int]
"""Chain, validator's address, height, round, and step (1 prevote, 2 precommit)."""


@dataclass
class Watch:
    """What has been seen so far; threads add to it, and it is only ever read as a copy."""

    stack: str
    makers: Mapping[str, str]
    """Host to the chain that it makes."""
    began: float = field(default_factory=time.monotonic)
    blocks: list[BlockSeen] = field(default_factory=list)
    hashes: dict[tuple[str, int], dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """Chain and height to each host's block hash."""
    votes: dict[VoteSlot, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """What each slot was filled with: block hash (empty for nil) to the signature."""
    signatures_seen: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin: one thread for each node."""
        for host in self.makers:
            thread = threading.Thread(target=self._follow, args=(host,), name=f"watch {host}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End, and wait for the threads."""
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=2 * _SILENCE_S)

    def now_s(self) -> float:
        """Return seconds since it began."""
        return time.monotonic() - self.began

    def height(self, chain: str) -> int:
        """Return the highest block that any node of a chain has; 0 when none was seen."""
        with self._lock:
            return max((block.height for block in self.blocks if block.chain == chain), default=0)

    def fork(self) -> str:
        """Return two nodes' different blocks of one height in words; empty when there are none."""
        with self._lock:
            for (chain, height), by_host in sorted(self.hashes.items()):
                if len(set(by_host.values())) > 1:
                    told = ", ".join(f"{host} has {found[:12]}" for host, found in sorted(by_host.items()))
                    return f"{chain} at height {height}: {told}"
        return ""

    def double_signature(self) -> str:
        """Return two different votes of one validator for one step in words; empty when there are none."""
        with self._lock:
            for (chain, address, height, turn, step), found in sorted(self.votes.items()):
                if len(found) > 1:
                    kind = {1: "prevotes", 2: "precommits"}.get(step, f"votes of type {step}")
                    what = " and ".join(sorted(block[:12] or "nil" for block in found))
                    return f"{chain}: {address} signed {kind} for {what} at height {height}, round {turn}"
        return ""

    def _follow(self, host: str) -> None:
        while not self._over.is_set():
            try:
                in_namespace(host_namespace(self.stack, host), lambda: self._listen(host))
            except (OSError, BackendError, websocket.WebSocketException):
                self._over.wait(_AGAIN_S)  # down, booting or paused: nothing is signed there that we could miss

    def _listen(self, host: str) -> None:
        connection = websocket.create_connection(f"ws://127.0.0.1:{RPC_PORT}/websocket", timeout=_SILENCE_S)
        try:
            for number, query in enumerate(_QUERIES):
                question = {"jsonrpc": "2.0", "id": number, "method": "subscribe", "params": {"query": query}}
                connection.send(json.dumps(question))
            while not self._over.is_set():
                try:
                    message = json.loads(connection.recv())
                except websocket.WebSocketTimeoutException:
                    continue  # a chain that stands still says nothing
                self.take(host, message.get("result", {}).get("data", {}).get("value", {}))
        finally:
            connection.close(timeout=1)

    def take(self, host: str, value: Mapping[str, Any]) -> None:
        """Add one event of a node: CometBFT's `Vote` or `NewBlock`."""
        chain = self.makers[host]
        vote = value.get("Vote")
        if vote:
            slot = (chain, vote["validator_address"], int(vote["height"]), int(vote["round"]), int(vote["type"]))
            with self._lock:
                self.signatures_seen += 1
                self.votes[slot][str(vote["block_id"]["hash"])] = str(vote["signature"])
        elif "block" in value:
            height, found = int(value["block"]["header"]["height"]), str(value["block_id"]["hash"])
            with self._lock:
                self.hashes[chain, height][host] = found
                self.blocks.append(BlockSeen(at_s=round(self.now_s(), 2), host=host, chain=chain, height=height))
