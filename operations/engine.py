"""Drive the Pulumi engine: which one, with what environment, and what its events say.

Results come from the engine's event log: its own JSON output
drops what policies said (pulumi#18851).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import EngineError, EnvironmentMissingError
from schemas.locations import REPOSITORY, cache_dir, engine_bin_dir, work_dir

POLICY_PACK = "policies"
PACK_NAME = "geofleet"
"""What the pack in that folder calls itself: `policies.pack.NAME`."""
_STAYS = ("same", "refresh", "read")


@dataclass(frozen=True, kw_only=True)
class EngineRun:
    """What one engine command did, from its events."""

    exit_code: int
    changes: Mapping[str, int]
    """Operation (`create`, `update`, ...) to the number of resources; without those that stay as they are."""
    policy_violations: tuple[str, ...]
    """Mandatory violations, in the engine's order."""
    errors: tuple[str, ...]
    judged_by: tuple[str, ...] = ()
    """Names of the policy packs that saw the whole stack, also where they had nothing to say."""

    @property
    def changes_nothing(self) -> bool:
        """Return whether every resource is as wanted."""
        return not self.changes


def pulumi_command() -> Path:
    """Return the engine that `make setup` chose: a link to the official one if the PATH has it, else the built one.

    Raises:
        EnvironmentMissingError: Setup has not been run.
    """
    found = engine_bin_dir() / "pulumi"
    if found.is_file():
        return found
    raise EnvironmentMissingError(
        f"there is no Pulumi engine in {engine_bin_dir()}",
        remedy="Run: make setup. It links an official Pulumi on the PATH, or builds one (about four minutes, once).",
    )


def engine_environment(stack: str) -> dict[str, str]:
    """Return the variables that make plain `pulumi` work on a stack as `geofleet` does."""
    state = work_dir() / "state"
    passphrase = work_dir() / "secrets" / "passphrase"
    return {
        # metadata=skip: without it a kill can leave a 0-byte side-car that makes the state unreadable
        "PULUMI_BACKEND_URL": f"file://{state}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
        "PULUMI_STACK": stack,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # a provider that runs with the account's rights is installed by someone, at a version that they chose
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_HOME": str(cache_dir() / "pulumi-home"),
        "PATH": f"{engine_bin_dir()}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }


def prepare_state() -> None:
    """Make the state's folder and the passphrase that encrypts its secrets, private to this user."""
    for folder in (work_dir(), work_dir() / "state", work_dir() / "secrets"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    passphrase = work_dir() / "secrets" / "passphrase"
    if not passphrase.exists():
        descriptor = os.open(passphrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(os.urandom(24).hex() + "\n")


def pulumi(stack: str, arguments: Sequence[str], *, lock: int | None = None, quiet: bool = False) -> EngineRun:
    """Run one engine command that emits events (preview, up, destroy, refresh).

    Args:
        stack: Name of the stack.
        arguments: The command and its options.
        lock: Descriptor of the run lock; the engine inherits it.
        quiet: Whether the engine's own display is kept back unless it fails.

    Returns:
        What happened; the caller decides what a failure means.
    """
    with tempfile.TemporaryDirectory(prefix="geofleet-", dir=work_dir()) as folder:
        log = Path(folder) / "events"
        command = [
            str(pulumi_command()), *arguments, "--stack", stack, "--non-interactive", "--color", _colour(),
            "--suppress-outputs", "--suppress-progress", "--event-log", str(log),
        ]  # fmt: skip
        code, output = _run(command, stack, lock=lock, quiet=quiet)
        events = list(_events(log))
    run = _summary(code, events)
    if code != 0 and quiet:
        sys.stderr.write(output)
    return run


def pulumi_text(stack: str, arguments: Sequence[str]) -> str:
    """Run one engine command that answers on standard output.

    Raises:
        EngineError: It failed; the last lines of its message are kept.
    """
    done = subprocess.run(
        [str(pulumi_command()), *arguments, "--non-interactive"],
        cwd=REPOSITORY, env={**os.environ, **engine_environment(stack)},
        capture_output=True, text=True, check=False, umask=0o077,
    )  # fmt: skip
    if done.returncode != 0:
        raise EngineError(
            f"pulumi {arguments[0]} failed: {_last_lines(done.stderr or done.stdout)}",
            remedy=f"Look at the state: pulumi stack --stack {stack} (with `geofleet env {stack}`).",
        )
    return done.stdout


def stack_exists(stack: str) -> bool:
    """Return whether the state knows this stack; no engine is started."""
    return any((work_dir() / "state" / ".pulumi" / "stacks" / "geofleet").glob(f"{stack}.json*"))


def _colour() -> str:
    return "always" if sys.stderr.isatty() and not os.environ.get("NO_COLOR") else "never"


def _run(command: Sequence[str], stack: str, *, lock: int | None, quiet: bool) -> tuple[int, str]:
    environment = {**os.environ, **engine_environment(stack), "PULUMI_DEBUG_COMMANDS": "true"}
    process = subprocess.Popen(
        list(command), cwd=REPOSITORY, env=environment, stdin=subprocess.DEVNULL, text=True, umask=0o077,
        stdout=subprocess.PIPE if quiet else sys.stderr, stderr=subprocess.STDOUT if quiet else sys.stderr,
        pass_fds=() if lock is None else (lock,),
    )  # fmt: skip
    while True:
        try:
            output, _ = process.communicate()
        except KeyboardInterrupt:
            # The terminal has interrupted the engine too: it finishes its calls and saves its state.
            if not sys.stdin.isatty():
                process.send_signal(signal.SIGINT)
        else:
            return process.returncode, output or ""


def _events(log: Path) -> Iterator[dict[str, Any]]:
    if not log.exists():
        return
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return  # the last line of a killed engine


def _summary(code: int, events: Sequence[Mapping[str, Any]]) -> EngineRun:
    changes: dict[str, int] = {}
    violations: list[str] = []
    errors: list[str] = []
    packs: set[str] = set()
    for event in events:
        if "summaryEvent" in event:
            found = event["summaryEvent"].get("resourceChanges", {})
            changes = {op: count for op, count in found.items() if op not in _STAYS and count}
        if "policyEvent" in event and event["policyEvent"].get("enforcementLevel") == "mandatory":
            violations.append(_plain(event["policyEvent"].get("message", "")))
        if "policyAnalyzeStackSummaryEvent" in event:
            packs.add(str(event["policyAnalyzeStackSummaryEvent"].get("policyPackName", "")))
        if event.get("diagnosticEvent", {}).get("severity") == "error":
            errors.append(_plain(event["diagnosticEvent"].get("message", "")))
    return EngineRun(
        exit_code=code, changes=changes, policy_violations=tuple(violations), errors=tuple(errors),
        judged_by=tuple(sorted(packs)),
    )  # fmt: skip


def _plain(text: str) -> str:
    """Return a message without the engine's colour marks (`<{%red%}>`)."""
    while "<{%" in text and "%}>" in text:
        head, _, rest = text.partition("<{%")
        text = head + rest.partition("%}>")[2]
    return text.strip()


def _last_lines(text: str, count: int = 5) -> str:
    return "\n".join([line for line in text.strip().splitlines() if line.strip()][-count:])
