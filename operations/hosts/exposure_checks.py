"""What a host shows to others: sandboxes, ports, firewall, log-ins. SEC001 to SEC004."""

from __future__ import annotations

import re
from collections.abc import Iterator

from operations.hosts import commands
from operations.hosts.boot_checks import unit_states
from operations.hosts.gathering import UNUSED_PORT
from operations.hosts.seen import HostSeen, NotReadError, Probe, Seen, together
from operations.hosts.strangers import AS_ROOT, WITHOUT_KEY
from schemas.facts import HostFacts
from schemas.workloads import Port, Reach, ports_of, sandboxed_units_of

EXPOSURE_MAX = 2.0
"""`systemd-analyze security`; research/reliability.md 6.6."""

_EXPOSURE = re.compile(r"Overall exposure level for (\S+): ([0-9.]+)")
_LOOPBACK = ("127.0.0.1", "::1")


def sandbox(seen: Seen, host: str) -> list[str]:
    """Return the units that are not sandboxed enough, or that are and do not run."""
    found = seen.hosts[host]
    levels = dict(_EXPOSURE.findall(found.text(commands.EXPOSURE)))
    states = unit_states(found.text(commands.UNITS))
    problems = []
    for unit in sandboxed_units_of(seen.facts(host).assignments):
        if unit not in levels:
            raise NotReadError(f"systemd-analyze security says nothing of {unit}")
        if float(levels[unit]) > EXPOSURE_MAX:
            problems.append(f"{unit} has exposure {levels[unit]}, allowed: {EXPOSURE_MAX}")
        state = states.get(unit, {}).get("ActiveState", "unknown")
        if state != "active":
            problems.append(f"{unit} is {state}: a sandbox proves nothing of a unit that does not run")
    return problems


def listeners(seen: Seen, host: str) -> list[str]:
    """Return where the listening TCP sockets differ from the ports of the host's role."""
    facts = seen.facts(host)
    found = list(listening(seen.hosts[host].text(commands.LISTENERS)))
    expected = {port.number: port for port in ports_of(facts.assignments)}
    problems = []
    for address, number, program in found:
        port = expected.get(number)
        if port is None:
            problems.append(f"{program} listens on {_place(address, number)}, which is no port of a {facts.role} host")
        elif port.reach is Reach.LOOPBACK and address not in _LOOPBACK:
            problems.append(f"{port.name} listens on {_place(address, number)}, expected 127.0.0.1 only")
        elif port.reach is not Reach.LOOPBACK and address in _LOOPBACK:
            problems.append(f"{port.name} listens on {_place(address, number)} only: nobody who needs it gets there")
    heard = {number for _, number, _ in found}
    return problems + [f"nothing listens on {p.number} ({p.name})" for p in expected.values() if p.number not in heard]


