"""Documentation that comes from code is fresh, and what it tells people to type exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from operations import command_page
from operations.command import cli
from policies import catalogue_page, post_mortem_page
from schemas.spec import page

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def typed(text: str) -> list[str]:
    """Return what a page tells its reader to type: lines of shell blocks, and words in backquotes."""
    blocks = re.findall(r"^```(?:sh|bash|console|shell)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.split(" #")[0].removeprefix("$ ").strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line] + re.findall(r"`((?:make|geofleet) [^`\n]+)`", text)


COMMANDS = [(path, line) for path in PAGES for line in typed(path.read_text(encoding="utf-8"))]


def told(pair: tuple[Path, str]) -> str:
    return f"{pair[0].name}: {pair[1]}"


@pytest.mark.parametrize("pair", [pair for pair in COMMANDS if re.match(r"(sudo )?make\b", pair[1])], ids=told)
def test_a_make_target_that_a_page_names_exists(pair: tuple[Path, str]) -> None:
    words = [word for word in shlex.split(pair[1].split("&&")[0]) if "=" not in word and not word.startswith("-")]
    targets = words[words.index("make") + 1 :]
    assert set(targets) <= TARGETS


@pytest.mark.parametrize("pair", [pair for pair in COMMANDS if pair[1].startswith("geofleet ")], ids=told)
def test_a_geofleet_command_that_a_page_names_exists(pair: tuple[Path, str]) -> None:
    found: click.Command = cli
    for word in pair[1].split()[1:]:
        if not isinstance(found, click.Group):
            break
        if word.startswith("-"):
            continue
        assert word in found.commands, f"geofleet has no command '{word}'"
        found = found.commands[word]
    options = {option for parameter in found.params for option in parameter.opts}
    given = {word.split("=")[0] for word in pair[1].split() if word.startswith("--") and word != "--help"}
    assert given <= options


def test_the_readme_names_commands_at_all() -> None:
    assert [line for path, line in COMMANDS if path.name == "README.md"]


@pytest.mark.parametrize(
    ("path", "text", "command"),
    [
        (page.FILE, page.spec_page, "python -m schemas.spec.page"),
        (catalogue_page.PAGE, catalogue_page.page, "python -m policies.catalogue_page"),
        (command_page.PAGE, command_page.page, "python -m operations.command_page"),
        (post_mortem_page.PAGE, post_mortem_page.page, "python -m policies.post_mortem_page"),
    ],
    ids=["spec", "rules", "commands", "post-mortems"],
)
def test_a_generated_page_is_fresh(path: Path, text: Callable[[], str], command: str) -> None:
    assert path.read_text(encoding="utf-8") == text(), f"stale: {command}"
