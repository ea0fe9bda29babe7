"""One text for one value, so that hashes and signatures mean something."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:
    """Return the value as JSON with sorted keys and no spaces.

    Raises:
        ValueError: The value holds NaN or infinity, which JSON does not know.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_hex(text: str | bytes) -> str:
    """Return the SHA-256 of text (as UTF-8) or bytes, in lower-case hex."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()
