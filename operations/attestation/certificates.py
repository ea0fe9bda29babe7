"""Chains of certificates up to a root that is pinned by its hash."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.utils import CryptographyDeprecationWarning

ROOTS = Path(__file__).with_name("roots")

AWS_NITRO_ROOT = "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b"
"""SHA-256 of the certificate `aws.nitro-enclaves`, as AWS publishes it in the Nitro Enclaves guide."""

AMD_ROOTS = {
    "milan": "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd",
    "genoa": "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1",
    "turin": "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a",
}
"""SHA-256 of the certificates `ARK-<product>` of AMD's key distribution service."""


class EvidenceError(Exception):
    """Evidence cannot be read at all: nothing in it can be judged."""


def certificate_of(der: bytes, *, what: str) -> x509.Certificate:
    """Return a certificate in DER, or in PEM.

    Raises:
        EvidenceError: It is none.
    """
    try:
        # AMD numbers its chip certificates 0, which the library warns of.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            if der.lstrip().startswith(b"-----BEGIN"):
                return x509.load_pem_x509_certificate(der)
            return x509.load_der_x509_certificate(der)
    except ValueError as error:
        raise EvidenceError(f"{what} is not an X.509 certificate: {error}") from error


def published(name: str, *, folder: Path | None = None) -> list[x509.Certificate]:
    """Return the certificates that a vendor publishes, as NAME.pem of `roots` or another folder has them, root last."""
    return x509.load_pem_x509_certificates(((folder or ROOTS) / f"{name}.pem").read_bytes())


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, as hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def chain_problems(chain: Sequence[x509.Certificate], *, root_sha256: str, at: datetime.datetime) -> Iterator[str]:
    """Yield what speaks against a chain of certificates.

    Args:
        chain: From the one that signed the evidence to the root.
        root_sha256: The root that is trusted; the certificate that calls itself so does not count.
        at: The moment for which all of them must be valid.
    """
    if fingerprint(chain[-1]) != root_sha256:
        yield f"the chain ends in {_name(chain[-1])} ({fingerprint(chain[-1])}), trusted is {root_sha256} only"
    for certificate, issuer in zip(chain, [*chain[1:], chain[-1]], strict=True):
        if not _is_issued_by(certificate, issuer):
            yield f"the certificate {_name(certificate)} was not signed by {_name(issuer)}"
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            yield (
                f"the certificate {_name(certificate)} is valid from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} "
                f"to {certificate.not_valid_after_utc:%Y-%m-%d %H:%M}, judged for {at:%Y-%m-%d %H:%M} UTC"
            )
    for issuer in chain[1:]:
        if not _is_authority(issuer):
            yield f"the certificate {_name(issuer)} may not issue others"


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string().split(",")[0]
