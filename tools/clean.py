"""Remove what the setup made: this clone's environment and caches, or with --cache what all clones share.

State, keys and ledgers are never touched: `make down` removes them together.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
REPOSITORY = TOOLS.parent
sys.path[0:1] = [str(TOOLS), str(REPOSITORY)]

from machine.host_image import NAME  # noqa: E402

from schemas.errors import ExitCode  # noqa: E402
from schemas.locations import cache_dir  # noqa: E402

OWN = (".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache")
"""What a clone's setup and checks leave in it, besides `*.egg-info` and `__pycache__`."""


def main(arguments: Sequence[str]) -> int:
    """Remove one or the other, telling what."""
    parser = argparse.ArgumentParser(prog="tools/clean.py", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", action="store_true", help="remove the shared cache and the image instead")
    return clean_cache() if parser.parse_args(arguments).cache else clean_clone(REPOSITORY)


def clean_clone(repository: Path) -> int:
    """Remove the clone's environment and caches."""
    found = [repository / name for name in OWN]
    found += repository.glob("*.egg-info")
    found += [path for path in repository.rglob("__pycache__") if ".venv" not in path.parts]
    for path in found:
        shutil.rmtree(path, ignore_errors=True)
    print(f"removed .venv and the caches of {repository}; state and keys are untouched")
    return ExitCode.PASSED


def clean_cache() -> int:
    """Remove the shared cache and the hosts' images, unless a lab still needs them to be taken down."""
    hosts = _podman("ps", "--all", "--filter", "label=io.geofleet.stack", "--format", "{{.Names}}")
    if hosts:
        print(f"error: lab hosts are still there: {', '.join(hosts)}\n  Run make down first.", file=sys.stderr)
        return ExitCode.FINDINGS
    for image in _podman("images", "--format", "{{.Repository}}:{{.Tag}}", NAME):
        _podman("image", "rm", image)
    shutil.rmtree(cache_dir(), ignore_errors=True)
    print(f"removed {cache_dir()} and the hosts' images; Go's and pip's own caches are kept")
    return ExitCode.PASSED


def _podman(*arguments: str) -> list[str]:
    if shutil.which("podman") is None:
        return []
    return subprocess.run(["podman", *arguments], capture_output=True, text=True, check=False).stdout.split()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
