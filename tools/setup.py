#!/usr/bin/env python3
"""Make this machine ready for geofleet: packages, Python environment, engine, node software, image, router.

Standard library only. A second run finds everything done and takes about a second. Exit codes: 0 ready;
2 wrong use; 6 the machine lacks something; 7 a step failed; 130 interrupted.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this runs before anything has checked the version
    sys.exit(
        "geofleet needs Python 3.11 or newer; this is "
        + sys.version.split()[0]
        + ". Run this with a newer one: python3.11 tools/setup.py"
    )

import argparse
import fcntl
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

TOOLS = Path(__file__).resolve().parent
REPOSITORY = TOOLS.parent
# Before the imports below: this file runs before the project is installed.
sys.path[0:1] = [str(TOOLS), str(REPOSITORY)]

from machine import (  # noqa: E402
    engine,
    go_programs,
    host_image,
    lab_router,
    npm_programs,
    packages,
    python_environment,
    schedule,
)
from machine.preconditions import Lack, lacks  # noqa: E402
from machine.shell import Processes, Progress, StepError  # noqa: E402
from machine.step import Step  # noqa: E402

from schemas.errors import ExitCode  # noqa: E402
from schemas.locations import cache_dir  # noqa: E402

INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Check the machine, do what is due, say how it went."""
    options = _options(arguments)
    progress = Progress()
    with _alone(progress):
        schedule.discard_leftovers()
        wanted = _wanted(options)
        due = [step for step in wanted if step.is_due()]
        found = lacks(due, lab=not options.without_lab)
        if found:
            _tell_lacks(found)
            return ExitCode.ENVIRONMENT
        if not due:
            progress.say("setup", f"ready: {', '.join(step.name for step in wanted)}")
            return ExitCode.PASSED
        return _do(due, progress)


def _do(due: Sequence[Step], progress: Progress) -> int:
    seconds = sum(step.seconds for step in due)
    progress.say("setup", f"{len(due)} steps: {', '.join(step.name for step in due)}; logs in {cache_dir() / 'logs'}")
    progress.say("setup", f"at most {seconds // 60 + 1} min when nothing is cached; Ctrl-C ends it cleanly")
    processes = Processes()
    try:
        failed = schedule.run_all(due, progress, processes)
    except KeyboardInterrupt:
        progress.say("setup", "interrupted; finished steps are kept, run it again to go on")
        return INTERRUPTED
    for name, error in failed.items():
        remedy = error.remedy if isinstance(error, StepError) else "This is a mistake of the setup: please report it."
        print(f"error: {name}: {error if isinstance(error, StepError) else repr(error)}", file=sys.stderr)
        print(f"  {remedy}" if remedy else "", file=sys.stderr)
    if failed:
        return ExitCode.ENGINE
    progress.say("setup", "ready")
    return ExitCode.PASSED


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/setup.py", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--without-lab",
        action="store_true",
        help="only the Python environment: enough for `geofleet check` and `plan`; needs no root",
    )
    parser.add_argument(
        "--only", action="append", metavar="STEP", help="only this step and those before it; repeatable"
    )
    return parser.parse_args(arguments)


def _wanted(options: argparse.Namespace) -> list[Step]:
    # The order is the order of starting: the longest build beside the packages, the rest as a core comes free.
    steps = [
        packages.step(),
        *engine.steps(TOOLS, REPOSITORY / "requirements.lock"),
        python_environment.step(REPOSITORY),
        host_image.step(TOOLS),
        *go_programs.node_software(TOOLS),
        npm_programs.step(TOOLS, "confio-relayer", package="@confio/relayer", what="relayers carry IBC packets by it"),
        npm_programs.step(
            TOOLS, "airnode-feed", package="@api3/airnode-feed", what="oracles sign and report prices by it"
        ),
        npm_programs.binary_step(
            TOOLS,
            "anvil",
            package="@foundry-rs/anvil",
            binary="@foundry-rs/anvil-linux-amd64/bin/anvil",
            what="the lab's stand-in for EVM chains",
        ),
        lab_router.step(TOOLS),
    ]
    names: list[str] = ["python"] if options.without_lab else list(options.only or [])
    if not names:
        return steps
    known = {step.name: step for step in steps}
    unknown = sorted(set(names) - known.keys())
    if unknown:
        print(f"error: no step {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        sys.exit(ExitCode.USAGE)
    chosen: set[str] = set()
    while names:
        name = names.pop()
        if name in known and name not in chosen:
            chosen.add(name)
            names += known[name].after
            if name == "engine":
                names.append("language-host")  # built ones come together; the official one brings its own
    if options.without_lab and not packages.needed_for_python():
        chosen.discard("packages")
    return [step for step in steps if step.name in chosen]


def _tell_lacks(found: Sequence[Lack]) -> None:
    print("error: this machine is not ready for geofleet; nothing was changed:", file=sys.stderr)
    for lack in found:
        print(f"  - {lack.found}\n    {lack.remedy}", file=sys.stderr)


@contextmanager
def _alone(progress: Progress) -> Iterator[None]:
    """Let one setup at a time work on the cache, whatever clone it belongs to."""
    cache_dir().mkdir(parents=True, exist_ok=True)
    with (cache_dir() / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say("setup", "another setup runs on this machine; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupt)
    # A shell that starts jobs in the background makes them ignore it.
    signal.signal(signal.SIGINT, _interrupt)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(ExitCode.ENVIRONMENT)
