"""What people read while a command works: progress on standard error, results on standard output."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


def say(text: str) -> None:
    """Write one line of progress to standard error."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is the one place that writes progress


def show(text: str) -> None:
    """Write a result to standard output."""
    print(text, flush=True)  # noqa: T201 - this is the one place that writes results


def show_json(value: Mapping[str, Any]) -> None:
    """Write one JSON envelope to standard output."""
    show(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, and say how long it took."""
    say(f"==> {title}")
    start = time.monotonic()
    yield
    say(f"    {title}: {time.monotonic() - start:.1f} s")
