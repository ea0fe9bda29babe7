"""What drills do to hosts of the lab, from the machine below them: signals, cut ways, damaged files.

Nothing here is undone by itself; `operations.drills.healing` puts everything right from what the plan says.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from lab import naming
from lab.containers import podman
from lab.iproute import run

TABLE = "inet geofleet_drill"
"""nftables table in a host's namespace, beside the host's own rules: what it must not hear or say."""


def run_inside(stack: str, host: str, command: Sequence[str]) -> str:
    """Run a command on a host as its root, past every lock that an operator meets; return what it prints.

    Raises:
        BackendError: It failed; its own words are in the message.
    """
    return podman("exec", naming.container(stack, host), *command)


def signal_units(stack: str, host: str, units: Sequence[str], signal: str) -> None:
    """Send a signal (`SIGKILL`, `SIGSTOP`, `SIGCONT`) to every process of a host's units.

    Raises:
        BackendError: Podman failed.
    """
    if units:
        # one shell: a unit that is down already has nothing to be signalled, and systemd says so with status 1
        words = "; ".join(f"systemctl kill --signal={signal} {shlex.quote(unit)} || true" for unit in units)
        run_inside(stack, host, ["sh", "-c", words])


def separate(stack: str, host: str, *, deaf_to: Iterable[str], mute_to: Iterable[str]) -> None:
    """Drop what a host would hear from, or say to, some addresses, in place of what it was cut off from before.

    Args:
        stack: The stack.
        host: The host whose packets are dropped.
        deaf_to: Addresses that it hears no more.
        mute_to: Addresses that it does not reach any more.
    """
    rules = [f"add table {TABLE}", f"delete table {TABLE}", f"add table {TABLE}"]
    for chain, field, addresses in (("input", "saddr", sorted(deaf_to)), ("output", "daddr", sorted(mute_to))):
        if addresses:
            # before the host's own chains, whose priority is 0
            rules.append(f"add chain {TABLE} {chain} {{ type filter hook {chain} priority -10; policy accept; }}")
            rules.append(f"add rule {TABLE} {chain} ip {field} {{ {', '.join(addresses)} }} drop")
    _nft(stack, host, rules)


def reunite(stack: str, host: str) -> None:
    """Take back what `separate` did."""
    _nft(stack, host, [f"add table {TABLE}", f"delete table {TABLE}"])


def _nft(stack: str, host: str, rules: Sequence[str]) -> None:
    run("ip", "netns", "exec", naming.host_namespace(stack, host), "nft", "; ".join(rules))
