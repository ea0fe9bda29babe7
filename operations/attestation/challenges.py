"""Challenges: a random number that evidence must contain, good for one answer and ten minutes."""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path

from operations.rewriting import write_anew
from schemas.errors import UsageError
from schemas.locations import work_dir

NONCE_BYTES = 32
LASTS_S = 600


def new_challenge(stack: str, host: str) -> str:
    """Return a new challenge for a host as hexadecimal digits; any older one counts no more."""
    nonce = secrets.token_hex(NONCE_BYTES)
    path = _path(stack, host)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_anew(path, json.dumps({"nonce": nonce, "made_at": int(time.time())}))
    return nonce


def taken_challenge(stack: str, host: str) -> bytes:
    """Return a host's open challenge and close it: whatever becomes of this answer, there is no second one.

    Raises:
        UsageError: None is open, or it is older than ten minutes.
    """
    path = _path(stack, host)
    remedy = f"geofleet attest {stack} {host} --challenge makes one; let the host answer it."
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        nonce, age_s = bytes.fromhex(said["nonce"]), time.time() - said["made_at"]
    except FileNotFoundError:
        raise UsageError(f"no challenge of {host} is open: this evidence answers none", remedy=remedy) from None
    except (ValueError, KeyError, TypeError):
        path.unlink(missing_ok=True)
        raise UsageError(f"the challenge of {host} cannot be read; it is closed", remedy=remedy) from None
    path.unlink()
    if not 0 <= age_s <= LASTS_S:
        raise UsageError(f"the challenge of {host} is {age_s:.0f} s old; it was good for {LASTS_S} s", remedy=remedy)
    return nonce


def _path(stack: str, host: str) -> Path:
    return work_dir() / "attestation" / stack / f"{host}.challenge"
