"""Network namespaces that say whose they are.

The owner stands in the alias of `lo`, so that it lives and dies with the namespace. A
lock over the machine covers the moment between making and labelling; whatever is
unlabelled and empty while the lock is held was left by a killed run.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.iproute import run, show
from lab.naming import NETNS_DIR, owner
from schemas.errors import BackendError
from schemas.locations import run_dir


def ensure_namespace(name: str, owned_by: str) -> None:
    """Make a namespace and label it, or adopt ours.

    Raises:
        BackendError: The name is taken by somebody else's namespace.
    """
    with _lock():
        if _is_namespace(name):
            found = owner_of(name)
            if found == owned_by:
                return
            if found or not _pristine(name):
                raise BackendError(
                    f"network namespace {name} exists and belongs to {found or 'nobody we know'}",
                    remedy=f"If it is not needed, remove it: ip netns delete {name}.",
                )
        else:
            if (NETNS_DIR / name).exists():  # killed between making the file and mounting on it
                (NETNS_DIR / name).unlink()
            run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "alias", owned_by, "up")


def owner_of(name: str) -> str:
    """Return what is written on a namespace; empty when it does not exist or has no label."""
    if not _is_namespace(name):
        return ""
    try:
        found = json.loads(run("ip", "-n", name, "-j", "link", "show", "lo"))
    except BackendError:
        if not _is_namespace(name):  # removed meanwhile
            return ""
        raise
    return str(found[0].get("ifalias", ""))


def remove_namespace(name: str, owned_by: str) -> None:
    """Remove a namespace and its links; nothing happens when it is gone or somebody else's."""
    with _lock():
        if owner_of(name) == owned_by:
            run("ip", "netns", "delete", name)


def owned_namespaces(stack: str) -> list[str]:
    """Return the stack's namespaces, and empty unlabelled ones of its name that a killed run left."""
    with _lock():
        return _owned(stack)


def remove_namespaces(stack: str) -> None:
    """Remove every namespace of a stack."""
    with _lock():
        for name in _owned(stack):
            if _is_namespace(name):
                run("ip", "netns", "delete", name)
            else:
                (NETNS_DIR / name).unlink(missing_ok=True)


def _owned(stack: str) -> list[str]:
    names = sorted(path.name for path in NETNS_DIR.glob(f"gf-{stack}-*"))
    return [name for name in names if _is_ours(name, owner(stack, ""))]


def _is_ours(name: str, owner_prefix: str) -> bool:
    if not _is_namespace(name):
        return True
    found = owner_of(name)
    return found.startswith(owner_prefix) if found else _pristine(name)


def _is_namespace(name: str) -> bool:
    """Tell a mounted namespace from the plain file that a killed `ip netns add` leaves."""
    try:
        return (NETNS_DIR / name).stat().st_dev == Path("/proc/self/ns/net").stat().st_dev
    except FileNotFoundError:
        return False


def _pristine(name: str) -> bool:
    [links] = show(name, "link show")
    return [link["ifname"] for link in links] == ["lo"] and not run("ip", "netns", "pids", name).split()


@contextmanager
def _lock() -> Iterator[None]:
    path = run_dir("any").parent / "namespaces.lock"
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
