"""The little of protobuf that a transaction of the Cosmos SDK needs: numbers and bytes by field number."""

from __future__ import annotations

from collections.abc import Iterator


def field(number: int, value: int | str | bytes) -> bytes:
    """Return one field; a number as varint, text and bytes with their length. What is empty is left out."""
    if not value:
        return b""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def any_of(type_url: str, value: bytes) -> bytes:
    """Return a `google.protobuf.Any`."""
    return field(1, type_url) + field(2, value)


def fields(data: bytes) -> dict[int, int | bytes]:
    """Return a message's last value of each field.

    Raises:
        ValueError: It is cut off, or has a kind of field that no message here has.
    """
    return dict(_fields(data))


def number_of(message: dict[int, int | bytes], number: int) -> int:
    """Return a field as a number; 0, which protobuf leaves out, when it is not there."""
    value = message.get(number, 0)
    return value if isinstance(value, int) else 0


def bytes_of(message: dict[int, int | bytes], number: int) -> bytes:
    """Return a field as bytes; none when it is not there."""
    value = message.get(number, b"")
    return value if isinstance(value, bytes) else b""


def _varint(value: int) -> bytes:
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(data):
        key, position = _read(data, position)
        value, position = _read(data, position)
        if key & 7 == 0:
            yield key >> 3, value
        elif key & 7 == 2 and position + value <= len(data):
            yield key >> 3, data[position : position + value]
            position += value
        else:
            raise ValueError(f"field {key >> 3} is cut off, or of kind {key & 7}")


def _read(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data):
        byte = data[position]
        value, shift, position = value | (byte & 0x7F) << shift, shift + 7, position + 1
        if byte < 0x80:
            return value, position
    raise ValueError("a number is cut off")
