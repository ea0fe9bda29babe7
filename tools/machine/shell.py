"""Run commands for a step: logged in full, told about while they last, ended with the setup."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

HEARTBEAT_S = 15.0
TAIL_LINES = 12
END_S = 10.0
"""How long an interrupted command gets to tidy up: mmdebstrap removes its half-made system."""


class StepError(Exception):
    """A step failed; the message is for the reader, `remedy` says what to do."""

    def __init__(self, problem: str, *, remedy: str = "") -> None:
        super().__init__(problem)
        self.remedy = remedy


class CancelledError(Exception):
    """The setup is being ended by its user."""


class Progress:
    """Lines on standard error, each with the time since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._guard = threading.Lock()

    def say(self, who: str, text: str) -> None:
        """Print one line."""
        seconds = int(time.monotonic() - self._started)
        with self._guard:
            print(f"[{seconds // 60:2d}:{seconds % 60:02d}] {who}: {text}", file=sys.stderr, flush=True)


class Processes:
    """The commands that run now, over all steps."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = threading.Lock()
        self.cancelled = threading.Event()

    def start(self, command: Sequence[str], **options: object) -> subprocess.Popen[bytes]:
        """Start a command in a session of its own, so that a terminal's Ctrl-C reaches only the setup.

        Raises:
            CancelledError: The setup is being ended.
        """
        with self._guard:
            if self.cancelled.is_set():
                raise CancelledError
            process: subprocess.Popen[bytes] = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **options,  # type: ignore[call-overload] # passed through as given
            )
            self._running.add(process)
        return process

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        """Take a command that has ended off the list."""
        with self._guard:
            self._running.discard(process)

    def end_all(self) -> None:
        """End every command: ask, wait, then force."""
        with self._guard:
            self.cancelled.set()
            running = list(self._running)
        for process in running:
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + END_S
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _signal_group(process, signal.SIGKILL)


class Shell:
    """Runs the commands of one step."""

    def __init__(self, step: str, *, log: Path, scratch: Path, progress: Progress, processes: Processes) -> None:
        self.step = step
        self.log = log
        self._scratch = scratch
        self._progress = progress
        self._processes = processes
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")

    def scratch(self) -> Path:
        """Return a folder for half-made results: on the cache's file system, removed after the step."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        return self._scratch

    def discard_scratch(self) -> None:
        """Remove the half-made results."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def say(self, text: str) -> None:
        """Tell the reader what the step does now."""
        self._progress.say(self.step, text)

    def succeeds(self, command: Sequence[str], **options: object) -> bool:
        """Run a command whose failure is an answer; its output goes to the log."""
        return self._run(command, **options) == 0

    def run(
        self, command: Sequence[str], *, folder: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        """Run a command to its end.

        Raises:
            StepError: It failed; the message has the end of its log.
            CancelledError: The setup is being ended.
        """
        code = self._run(command, cwd=folder, env={**os.environ, **(environment or {})})
        if self._processes.cancelled.is_set():
            raise CancelledError
        if code != 0:
            text = self.log.read_text(encoding="utf-8", errors="replace")
            lines = [line for line in text.splitlines() if line.strip()][-TAIL_LINES:]
            ending = f"exit code {code}" if code > 0 else f"signal {-code}"
            raise StepError(
                f"`{Path(command[0]).name} {' '.join(command[1:3])} ...` failed with {ending}:\n"
                + "\n".join(f"    {line[:200]}" for line in lines),
                remedy=remedy_for(text, self.log),
            )

    def _run(self, command: Sequence[str], **options: object) -> int:
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            if shutil.which(command[0]) is None:
                raise StepError(f"{command[0]} is not installed", remedy="Install it and run make setup again.")
            process = self._processes.start(_supervised(command), stdout=log, stderr=subprocess.STDOUT, **options)
            try:
                return self._wait(process)
            finally:
                self._processes.forget(process)

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        started = time.monotonic()
        while True:
            try:
                return process.wait(HEARTBEAT_S)
            except subprocess.TimeoutExpired:
                seconds = int(time.monotonic() - started)
                self.say(f"still at it after {seconds} s: {_last_line(self.log)}")


def remedy_for(log_text: str, log: Path) -> str:
    """Return what to do about a failed command, judged by what it printed."""
    tail = log_text[-20000:]
    if "No space left on device" in tail or "ENOSPC" in tail or "no space left on device" in tail:
        return f"The disk is full: free some space and run make setup again. Full log: {log}"
    if any(sign in tail for sign in _UNREACHABLE):
        return (
            "A package registry could not be reached: check the network and the proxy settings "
            f"(HTTPS_PROXY, GOPROXY, PIP_INDEX_URL, apt), then run make setup again. Full log: {log}"
        )
    return f"Full log: {log}. What was done so far is kept: make setup goes on from there."


_UNREACHABLE = (
    "Temporary failure",
    "Could not resolve",
    "could not resolve",
    "Could not connect",
    "Unable to connect",
    "Connection refused",
    "connection refused",
    "no such host",
    "dial tcp",
    "proxyconnect",
    "NewConnectionError",
    "ProxyError",
    "ConnectTimeoutError",
    "Network is unreachable",
    "network is unreachable",
    "i/o timeout",
    "TLS handshake timeout",
    "No matching distribution found",
    "module lookup disabled",
)


def _supervised(command: Sequence[str]) -> list[str]:
    """Return the command so that it ends when the setup is killed outright."""
    return [sys.executable, str(Path(__file__).with_name("supervised.py")), str(os.getpid()), *command]


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # The group outlives its leader: children of a command that has ended are ended too.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _last_line(log: Path) -> str:
    with contextlib.suppress(OSError), log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 2000))
        lines = [line.strip() for line in stream.read().decode(errors="replace").splitlines() if line.strip()]
        if lines:
            return lines[-1][:100]
    return "no output yet"
