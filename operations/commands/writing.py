"""Commands around the spec: explain it, begin it, format it, bring it to the current version."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from operations.console import say, show, show_json


@click.command()
@click.argument("subject", metavar="FIELD|RULE|CODE")
@click.option("--in", "stack", metavar="STACK", help="Say where this stack's spec sets the field.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="Form of the result.")  # fmt: skip
def explain(subject: str, stack: str | None, output: str) -> None:
    """Explain a field of the spec, a rule, or the code of a mistake.

    FIELD is a path: names of fleets, chains and hubs may be starred, given or left out, so
    fleets.*.near[].hub, fleets.relayers.near[0].hub and fleets.near.hub are one field.

    \b
    Example:
      geofleet explain fleets.survive --in lab
      geofleet explain RED002
      geofleet explain SPEC201
    """
    from operations.explaining import explained, explanation_text
    from operations.planning import files_of
    from stacks.stack import load_stack_spec

    found = explained(subject, load_stack_spec(files_of(stack)) if stack else None)
    if output == "json":
        show_json(found.to_json())
    else:
        show(explanation_text(found))


@click.command()
@click.argument("path", metavar="[PATH]", required=False, type=click.Path(path_type=Path))
@click.option("--name", help="Name of the network.  [default: the file's]")
@click.option("--environment", help="lab, staging or production: decides how strict rules are.  [default: lab]")
@click.option("--roles", help="Fleets to have: validator, relayer, sequencer, oracle.  [default: validator]")
@click.option("--regions", help="Regions that may be used, as patterns.  [default: aws:*,gcp:*]")
@click.option(
    "--survive", help="What fleets go on without: zone, region, metro, provider.  [default: the most possible]"
)
@click.option("--chain", help="Chain that the validators make.  [default: NAME-1]")
@click.option("--hub", help="Region that relayers must be near to.  [default: a large market in reach]")
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
def init(path: Path | None, *, force: bool, **given: str | None) -> None:
    """Write a commented spec that passes `geofleet check` at once.

    Asks on a terminal for what is not given. PATH is stacks/NAME.yaml when left out; lists are
    separated by commas. A wish that no placement can keep is refused with the reason, and
    nothing is written.

    \b
    Example:
      geofleet init --name perps --roles validator,relayer --regions 'aws:eu-*,gcp:europe-*'
      geofleet init stacks/perps.yaml --environment production
    """
    from operations.initialising import run_init

    show(run_init(path, given, force=force, asks=sys.stdin.isatty() and sys.stderr.isatty()))


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--check", "checks", is_flag=True, help="Write nothing; exit with 1 and name files that would change.")
@click.option("--diff", "shows_diff", is_flag=True, help="Write nothing; show what would change.")
def fmt(paths: tuple[str, ...], checks: bool, shows_diff: bool) -> None:
    """Format specs: order of keys, indentation, quotes; comments and blank lines are kept.

    PATH is a file, a folder (every spec in it) or a stack's name. The meaning stays the same,
    which is checked before a file is written.

    \b
    Example:
      geofleet fmt lab
      geofleet fmt --check stacks
    """
    from operations.formatting import format_files

    sys.exit(format_files(paths, writes=not checks and not shows_diff, shows_diff=shows_diff, fails=checks))


@click.command()
@click.argument("path", metavar="PATH")
@click.option("--write", "writes", is_flag=True, help="Write the file; otherwise it is shown.")
@click.option("--diff", "shows_diff", is_flag=True, help="Show what changes.")
def migrate(path: str, writes: bool, shows_diff: bool) -> None:
    """Bring a spec of an older apiVersion to the current one.

    Each change is explained on standard error, with its place; comments are kept. The result
    is loaded before it is written, so a file is never half migrated.

    \b
    Example:
      geofleet migrate stacks/old.yaml --diff
      geofleet migrate stacks/old.yaml --write
    """
    from operations.migrating import run_migrate

    text = run_migrate(path, writes=writes, shows_diff=shows_diff)
    if text:
        show(text.rstrip("\n"))
    elif writes:
        say(f"{path}: done")
