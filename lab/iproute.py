"""Talk to the kernel's network: iproute2 in batches, and sysctls of a namespace."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lab.naming import NETNS_DIR
from schemas.errors import BackendError, EnvironmentMissingError

Result = TypeVar("Result")

_CLONE_NEWNET = 0x40000000
_TIMEOUT_S = 30
_libc = ctypes.CDLL(None, use_errno=True)


def run(*words: str, stdin: str | None = None) -> str:
    """Run a command of iproute2 and return what it says.

    Raises:
        BackendError: The kernel refused; its words are kept.
        EnvironmentMissingError: iproute2 is not installed, or we are not root.
    """
    try:
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except FileNotFoundError as error:
        raise EnvironmentMissingError(f"{words[0]} is not installed", remedy="Install iproute2.") from error
    except subprocess.TimeoutExpired as error:
        raise BackendError(f"{' '.join(words)}: no answer in {_TIMEOUT_S} s") from error
    if done.returncode != 0:
        if os.geteuid() != 0:
            raise EnvironmentMissingError("the lab's network needs root", remedy="Run it as root.")
        raise BackendError(f"{' '.join(words)}: {_explain(done.stderr, stdin)}")
    return done.stdout


def change(namespace: str, commands: Sequence[str]) -> None:
    """Run `ip` commands in a namespace, in one process; the first failure ends them.

    Raises:
        BackendError: A command failed; the message names it.
    """
    if commands:
        run("ip", "-n", namespace, "-batch", "-", stdin="\n".join(commands) + "\n")


def show(namespace: str, *commands: str) -> list[list[dict[str, Any]]]:
    """Run `ip ... show` commands in a namespace and return one list of objects for each.

    Raises:
        BackendError: A command failed.
    """
    text = run("ip", "-n", namespace, "-d", "-j", "-batch", "-", stdin="\n".join(commands) + "\n")
    decoder, at, found = json.JSONDecoder(), 0, []
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        found.append([entry for entry in value if entry])
    if len(found) != len(commands):
        raise BackendError(f"ip -n {namespace}: {len(found)} answers to {len(commands)} questions")
    return found


def in_namespace(namespace: str, function: Callable[[], Result]) -> Result:
    """Call a function with a network namespace entered: sockets it opens and /proc/sys/net belong there.

    It runs in a thread of its own, since a namespace is entered by thread and never left.

    Raises:
        BackendError: The namespace does not exist.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def enter() -> None:
        try:
            with (NETNS_DIR / namespace).open("rb") as file:
                if _libc.setns(file.fileno(), _CLONE_NEWNET) != 0:
                    number = ctypes.get_errno()
                    raise OSError(number, os.strerror(number))
        except OSError as error:
            missing = BackendError(f"namespace {namespace} cannot be entered: {error.strerror}")
            missing.__cause__ = error
            errors.append(missing)
            return
        try:
            results.append(function())
        except BaseException as error:  # noqa: BLE001, RUF100 - raised again in the caller's thread
            errors.append(error)

    thread = threading.Thread(target=enter, name=f"in {namespace}", daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def listens(namespace: str, address: str, port: int) -> bool:
    """Return whether a TCP port takes connections, asked from inside a namespace.

    Raises:
        BackendError: The namespace does not exist.
    """

    def connects() -> bool:
        try:
            with socket.create_connection((address, port), timeout=2):
                return True
        except OSError:
            return False

    return in_namespace(namespace, connects)


def sysctls_that_differ(namespace: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a namespace that are not as wanted, with what they are.

    Keys are paths below /proc/sys/net; `*` stands for every interface.
    """

    def look() -> dict[str, str]:
        return {
            str(path): " ".join(path.read_text(encoding="ascii").split())
            for key, value in wanted.items()
            for path in Path("/proc/sys/net").glob(key)
            if path.read_text(encoding="ascii").split() != value.split()
        }

    return in_namespace(namespace, look)


def set_sysctls(namespace: str, wanted: Mapping[str, str]) -> None:
    """Set settings of a namespace; the same form as `sysctls_that_differ`."""

    def write() -> None:
        for key, value in wanted.items():
            for path in Path("/proc/sys/net").glob(key):
                try:
                    path.write_text(value, encoding="ascii")
                except OSError as error:
                    if error.errno not in (errno.ENOENT, errno.ENODEV):  # the interface has just gone
                        raise BackendError(f"{namespace}: {path} cannot be set: {error.strerror}") from error

    in_namespace(namespace, write)


def _explain(said: str, stdin: str | None) -> str:
    """Name the failing line of a batch: `Command failed -:2` alone says little."""
    lines = [line for line in said.strip().splitlines() if line]
    if stdin and lines and lines[-1].startswith("Command failed -:"):
        number = lines[-1].removeprefix("Command failed -:")
        batch = stdin.splitlines()
        failed = batch[int(number) - 1] if number.isdigit() and int(number) <= len(batch) else ""
        return f"{' '.join(lines[:-1])} ({failed})"
    return " ".join(lines) or "failed without a word"
