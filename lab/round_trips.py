"""Measure round trips from inside namespaces, with the kernel's own receive stamps.

The far end answers in its kernel, and the arrival is stamped there too, so what is
measured is the network and not the schedule of two programs.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass

from lab.iproute import in_namespace
from schemas.errors import BackendError

_ECHO_REQUEST, _ECHO_REPLY = 8, 0
_HEADER = struct.Struct("!BBHHH")
_STAMP = struct.Struct("qq")
_SO_TIMESTAMPNS = 35
"""From asm-generic/socket.h; Python does not name it."""


@dataclass(frozen=True, kw_only=True)
class Path:
    """Where echo requests start and where they are answered."""

    namespace: str
    target: str
    """IPv4 address."""


def measure_round_trips(
    paths: Sequence[Path], *, count: int, interval_ms: float, wait_ms: float = 1000.0
) -> dict[Path, list[float]]:
    """Return the round trips of each path in ms; an echo without an answer leaves no entry.

    Args:
        paths: What to measure, by turns.
        count: Echo requests per path.
        interval_ms: Between two requests, whatever their path.
        wait_ms: For the last answers.

    Raises:
        BackendError: A namespace is missing, or lets nobody send echo requests.
    """
    results: dict[Path, list[float]] = {path: [] for path in paths}
    # One socket per path: the kernel sorts the answers, and its identifier tells the paths apart.
    sockets = {in_namespace(path.namespace, _echo_socket): path for path in paths}
    sent: dict[tuple[Path, int], int] = {}
    poll = select.poll()
    by_descriptor = {each.fileno(): each for each in sockets}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)

    def collect(until: float) -> None:
        while (left := until - time.monotonic()) > 0:
            for descriptor, _ in poll.poll(left * 1000):
                _receive(by_descriptor[descriptor], sockets[by_descriptor[descriptor]], sent, results)

    try:
        due = time.monotonic()
        for number in range(count):
            for each, path in sockets.items():
                sent[path, number] = time.time_ns()
                each.sendto(_HEADER.pack(_ECHO_REQUEST, 0, 0, 0, number) + bytes(48), (path.target, 0))
                due += interval_ms / 1000
                collect(due)
        deadline = time.monotonic() + wait_ms / 1000
        while sent and time.monotonic() < deadline:
            collect(min(time.monotonic() + 0.02, deadline))
    finally:
        for each in sockets:
            each.close()
    return results


def _echo_socket() -> socket.socket:
    try:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, socket.IPPROTO_ICMP)
    except OSError as error:
        raise BackendError(f"no echo requests from here: {error.strerror}") from error
    opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    return opened


def _receive(
    opened: socket.socket, path: Path, sent: dict[tuple[Path, int], int], results: dict[Path, list[float]]
) -> None:
    try:
        data, ancillary, _, _ = opened.recvmsg(256, 64)
    except OSError:  # what the kernel reports about an unreachable target is no answer
        return
    kind, _, _, _, number = _HEADER.unpack_from(data)
    started = sent.pop((path, number), None) if kind == _ECHO_REPLY else None
    if started is not None:
        seconds, nanoseconds = _STAMP.unpack_from(ancillary[0][2])
        results[path].append((seconds * 1_000_000_000 + nanoseconds - started) / 1e6)
