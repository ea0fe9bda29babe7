"""vTPM: a quote over the boot, by a key that the machine's own report or the cloud's interface vouches for.

Layout: TCG, TPM 2.0 Library, part 2, `TPMS_ATTEST` and `TPMT_SIGNATURE`, as `tpm2_quote --message --signature` writes
them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from operations.attestation.certificates import EvidenceError

_MAGIC = 0xFF544347
_QUOTE = 0x8018
_SHA256 = 0x000B
_RSASSA = 0x0014
_ECDSA = 0x0018
_CLOCK_AND_FIRMWARE_BYTES = 17 + 8

Key = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a quote says, before anyone believes it."""

    nonce: bytes
    registers: tuple[int, ...]
    """Of the SHA-256 bank, ascending."""
    digest: bytes
    """SHA-256 over their values, one after the other."""
    message: bytes
    scheme: int
    signature: bytes
    """DER for an elliptic curve, else as it is."""


class _Reader:
    """Takes big-endian fields from the front of bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, count: int) -> bytes:
        if len(self._data) < count:
            raise EvidenceError("the quote ends in the middle of a field")
        head, self._data = self._data[:count], self._data[count:]
        return head

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def sized(self) -> bytes:
        return self.take(self.number(2))

    def end(self) -> None:
        if self._data:
            raise EvidenceError(f"{len(self._data)} bytes follow the end")


def parsed(message: bytes, signature: bytes) -> Quote:
    """Return what a quote and its signature say.

    Raises:
        EvidenceError: They are none, or use other banks or schemes than SHA-256 with RSASSA or ECDSA.
    """
    reader = _Reader(message)
    magic, kind = reader.number(4), reader.number(2)
    if (magic, kind) != (_MAGIC, _QUOTE):
        raise EvidenceError(f"is not a quote that a TPM made: {magic:#x} {kind:#x}, expected {_MAGIC:#x} {_QUOTE:#x}")
    reader.sized()
    nonce = reader.sized()
    reader.take(_CLOCK_AND_FIRMWARE_BYTES)
    registers = _registers(reader)
    digest = reader.sized()
    reader.end()
    scheme, signed = _signature(signature)
    return Quote(
        nonce=nonce, registers=registers, digest=digest, message=message, scheme=scheme, signature=signed
    )  # fmt: skip


def _registers(reader: _Reader) -> tuple[int, ...]:
    if reader.number(4) != 1 or reader.number(2) != _SHA256:
        raise EvidenceError("quotes other banks than the one of SHA-256")
    bits = int.from_bytes(reader.take(reader.number(1)), "little")
    return tuple(number for number in range(bits.bit_length()) if bits >> number & 1)


def _signature(signature: bytes) -> tuple[int, bytes]:
    reader = _Reader(signature)
    scheme, hash_ = reader.number(2), reader.number(2)
    if scheme not in (_RSASSA, _ECDSA) or hash_ != _SHA256:
        raise EvidenceError(f"is signed by scheme {scheme:#06x} with hash {hash_:#06x}; RSASSA or ECDSA with SHA-256")
    if scheme == _RSASSA:
        signed = reader.sized()
    else:
        r, s = (int.from_bytes(reader.sized(), "big") for _ in range(2))
        signed = encode_dss_signature(r, s)
    reader.end()
    return scheme, signed


def key_of(pem: bytes) -> Key:
    """Return the machine's attestation key.

    Raises:
        EvidenceError: It is none.
    """
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError as error:
        raise EvidenceError(f"the attestation key is not a public key in PEM: {error}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise EvidenceError("the attestation key is neither RSA nor of an elliptic curve")
    return key


def bound_report_data(nonce: bytes, key: Key) -> bytes:
    """Return the 64 bytes that an SEV-SNP report must carry to vouch for a vTPM's key: SHA-512 of challenge and key.

    Without that a quote of one machine can be shown beside the report of another.
    """
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha512(nonce + spki).digest()


def problems(
    quote: Quote, key: Key, values: Mapping[int, str], *, pcrs: Mapping[int, str], nonce: bytes
) -> Iterator[str]:
    """Yield what speaks against a quote: every reason, not the first.

    Args:
        quote: As parsed.
        key: The machine's attestation key, which something else vouches for.
        values: Register to the value that the machine tells, SHA-256 as hexadecimal digits.
        pcrs: Register to the value that is expected.
        nonce: The challenge.
    """
    if not _is_signed(quote, key):
        yield "is not signed by the machine's attestation key"
    if quote.nonce != nonce:
        yield "does not answer this challenge: it is a quote of another time, or of another machine"
    told = b"".join(bytes.fromhex(values.get(register, "")) for register in quote.registers)
    if hashlib.sha256(told).digest() != quote.digest:
        yield "the register values that came with it are not those that it signs"
    for register, expected in sorted(pcrs.items()):
        if register not in quote.registers:
            yield f"does not quote PCR{register}, which is expected to be {expected}"
        elif values.get(register) != expected:
            yield f"PCR{register} is {values.get(register, 'missing')}, expected {expected}"
    if not pcrs:
        yield "no register is expected to be anything: what was started would not be judged"


def _is_signed(quote: Quote, key: Key) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey) and quote.scheme == _RSASSA:
            key.verify(quote.signature, quote.message, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey) and quote.scheme == _ECDSA:
            key.verify(quote.signature, quote.message, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True
