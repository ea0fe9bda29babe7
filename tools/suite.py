"""Run the checks and the tests in stages, and end with what passed, failed and was skipped, and why.

.venv/bin/python tools/suite.py check | test | soak
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

TOOLS = Path(__file__).resolve().parent
REPOSITORY = TOOLS.parent
BIN = REPOSITORY / ".venv" / "bin"

NO_TESTS_COLLECTED = 5


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One command of the suite."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = REPOSITORY
    is_pytest: bool = False
    skipped_because: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a stage went."""

    stage: Stage
    failed: bool
    seconds: float = 0.0
    note: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    skips: Counter[str] = field(default_factory=Counter)


def checks() -> list[Stage]:
    """Return the stages that run nothing of the project."""
    host = sorted(str(file) for file in (TOOLS / "engine" / "host").glob("*.py"))
    mypy = [str(BIN / "mypy"), "--strict", "--explicit-package-bases"]
    return [
        Stage(name="ruff check", command=[str(BIN / "ruff"), "check", "."]),
        Stage(name="ruff format", command=[str(BIN / "ruff"), "format", "--check", "."]),
        Stage(name="lint-imports", command=[str(BIN / "lint-imports"), "--no-cache"]),
        Stage(name="mypy", command=[str(BIN / "mypy")]),
        Stage(
            name="mypy tools",
            command=[*mypy, "setup.py", "suite.py", "clean.py", "machine"],
            environment={"MYPYPATH": str(REPOSITORY)},
            folder=TOOLS,
        ),
        # gRPC and protobuf bring no types: what the host does with them is checked by the engine's tests.
        Stage(
            name="mypy host",
            command=[*mypy, "--disable-error-code=import-untyped", *host],
            folder=TOOLS / "engine" / "host",
        ),
    ]


def tests() -> list[Stage]:
    """Return pytest's stages, from those that need nothing to those that need the whole machine.

    tests/hosts is in none: it judges a deployed stack and collects nothing without an inventory.
    """
    no_root = "" if os.geteuid() == 0 else "not root: run it with sudo"
    return [
        _pytest("unit", "not engine and not lab and not soak", "-n", "2", "--dist", "loadfile"),
        _pytest("engine", "engine and not lab and not soak"),
        _pytest("lab", "lab and not soak", skipped_because=no_root),
    ]


def _pytest(name: str, markers: str, *options: str, skipped_because: str = "") -> Stage:
    return Stage(
        name=f"pytest {name}",
        command=[str(BIN / "python"), "-m", "pytest", "-q", "-m", markers, *options],
        is_pytest=True,
        skipped_because=skipped_because,
    )


def main(arguments: Sequence[str]) -> int:
    """Run every stage, whatever fails, then sum up."""
    parser = argparse.ArgumentParser(prog="tools/suite.py")
    parser.add_argument("what", choices=("check", "test", "soak"))
    what = parser.parse_args(arguments).what
    stages = [_pytest("soak", "soak")] if what == "soak" else checks()
    if what == "test":
        stages += tests()
    outcomes = [_run(stage) for stage in stages]
    _sum_up(outcomes)
    return int(any(outcome.failed for outcome in outcomes))


def _run(stage: Stage) -> Outcome:
    if stage.skipped_because:
        return Outcome(stage=stage, failed=False, note=f"skipped: {stage.skipped_because}")
    print(f"== {stage.name}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="geofleet-suite-") as folder:
        results = Path(folder) / "results.xml"
        command = [*stage.command, *([f"--junitxml={results}"] if stage.is_pytest else [])]
        code = subprocess.run(
            command, cwd=stage.folder, env={**os.environ, **stage.environment}, stdin=subprocess.DEVNULL, check=False
        ).returncode
        seconds = time.monotonic() - started
        if not stage.is_pytest:
            return Outcome(stage=stage, failed=code != 0, seconds=seconds)
        if code == NO_TESTS_COLLECTED:
            return Outcome(
                stage=stage, failed=True, seconds=seconds, note="no test ran: a marker or a conftest hides them"
            )
        counts, skips = read_results(results) if results.exists() else (Counter[str](), Counter[str]())
    note = f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped"
    return Outcome(stage=stage, failed=code != 0, seconds=seconds, note=note, counts=counts, skips=skips)


def read_results(results: Path) -> tuple[Counter[str], Counter[str]]:
    """Return how many tests passed, failed and were skipped, and the reasons for skipping, from JUnit XML."""
    counts: Counter[str] = Counter()
    skips: Counter[str] = Counter()
    for case in ElementTree.parse(results).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            counts["failed"] += 1
        elif skipped is not None:
            counts["skipped"] += 1
            skips[skipped.get("message") or "no reason given"] += 1
        else:
            counts["passed"] += 1
    return counts, skips


def _sum_up(outcomes: Sequence[Outcome]) -> None:
    print("\n== summary")
    total: Counter[str] = Counter()
    for outcome in outcomes:
        word = "FAILED" if outcome.failed else "skipped" if outcome.stage.skipped_because else "ok"
        print(f"{word:8}{outcome.stage.name:16}{outcome.seconds:7.1f} s  {outcome.note}".rstrip())
        total += outcome.counts
    for outcome in outcomes:
        for reason, count in sorted(outcome.skips.items()):
            print(f"skipped in {outcome.stage.name}: {count} x {reason}")
    if any(outcome.stage.is_pytest for outcome in outcomes):
        # A closing line that any CI reads; pytest's own stand above, at the end of each stage.
        print(f"total: {total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
