"""Kernel limits of the machine that many hosts share: raised when they are too low, until the next boot."""

from __future__ import annotations

from pathlib import Path

from schemas.errors import EnvironmentMissingError

INOTIFY_INSTANCES_MIN = 8192
"""A host's systemd, D-Bus and path units hold five or six; Debian's limit of 128 ends at some twenty hosts:
their systemd then stops at once, without a word."""

_INOTIFY_INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")


def ensure_limits() -> None:
    """Raise what is too low for a lab.

    Raises:
        EnvironmentMissingError: The kernel's settings cannot be written here.
    """
    if int(_INOTIFY_INSTANCES.read_text(encoding="ascii")) >= INOTIFY_INSTANCES_MIN:
        return
    try:
        _INOTIFY_INSTANCES.write_text(f"{INOTIFY_INSTANCES_MIN}\n", encoding="ascii")
    except OSError as error:
        raise EnvironmentMissingError(
            f"fs.inotify.max_user_instances is below {INOTIFY_INSTANCES_MIN} and cannot be raised: {error.strerror}",
            remedy=f"Raise it on the machine: sysctl fs.inotify.max_user_instances={INOTIFY_INSTANCES_MIN}.",
        ) from error