def listening(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield address, port and program of each line that `ss -Hltnp` prints."""
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 5 or fields[0] != "LISTEN":
            continue
        address, _, number = fields[3].rpartition(":")
        program = re.search(r'\(\("([^"]+)"', line)
        yield (
            address.split("%")[0].strip("[]").replace("::ffff:", ""),
            int(number),
            program[1] if program else "a program without a name",
        )


def _place(address: str, number: int) -> str:
    return f"[{address}]:{number}" if ":" in address else f"{address}:{number}"


def firewall(seen: Seen, host: str) -> list[str]:
    """Return where packets come in that should not: by the rules as loaded, and by trying."""
    facts, found = seen.facts(host), seen.hosts[host]
    return together(
        lambda: _policy(found),
        lambda: _tried_by_operator(facts, found),
        lambda: _tried_by_neighbour(facts, found),
    )


def _policy(found: HostSeen) -> list[str]:
    chains = [entry["chain"] for entry in found.json(commands.FIREWALL)["nftables"] if "chain" in entry]
    inputs = [chain for chain in chains if chain.get("hook") == "input" and chain.get("type") == "filter"]
    if not inputs:
        return ["no firewall is loaded: nft has no input chain"]
    if not any(chain.get("policy") == "drop" and chain.get("family") in ("inet", "ip") for chain in inputs):
        return [f"the firewall's input policy is {inputs[0].get('policy')}, expected drop"]
    return []


def _tried_by_operator(facts: HostFacts, found: HostSeen) -> Iterator[str]:
    for port in (*ports_of(facts.assignments), _UNUSED):
        probe = found.from_operator.get(port.number)
        if probe is None:
            raise NotReadError(f"port {port.number} was not tried by the operator")
        if port.reach is Reach.OPERATOR:
            if probe is not Probe.OPEN:
                yield f"operators cannot reach port {port.number} ({port.name}): {probe}"
        elif port.reach is Reach.LOOPBACK and probe is not Probe.DROPPED:
            yield f"port {port.number} ({port.name}) is {probe} to operators, expected silence"


def _tried_by_neighbour(facts: HostFacts, found: HostSeen) -> Iterator[str]:
    if not found.neighbour:
        return
    for port in (*ports_of(facts.assignments), _UNUSED):
        probe = found.from_neighbour.get(port.number)
        if probe is None:
            raise NotReadError(f"port {port.number} was not tried by {found.neighbour}")
        if port.reach is Reach.NETWORK:
            if probe is not Probe.OPEN:
                yield f"{found.neighbour} cannot reach port {port.number} ({port.name}): {probe}"
        elif probe is not Probe.DROPPED:
            yield f"port {port.number} ({port.name}) is {probe} to {found.neighbour}, expected silence"


_UNUSED = Port(name="unused", number=UNUSED_PORT, reach=Reach.LOOPBACK)

SSHD_SETTINGS = {
    "permitrootlogin": "no",
    "passwordauthentication": "no",
    "kbdinteractiveauthentication": "no",
    "permitemptypasswords": "no",
    "pubkeyauthentication": "yes",
    "authenticationmethods": "publickey",
    "hostbasedauthentication": "no",
    "gssapiauthentication": "no",
    "x11forwarding": "no",
    "allowtcpforwarding": "no",
    "allowagentforwarding": "no",
    "permittunnel": "no",
    "gatewayports": "no",
    "permituserenvironment": "no",
    "strictmodes": "yes",
}
"""Effective values; research/reliability.md 6.2."""

_AT_MOST = {"maxauthtries": 4, "logingracetime": 60}


def logins(seen: Seen, host: str) -> list[str]:
    """Return what lets people in otherwise than as `operator` by key."""
    found = seen.hosts[host]
    return together(
        lambda: _settings(found),
        lambda: _attempted(WITHOUT_KEY, found),
        lambda: _attempted(AS_ROOT, found),
        lambda: _passwords(found),
    )


def _settings(found: HostSeen) -> list[str]:
    lines = found.text(commands.SSHD).lower().splitlines()
    settings = {name: value for name, _, value in (line.partition(" ") for line in lines)}
    problems = [
        f"sshd has {name} {settings.get(name, 'unset')}, expected {value}"
        for name, value in SSHD_SETTINGS.items()
        if settings.get(name) != value
    ]
    for name, most in _AT_MOST.items():
        if not 0 < int(settings.get(name, 0)) <= most:
            problems.append(f"sshd has {name} {settings.get(name, 'unset')}, expected at most {most}")
    return problems


def _passwords(found: HostSeen) -> list[str]:
    states = [line.split()[:2] for line in found.text(commands.PASSWORDS).splitlines() if line.strip()]
    words = {"P": "a password", "PS": "a password", "NP": "an empty password"}
    return [f"user {name} has {words.get(state, state)}" for name, state in states if state not in ("L", "LK")]


def _attempted(attempt: str, found: HostSeen) -> list[str]:
    said = found.logins.get(attempt)
    if said is None:
        raise NotReadError(f"a log-in {attempt} was not tried")
    if not said:
        return [f"the host lets people in {attempt}"]
    refused = re.search(r"Permission denied \(([^)]*)\)", said)
    if refused is None:
        raise NotReadError(f"a log-in {attempt} ended otherwise than refused: {said}")
    return [] if refused[1] == "publickey" else [f"a log-in {attempt} is offered {refused[1]}, expected publickey only"]
