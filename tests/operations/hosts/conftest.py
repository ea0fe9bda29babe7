"""Readings of six real hosts of the lab (four validators, two relayers), and ways to spoil them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from operations.hosts.scripts import Output
from operations.hosts.seen import Clock, HostSeen, Probe, Published, Seen
from schemas.inventory import inventory_from_json

RECORDED = Path(__file__).with_name("recorded.json")


def _host(value: dict[str, Any]) -> HostSeen:
    return HostSeen(
        unreachable=value["unreachable"],
        outputs={reading: Output(**output) for reading, output in value["outputs"].items()},
        host_keys=tuple(value["host_keys"]),
        logins=value["logins"],
        from_operator={int(port): Probe(probe) for port, probe in value["from_operator"].items()},
        neighbour=value["neighbour"],
        from_neighbour={int(port): Probe(probe) for port, probe in value["from_neighbour"].items()},
        pings={host: tuple(times) for host, times in value["pings"].items()},
        clock=Clock(**value["clock"]),
        heights=tuple(value["heights"]),
        watched_s=value["watched_s"],
        told_at=value["told_at"],
        published=Published(**value["published"]),
    )


@pytest.fixture
def seen() -> Seen:
    value = json.loads(RECORDED.read_text(encoding="utf-8"))
    return Seen(
        inventory=inventory_from_json(value["inventory"]),
        hosts={host: _host(found) for host, found in value["hosts"].items()},
    )


@pytest.fixture
def spoiled(seen: Seen) -> Callable[..., Seen]:
    """Return the recorded stack with something changed on one host."""

    def spoil(host: str, **changes: Any) -> Seen:
        return replace(seen, hosts={**seen.hosts, host: replace(seen.hosts[host], **changes)})

    return spoil


@pytest.fixture
def read_as(seen: Seen, spoiled: Callable[..., Seen]) -> Callable[..., Seen]:
    """Return the recorded stack with another text for one reading of one host."""

    def change(host: str, reading: str, old: str, new: str, *, status: int = 0, complaint: str = "") -> Seen:
        text = seen.hosts[host].outputs[reading].text
        assert old in text, f"'{old}' is not in reading '{reading}'"
        output = Output(status=status, text=text.replace(old, new) if old else new, complaint=complaint)
        return spoiled(host, outputs={**seen.hosts[host].outputs, reading: output})

    return change


@pytest.fixture
def failed(read_as: Callable[..., Seen]) -> Callable[[str, str], Seen]:
    """Return the recorded stack with one reading of one host refused."""
    return lambda host, reading: read_as(
        host, reading, "", "", status=1, complaint="sudo: a password is required"
    )  # fmt: skip
