"""What one look at a deployed stack saw, before anyone judges it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from operations.hosts.scripts import NOT_READ, Output
from schemas.facts import HostFacts
from schemas.inventory import Inventory, InventoryChain
from schemas.ledger import Purpose


class NotReadError(Exception):
    """A reading that a check needs is missing or malformed: the check cannot be evaluated."""


class NotApplicableError(Exception):
    """A check has nothing to judge on this stack; the text says why."""


class Probe(StrEnum):
    """What became of an attempt to open a TCP connection."""

    OPEN = "open"
    REFUSED = "refused"
    """The host said no: the packet came through its firewall."""
    DROPPED = "dropped"
    """Silence."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How far a host's clock is from the verifier's."""

    offset_ms: float
    """Positive: the host's is ahead. Taken at the middle of the question's round trip."""
    uncertainty_ms: float
    """Half of that round trip: the true offset is within this of `offset_ms`."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """One host's network configuration as the store publishes it."""

    sha256: str
    """Of the document's exact bytes."""
    files: Mapping[str, str]
    """Path to SHA-256."""
    error: str = ""
    """Why the document could not be had."""


@dataclass(frozen=True, kw_only=True)
class HostSeen:
    """What was read of one host; all empty when it could not be reached."""

    unreachable: str = ""
    """What SSH said."""
    outputs: Mapping[str, Output] = field(default_factory=dict)
    """Reading to output; see `operations.hosts.commands`."""
    host_keys: tuple[str, ...] = ()
    """Fingerprints of every SSH host key that the host offers."""
    logins: Mapping[str, str] = field(default_factory=dict)
    """Attempt that must fail (`without a key`, `as root`) to what the host said; empty text: it let us in."""
    from_operator: Mapping[int, Probe] = field(default_factory=dict)
    neighbour: str = ""
    """The host that tried `from_neighbour`; empty when there is no other."""
    from_neighbour: Mapping[int, Probe] = field(default_factory=dict)
    pings: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Other host to round trips in milliseconds."""
    clock: Clock | None = None
    heights: tuple[int, ...] = ()
    """Heights of its chain, as its node told them one after the other."""
    watched_s: float = 0.0
    """Seconds from the first to the last of them."""
    told_at: float = 0.0
    """When the last of them was told: seconds since 1970, by this machine's clock."""
    published: Published | None = None

    def output(self, reading: str) -> Output:
        """Return what became of a reading's command, whatever its exit status.

        Raises:
            NotReadError: It never ran.
        """
        output = self.outputs.get(reading, NOT_READ)
        if output.status in (NOT_READ.status, 126, 127):
            raise NotReadError(f"reading '{reading}' failed: {output.complaint}")
        return output

    def text(self, reading: str) -> str:
        """Return what a reading's command printed.

        Raises:
            NotReadError: It failed.
        """
        output = self.output(reading)
        if output.status != 0:
            said = output.complaint.splitlines()[-1] if output.complaint else f"exit status {output.status}"
            raise NotReadError(f"reading '{reading}' failed: {said}")
        return output.text

    def json(self, reading: str) -> Any:
        """Return what a reading's command printed, as JSON.

        Raises:
            NotReadError: It failed, or printed something else.
        """
        text = self.text(reading)
        try:
            return json.loads(text)
        except ValueError as error:
            raise NotReadError(f"reading '{reading}' is not JSON: {error}") from error

    def rpc(self, reading: str) -> Mapping[str, Any]:
        """Return the result of a question to the node's RPC.

        Raises:
            NotReadError: The node did not answer it.
        """
        value = self.json(reading)
        if not isinstance(value, dict) or not isinstance(value.get("result"), dict):
            raise NotReadError(f"reading '{reading}': the node answered {json.dumps(value)[:120]}")
        result: Mapping[str, Any] = value["result"]
        return result


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """What became of a transfer that verification sent along one path."""

    sequence: str = ""
    """Of its packet."""
    arrived_s: float | None = None
    """From sending to its receipt on the other chain; None: not seen there."""
    acknowledged_s: float | None = None
    """From sending to the acknowledgement on the first chain; None: none came in time."""
    problem: str = ""
    """Why the chain did not take it."""
    unread: str = ""
    """Why it could not be sent or watched."""


@dataclass(frozen=True, kw_only=True)
class PriceSeen:
    """One oracle's price of one pair."""

    value: float | None = None
    """What it serves; None: nothing."""
    reason: str = ""
    """Why it serves nothing."""
    sources: tuple[str, ...] = ()
    """Those that it used for its price now."""
    reported: float = 0.0
    """Its report, as the chain has it."""
    reported_at: float = 0.0
    """When it was signed: Unix time in seconds; 0: never."""
    true: float | None = None
    """What the pair was worth then; None: nobody knows, outside the lab."""
    unread: str = ""
    """Why it could not be read."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A stack's inventory beside what was read of its hosts."""

    inventory: Inventory
    hosts: Mapping[str, HostSeen]
    """Every host of the inventory."""
    transfers: Mapping[str, Transfer] = field(default_factory=dict)
    """Path to the transfer that was sent along it."""
    prices: Mapping[str, PriceSeen] = field(default_factory=dict)
    """`HOST PAIR` to what the oracle says of it."""

    def facts(self, host: str) -> HostFacts:
        """Return what a host published about itself; it must exist."""
        return next(facts for facts in self.inventory.hosts if facts.host == host)

    def members(self, fleet: str) -> tuple[HostFacts, ...]:
        """Return a fleet's hosts."""
        return tuple(facts for facts in self.inventory.hosts if facts.fleet == fleet)

    def chain(self, name: str) -> InventoryChain:
        """Return a chain of the stack; it must exist."""
        return next(chain for chain in self.inventory.chains if chain.chain == name)

    def nodes(self, chain: str) -> tuple[HostFacts, ...]:
        """Return the hosts that run a chain."""
        return nodes_of(self.inventory, chain)

    def reached(self, host: str) -> bool:
        """Return whether a host could be reached."""
        return not self.hosts[host].unreachable


def together(*parts: Callable[[], Iterable[str]]) -> list[str]:
    """Return the problems of all parts of a check.

    Raises:
        NotReadError: A part cannot be evaluated, and the others found nothing: a problem that is known outweighs one
            that is not.
    """
    problems: list[str] = []
    missing: NotReadError | None = None
    for part in parts:
        try:
            problems += part()
        except NotReadError as error:
            missing = missing or error
    if missing and not problems:
        raise missing
    return problems


def nodes_of(inventory: Inventory, chain: str) -> tuple[HostFacts, ...]:
    """Return the hosts that run a chain's node."""
    return tuple(facts for facts in inventory.hosts if facts.chain == chain and runs_chain(facts))


def runs_chain(facts: HostFacts) -> bool:
    """Return whether a host's own client runs the node of the chain that its fleet makes."""
    return bool(facts.chain) and facts.node_of(facts.chain) is not None


def address_of(facts: HostFacts, purpose: Purpose) -> str:
    """Return a key's name on its chain (upper-case hex): the first 20 bytes of its SHA-256, as its fingerprint is."""
    digest = base64.b64decode(facts.key_fingerprints[purpose.value].removeprefix("SHA256:") + "=")
    return digest[:20].hex().upper()
