"""GitHub's workflow commands: `::error file=...::message`, shown on the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from operations.notices import Notice, repository_path

_COMMAND = {"error": "error", "warning": "warning", "note": "notice"}


def workflow_commands(notices: Iterable[Notice], *, file: str) -> Iterator[str]:
    """Yield one workflow command for each notice that is not waived.

    Args:
        notices: What there is to say.
        file: The spec, for notices without a file.
    """
    for notice in notices:
        if notice.is_waived:
            continue
        properties = {
            "file": repository_path(notice.file or file),
            "line": str(notice.line),
            "col": str(notice.column),
            "endColumn": str(notice.end_column) if notice.end_column > notice.column else "",
            "title": notice.code,
        }
        told = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
        yield f"::{_COMMAND[notice.level]} {told}::{_message(notice.text)}"


def _message(text: str) -> str:
    """Return text as the runner reads it back: it takes a message to the end of the line."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
