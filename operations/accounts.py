"""Accounts of Cosmos chains: a mnemonic (BIP 39), the key that it stands for (BIP 32, 44), and what it signs."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mnemonic import Mnemonic

from schemas.bech32 import bech32

PREFIX = "cosmos"
"""Prefix that the ledger writes addresses with; a chain with another has the same 20 bytes."""

_PATH = (44 | 1 << 31, 118 | 1 << 31, 0 | 1 << 31, 0, 0)
"""m/44'/118'/0'/0/0: what every Cosmos wallet takes first."""
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of the curve secp256k1."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account whose key we hold."""

    key: ec.EllipticCurvePrivateKey

    @property
    def public(self) -> bytes:
        """Return the compressed public key: 33 bytes."""
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    @property
    def address(self) -> str:
        """Return the account's address with the prefix `cosmos`."""
        digest = hashlib.new("ripemd160", hashlib.sha256(self.public).digest()).digest()
        return bech32(PREFIX, digest)

    def sign(self, message: bytes) -> bytes:
        """Return r and s in 64 bytes, s in the lower half: a chain refuses the other."""
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + min(s, _ORDER - s).to_bytes(32, "big")


def new_mnemonic() -> str:
    """Return 24 words for a new account."""
    return Mnemonic("english").generate(strength=256)


def account(mnemonic: str) -> Account:
    """Return the account that a mnemonic stands for.

    Raises:
        ValueError: It is not a mnemonic: a word or the checksum is wrong.
    """
    words = " ".join(mnemonic.split())
    if not Mnemonic("english").check(words):
        raise ValueError("these words are not a mnemonic (BIP 39): one of them, or the checksum, is wrong")
    secret, chain = _halves(b"Bitcoin seed", Mnemonic.to_seed(words))
    for index in _PATH:
        if index >> 31:
            parent = b"\0" + secret
        else:
            parent = _key(secret).public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        tweak, next_chain = _halves(chain, parent + index.to_bytes(4, "big"))
        number = (int.from_bytes(tweak, "big") + int.from_bytes(secret, "big")) % _ORDER
        secret, chain = number.to_bytes(32, "big"), next_chain
    return Account(key=_key(secret))


def _halves(key: bytes, data: bytes) -> tuple[bytes, bytes]:
    digest = hmac.new(key, data, hashlib.sha512).digest()
    return digest[:32], digest[32:]


def _key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256K1())
