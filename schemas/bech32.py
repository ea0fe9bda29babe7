"""Account addresses of the Cosmos SDK: 20 bytes in bech32 (BIP 173), whose prefix says of which chain and for what."""

from __future__ import annotations

from collections.abc import Iterable

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def bech32(prefix: str, data: bytes) -> str:
    """Return bytes as bech32 text."""
    groups = list(_regrouped(data, 8, 5))
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    remainder = _checksum([*expanded, *groups, 0, 0, 0, 0, 0, 0]) ^ 1
    check = [(remainder >> 5 * (5 - position)) & 31 for position in range(6)]
    return f"{prefix}1" + "".join(_LETTERS[group] for group in groups + check)


def bech32_bytes(text: str) -> bytes:
    """Return the bytes of a bech32 text.

    Raises:
        ValueError: It is not bech32, or its checksum is wrong.
    """
    prefix, separator, rest = text.rpartition("1")
    if not separator or not prefix or len(rest) < 6 or set(rest) - set(_LETTERS):
        raise ValueError(f"'{text}' is not bech32")
    groups = [_LETTERS.index(letter) for letter in rest]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    if _checksum([*expanded, *groups]) != 1:
        raise ValueError(f"the checksum of '{text}' is wrong")
    whole, _ = divmod(5 * len(groups[:-6]), 8)
    return bytes(_regrouped(bytes(groups[:-6]), 5, 8))[:whole]


def with_prefix(address: str, prefix: str) -> str:
    """Return the same account's address under another prefix."""
    return bech32(prefix, bech32_bytes(address))


def _checksum(groups: Iterable[int]) -> int:
    remainder = 1
    for group in groups:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ group
        for position, generator in enumerate(_GENERATORS):
            remainder ^= generator if top >> position & 1 else 0
    return remainder


def _regrouped(data: Iterable[int], bits: int, wanted: int) -> Iterable[int]:
    """Yield the same bits in groups of another size; the last is filled with zeros."""
    held, count = 0, 0
    for value in data:
        held, count = held << bits | value, count + bits
        while count >= wanted:
            count -= wanted
            yield held >> count & (1 << wanted) - 1
        held &= (1 << count) - 1
    if count:
        yield held << (wanted - count) & (1 << wanted) - 1
