"""The stack's store over HTTP: `python store_server.py --directory DIR --artifacts DIR --address A:PORT`.

A program of its own, with nothing but the standard library, so that it starts in a
moment and outlives the engine. It serves five kinds of path, lists nothing, follows
no links. What it serves is signed or named by its hash: hosts believe neither it nor
the way to it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import stat
import sys
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import BinaryIO

_HOST = r"[a-z][a-z0-9-]{0,62}"
_BY_HASH = re.compile(r"/(artifacts|blobs)/([0-9a-f]{64})")
_DOCUMENT = re.compile(rf"/((?:configuration|first-start)/{_HOST}\.(?:json|sig))")
_DOCUMENT_BYTES_MAX = 16 << 20
_IDLE_S = 30


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where the served files are."""

    store: Path
    artifacts: Path


class StoreServer(ThreadingHTTPServer):
    """Answers each connection in a thread of its own."""

    daemon_threads = True
    request_queue_size = 256  # a whole fleet boots at once

    def __init__(self, address: tuple[str, int], folders: Folders) -> None:
        super().__init__(address, Handler)
        self.folders = folders

    def server_bind(self) -> None:
        """Bind only: the base class also looks up its own name, and a network without a resolver lets it wait."""
        TCPServer.server_bind(self)


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD of what the store holds; everything else is refused."""

    protocol_version = "HTTP/1.1"
    server_version = "geofleet-store"
    sys_version = ""
    timeout = _IDLE_S
    server: StoreServer

    def do_GET(self) -> None:
        """Send a file."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Send a file's headers."""
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        path = self._file()
        file = _open(path) if path else None
        if not path or not file:
            self._refuse()
            return
        with file:
            content = None if _BY_HASH.fullmatch(self.path) else file.read(_DOCUMENT_BYTES_MAX)
            tag = f'"{path.name if content is None else hashlib.sha256(content).hexdigest()}"'
            if self.headers.get("If-None-Match") == tag:
                self._head(HTTPStatus.NOT_MODIFIED, tag, None)
                return
            self._head(HTTPStatus.OK, tag, os.fstat(file.fileno()).st_size if content is None else len(content))
            if body and content is not None:
                self.wfile.write(content)
            elif body:
                self.connection.sendfile(file)

    def _head(self, status: HTTPStatus, tag: str, length: int | None) -> None:
        self.send_response(status)
        self.send_header("ETag", tag)
        if length is not None:
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _refuse(self) -> None:
        self.send_response(HTTPStatus.NOT_FOUND)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _file(self) -> Path | None:
        """Return the file that a path names; None for any path that is not of the known form."""
        folders = self.server.folders
        by_hash = _BY_HASH.fullmatch(self.path)
        if by_hash:
            folder, name = by_hash.groups()
            return (folders.artifacts if folder == "artifacts" else folders.store / folder) / name
        document = _DOCUMENT.fullmatch(self.path)
        return folders.store / document.group(1) if document else None

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log what was refused only: hosts ask every few seconds."""
        if isinstance(code, int) and code >= HTTPStatus.BAD_REQUEST:
            super().log_request(code, size)


def _open(path: Path) -> BinaryIO | None:
    """Open a regular file; None for anything else: a link would lead out of the store."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return os.fdopen(descriptor, "rb")


def main(words: list[str]) -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser(description="Serve a stack's store.")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--artifacts", type=Path, required=True)
    parser.add_argument("--address", required=True, help="IPv4 address and port, as 10.121.0.2:8080")
    options = parser.parse_args(words)
    host, _, port = options.address.rpartition(":")
    with StoreServer((host, int(port)), Folders(store=options.directory, artifacts=options.artifacts)) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
