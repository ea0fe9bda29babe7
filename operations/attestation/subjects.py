"""Which hosts of a stack have to prove what they are."""

from __future__ import annotations

from collections.abc import Mapping

from operations.attestation.expected import Expected, path_of
from operations.planning import planned
from schemas.diagnostics import nearest
from schemas.errors import UsageError
from stacks.stack import StackFiles, shown


def expected_of(files: StackFiles, host: str, expected: Mapping[str, Expected]) -> Expected:
    """Return what a host has to prove.

    Args:
        files: The stack.
        host: Its name in the plan.
        expected: Fleet to what its hosts must prove.

    Raises:
        UsageError: The plan has no such host, or its fleet has nothing to prove.
    """
    fleets = {found.host: found.fleet for found in planned(files).plan.hosts}
    if host not in fleets:
        raise UsageError(f"stack '{files.name}' has no host '{host}'", remedy=f"{nearest(host, fleets)}".strip())
    if fleets[host] not in expected:
        raise UsageError(
            f"{shown(path_of(files.spec))} expects nothing of fleet '{fleets[host]}', to which {host} belongs",
            remedy=f"It names: {', '.join(expected)}.",
        )
    return expected[fleets[host]]
