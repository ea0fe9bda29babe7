"""`geofleet render`: what a spec says once everything that it extends and includes is put in."""

from __future__ import annotations

import click

from operations.console import show, show_json


@click.command()
@click.argument("stack", metavar="SPEC")
@click.option("--provenance", "with_provenance", is_flag=True,
              help="Say for every value which file and line wrote it, and what it stands over.")  # fmt: skip
@click.option("--format", "output", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True,
              help="Form of the result; json holds every default, too.")  # fmt: skip
def render(stack: str, with_provenance: bool, output: str) -> None:
    r"""Print a spec with its bases and fragments put in.

    SPEC is a stack's name or a spec's path. The YAML is a spec of its own, with the same
    SHA-256; with --provenance its comments tell where each value comes from.

    \b
    Example:
      geofleet render lab --provenance
      geofleet render stacks/lab.yaml --format json
    """
    from operations.planning import files_of
    from operations.rendering import rendered_text
    from schemas.loading.provenance import rendering
    from stacks.stack import load_stack_spec

    loaded = load_stack_spec(files_of(stack))
    if output == "json":
        show_json(rendering(loaded, with_provenance=with_provenance).to_json())
    else:
        show(rendered_text(loaded, with_provenance=with_provenance).rstrip("\n"))
