"""Fetches this host's configuration from the store, checks it, and swaps it in as a whole.

Runs without privileges. Whatever is wrong with what the store says, the last
good configuration stays and the journal gets one line. Files below `NAME/` belong
to `NAME.service`; when they change, the agent replaces `restart/NAME.service`, and
systemd's own path unit (enabled for the units of boot data only) restarts it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

from .documents import (
    BOOT_FACTS,
    CONFIGURATION_DIR,
    RefusedError,
    check_recipient,
    check_signature,
    json_object,
    log,
    sha256_file,
    sync_directory,
    write_whole,
)

SCHEMA = "geofleet/configuration/v1"
FIRST_START_SCHEMA = "geofleet/first-start/v1"
SECONDS_UNTIL_FIRST = 2
SECONDS_BETWEEN = 10
SECONDS_OF_HURRY = 300
BYTES_MAX = 8 << 20
FILES_MAX = 64

_PATH = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9._-]*){1,3}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the store answered; a body of None means that the store has no such thing."""

    body: bytes | None
    etag: str = ""
    unchanged: bool = False


@dataclass(kw_only=True)
class Agent:
    """One host's configuration and what is known about the store's."""

    facts: Mapping[str, Any]
    directory: Path = CONFIGURATION_DIR
    etags: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def poll(self) -> bool:
        """Look at the store once; return whether this host has a configuration of the store's."""
        applied = self._attempt("configuration", self.configure)
        if self.facts["units"]:
            self._attempt("first-start permission", self.permit)
        return applied

    def _attempt(self, what: str, step: Any) -> bool:
        try:
            step()
        except (RefusedError, OSError) as error:
            self._tell(what, f"keeps the last good {what}: {error}")
            return False
        if self.said.pop(what, None):
            log(f"{what} is in order again")
        return True

    def _tell(self, what: str, line: str) -> None:
        """Log a line unless it was the last one on this: trouble is told once, not at every poll."""
        if self.said.get(what) != line:
            log(line)
        self.said[what] = line

    def configure(self) -> None:
        """Apply the store's configuration if it is another than the current one."""
        name = f"configuration/{self.facts['host']}.json"
        reply = self.fetch(name, etag=self.etags.get(name, ""))
        if reply.unchanged:
            return
        if reply.body is None:
            raise RefusedError(f"the store has no {name}")
        if not self._is_current(reply.body):
            signature = self._needed(f"configuration/{self.facts['host']}.sig")
            check_signature(self.facts, document=reply.body, signature=signature, what=name)
            document = json_object(reply.body, name)
            check_recipient(self.facts, document, schema=SCHEMA, what=name)
            self._apply(reply.body, signature, _files_of(document, self.facts["units"]))
        self.request_restarts()
        self.etags[name] = reply.etag

    def _is_current(self, document: bytes) -> bool:
        """Return whether a document is the current one, with every file as it names it."""
        current = self.directory / "current"
        try:
            if (current / "configuration.json").read_bytes() != document:
                return False
            files = _files_of(json_object(document, "configuration.json"), self.facts["units"])
            return all(sha256_file(current / path) == sha256 for path, sha256 in files.items())
        except FileNotFoundError:
            return False

    def _apply(self, document: bytes, signature: bytes, files: Mapping[str, str]) -> None:
        releases = self.directory / "releases"
        releases.mkdir(exist_ok=True)
        incoming = Path(tempfile.mkdtemp(prefix=".incoming-", dir=releases))
        try:
            write_whole(incoming / "configuration.json", document)
            write_whole(incoming / "configuration.sig", signature)
            for path, sha256 in files.items():
                content = self._needed(f"blobs/{sha256}")
                if hashlib.sha256(content).hexdigest() != sha256:
                    raise RefusedError(f"blob {sha256} of {path} is truncated or altered ({len(content)} bytes)")
                (incoming / path).parent.mkdir(parents=True, exist_ok=True)
                write_whole(incoming / path, content)
            incoming.chmod(0o755)
            release = releases / f"{hashlib.sha256(document).hexdigest()[:16]}-{time.time_ns()}"
            incoming.rename(release)
        except BaseException:
            shutil.rmtree(incoming, ignore_errors=True)
            raise
        sync_directory(releases)
        if not (self.directory / "current").exists():
            self.request_restarts(release)  # nothing can run on files that were never there
        former = self._swap(release)
        for old in releases.iterdir():
            if old.name not in (release.name, former):
                shutil.rmtree(old, ignore_errors=True)
        log(f"applied configuration {release.name} ({len(files)} files)")

    def _swap(self, release: Path) -> str:
        current = self.directory / "current"
        former = current.readlink().name if current.is_symlink() else ""
        for link, target in (("previous", former), ("current", release.name)):
            if target:
                new = self.directory / f".{link}.new"
                new.unlink(missing_ok=True)
                new.symlink_to(Path("releases") / target)
                new.replace(self.directory / link)
        sync_directory(self.directory)
        return former

    def request_restarts(self, release: Path | None = None) -> None:
        """Ask for the restart of every unit whose files are not those last asked for.

        Done again at every change and start, so a crash between swap and request loses nothing.
        """
        release = release or self.directory / "current"
        (self.directory / "restart").mkdir(exist_ok=True)
        for unit in self.facts["units"]:
            request = self.directory / "restart" / unit
            digest = _digest(release / unit.removesuffix(".service"))
            if not request.exists() or request.read_bytes() != digest:
                write_whole(request, digest)

    def permit(self) -> None:
        """Keep the store's permission to start a new signer, as long as the store has it and it is valid."""
        name = f"first-start/{self.facts['host']}.json"
        kept = self.directory / "first-start.json"
        reply = self.fetch(name, etag=self.etags.get(name, ""))
        if reply.body is None and not reply.unchanged:
            kept.unlink(missing_ok=True)
        if reply.unchanged or reply.body is None:
            return
        signature = self._needed(f"first-start/{self.facts['host']}.sig")
        check_signature(self.facts, document=reply.body, signature=signature, what=name)
        document = json_object(reply.body, name)
        check_recipient(self.facts, document, schema=FIRST_START_SCHEMA, what=name)
        if expired(document):
            kept.unlink(missing_ok=True)
            self._tell(name, f"ignores {name}: it expired at {document.get('expires')}")
        elif not kept.exists() or kept.read_bytes() != reply.body:
            write_whole(self.directory / "first-start.sig", signature)
            write_whole(kept, reply.body)
        self.etags[name] = reply.etag

    def _needed(self, name: str) -> bytes:
        body = self.fetch(name).body
        if body is None:
            raise RefusedError(f"the store has no {name}")
        return body

    def fetch(self, name: str, *, etag: str = "") -> Reply:
        """Return the store's answer for a name.

        Raises:
            RefusedError: The store cannot be reached, or answers too much or with an error.
        """
        url = f"{self.facts['store_url']}/{name}"
        request = urllib.request.Request(url, headers={"If-None-Match": etag} if etag else {})  # noqa: S310
        try:
            with _DIRECT.open(request, timeout=10) as answer:
                body = answer.read(BYTES_MAX + 1)
                if len(body) > BYTES_MAX or len(body) != int(answer.headers.get("Content-Length", len(body))):
                    raise RefusedError(f"{url} is truncated or over {BYTES_MAX} bytes")
                return Reply(body=body, etag=answer.headers.get("ETag", ""))
        except urllib.error.HTTPError as error:
            if error.code in (304, 404):
                return Reply(body=None, etag=etag, unchanged=error.code == 304)
            raise RefusedError(f"{url} answers {error.code}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise RefusedError(f"{url} cannot be had: {getattr(error, 'reason', error)}") from error


_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def expired(document: Mapping[str, Any]) -> bool:
    """Return whether a permission's time is over; one without a readable time never began."""
    try:
        return datetime.fromisoformat(document["expires"]) <= datetime.now(UTC)
    except (KeyError, TypeError, ValueError):
        return True


def _files_of(document: Mapping[str, Any], units: list[str]) -> dict[str, str]:
    """Return path to SHA-256 of a document's files; refuse everything outside the units of boot data."""
    listed, named = document.get("files"), document.get("units")
    if not isinstance(listed, list) or len(listed) > FILES_MAX or not isinstance(named, list):
        raise RefusedError(f"configuration needs lists of units and of at most {FILES_MAX} files")
    if strange := [unit for unit in named if unit not in units]:
        raise RefusedError(f"configuration names units that this host does not have: {strange!r}")
    folders = {unit.removesuffix(".service") for unit in named}
    files: dict[str, str] = {}
    for entry in listed:
        path, sha256 = (entry.get("path"), entry.get("sha256")) if isinstance(entry, dict) else (None, None)
        if not isinstance(path, str) or not _PATH.fullmatch(path) or path.split("/")[0] not in folders:
            raise RefusedError(f"configuration has a path that is not allowed: {path!r}")
        if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
            raise RefusedError(f"configuration gives {path} no SHA-256")
        if any(path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/") for other in files):
            raise RefusedError(f"configuration has {path} twice, or as file and as folder")
        files[path] = sha256
    return files


def _digest(folder: Path) -> bytes:
    """Return what tells one content of a folder from another."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.relative_to(folder)}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    return "".join(lines).encode()


def main() -> None:
    """Poll the store for ever."""
    os.umask(0o022)
    agent = Agent(facts=json_object(BOOT_FACTS.read_bytes(), str(BOOT_FACTS)))
    begun = time.monotonic()
    complete = False
    while True:
        configured = agent.poll()
        # A new signer waits for its permission too; one that needs none stops hurrying after a while.
        permitted = not agent.facts["units"] or (agent.directory / "first-start.json").exists()
        complete = complete or (configured and (permitted or time.monotonic() - begun > SECONDS_OF_HURRY))
        time.sleep(SECONDS_BETWEEN if complete else SECONDS_UNTIL_FIRST)


if __name__ == "__main__":
    main()
