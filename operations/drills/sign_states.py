"""Damaged sign states: a signer that starts on one signs what it may have signed before, so it must refuse."""

from __future__ import annotations

import time
from dataclasses import dataclass

from lab.faults import run_inside
from operations.drills.ground import Ground
from operations.drills.healing import OLD, SAVED
from schemas.errors import BackendError

_FIND = "find /data -xdev -name priv_validator_state.json"

DAMAGE = {
    "lost": 'rm -f "$state"',
    "truncated": 'truncate --size=$(($(stat -c %s "$state") / 2)) "$state"',
    "flipped": (
        'at=$(grep -o -b \'"height": *"[0-9]\' "$state" | head -1 | cut -d: -f1); '
        'digit=$(grep -o \'"height": *"[0-9]\' "$state" | head -1); at=$((at + ${#digit} - 1)); '
        'byte=$(od -An -tu1 -j $at -N 1 "$state"); '
        'printf "\\\\$(printf %o $((byte ^ 1)))" | dd of="$state" bs=1 seek=$at conv=notrunc status=none'
    ),
    "rolled_back": f'cp -p "$state.{OLD}" "$state"',
}
"""What becomes of the file `$state`, as a shell command: `flipped` turns one bit of the height."""

_OPENS = ("may start", "first start")
"""How the lines begin with which the start guard lets a signer start; its every other line is a refusal."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Whether a signer refused, and what it said."""

    refused: bool
    said: str


def keep_old(ground: Ground, host: str) -> None:
    """Keep a copy of a host's sign state as it is now, to roll back to later."""
    run_inside(ground.stack, host, ["sh", "-ec", f'state=$({_FIND}); cp -p "$state" "$state.{OLD}"'])


def damage(ground: Ground, host: str, how: str) -> None:
    """Stop a host's signer, put its sign state aside, damage it, and start the signer.

    Raises:
        BackendError: The lab refused, or there is no sign state.
    """
    units = " ".join(ground.units(host))
    script = (
        f'state=$({_FIND}); test -n "$state"; systemctl stop {units}; '
        f'cp -p "$state" "$state.{SAVED}"; {DAMAGE[how]}; systemctl start --no-block {units}'
    )
    run_inside(ground.stack, host, ["sh", "-ec", script])


def refusal(ground: Ground, host: str, *, within_s: float) -> Refusal:
    """Wait until a host's signer has refused to start, or runs.

    Args:
        ground: The stack.
        host: The host.
        within_s: How long a refusal may take.
    """
    unit, deadline = ground.units(host)[0], time.monotonic() + within_s
    said = ""
    while time.monotonic() < deadline:
        try:
            state = run_inside(ground.stack, host, ["systemctl", "show", "--value", "-p", "ActiveState,SubState", unit])
            said = _last_word(ground, host, unit)
        except BackendError:
            time.sleep(1)
            continue
        if state.split()[:1] == ["active"]:
            return Refusal(refused=False, said="the signer started")
        if said:
            return Refusal(refused=True, said=said)
        time.sleep(0.5)
    return Refusal(refused=False, said=said or f"no refusal within {within_s:g} s")


def _last_word(ground: Ground, host: str, unit: str) -> str:
    """Return the last line that the start guard wrote since the unit was started last; empty when there is none."""
    since = run_inside(ground.stack, host, ["systemctl", "show", "--value", "-p", "InvocationID", unit]).strip()
    if not since:
        return ""
    text = run_inside(
        ground.stack, host,
        ["journalctl", "--no-pager", "-o", "cat", f"_SYSTEMD_INVOCATION_ID={since}", f"_SYSTEMD_UNIT={unit}"],
    )  # fmt: skip
    lines = [line for line in text.strip().splitlines() if not line.startswith(_OPENS)]
    return lines[-1] if lines else ""
