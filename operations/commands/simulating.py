"""`geofleet simulate`: every failure on paper, before one happens."""

from __future__ import annotations

import click

from operations.console import say, show, show_json


@click.command()
@click.argument("stack", metavar="STACK")
@click.option("--pairs", multiple=True, metavar="KIND+KIND",
              help="Lose one domain of each of two kinds at once, such as zone+region; may be given several times. "
              "Left out: the worst pairs of places.")  # fmt: skip
@click.option("--format", "output", type=click.Choice(["text", "json", "markdown"]), default="text",
              show_default=True, help="Form of the result on standard output.")  # fmt: skip
def simulate(stack: str, pairs: tuple[str, ...], output: str) -> None:
    """Tell what survives each failure: of any host, zone, region, metro, provider, operator or client.

    For every fleet, worst first: whether it goes on, halts safely or could fork; what is left of
    its quorum; how fast it then is; and the same while its worst host is out for an upgrade.
    A promise that does not hold is named with its rule. Nothing is touched.

    \b
    Example:
      geofleet simulate lab
      geofleet simulate lab --pairs zone+region --format markdown
    """
    from operations.losses import pair_of_kinds
    from operations.planning import files_of, planned
    from operations.simulating import simulate as simulated
    from operations.simulation_text import simulation_markdown, simulation_text

    kinds = [pair_of_kinds(pair) for pair in pairs]
    found = planned(files_of(stack))
    if not found.locked:
        say(f"{found.files.name}: no fitting plan lock; the hosts were placed in memory for this simulation")
    result = simulated(found.plan, pairs=kinds, atlas=found.atlas)
    if output == "json":
        show_json(result.to_json())
    elif output == "markdown":
        show(simulation_markdown(result).rstrip("\n"))
    else:
        show(simulation_text(result))
