"""What the engine's state says of a stack, without changing it."""

from __future__ import annotations

import json
from typing import Any

from operations.engine import pulumi_text, stack_exists
from schemas.errors import UsageError
from schemas.inventory import Inventory, inventory_from_json


def deployed_inventory(stack: str) -> Inventory:
    """Return the stack's `inventory` output: its hosts, chains and links.

    Raises:
        UsageError: The stack has not been deployed.
        EngineError: The state cannot be read.
    """
    found = outputs(stack).get("inventory")
    if not isinstance(found, dict):
        raise UsageError(f"stack '{stack}' is not deployed", remedy=f"Deploy it: geofleet up {stack}.")
    return inventory_from_json(found)


def outputs(stack: str) -> dict[str, Any]:
    """Return the stack's outputs; empty when it has never been deployed."""
    if not stack_exists(stack):
        return {}
    value = json.loads(pulumi_text(stack, ["stack", "output", "--json", "--stack", stack]))
    assert isinstance(value, dict), "stack outputs are a mapping"
    return value


def ensure_stack(stack: str) -> None:
    """Make the stack in the state if it is not there, and select it for plain `pulumi`."""
    pulumi_text(stack, ["stack", "select", stack, "--create"])


def require_target(found: dict[str, Any], target: str, stack: str) -> None:
    """Refuse to go on with another target than the one that the state was made with.

    Raises:
        UsageError: They differ.
    """
    made_with = found.get("inventory", {}).get("target", target)
    if made_with != target:
        raise UsageError(
            f"stack '{stack}' was made on target '{made_with}'; this run is for '{target}'",
            remedy=f"Keep the target, or rehearse under another name: a stack never moves. State: geofleet env {stack}.",
        )
