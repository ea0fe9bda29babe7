"""The processes that the language host starts: how they are told to end, and watched until they do.

Every child leads a session of its own, so that an interrupt meant for the host never reaches it: a provider
in the middle of a call is told once, by SIGTERM, and finishes that call.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

HASTY_S = 3.0
"""How long programs and policy packs get to end; the engine itself waits five seconds for the host."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run, where, and with all of which environment."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: str | None = None
    """None for the host's own folder."""


@dataclass(frozen=True, kw_only=True)
class Child:
    """A process of the host; `patient` ones may finish what they do before they end."""

    process: subprocess.Popen[bytes]
    patient: bool = False
    told: threading.Event = field(default_factory=threading.Event)

    def tell_to_end(self) -> None:
        """Ask once; never twice, since a second interrupt would break the call that the first let finish."""
        if not self.told.is_set():
            self.told.set()
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
            if not self.patient:
                threading.Thread(target=self._end_by_force, daemon=True).start()

    def _end_by_force(self) -> None:
        try:
            self.process.wait(HASTY_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Children:
    """All processes of one host."""

    def __init__(self) -> None:
        self._running: set[Child] = set()
        self._guard = threading.Lock()
        self._closed = False

    def start(
        self,
        command: Command,
        *,
        patient: bool = False,
        piped: bool = False,
        request: int | None = None,
    ) -> Child:
        """Start a process.

        Args:
            command: What to run.
            patient: It may finish its current work when told to end.
            piped: Its output is read by `output_of`; else it goes where the host's goes.
            request: A file descriptor that the process inherits.

        Raises:
            OSError: It cannot be started.
            RuntimeError: The host is ending.
        """
        output = subprocess.PIPE if piped else None
        with self._guard:
            if self._closed:
                raise RuntimeError("the language host is ending")
            process = subprocess.Popen(
                list(command.arguments),
                cwd=command.folder or None,
                env=dict(command.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=() if request is None else (request,),
            )
            child = Child(process=process, patient=patient)
            self._running.add(child)
        return child

    def wait(self, child: Child) -> int:
        """Return the exit code, negative for a signal, when the process has ended."""
        code = child.process.wait()
        with self._guard:
            self._running.discard(child)
        return code

    def end_all(self, *, patience_s: float) -> None:
        """Tell every process to end and wait: hasty ones a few seconds, patient ones as long as asked."""
        with self._guard:
            self._closed = True
            running = sorted(self._running, key=lambda child: child.patient)
        for child in running:
            child.tell_to_end()
        deadline = time.monotonic() + patience_s
        for child in running:
            limit = deadline if child.patient else time.monotonic() + HASTY_S + 1
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, limit - time.monotonic()))

    def tell_hasty_ones(self) -> None:
        """Tell programs and packs to end; providers hear from the engine itself."""
        with self._guard:
            running = [child for child in self._running if not child.patient]
        for child in running:
            child.tell_to_end()


Piece = tuple[str, bytes]


def output_of(child: Child) -> Iterator[Piece]:
    """Yield `("stdout" | "stderr", bytes)` until the process has ended and its output is read.

    A grandchild that was left running may hold the pipes open: a second after the process's end they are
    no longer waited for.
    """
    pieces: queue.Queue[Piece | None] = queue.Queue()
    streams: dict[str, IO[bytes] | None] = {"stdout": child.process.stdout, "stderr": child.process.stderr}
    readers = [
        threading.Thread(target=_read, args=(name, stream, pieces), daemon=True)
        for name, stream in streams.items()
        if stream is not None
    ]
    for reader in readers:
        reader.start()
    threading.Thread(target=_mark_end, args=(child, readers, pieces), daemon=True).start()
    while (piece := pieces.get()) is not None:
        yield piece


def _read(name: str, stream: IO[bytes], pieces: queue.Queue[Piece | None]) -> None:
    with stream:
        while data := os.read(stream.fileno(), 65536):
            pieces.put((name, data))


def _mark_end(child: Child, readers: Sequence[threading.Thread], pieces: queue.Queue[Piece | None]) -> None:
    child.process.wait()
    deadline = time.monotonic() + 1.0
    for reader in readers:
        reader.join(max(0.0, deadline - time.monotonic()))
    pieces.put(None)
