"""`geofleet affected` and `geofleet diff`: what a pull request changes."""

from __future__ import annotations

import json
import sys

import click

from operations.console import show, show_json

_BASE = click.option(
    "--base",
    required=True,
    metavar="GIT_REF",
    help="What to compare with: where the branches parted, as in origin/main.",
)


@click.command()
@_BASE
@click.option("--format", "output", type=click.Choice(["text", "json", "github"]), default="text", show_default=True,
              help="Form of the result: github for $GITHUB_OUTPUT, a matrix of jobs.")  # fmt: skip
def affected(base: str, output: str) -> None:
    """Tell which stacks differ from a git revision, why, and which are gone.

    A stack counts when its spec resolves to something else: bases and fragments are followed, comments are not. So do
    its lock, ledger, own figures, settings of rules, waivers and baseline.

    \b
    Example:
      geofleet affected --base origin/main
      geofleet affected --base origin/main --format github >> "$GITHUB_OUTPUT"
    """
    from operations.pull_request.affected import affected as found_by
    from operations.pull_request.affected import affected_text

    found = found_by(base)
    if output == "json":
        show_json(found.to_json())
    elif output == "github":
        matrix = found.to_json()["matrix"]
        show(f"matrix={json.dumps(matrix)}\nany={'true' if matrix['include'] else 'false'}")
    else:
        show(affected_text(found))


@click.command()
@_BASE
@click.option("--format", "output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True,
              help="Form of the result: markdown is the comment for the pull request.")  # fmt: skip
def diff(base: str, output: str) -> None:
    """Tell what changes since a git revision: survival, latency, cost, rules, and in which waves hosts change.

    Ends with 1 when a stack that changes is refused by a rule, with 4 when one cannot be judged. Needs neither
    credentials nor engine.

    \b
    Example:
      geofleet diff --base origin/main
      geofleet diff --base origin/main --format markdown > comment.md
    """
    from operations.pull_request.comment import comment, difference_text
    from operations.pull_request.difference import difference, exit_code

    found = difference(base)
    if output == "json":
        show_json(found.to_json())
    elif output == "markdown":
        show(comment(found).rstrip("\n"))
    else:
        show(difference_text(found))
    sys.exit(exit_code(found))
