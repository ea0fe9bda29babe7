"""The router of the emulated network: started once per stack, then told by messages.

It holds nothing that cannot be told again. Without it, or for pairs that it was not
told of, packets are dropped.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import naming, processes
from schemas.errors import BackendError
from schemas.locations import router_path, run_dir

NAME = "router"

EARLY_US = 100
"""How much before its time a packet is sent on: what the rest of its way takes (lab/README.md, measured)."""

_READY_S = 5.0
_ANSWER_S = 2.0
_MESSAGE_BYTES = 65536


@dataclass(frozen=True, kw_only=True)
class RouterState:
    """A router that runs and answers."""

    pid: int
    first_in_first_out: bool
    """Whether it has real-time priority; without it a busy machine spoils the delays."""
    counters: Mapping[str, int]
    """Packets forwarded, unknown (no such pair), malformed, full (queue), refused (by the kernel); queued now."""


def start_router(stack: str, *, network_cidr: str, binary: Path | None = None) -> RouterState:
    """Start the stack's router in its WAN namespace, unless it runs; return when it answers.

    A new router knows no links: they have to be set again.

    Raises:
        BackendError: It does not answer; its own last words are in the message.
        EnvironmentMissingError: The router is not built.
    """
    argv = (
        str(binary or router_path()), "--tun", naming.TUN, "--network", network_cidr,
        "--control", str(_socket(stack)), "--early-us", str(EARLY_US),
    )  # fmt: skip
    processes.start(stack, NAME, argv, namespace=naming.wan_namespace(stack))
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        state = read_router(stack)
        if state:
            return state
        if not processes.read(stack, NAME):
            break
        time.sleep(0.01)
    raise BackendError(f"the router of {stack} does not answer: {processes.log_end(stack, NAME) or 'no output'}")


def read_router(stack: str) -> RouterState | None:
    """Return the router's state; None when it does not run or does not answer."""
    process = processes.read(stack, NAME)
    answers = ask(stack, ["stats"]) if process else None
    if not process or not answers:
        return None
    values = words(answers[0])
    return RouterState(
        pid=process.pid,
        first_in_first_out=values.pop("fifo", 0) == 1,
        counters={key: value for key, value in values.items() if key != "early_ns"},
    )


def stop_router(stack: str) -> None:
    """Stop the router: from now on nothing passes between regions."""
    processes.stop(stack, NAME)


def ask(stack: str, lines: Sequence[str]) -> list[str] | None:
    """Send commands to the router and return its answers, one per line; None when no router answers.

    Raises:
        BackendError: The router did not understand or refused a line.
    """
    answers: list[str] = []
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.settimeout(_ANSWER_S)
            connection.connect(str(_socket(stack)))
            # So that the answers fit one message as well: 200 of the longest are 40 KB.
            for at in range(0, len(lines), 200):
                connection.sendall("\n".join(lines[at : at + 200]).encode())
                answers += connection.recv(_MESSAGE_BYTES).decode().splitlines()
    except OSError:
        return None
    if len(answers) != len(lines):
        return None
    for line, answer in zip(lines, answers, strict=True):
        if not answer.startswith("ok") and answer != UNKNOWN_PAIR:
            raise BackendError(f"the router of {stack} refused '{line}': {answer}")
    return answers


UNKNOWN_PAIR = "error unknown pair"
"""What the router answers about a pair that was never set: an answer, not a failure."""


def words(answer: str) -> dict[str, int]:
    """Return the `key=value` words of an answer."""
    return {key: int(value) for key, _, value in (word.partition("=") for word in answer.split()) if value}


def _socket(stack: str) -> Path:
    return run_dir(stack) / "router.sock"
