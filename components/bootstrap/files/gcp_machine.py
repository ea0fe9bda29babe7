"""What root does on a Google machine: mount the data disk, fetch this host's secrets, open the door to the store.

Only root may ask the metadata server for the machine's identity, so nothing else on
the host ever holds it: the door adds it to what the agent asks of the store.
"""

from __future__ import annotations

import base64
import http.client
import http.server
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

METADATA = "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token"
SECRETS = "https://secretmanager.googleapis.com/v1/projects/{}/secrets/{}/versions/latest:access"
STORAGE = "https://storage.googleapis.com/"
CREDSTORE = Path("/run/credstore")
ASKED = re.compile(r"/(configuration|first-start|blobs|artifacts)/[a-z0-9][a-zA-Z0-9._-]{0,127}")
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
KEPT: dict[str, Any] = {"token": "", "until": 0.0}


def token() -> str:
    """Return the machine's access token, asked anew a minute before it ends."""
    if time.monotonic() > KEPT["until"]:
        request = urllib.request.Request(METADATA, headers={"Metadata-Flavor": "Google"})
        with DIRECT.open(request, timeout=10) as answer:
            found = json.load(answer)
        KEPT["token"], KEPT["until"] = found["access_token"], time.monotonic() + found["expires_in"] - 60
    return str(KEPT["token"])


def ask(url: str, headers: Mapping[str, str]) -> Any:
    """Return the answer of one of Google's interfaces; whoever asks closes it."""
    with_identity = {**headers, "Authorization": "Bearer " + token()}
    request = urllib.request.Request(url, headers=with_identity)  # noqa: S310 - addresses are this file's own
    return DIRECT.open(request, timeout=60)


def mount(device: str, folder: str) -> None:
    """Mount the data disk; make a file system only on one that has nothing on it at all."""
    for _ in range(60):
        if Path(device).exists():
            break
        time.sleep(1)
    if Path(folder).is_mount():
        return
    found = subprocess.run(["/usr/sbin/blkid", "--probe", device], capture_output=True, text=True)
    if found.returncode == 2 and not found.stdout.strip():
        subprocess.run(["/usr/sbin/mkfs.ext4", "-q", "-m", "0", "-L", "geofleet", device], check=True)
    Path(folder).mkdir(parents=True, exist_ok=True)
    subprocess.run(["/usr/bin/mount", "-t", "ext4", "-o", "nodev,nosuid,noexec", device, folder], check=True)


def secrets(project: str, *names: str) -> None:
    """Write this host's secrets to memory, where units load them from; fail while one is not there yet."""
    CREDSTORE.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in names:
        file, _, secret = name.partition("=")
        with ask(SECRETS.format(project, secret), {}) as answer:
            value = base64.b64decode(json.load(answer)["payload"]["data"])
        new = CREDSTORE / f".{file}"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as into:
            into.write(value)
        new.replace(CREDSTORE / file)


class Door(http.server.BaseHTTPRequestHandler):
    """Answers the agent with what the store has; only reading, only the paths that hosts ask for."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    bucket = ""

    def do_GET(self) -> None:
        """Pass one request on."""
        if not ASKED.fullmatch(self.path):
            self.send_error(404)
            return
        wanted = self.headers.get("If-None-Match")
        headers = {"If-None-Match": wanted} if wanted else {}
        try:
            answer = ask(STORAGE + self.bucket + self.path, headers)
        except urllib.error.HTTPError as error:
            answer = error
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            self.send_error(502, str(error)[:100])
            return
        with answer:
            self._pass_on(answer)

    def _pass_on(self, answer: Any) -> None:
        body = answer.status == 200
        self.send_response(answer.status)
        self.send_header("ETag", answer.headers.get("ETag", ""))
        if answer.status != 304:
            self.send_header("Content-Length", answer.headers["Content-Length"] if body else "0")
        self.end_headers()
        while body and (part := answer.read(1 << 16)):
            self.wfile.write(part)

    def log_message(self, *words: Any) -> None:
        """Say nothing: the agent says what is wrong."""


def store(bucket: str, port: str) -> None:
    """Serve the door for ever."""
    Door.bucket = bucket
    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Door).serve_forever()


DEEDS: Mapping[str, Any] = {"mount": mount, "secrets": secrets, "store": store}

if __name__ == "__main__":
    DEEDS[sys.argv[1]](*sys.argv[2:])
