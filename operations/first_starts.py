"""One-time permissions for signers that have never run: published before they boot, taken back once they sign.

They stand in the stack's store beside the configuration, outside the engine's
state: a second `up` must find nothing to change once they are used.
"""

from __future__ import annotations

import time

from lab.store import publish_first_start, withdraw_first_start
from operations import keys
from operations.console import say
from operations.verification import chain_status
from schemas.inventory import Inventory
from schemas.ledger import Ledger
from schemas.plan import Plan
from stacks.first_start import signed_first_start
from stacks.stack import StackFiles


def publish_first_starts(plan: Plan, ledger: Ledger) -> None:
    """Publish every permission of the ledger that has not expired, signed by the deployer.

    Raises:
        UsageError: The deployer's key cannot be read.
    """
    for host in plan.hosts:
        document = signed_first_start(plan, ledger, host)
        if document is not None:
            publish_first_start(plan.stack, host.host, document=document[0], signature=document[1])


def settle_first_starts(files: StackFiles, inventory: Inventory, ledger: Ledger, *, wait_s: float) -> Ledger:
    """Take back the permission of every signer that signs; waits for those that still boot.

    Args:
        files: The stack's files; the ledger is written.
        inventory: The deployed stack.
        ledger: Its keys and permissions.
        wait_s: How long to wait for signers that are not seen in a commit, in seconds.

    Returns:
        The ledger as it is now.
    """
    if not ledger.first_starts:
        return ledger
    say("waiting until new signers have signed: their permission to start without sign state ends then")
    deadline = time.monotonic() + wait_s
    while ledger.first_starts and time.monotonic() < deadline:
        signers = {address for chain in chain_status(inventory, ledger) for address in chain.signers}
        ledger = _withdrawn(files, ledger, signers)
        if ledger.first_starts:
            time.sleep(1)
    for left in ledger.first_starts:
        say(f"{left.host} has not signed yet; its permission ends at {left.expires}")
    return ledger


def _withdrawn(files: StackFiles, ledger: Ledger, signers: set[str]) -> Ledger:
    """Return the ledger without the permissions of signers (validator addresses in a recent commit)."""
    for key in ledger.keys:
        if key.address in signers and ledger.first_start(key.holder) is not None:
            withdraw_first_start(ledger.stack, key.holder)
            ledger = keys.withdraw_first_start(files, ledger, key.holder)
            say(f"{key.holder} signs: its permission to start without sign state is taken back")
    return ledger
