"""Nitro Enclaves: the document that the Nitro Secure Module signs.

Form: COSE_Sign1 (RFC 9052) over CBOR; AWS, Nitro Enclaves user guide, "Verifying the root of trust".
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from operations.attestation.certificates import AWS_NITRO_ROOT, EvidenceError, certificate_of, chain_problems

_ES384 = -35
_SIGNATURE_BYTES = 96
_PCR_BYTES = 48
AGE_S_MAX = 300
"""A document is asked for and judged at once: KMS takes none that is older than five minutes either."""


@dataclass(frozen=True, kw_only=True)
class NitroDocument:
    """What a document says, before anyone believes it."""

    module: str
    timestamp: datetime.datetime
    pcrs: Mapping[int, str]
    """Register to SHA-384, as hexadecimal digits."""
    chain: tuple[x509.Certificate, ...]
    """From the one that signed to the root."""
    nonce: bytes
    protected: bytes
    payload: bytes
    signature: bytes

    @property
    def is_debug(self) -> bool:
        """Return whether it is of an enclave in debug mode: its registers are zeros."""
        return not any(int(value, 16) for value in self.pcrs.values())


def parsed(document: bytes) -> NitroDocument:
    """Return what a document says.

    Raises:
        EvidenceError: It is not one.
    """
    try:
        outer = cbor2.loads(document)
        protected, _, payload, signature = outer.value if isinstance(outer, cbor2.CBORTag) else outer
        if cbor2.loads(protected) != {1: _ES384}:
            raise EvidenceError("is signed by another algorithm than ES384")
        said = cbor2.loads(payload)
        return _document(said, bytes(protected), bytes(payload), bytes(signature))
    except (cbor2.CBORDecodeError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise EvidenceError(f"is not a document of a Nitro Secure Module: {error}") from error


def _document(said: Mapping[str, Any], protected: bytes, payload: bytes, signature: bytes) -> NitroDocument:
    if said["digest"] != "SHA384" or any(len(value) != _PCR_BYTES for value in said["pcrs"].values()):
        raise EvidenceError("does not measure by SHA-384")
    bundle = [certificate_of(bytes(der), what="a certificate of the bundle") for der in said["cabundle"]]
    leaf = certificate_of(bytes(said["certificate"]), what="the module's certificate")
    return NitroDocument(
        module=str(said["module_id"]),
        timestamp=datetime.datetime.fromtimestamp(int(said["timestamp"]) / 1000, datetime.UTC),
        pcrs={int(register): bytes(value).hex() for register, value in said["pcrs"].items()},
        chain=(leaf, *reversed(bundle)),
        nonce=bytes(said.get("nonce") or b""),
        protected=protected,
        payload=payload,
        signature=signature,
    )


def problems(
    document: NitroDocument, *, pcrs: Mapping[int, str], nonce: bytes, at: datetime.datetime,
    root_sha256: str = AWS_NITRO_ROOT,
) -> Iterator[str]:  # fmt: skip
    """Yield what speaks against a document: every reason, not the first.

    Args:
        document: As parsed.
        pcrs: Register to the SHA-384 that is expected; those that are not named are not judged.
        nonce: The challenge that it must answer.
        at: When it is judged.
        root_sha256: The trusted root; tests give their own.
    """
    yield from chain_problems(document.chain, root_sha256=root_sha256, at=document.timestamp)
    if not _is_signed(document):
        yield "is not signed by the module's key"
    age_s = (at - document.timestamp).total_seconds()
    if not -AGE_S_MAX <= age_s <= AGE_S_MAX:
        yield f"was made at {document.timestamp:%Y-%m-%d %H:%M:%S} UTC, {age_s:.0f} s ago; at most {AGE_S_MAX} s"
    if document.nonce != nonce:
        yield "does not answer this challenge: it is a document of another time, or of another enclave"
    if document.is_debug:
        yield "is of an enclave in debug mode: all its registers are zeros, and its console can be read"
        return
    for register, expected in sorted(pcrs.items()):
        found = document.pcrs.get(register)
        if found != expected:
            yield f"PCR{register} is {found or 'missing'}, expected {expected}"
    if not pcrs:
        yield "no register is expected to be anything: what runs in the enclave would not be judged"


def _is_signed(document: NitroDocument) -> bool:
    """Verify the signature over RFC 9052's `Sig_structure`."""
    key = document.chain[0].public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or len(document.signature) != _SIGNATURE_BYTES:
        return False
    half = _SIGNATURE_BYTES // 2
    r, s = (int.from_bytes(part, "big") for part in (document.signature[:half], document.signature[half:]))
    signed = cbor2.dumps(["Signature1", document.protected, b"", document.payload])
    try:
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature:
        return False
    return True
