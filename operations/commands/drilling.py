"""`geofleet drill`: faults on purpose."""

from __future__ import annotations

import sys

import click

from operations.console import show, show_json


@click.command()
@click.argument("stack", metavar="STACK")
@click.argument("scenarios", metavar="[SCENARIO]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Run every shipped scenario.")
@click.option("--list", "listed", is_flag=True, help="List the scenarios, and what each would do here; touch nothing.")
@click.option("--heal", "healing", is_flag=True, help="Put right what a drill left that was killed.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="Form of the result on standard output; progress goes to standard error.")  # fmt: skip
def drill(
    stack: str, scenarios: tuple[str, ...], every: bool, listed: bool, healing: bool, output: str
) -> None:  # fmt: skip
    """Break a stack of the lab on purpose, watch every signature, and heal it.

    SCENARIO is the name of a shipped one, or a file of your own. A run passes when the chains do
    what `geofleet simulate` foretells, no two nodes have different blocks at one height, no
    validator signs twice, and every node is back in time. Whatever happens, the stack is healed.
    Each run is kept as JSON, JUnit and a picture below .geofleet/drills.

    \b
    Example:
      geofleet drill lab --list
      geofleet drill lab lose-a-region
      geofleet drill lab --all
      geofleet drill lab --heal
    """
    from operations.drills.drilling import drill as run_drills
    from operations.drills.drilling import exit_code, heal, results_text, scenarios_of
    from operations.drills.listing import list_text
    from schemas.drill import DrillSeries

    if sum((bool(scenarios), every, listed and not scenarios, healing)) != 1:
        raise click.UsageError("name scenarios, or say --all, --list or --heal")
    if healing:
        heal(stack)
        show(f"{stack} is healed; see that all is well: geofleet verify {stack} --wait 60")
        return
    chosen = scenarios_of(scenarios)
    if listed:
        show(list_text(stack, chosen))
        return
    results = run_drills(stack, chosen)
    if output == "json":
        show_json(DrillSeries(stack=stack, results=results).to_json())
    else:
        show(results_text(results))
    sys.exit(exit_code(results))
