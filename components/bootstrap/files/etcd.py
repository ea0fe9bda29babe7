"""Speaks to the etcd of this host: linearizable reads, and writes that hold only under conditions.

Through etcd's JSON gateway, because the standard library has HTTP. Every error is
one: the caller cannot know whether a write that was not answered took effect.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class EtcdError(Exception):
    """Etcd did not answer, or refused; whether a write took effect is not known."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One key as it stands; `created` and `modified` are revisions of the whole store, so they never repeat."""

    value: bytes
    created: int
    modified: int


class Etcd:
    """One connection to one etcd; not to be shared between threads."""

    def __init__(self, address: str, *, timeout_s: float) -> None:
        """Remember where etcd is (`127.0.0.1:2379`) and how long it may take; nothing is opened yet."""
        self.address, self.timeout_s = address, timeout_s
        self._connection: http.client.HTTPConnection | None = None

    def get(self, key: str) -> Entry | None:
        """Return a key as a majority has it; None when there is none.

        Raises:
            EtcdError: No majority answered.
        """
        found = self.call("kv/range", {"key": _packed(key)}).get("kvs", [])
        return _entry(found[0]) if found else None

    def below(self, prefix: str) -> dict[str, Entry]:
        """Return every key that starts with a prefix, the prefix taken off.

        Raises:
            EtcdError: No majority answered.
        """
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        found = self.call("kv/range", {"key": _packed(prefix), "range_end": _packed(end)}).get("kvs", [])
        return {base64.b64decode(kv["key"]).decode()[len(prefix) :]: _entry(kv) for kv in found}

    def put(self, key: str, value: bytes) -> None:
        """Write a key, whatever it was.

        Raises:
            EtcdError: No majority answered.
        """
        self.call("kv/put", {"key": _packed(key), "value": _text(value)})

    def put_if(self, key: str, value: bytes, *, conditions: Sequence[Mapping[str, Any]], lease: int = 0) -> int | None:
        """Write a key if all conditions hold, in one step; return the revision, None when one did not hold.

        Raises:
            EtcdError: No majority answered; it may have been written.
        """
        put = {"key": _packed(key), "value": _text(value), **({"lease": str(lease)} if lease else {})}
        asked = {"compare": list(conditions), "success": [{"request_put": put}]}
        answer = self.call("kv/txn", asked)
        return int(answer["header"]["revision"]) if answer.get("succeeded") else None

    def grant(self, ttl_s: int) -> int:
        """Return a new lease's ID; it ends when it is not renewed for so many seconds.

        Raises:
            EtcdError: No majority answered.
        """
        return int(self.call("lease/grant", {"TTL": str(ttl_s)})["ID"])

    def renew(self, lease: int) -> bool:
        """Renew a lease; return whether it was still there.

        Raises:
            EtcdError: No leader of etcd answered.
        """
        return int(self.call("lease/keepalive", {"ID": str(lease)}).get("result", {}).get("TTL", 0)) > 0

    def revoke(self, lease: int) -> None:
        """End a lease: its keys go at once.

        Raises:
            EtcdError: No majority answered.
        """
        self.call("lease/revoke", {"ID": str(lease)})

    def call(self, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to one call of etcd's API.

        Raises:
            EtcdError: There is none, or it is an error.
        """
        connection = self._connection
        if connection is None:
            host, _, port = self.address.partition(":")
            connection = http.client.HTTPConnection(host, int(port), timeout=self.timeout_s)
        self._connection = None
        try:
            connection.request("POST", f"/v3/{what}", json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            value = json.loads(text)
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            raise EtcdError(f"etcd does not answer {what}: {error or type(error).__name__}") from error
        if answer.status != http.client.OK or not isinstance(value, dict) or "error" in value:
            connection.close()
            raise EtcdError(f"etcd refuses {what}: {text[:200].decode(errors='replace')}")
        self._connection = connection
        return value


def is_absent(key: str) -> Mapping[str, Any]:
    """Return the condition that a key does not exist."""
    return {"key": _packed(key), "target": "CREATE", "result": "EQUAL", "create_revision": "0"}


def was_created(key: str, revision: int) -> Mapping[str, Any]:
    """Return the condition that a key is still the one that was created at a revision."""
    return {"key": _packed(key), "target": "CREATE", "result": "EQUAL", "create_revision": str(revision)}


def was_modified(key: str, revision: int) -> Mapping[str, Any]:
    """Return the condition that a key was last written at a revision; 0: that it does not exist."""
    return {"key": _packed(key), "target": "MOD", "result": "EQUAL", "mod_revision": str(revision)}


def _packed(key: str) -> str:
    return _text(key.encode())


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _entry(kv: Mapping[str, Any]) -> Entry:
    return Entry(
        value=base64.b64decode(kv.get("value", "")),
        created=int(kv["create_revision"]),
        modified=int(kv["mod_revision"]),
    )
