"""What the stack's store publishes for each host, as the operator finds it."""

from __future__ import annotations

import ipaddress
import json
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from operations.hosts.seen import Published
from schemas.canonical import sha256_hex
from schemas.inventory import Inventory

STORE_PORT = 8080
_LIMIT_S = 5
_BYTES_MAX = 8 << 20
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def store_url(inventory: Inventory) -> str:
    """Return where a lab's store is: the operator's own address, which is the third of its network."""
    return f"http://{ipaddress.ip_network(inventory.operator_cidr)[2]}:{STORE_PORT}"


def published_configurations(url: str, hosts: Sequence[str]) -> dict[str, Published]:
    """Return the network configuration that a store publishes for each host."""
    with ThreadPoolExecutor(max_workers=max(1, len(hosts))) as pool:
        found = pool.map(lambda host: _published(f"{url}/configuration/{host}.json"), hosts)
        return dict(zip(hosts, found, strict=True))


def _published(url: str) -> Published:
    try:
        with _DIRECT.open(url, timeout=_LIMIT_S) as answer:
            body = answer.read(_BYTES_MAX)
        files = {str(entry["path"]): str(entry["sha256"]) for entry in json.loads(body)["files"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Published(sha256="", files={}, error=f"{url} cannot be had: {getattr(error, 'reason', error)}")
    return Published(sha256=sha256_hex(body), files=files)
