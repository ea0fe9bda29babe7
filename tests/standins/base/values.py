"""Property values as the engine sends them: unknowns and secrets kept apart from plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from google.protobuf import struct_pb2

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
_ASSET = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWN_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)


class _Unknown:
    """A value that exists only after something has been created."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return True  # it is given, whatever it will be


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that state must encrypt and displays must hide."""

    value: Any

    def __repr__(self) -> str:
        return "Secret([secret])"


@dataclass(frozen=True)
class Asset:
    """A file or text that a resource takes as content."""

    sha256: str
    text: str | None = None
    path: str | None = None

    def read(self) -> bytes:
        """Return the content."""
        return self.text.encode() if self.text is not None else Path(self.path or "").read_bytes()


def decode(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return a message's properties; whole numbers become integers."""
    return {key: _decoded(value) for key, value in struct.fields.items()}


def _decoded(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decoded(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _special(value.struct_value)
    return None


def _special(struct: struct_pb2.Struct) -> Any:
    fields = struct.fields
    signature = fields[_SIGNATURE].string_value if _SIGNATURE in fields else ""
    if signature == _SECRET:
        return Secret(_decoded(fields["value"]))
    if signature == _ASSET:
        found = {key: fields[key].string_value for key in ("hash", "text", "path") if key in fields}
        return Asset(sha256=found.get("hash", ""), text=found.get("text"), path=found.get("path"))
    if signature == _OUTPUT:
        inner = _decoded(fields["value"]) if "value" in fields else UNKNOWN
        return Secret(inner) if "secret" in fields and fields["secret"].bool_value else inner
    if signature:
        raise ValueError(f"the stand-in does not take values of signature {signature}")
    return decode(struct)


def encode(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return properties as the engine takes them; absent ones (None) are left out."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        if value is not None:
            struct.fields[key].CopyFrom(_encoded(value))
    return struct


def _encoded(value: Any) -> struct_pb2.Value:
    if value is UNKNOWN:
        return struct_pb2.Value(string_value=_UNKNOWN_WIRE)
    if isinstance(value, Secret):
        return _struct({_SIGNATURE: _SECRET, "value": value.value})
    if isinstance(value, Asset):
        known = {"hash": value.sha256, "text": value.text, "path": value.path}
        return _struct({_SIGNATURE: _ASSET, **{key: item for key, item in known.items() if item}})
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=encode(value))
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_encoded(item) for item in items]))
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=float(value))
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NullValue.NULL_VALUE)
    return struct_pb2.Value(string_value=str(value))


def _struct(fields: Mapping[str, Any]) -> struct_pb2.Value:
    struct = struct_pb2.Struct()
    for key, item in fields.items():
        struct.fields[key].CopyFrom(_encoded(item))
    return struct_pb2.Value(struct_value=struct)


def plain(value: Any) -> Any:
    """Return a value without its secret marks; unknowns stay."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def remark(value: Any, marked: Any) -> Any:
    """Return a value with the secret marks that `marked` has at the same places."""
    if isinstance(marked, Secret):
        return Secret(plain(value)) if value is not None else None
    if isinstance(value, Mapping) and isinstance(marked, Mapping):
        return {key: remark(item, marked.get(key)) for key, item in value.items()}
    if isinstance(value, list) and isinstance(marked, list):
        if any(has_secret(item) for item in marked) and len(value) != len(marked):
            return Secret(plain(value))
        return [remark(item, mark) for item, mark in zip(value, marked, strict=False)] + value[len(marked) :]
    return value


def has_secret(value: Any) -> bool:
    """Return whether a secret is in a value, at any depth."""
    if isinstance(value, Secret):
        return True
    if isinstance(value, Mapping):
        return any(has_secret(item) for item in value.values())
    return isinstance(value, list) and any(has_secret(item) for item in value)


def has_unknown(value: Any) -> bool:
    """Return whether an unknown is in a value, at any depth."""
    if value is UNKNOWN:
        return True
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    return isinstance(value, list) and any(has_unknown(item) for item in value)
