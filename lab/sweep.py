"""Everything of a stack at once: what is left of it, and its removal."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

from lab import containers, processes
from lab.namespaces import owned_namespaces, remove_namespaces
from schemas.locations import run_dir, store_dir

_AT_ONCE = 6
"""Hosts stopped at the same time: Podman waits more than it works."""


def remove_stack(stack: str, *, volumes: bool) -> None:
    """Remove all that the stack has on this machine, in whatever state a killed run left it.

    Args:
        stack: The stack.
        volumes: Also remove data volumes. Sign state goes with them: only together with
            the stack's keys, or a signer may sign twice.

    Raises:
        BackendError: Podman or the kernel refused.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda host: containers.remove_host(stack, host), containers.containers_of(stack)))
    for name in processes.recorded(stack):
        processes.stop(stack, name)
    remove_namespaces(stack)
    if volumes:
        for host in containers.volumes_of(stack):
            containers.remove_volume(stack, host)
    for folder in (run_dir(stack), store_dir(stack)):
        shutil.rmtree(folder, ignore_errors=True)


def leftovers(stack: str) -> list[str]:
    """Return what exists of a stack, one thing per entry; empty when nothing does."""
    left = [f"container of {host}" for host in containers.containers_of(stack)]
    left += [f"volume of {host}" for host in containers.volumes_of(stack)]
    left += [f"process {name}" for name in processes.recorded(stack) if processes.read(stack, name)]
    left += [f"namespace {name}" for name in owned_namespaces(stack)]
    left += [f"folder {folder}" for folder in (run_dir(stack), store_dir(stack)) if folder.exists()]
    return left
