"""The deployer's signature on what hosts pull."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from schemas.errors import UsageError
from schemas.locations import secrets_dir


def deployer_key(stack: str) -> Ed25519PrivateKey:
    """Return the deployer's private key from the stack's secret store.

    Raises:
        UsageError: It is missing or not an Ed25519 key.
    """
    path = secrets_dir(stack) / "deployer.pem"
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the deployer's key of stack '{stack}' cannot be read from {path}: {error}",
            remedy=f"Run this where the stack's secrets are, or make keys: geofleet keys create {stack}.",
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path} does not hold an Ed25519 key", remedy="Restore it from its back-up.")
    return key


def signature(key: Ed25519PrivateKey, text: str) -> str:
    """Return the Ed25519 signature over a text's UTF-8 bytes, in base64; the same at every call."""
    return base64.b64encode(key.sign(text.encode())).decode()
