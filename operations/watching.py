"""`geofleet watch`: what every host does, looked at again and again over one shared SSH connection each."""

from __future__ import annotations

import io
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from operations.deployment import TARGET_CLOUD
from operations.hosts import access
from operations.hosts.scripts import Output, Shell
from operations.hosts.work import ANSWER_S_MAX, work_of
from operations.machine import require_root
from operations.state import deployed_inventory
from operations.work_table import leader_problems, work_table
from schemas.errors import EnvironmentMissingError, ExitCode, UsageError
from schemas.inventory import Inventory
from schemas.status import HostWork, WorkState
from stacks.stack import stack_files, stack_ledger

_WIDTH_PIPED = 200
_KEY_WAIT_S = 0.2
"""How often the view looks for a key and renews the age of what it shows."""

Look = Callable[[], tuple[HostWork, ...]]


def quick_shell(reach: access.Access) -> Shell:
    """Return a shell that gives a host `ANSWER_S_MAX` seconds to answer."""

    def run(host: str, command: str) -> Output:
        return access.run_ssh(reach.ssh(host, command), limit_s=ANSWER_S_MAX)

    return run


@contextmanager
def looking(stack: str) -> Iterator[tuple[Inventory, Look]]:
    """Give a stack's inventory and a function that looks at its hosts.

    Raises:
        EnvironmentMissingError: Not root, the operator's key or namespace is missing, or the hosts are in clouds.
        UsageError: The stack is unknown, not deployed, or its ledger lacks a host's key.
    """
    require_root()
    files = stack_files(stack)
    inventory = deployed_inventory(stack)
    if inventory.target == TARGET_CLOUD:
        raise EnvironmentMissingError(
            f"the hosts of stack '{stack}' are in clouds: they are reached through Session Manager and IAP, "
            "and watching reaches the lab's hosts only, so far",
            remedy=f"See what was built: geofleet status {stack}.",
        )
    with access.opened(inventory, stack_ledger(files)) as reach:
        shell = quick_shell(reach)
        yield inventory, lambda: work_of(inventory, shell)


def watch_once(stack: str) -> tuple[str, ExitCode]:
    """Return one look as plain text, and FINDINGS unless every host works and every fleet has one leader."""
    with looking(stack) as (inventory, look):
        work = look()
        buffer = io.StringIO()
        console = Console(file=buffer, width=_WIDTH_PIPED, highlight=False, no_color=True)
        console.print(shown(inventory.stack, work, seen_at=time.time(), now_s=time.time()))
    # Rich pads lines to the width of a table; nobody wants that in a pipe.
    text = "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())
    return text.rstrip(), ExitCode.FINDINGS if problems_of(work) else ExitCode.PASSED


def watch(stack: str, *, every_s: float) -> None:
    """Show a view that renews itself until q or Ctrl-C.

    Raises:
        UsageError: Standard output is no terminal.
        EnvironmentMissingError: As for `looking`.
    """
    if not sys.stdout.isatty():
        raise UsageError(
            "standard output is no terminal: a live view has nowhere to be", remedy=f"geofleet watch {stack} --once"
        )
    with looking(stack) as (inventory, look), _keys() as pressed, ThreadPoolExecutor(max_workers=1) as pool:
        view = _View(inventory.stack, pool.submit(look))
        console = Console(highlight=False)
        with Live(view.shown(), console=console, screen=True, auto_refresh=False) as live:
            try:
                while pressed(_KEY_WAIT_S) not in ("q", "Q"):
                    if view.is_due(every_s):
                        view.pending = pool.submit(look)
                    live.update(view.shown(), refresh=True)
            except KeyboardInterrupt:
                pass  # the other way to end it


class _View:
    """The last look, and the one under way."""

    def __init__(self, stack: str, pending: Future[tuple[HostWork, ...]]) -> None:
        self._stack = stack
        self._work: tuple[HostWork, ...] = ()
        self._seen_at: float | None = None
        self.pending: Future[tuple[HostWork, ...]] | None = pending

    def is_due(self, every_s: float) -> bool:
        """Take what a look brought, and return whether it is time for the next."""
        if self.pending is not None and self.pending.done():
            self._work, self._seen_at, self.pending = self.pending.result(), time.time(), None
        return self.pending is None and time.time() - (self._seen_at or 0) >= every_s

    def shown(self) -> Group:
        """Return what is on the screen now."""
        if self._seen_at is None:
            return Group(Text(f"{self._stack}: first look under way; q ends"))
        text = shown(self._stack, self._work, seen_at=self._seen_at, now_s=time.time())
        return Group(text, Text("\nq ends", style="dim"))


def shown(stack: str, work: Sequence[HostWork], *, seen_at: float, now_s: float) -> Group:
    """Return the view: the table, how old it is, and what is wrong.

    Args:
        stack: Name.
        work: What the last look saw.
        seen_at: When, in seconds since 1970.
        now_s: The time now; what is older than a look may take is said to be old.
    """
    age_s = max(0.0, now_s - seen_at)
    when = time.strftime("%H:%M:%S", time.localtime(seen_at))
    title = f"{stack} at {when}" + (f", {age_s:.0f} s ago" if age_s >= 1 else "")
    busy = [host for host in work if host.state is not WorkState.IDLE]
    working = sum(host.state is WorkState.WORKING for host in busy)
    idle = f", {len(work) - len(busy)} have nothing to do" if len(busy) < len(work) else ""
    lines = [f"{working} of {len(busy)} hosts work{idle}", *leader_problems(work)]
    return Group(
        work_table(work, title=title), Text("\n" + "\n".join(lines), style="red" if problems_of(work) else "green")
    )


def problems_of(work: Sequence[HostWork]) -> list[str]:
    """Return what keeps a stack from being well, host by host; a stack without hosts is not well."""
    well = (WorkState.WORKING, WorkState.IDLE)
    bad = [f"{host.host} is {host.state}: {host.detail}" for host in work if host.state not in well]
    return [*bad, *leader_problems(work)] if work else ["no host was looked at"]


@contextmanager
def _keys() -> Iterator[Callable[[float], str]]:
    """Give a function that waits so many seconds for a key and returns it; the terminal is restored at the end."""
    if not sys.stdin.isatty():  # input from elsewhere: Ctrl-C ends it
        yield _no_key
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield lambda wait_s: sys.stdin.read(1) if select.select([sys.stdin], [], [], wait_s)[0] else ""
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _no_key(wait_s: float) -> str:
    time.sleep(wait_s)
    return ""
