"""`geofleet recover`: a state that can be used again."""

from __future__ import annotations

import click

from operations.console import say, show


@click.command()
@click.argument("stack", metavar="STACK")
@click.option("--restore", default="", metavar="COPY", help="Go back to a copy of the state; --copies lists them.")
@click.option("--copies", "listed", is_flag=True, help="List the copies of the state, newest first; touch nothing.")
def recover(stack: str, restore: str, listed: bool) -> None:
    """Make a stack's state usable again after a kill, a full disk or a damaged file.

    Waits for what a dead run left alive, copies everything aside, removes empty side-cars, checks the state,
    falls back to the newest whole copy, and frees the lock of a dead process; never that of a live one. Resources are
    never dropped blindly.

    \b
    Example:
      geofleet recover lab
      geofleet recover lab --copies
    """
    from operations.planning import files_of
    from operations.recovering import recover_stack
    from operations.state_copies import copies

    if listed:
        show("\n".join(copy.text() for copy in copies(files_of(stack).name)) or "there is no copy")
        return
    say(recover_stack(stack, restore=restore))
