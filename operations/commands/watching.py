"""`geofleet watch`: what every host does, live."""

from __future__ import annotations

import sys

import click

from operations.console import show


@click.command()
@click.argument("stack", metavar="STACK")
@click.option("--once", is_flag=True, help="Look once and print it; exit code 1 unless every host works.")
@click.option("--every", "every_s", type=click.FloatRange(1, 3600), default=2, show_default=True,
              help="Seconds between the end of one look and the start of the next.")  # fmt: skip
def watch(stack: str, once: bool, every_s: float) -> None:
    """Watch what every host does: heights, leader, packets, age of prices; q ends.

    One line per host, over one SSH connection each, that stays open. A host that does not answer,
    whose blocks are too old, or that tells less than it should, is shown as that, never as working.

    \b
    Example:
      geofleet watch lab
      geofleet watch lab --once
    """
    from operations.watching import watch as watch_live
    from operations.watching import watch_once

    if once:
        text, code = watch_once(stack)
        show(text)
        sys.exit(code)
    watch_live(stack, every_s=every_s)
