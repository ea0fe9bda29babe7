"""The router of the emulated network: one C file, compiled here."""

from __future__ import annotations

import os
from pathlib import Path

from machine import stamps
from machine.shell import Shell
from machine.step import Step

from schemas.locations import cache_dir, router_path

FLAGS = ["-O2", "-Wall", "-Wextra"]


def step(tools: Path) -> Step:
    """Return the step that compiles the router."""
    source = tools / "router" / "router.c"
    return Step(
        name="router",
        what="compiles the router that delays packets between the lab's regions",
        work=lambda shell: _compile(shell, source),
        is_there=lambda: os.access(router_path(), os.X_OK),
        inputs=stamps.digest(source.read_text(encoding="utf-8"), *FLAGS),
        stamp=cache_dir() / "stamps" / "router.json",
        after=("packages",),
        seconds=2,
        disk_gb=0.01,
        disk_at=cache_dir(),
    )


def _compile(shell: Shell, source: Path) -> None:
    built = shell.scratch() / "geofleet-router"
    shell.run(["gcc", *FLAGS, "-o", str(built), str(source)])
    router_path().parent.mkdir(parents=True, exist_ok=True)
    # A running router keeps the file that it was started from.
    built.replace(router_path())
