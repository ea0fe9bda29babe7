"""Lets a signer sign only on what this host itself signed before; assembles its home.

`start` runs before the node, `stop` after it, both as its user. A refusal is one
line in the journal; `start` then waits for something to change, because a
configuration or permission that arrives later must be enough, and ends with 78
after a minute, so that systemd shows the failure and tries again.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .agent import FIRST_START_SCHEMA, expired
from .documents import (
    RefusedError,
    check_recipient,
    check_signature,
    json_object,
    log,
    write_whole,
)
from .node_home import Home, boot_facts, start_or_wait, version
from .signing_state import (
    HIGH_WATER,
    MARKER,
    MARKER_SCHEMA,
    START,
    STATE,
    ConsensusKey,
    Position,
    consensus_key,
    named_key,
    read_position,
    read_private,
    read_state,
)


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Where everything is that a signer's start depends on."""

    home: Home
    credentials: Path
    memory: Path
    """On the host's own disk: notices that a volume was wiped or taken back to an earlier day."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return what boot data told this host."""
        return self.home.facts

    @property
    def data(self) -> Path:
        """Return the signer's folder on the data volume."""
        return self.home.data

    def start(self) -> str:
        """Prepare everything for the signer; return what to say of it.

        Raises:
            RefusedError: It must not start.
        """
        self.home.check_binary()
        files = self.home.files()
        key = consensus_key(self.credentials / "consensus.json")
        chain_id = str(json_object(files["genesis.json"], "genesis.json")["chain_id"])
        self.home.check_volume()
        position = self._position(key, chain_id)
        self._record(position)
        self.home.write(files)
        return f"signs after {position}"

    def _position(self, key: ConsensusKey, chain_id: str) -> Position:
        own = {"stack": self.facts["stack"], "host": self.facts["host"]}
        marker = self._marker()
        if any(marker.get(name, value) != value for name, value in own.items()):
            raise RefusedError(f"the data volume is that of {marker.get('stack')}/{marker.get('host')}")
        try:
            if not marker:
                raise RefusedError("the data volume carries no sign state of this host")
            for name, value in {"chain_id": chain_id, **key.names()}.items():
                if marker.get(name) != value:
                    raise RefusedError(f"the data volume is of {name} {marker.get(name)!r}, this host's is {value!r}")
            position = read_state(self.data / STATE, key, chain_id)
            self._check_high_water(position)
        except RefusedError as refusal:
            token = self._token(marker, chain_id, refusal)
            self._begin(own | {"chain_id": chain_id, "token": token} | key.names())
            return START
        return position

    def _marker(self) -> dict[str, Any]:
        path = self.data / MARKER
        if not os.path.lexists(path):
            return {}
        marker = json_object(read_private(path), str(path))
        if marker.get("schema") != MARKER_SCHEMA:
            raise RefusedError(f"{path} is not the marker of a data volume")
        return marker

    def _check_high_water(self, position: Position) -> None:
        known = [read_position(self.data / HIGH_WATER)]
        if os.path.lexists(self.memory / HIGH_WATER):
            known.append(read_position(self.memory / HIGH_WATER))
        if position < max(known):
            raise RefusedError(f"{self.data / STATE} was taken back: it says {position}, {max(known)} was seen before")

    def _token(self, marker: Mapping[str, Any], chain_id: str, refusal: RefusedError) -> str:
        """Return the token that permits a start without sign state; else raise the refusal, and why none does."""
        path = self.home.configuration / "first-start.json"
        try:
            text, signature = path.read_bytes(), path.with_suffix(".sig").read_bytes()
        except FileNotFoundError:
            raise RefusedError(f"{refusal}; there is no first-start permission") from refusal
        check_signature(self.facts, document=text, signature=signature, what="the first-start permission")
        document = json_object(text, "the first-start permission")
        check_recipient(self.facts, document, schema=FIRST_START_SCHEMA, what="the first-start permission")
        token = document.get("token")
        if document.get("chain_id") != chain_id or not isinstance(token, str) or not token:
            raise RefusedError(f"{refusal}; the first-start permission is for chain {document.get('chain_id')!r}")
        if expired(document):
            raise RefusedError(f"{refusal}; the first-start permission expired at {document.get('expires')}")
        if token in (marker.get("token"), self._remembered_token()):
            raise RefusedError(f"{refusal}; the first-start permission was used before")
        blocks = self.data / "data"
        if blocks.exists() and any(blocks.iterdir()):
            raise RefusedError(f"{refusal}; blocks without sign state: empty {self.data} before a new first start")
        return token

    def _remembered_token(self) -> str:
        path = self.memory / "token"
        return path.read_text() if path.exists() else ""

    def _begin(self, marker: Mapping[str, str]) -> None:
        """Write the first sign state; a crash before the marker is there leaves the permission unused."""
        START.save(self.data / STATE)
        self._record(START)
        text = json.dumps({"schema": MARKER_SCHEMA, **marker}, sort_keys=True)
        write_whole(self.data / MARKER, text.encode() + b"\n", mode=0o600)
        write_whole(self.memory / "token", marker["token"].encode(), mode=0o600)
        log(f"first start of {marker['consensus_address']} on {marker['chain_id']}")

    def _record(self, position: Position) -> None:
        for folder in (self.data, self.memory):
            position.save(folder / HIGH_WATER)

    def stop(self) -> None:
        """Record how far CometBFT signed; a state that cannot be trusted is left for the next start to refuse.

        The marker says whose state it is: systemd takes credentials away before this runs.
        """
        marker = self._marker()
        key = named_key(marker, what="the marker of the data volume")
        position = read_state(self.data / STATE, key, str(marker.get("chain_id")))
        self._check_high_water(position)
        self._record(position)

    def watched(self) -> tuple[object, ...]:
        """Return what changes when a refusal may no longer hold."""
        places = (
            self.home.configuration / "first-start.json",
            self.credentials / "consensus.json",
            *(self.data / name for name in (STATE, HIGH_WATER, MARKER)),
        )
        return (*self.home.watched(), *(version(path) for path in places))


def main() -> None:
    """Run as `guard start SERVICE BINARY` or `guard stop SERVICE BINARY`."""
    os.umask(0o077)
    what, service, binary = sys.argv[1:4]
    guard = Guard(
        home=Home(facts=boot_facts(), service=service, binary=Path(binary)),
        credentials=Path(os.environ.get("CREDENTIALS_DIRECTORY", "/nonexistent")),
        memory=Path("/var/lib") / service,
    )
    if what == "start":
        sys.exit(start_or_wait(guard.start, guard.watched))
    try:
        guard.stop()
    except (RefusedError, OSError) as error:
        log(f"records no high-water mark: {error}")


if __name__ == "__main__":
    main()
