"""Asks the chain's node of this host how far it is, and which undecided block it holds."""

from __future__ import annotations

import datetime
import http.client
import json
from dataclasses import dataclass
from typing import Any

CLOCK_S_MAX = 5.0
"""A last block further in the future means that this clock or the last leader's is wrong."""


@dataclass(frozen=True, kw_only=True)
class NodeSeen:
    """One node as it told."""

    height: int
    """Last decided block."""
    block_time_s: float
    """Its time, Unix seconds."""
    catching_up: bool
    peers: int
    open_height: int
    """Height that it works on."""
    holds: str
    """Hash (hex) of the whole block that it holds for that height; empty: none."""


def look(address: str, *, timeout_s: float = 2.0) -> NodeSeen | None:
    """Return how far the node is; None when it does not answer."""
    host, _, port = address.partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=timeout_s)
    try:
        status = _asked(connection, "status")["sync_info"]
        state = _asked(connection, "consensus_state")["round_state"]
        peers = int(_asked(connection, "net_info")["n_peers"])
        return NodeSeen(
            height=int(status["latest_block_height"]),
            block_time_s=_seconds(str(status["latest_block_time"])),
            catching_up=bool(status["catching_up"]),
            peers=peers,
            open_height=int(str(state["height/round/step"]).partition("/")[0]),
            holds=str(state["proposal_block_hash"]).upper(),
        )
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()


def peers_of(address: str, *, timeout_s: float = 0.5) -> int:
    """Return how many peers the node has; 0 when it does not answer. Works while the node waits for a signature."""
    host, _, port = address.partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=timeout_s)
    try:
        return int(_asked(connection, "net_info")["n_peers"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return 0
    finally:
        connection.close()


def unready(seen: NodeSeen | None, *, now_s: float, peers_min: int) -> str:
    """Return why a node may not lead, as far as it can tell by itself; empty when nothing speaks against it."""
    if seen is None:
        return "its node does not answer"
    if seen.catching_up:
        return f"its node is still catching up, at height {seen.height}"
    if seen.peers < peers_min:
        return f"its node has {seen.peers} peers, {peers_min} are needed"
    if seen.height and seen.block_time_s - now_s > CLOCK_S_MAX:
        return f"its clock is {seen.block_time_s - now_s:.0f} s behind the last block"
    return ""


def _asked(connection: http.client.HTTPConnection, question: str) -> dict[str, Any]:
    connection.request("GET", f"/{question}")
    found: dict[str, Any] = json.loads(connection.getresponse().read())["result"]
    return found


def _seconds(text: str) -> float:
    """Return CometBFT's time (nanoseconds) as Unix seconds."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")[:19] + "+00:00").timestamp()
