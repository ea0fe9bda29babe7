"""Assembles the home of a chain's node from the network configuration, checked against the deployer's signature.

Run by itself it prepares a full node, which never votes and so needs no proof of
what it signed: `node_home SERVICE BINARY`, before the node and as its user. The
start guard does the same for a signer, and more (`guard.py`).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .agent import SCHEMA
from .documents import (
    BOOT_FACTS,
    CONFIGURATION_DIR,
    RefusedError,
    check_recipient,
    check_signature,
    json_object,
    log,
    sha256_file,
    write_whole,
)

REFUSED = 78
"""EX_CONFIG of sysexits.h."""
WAIT_SECONDS = 60
NEEDED = ("config.toml", "genesis.json")


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where a node's parts are, before and after they are put together."""

    facts: Mapping[str, Any]
    service: str
    binary: Path
    configuration: Path = CONFIGURATION_DIR
    volume: Path = Path("/data")
    run: Path = Path("/run")

    @property
    def data(self) -> Path:
        """Return the node's folder on the data volume."""
        return self.volume / self.service

    @property
    def home(self) -> Path:
        """Return the home that is assembled: gone when the node stops."""
        return self.run / self.service

    def check_binary(self) -> None:
        """Check that the binary is the one of boot data.

        Raises:
            RefusedError: It is another, or not there yet.
        """
        wanted = self.facts["artifacts"].get(self.binary.name)
        if wanted is None or not self.binary.exists() or sha256_file(self.binary) != wanted:
            raise RefusedError(f"{self.binary} is not (yet) the binary of SHA-256 {wanted}")

    def check_volume(self) -> None:
        """Check that the node's folder is on a data volume.

        Raises:
            RefusedError: None is mounted.
        """
        if not self.volume.is_mount() or not self.data.is_dir():
            raise RefusedError(f"no data volume is mounted at {self.volume}")

    def files(self) -> dict[str, bytes]:
        """Return the service's files of the current configuration by name, checked against the deployer's signature.

        Raises:
            RefusedError: There is none yet, or something is missing or altered.
        """
        current = self.configuration / "current"
        try:
            text = (current / "configuration.json").read_bytes()
            signature = (current / "configuration.sig").read_bytes()
        except FileNotFoundError as error:
            raise RefusedError("there is no network configuration yet") from error
        check_signature(self.facts, document=text, signature=signature, what="the network configuration")
        document = json_object(text, "the network configuration")
        check_recipient(self.facts, document, schema=SCHEMA, what="the network configuration")
        hashes = {entry["path"]: entry["sha256"] for entry in document["files"]}
        own = [path for path in hashes if path.startswith(f"{self.service}/")]
        files: dict[str, bytes] = {}
        for path in sorted({*own, *(f"{self.service}/{name}" for name in NEEDED)}):
            if path not in hashes or sha256_file(current / path) != hashes[path]:
                raise RefusedError(f"{path} of the network configuration is missing or altered")
            files[path.partition("/")[2]] = (current / path).read_bytes()
        return files

    def write(self, files: Mapping[str, bytes]) -> None:
        """Put the home together: configuration in `config`, blocks and state where the data volume is."""
        (self.home / "config").mkdir(exist_ok=True)
        for name, content in files.items():
            write_whole(self.home / "config" / name, content, mode=0o600)
        (self.data / "data").mkdir(mode=0o700, exist_ok=True)
        link = self.home / "data"
        if not link.is_symlink():
            link.symlink_to(self.data / "data")

    def watched(self) -> tuple[object, ...]:
        """Return what changes when a refusal may no longer hold."""
        return tuple(version(path) for path in (self.binary, self.configuration / "current", self.data))

    def start(self) -> str:
        """Prepare a full node; return what to say of it.

        Raises:
            RefusedError: Something that it needs is not there.
        """
        self.check_binary()
        files = self.files()
        self.check_volume()
        self.write(files)
        state = self.data / "priv_validator_state.json"
        if not state.exists():  # CometBFT does not start without; a key that nobody knows never writes to it
            write_whole(state, b'{"height": "0", "round": 0, "step": 0}\n', mode=0o600)
        return f"follows {json_object(files['genesis.json'], 'genesis.json')['chain_id']}, never votes"


def version(path: Path) -> tuple[int, ...] | None:
    """Return what tells one state of a file from another; None when it is not there."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size


def start_or_wait(
    start: Callable[[], str], watched: Callable[[], tuple[object, ...]], *, seconds: float = WAIT_SECONDS
) -> int:
    """Return 0 when a node may start, `REFUSED` when it still may not after some time.

    Args:
        start: Prepares the node and returns what to say of it; raises what it lacks.
        watched: What changes when a refusal may no longer hold.
        seconds: How long to wait.
    """
    deadline = time.monotonic() + seconds
    said = ""
    while True:
        before = watched()
        try:
            found = start()
        except (RefusedError, OSError, KeyError, TypeError) as error:
            line = f"refuses to start: {error}"
        else:
            log(f"may start, {found}")
            return 0
        if line != said:
            log(line)
        said = line
        while watched() == before:
            if time.monotonic() >= deadline:
                return REFUSED
            time.sleep(0.25)


def boot_facts() -> dict[str, Any]:
    """Return what boot data told this host."""
    return json_object(BOOT_FACTS.read_bytes(), str(BOOT_FACTS))


def main() -> None:
    """Run as `node_home SERVICE BINARY`."""
    os.umask(0o077)
    home = Home(facts=boot_facts(), service=sys.argv[1], binary=Path(sys.argv[2]))
    sys.exit(start_or_wait(home.start, home.watched))


if __name__ == "__main__":
    main()
