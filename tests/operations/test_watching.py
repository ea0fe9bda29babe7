"""The view of `geofleet watch`: what it shows of hosts that are well and of those that are not."""

from __future__ import annotations

import io
import os
import pty
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from rich.console import Console

from operations import watching
from operations.command import cli
from operations.watching import problems_of, shown
from operations.work_table import leader_problems
from schemas.errors import UsageError
from schemas.inventory import Inventory
from schemas.roles import Role
from schemas.status import HostWork, NodeWork, WorkState


def host(name: str, *, state: WorkState = WorkState.WORKING, detail: str = "", leader: bool | None = None) -> HostWork:
    return HostWork(
        host=name, fleet=name.rpartition("-")[0], role=Role.SEQUENCER, region="aws:us-east-1", state=state,
        detail=detail, nodes=(NodeWork(chain="alpha", height=42, block_age_s=1.5),), leader=leader,
    )  # fmt: skip


def text_of(work: Sequence[HostWork], *, age_s: float = 0) -> str:
    buffer = io.StringIO()
    Console(file=buffer, width=200, no_color=True).print(shown("lab", work, seen_at=1000, now_s=1000 + age_s))
    return buffer.getvalue()


def test_each_host_has_one_line_with_what_it_tells() -> None:
    text = text_of([host("s-1", leader=True), host("s-2", leader=False)])
    lines = {line.split()[0]: line.split() for line in text.splitlines() if line.startswith("s-")}
    assert lines["s-1"] == ["s-1", "sequencer", "aws:us-east-1", "42", "1.5", "s", "leads", "working"]
    assert lines["s-2"][6:] == ["follows", "working"]
    assert "2 of 2 hosts work" in text


def test_columns_that_no_host_has_anything_for_are_left_out() -> None:
    assert "price age" not in text_of([host("s-1")])


def test_the_age_of_what_is_shown_is_told() -> None:
    assert "12 s ago" in text_of([host("s-1")], age_s=12)
    assert "ago" not in text_of([host("s-1")])


def test_an_unreachable_host_is_shown_as_that() -> None:
    text = text_of([host("s-1"), host("s-2", state=WorkState.UNREACHABLE, detail="no answer within 8 s")])
    assert "unreachable: no answer within 8 s" in text
    assert "1 of 2 hosts work" in text


def test_what_a_host_says_is_no_markup() -> None:
    assert "[red]boo[/red]" in text_of([host("s-1", state=WorkState.UNREAD, detail="[red]boo[/red]")])


def test_idle_hosts_are_not_counted_as_working() -> None:
    work = [host("s-1"), host("s-2", state=WorkState.IDLE)]
    assert "1 of 1 hosts work, 1 have nothing to do" in text_of(work)
    assert problems_of(work) == []


def test_a_stack_of_which_nothing_was_seen_is_not_well() -> None:
    assert problems_of([]) == ["no host was looked at"]


@pytest.mark.parametrize(
    ("leaders", "expected"),
    [
        ([True, False], []),
        ([False, False], ["fleet s has 0 leaders; expected one"]),
        ([True, True], ["fleet s has 2 leaders: s-1, s-2; expected one"]),
        ([None, None], []),
    ],
)
def test_a_fleet_has_exactly_one_leader(leaders: list[bool | None], expected: list[str]) -> None:
    work = [host(f"s-{n}", leader=leader) for n, leader in enumerate(leaders, start=1)]
    assert list(leader_problems(work)) == expected
    assert problems_of(work) == expected


@contextmanager
def _looking(inventory: Inventory, work: tuple[HostWork, ...]) -> Iterator[tuple[Inventory, watching.Look]]:
    yield inventory, lambda: work


@pytest.fixture
def inventory() -> Inventory:
    return Inventory(
        stack="lab", target="lab", operator_namespace="", network_cidr="10.120.0.0/16", operator_cidr="10.120.0.0/24",
        hosts=(), chains=(), links=(),
    )  # fmt: skip


@pytest.mark.parametrize(("state", "code"), [(WorkState.WORKING, 0), (WorkState.STALLED, 1), (WorkState.UNREAD, 1)])
def test_once_ends_with_findings_unless_every_host_works(
    monkeypatch: pytest.MonkeyPatch, inventory: Inventory, state: WorkState, code: int
) -> None:
    monkeypatch.setattr(watching, "looking", lambda _: _looking(inventory, (host("s-1", state=state),)))
    result = CliRunner().invoke(cli, ["watch", "lab", "--once"])
    assert result.exit_code == code
    assert "\x1b" not in result.output
    assert str(state) in result.output


def test_a_live_view_without_a_terminal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())
    with pytest.raises(UsageError, match="no terminal") as refused:
        watching.watch("lab", every_s=1)
    assert refused.value.remedy == "geofleet watch lab --once"


def test_q_ends_the_live_view_and_gives_the_terminal_back(
    monkeypatch: pytest.MonkeyPatch, inventory: Inventory
) -> None:
    """On a real pseudo-terminal: the view is drawn, q is pressed, the terminal is as before."""
    import termios

    main, other = pty.openpty()
    before = termios.tcgetattr(other)
    drawn: list[bytes] = []

    def press() -> None:
        until = time.monotonic() + 20
        while b"1 of 1 hosts work" not in b"".join(drawn) and time.monotonic() < until:
            drawn.append(os.read(main, 65536))
        os.write(main, b"q")

    with os.fdopen(other, "r", closefd=False) as keyboard, os.fdopen(other, "w", closefd=False) as screen:
        monkeypatch.setattr("sys.stdin", keyboard)
        monkeypatch.setattr("sys.stdout", screen)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(watching, "looking", lambda _: _looking(inventory, (host("s-1"),)))
        operator = threading.Thread(target=press, daemon=True)
        operator.start()
        watching.watch("lab", every_s=1)
        operator.join(20)
    assert b"1 of 1 hosts work" in b"".join(drawn)
    assert termios.tcgetattr(other) == before
    os.close(main)
    os.close(other)


def test_a_look_under_way_is_not_begun_again(inventory: Inventory) -> None:
    pending: Future[tuple[HostWork, ...]] = Future()
    view = watching._View("lab", pending)
    assert not view.is_due(1)
    pending.set_result((host("s-1"),))
    assert not view.is_due(1000), "it has just been seen"
    assert view.is_due(0)
