"""Unpacks the provider's files, fetched by hash once: what is too large for boot data."""

import hashlib
import json
import sys
import time
import urllib.request
from pathlib import Path

url, sha256 = sys.argv[1:]
kept = Path("/var/lib/geofleet/provider.json")


def is_right(content: bytes) -> bool:
    """Return whether these are the bytes that boot data names."""
    return hashlib.sha256(content).hexdigest() == sha256


content = kept.read_bytes() if kept.exists() else b""
tries = 0
while not is_right(content):
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
            content = answer.read()
    except OSError:
        content = b""  # the store may be published after this machine was started
    tries += 1
    if tries > 180:
        raise SystemExit(f"{url} cannot be had")
    if not is_right(content):
        time.sleep(5)
kept.write_bytes(content)
for name, text in json.loads(content).items():
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)
