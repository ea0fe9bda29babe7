"""docs/commands.md, written from the commands' own help: python -m operations.command_page."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from operations.command import cli
from schemas.locations import REPOSITORY
from schemas.migrations import CURRENT, v1alpha1

PAGE = REPOSITORY / "docs" / "commands.md"

_WIDTH = 100

_HEAD = """<!-- Written by `python -m operations.command_page` from the commands' help; do not edit. -->
# Commands

`geofleet --help` lists them; `--help` after a command explains it. Results go to standard output, progress and
mistakes to standard error, so output can be piped. With `--format json` a result is an envelope whose JSON Schema is
in `schemas/envelopes`; a failure is one too (`geofleet/error/v1`).

## Completion in a shell

The command completes its own words. Add the line of your shell to its start-up file, then open a new shell:

```
# bash: ~/.bashrc
eval "$(_GEOFLEET_COMPLETE=bash_source geofleet)"
# zsh: ~/.zshrc
eval "$(_GEOFLEET_COMPLETE=zsh_source geofleet)"
# fish: ~/.config/fish/completions/geofleet.fish
_GEOFLEET_COMPLETE=fish_source geofleet | source
```

## In a pull request

`geofleet check STACK --format sarif` writes SARIF 2.1.0 for code scanning: every result has a rule with help, a place
in the spec, and a fingerprint that stays when lines above it change. `geofleet check STACK --format github` writes
workflow commands that a runner shows on the lines of the pull request. Exit codes are the same in every form.
"""


def page() -> str:
    """Return the whole page."""
    root = click.Context(cli, info_name="geofleet", terminal_width=_WIDTH, **cli.context_settings)
    return "\n".join([_HEAD, *_sections(root), *_versions()])


def _sections(context: click.Context) -> Iterator[str]:
    text = "\n".join(line.rstrip() for line in context.get_help().splitlines())
    yield f"## {context.command_path}\n\n```text\n{text}\n```\n"
    if isinstance(context.command, click.Group):
        for word, inner in sorted(context.command.commands.items()):
            yield from _sections(
                click.Context(inner, info_name=word, parent=context, terminal_width=_WIDTH, **inner.context_settings)
            )


def _versions() -> Iterator[str]:
    yield f"## Versions of the format\n\nThis geofleet reads `{CURRENT}`. `geofleet migrate` brings older specs to it.\n"
    yield inspect.cleandoc(v1alpha1.__doc__ or "") + "\n"


def write() -> None:
    """Write the page where the repository keeps it."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
