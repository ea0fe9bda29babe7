"""Many readings in one command: one session per host instead of one per reading."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Output:
    """What one command said."""

    status: int
    text: str
    complaint: str = ""
    """Its standard error."""


Shell = Callable[[str, str], Output]
"""Runs a command line on a host: `shell(host, command)`. Raises `UnreachableError`."""


class UnreachableError(Exception):
    """A host cannot be reached; the text says what SSH said."""


NOT_READ = Output(status=-1, text="", complaint="was not read")


def sudo(command: str) -> str:
    """Return an exact command of `schemas.readings.SUDO_READINGS` as the operator runs it."""
    return "sudo -n " + shlex.join(command.split(" "))


def run_all(shell: Shell, host: str, commands: Mapping[str, str], *, at_once: bool = False) -> dict[str, Output]:
    """Run several command lines on a host in one session.

    Args:
        shell: How to get there.
        host: The host.
        commands: Name to command line.
        at_once: Whether all run at the same time: right for those that wait, wrong for those that work.

    Returns:
        Name to output; commands of which nothing came back are left out.

    Raises:
        UnreachableError: SSH does not get there.
    """
    if not commands:
        return {}
    token = f"geofleet-{secrets.token_hex(8)}"  # so that no output can be taken for a boundary
    answer = shell(host, "sh -c " + shlex.quote(_script(commands, token, at_once=at_once)))
    return parsed(answer.text, token)


def _script(commands: Mapping[str, str], token: str, *, at_once: bool) -> str:
    lines = ["d=$(mktemp -d)", "trap 'rm -rf $d' EXIT", "exec </dev/null"]
    for number, command in enumerate(commands.values()):
        lines.append(f"( {command} ) >$d/{number}.o 2>$d/{number}.e; echo $? >$d/{number}.s")
        if at_once:
            lines[-1] = f"( {lines[-1]} ) &"
    lines.append("wait")
    for number, name in enumerate(commands):
        lines.append(f"printf '\\n%s %s ' {token} {shlex.quote(name)}; cat $d/{number}.s; cat $d/{number}.o")
        lines.append(f"printf '\\n%s' {token}; cat $d/{number}.e")
    lines.append(f"printf '\\n%s' {token}")
    return "\n".join(lines)


def parsed(text: str, token: str) -> dict[str, Output]:
    """Return name to output from what a script printed; a part that was cut off is left out."""
    parts = text.split(f"\n{token}")
    found: dict[str, Output] = {}
    for said, complaint in zip(parts[1:-1:2], parts[2:-1:2], strict=False):
        head, _, output = said.partition("\n")
        name, _, status = head.strip().rpartition(" ")
        if status.isdigit():
            found[name] = Output(status=int(status), text=output, complaint=complaint.strip())
    return found
