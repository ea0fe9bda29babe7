"""What guides show is what the commands print: every ```console block is run again.

A line that starts with `$ ` is typed, the lines up to the next one are what it prints, progress included. After a change
that is meant: GEOFLEET_WRITE_GUIDES=1 .venv/bin/python -m pytest tests/test_guides.py, and read the diff.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GUIDES = [ROOT / "docs" / "placement.md"]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def printed(command: str) -> str:
    """Return what a command prints, typed in a shell in the checkout."""
    found = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "NO_COLOR": "1"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, env=found,
        timeout=120,
    )  # fmt: skip
    return done.stderr + done.stdout if done.returncode else done.stdout


def run_again(block: re.Match[str]) -> str:
    commands = [line for line in block[1].splitlines() if line.startswith("$ ")]
    parts = [f"{command}\n{printed(command[2:]).rstrip()}\n" for command in commands]
    return "```console\n" + "".join(parts) + "```"


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_a_guide_shows_what_its_commands_print(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    fresh = BLOCK.sub(run_again, text)
    if os.environ.get("GEOFLEET_WRITE_GUIDES"):
        guide.write_text(fresh, encoding="utf-8")
    assert guide.read_text(encoding="utf-8") == fresh


def test_a_guide_runs_something() -> None:
    assert all(BLOCK.search(guide.read_text(encoding="utf-8")) for guide in GUIDES)
