"""Property values of resources as plain data: what is not known is a value of its own, never an exception.

The engine's wire format, an exported state and the SDK's policy proxies all come
out alike. Free of Pulumi, so that `geofleet check --state` needs no engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A value that is there but cannot be read."""

    reason: str
    """Why: `known after creation`, `secret`."""


class Missing(Enum):
    """What an absent value is: `ABSENT`, apart from None, which no resource property means anything else by."""

    ABSENT = "absent"

    def __bool__(self) -> bool:
        """Return False: what is absent is not set."""
        return False


ABSENT: Final = Missing.ABSENT

LATER = Unknown(reason="known after creation")
SECRET = Unknown(reason="secret")
FILE = Unknown(reason="a file or archive")

UNKNOWN_VALUES = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""What Pulumi writes in the place of a value that is not known yet, by its type."""

REDACTED = "[secret]"
"""What `pulumi policy analyze` and an export without secrets put in a secret's place."""

# Marks of the wire format: https://github.com/pulumi/pulumi, sdk/go/common/resource/properties.go
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SEALED = "1b47061264138c4ac30d75fd1eb44270"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"


def plain(value: Any) -> Any:
    """Return a value without wire signatures and sentinels; parts that cannot be read are `Unknown`.

    A text that contains a sentinel is unknown as a whole: its beginning proves nothing.
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return _signed(value) if _SIGNATURE in value else {str(key): plain(value[key]) for key in value}
    if isinstance(value, Sequence):
        return [plain(part) for part in value]
    if value is None or isinstance(value, (bool, int, float, Unknown)):
        return value
    return FILE


def _text(value: str) -> str | Unknown:
    if value == REDACTED:
        return SECRET
    # 36 is a sentinel's length: most values are shorter, and need no search.
    if len(value) >= 36 and any(sentinel in value for sentinel in UNKNOWN_VALUES):
        return LATER
    return value


def _signed(value: Mapping[str, Any]) -> Any:
    signature = value[_SIGNATURE]
    if signature == _SEALED:
        return SECRET
    if signature == _OUTPUT:
        return plain(value["value"]) if "value" in value and not value.get("secret") else LATER
    if signature == _REFERENCE:
        return str(value.get("urn", ""))
    return FILE


def merged(inputs: Any, outputs: Any) -> Any:
    """Return what a resource has: what came out, and what was asked for where that is not known yet.

    A part of the outputs that is unknown and was not asked for is left to the
    provider: for a rule it is absent, as nobody has set it.

    Args:
        inputs: What the program asked for; `ABSENT` where it did not ask.
        outputs: What the provider answered; `ABSENT` before it has.
    """
    if isinstance(outputs, Unknown) or outputs is ABSENT or outputs is None:
        return inputs
    if isinstance(outputs, dict):
        asked = inputs if isinstance(inputs, dict) else {}
        parts = {key: merged(asked.get(key, ABSENT), outputs.get(key, ABSENT)) for key in {**outputs, **asked}}
        return {key: part for key, part in parts.items() if part is not ABSENT}
    if isinstance(outputs, list):
        asked_parts = inputs if isinstance(inputs, list) and len(inputs) == len(outputs) else [ABSENT] * len(outputs)
        found = [merged(asked, part) for asked, part in zip(asked_parts, outputs, strict=True)]
        # An element that nobody asked for and that is not known is an element all the same.
        return [LATER if part is ABSENT else part for part in found]
    return outputs


def unknown_parts(value: Any) -> Iterator[Unknown]:
    """Yield every part of a plain value that cannot be read."""
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from unknown_parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from unknown_parts(part)


def walk(value: Any, path: str) -> Any:
    """Return the value at a dotted path: `Unknown` as soon as a part of the way is, `ABSENT` where it ends."""
    for part in path.split("."):
        if isinstance(value, Unknown):
            return value
        if not isinstance(value, dict):
            return ABSENT
        value = value.get(part)
    return ABSENT if value is None else value
