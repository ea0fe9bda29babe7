"""What root does on a Google machine, against a server that answers as Google's interfaces do."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from components.bootstrap.files import gcp_machine


@dataclass
class Google:
    """Answers by path; remembers what was asked, and with which identity."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    tokens: int = 0
    asked: list[tuple[str, str | None]] = field(default_factory=list)


def serving(handler: type[BaseHTTPRequestHandler]) -> tuple[ThreadingHTTPServer, threading.Thread]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    return server, thread


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Google]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/token":
                assert self.headers["Metadata-Flavor"] == "Google"
                kept.tokens += 1
                return self.answer(200, json.dumps({"access_token": f"t{kept.tokens}", "expires_in": 3600}).encode())
            kept.asked.append((self.path, self.headers["Authorization"]))
            body = kept.files.get(self.path)
            if body is not None and self.headers["If-None-Match"] == '"1"':
                return self.answer(304, b"")
            return self.answer(200 if body is not None else 404, body or b"<Error/>")

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("ETag", '"1"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server, thread = serving(Handler)
    kept = Google(url=f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setattr(gcp_machine, "METADATA", f"{kept.url}/token")
    monkeypatch.setattr(gcp_machine, "SECRETS", kept.url + "/v1/projects/{}/secrets/{}/versions/latest:access")
    monkeypatch.setattr(gcp_machine, "STORAGE", f"{kept.url}/")
    monkeypatch.setattr(gcp_machine, "CREDSTORE", tmp_path / "credstore")
    monkeypatch.setattr(gcp_machine, "KEPT", {"token": "", "until": 0.0})
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def door(google: Google, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(gcp_machine.Door, "bucket", "store")
    server, thread = serving(gcp_machine.Door)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def get(url: str, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers={key.replace("_", "-"): value for key, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_the_door_passes_on_what_the_store_has_with_the_machines_identity(google: Google, door: str) -> None:
    google.files["/store/configuration/validators-1.json"] = b"{}"
    assert get(f"{door}/configuration/validators-1.json") == (200, b"{}")
    assert google.asked == [("/store/configuration/validators-1.json", "Bearer t1")]


def test_the_token_is_asked_for_once_while_it_is_good(google: Google, door: str) -> None:
    google.files["/store/blobs/ab"] = b"x"
    assert [get(f"{door}/blobs/ab")[0] for _ in range(3)] == [200, 200, 200]
    assert google.tokens == 1


def test_what_the_store_lacks_is_not_found_and_what_has_not_changed_is_not_sent(google: Google, door: str) -> None:
    google.files["/store/blobs/ab"] = b"x"
    assert get(f"{door}/first-start/validators-1.json") == (404, b"")
    assert get(f"{door}/blobs/ab", If_None_Match='"1"') == (304, b"")


@pytest.mark.parametrize("path", ["/", "/v1/projects", "/blobs/../x", "/blobs/a/b", "/configuration/%2e%2e"])
def test_the_door_asks_for_nothing_else(google: Google, door: str, path: str) -> None:
    assert get(door + path)[0] == 404
    assert google.asked == []


def test_a_store_that_does_not_answer_is_bad_gateway(
    google: Google, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gcp_machine, "STORAGE", "http://127.0.0.1:9/")
    assert get(f"{door}/blobs/ab")[0] == 502


def test_secrets_are_written_for_root_alone(google: Google, tmp_path: Path) -> None:
    payload = {"payload": {"data": base64.b64encode(b"a key").decode()}}
    google.files["/v1/projects/p/secrets/perps-node/versions/latest:access"] = json.dumps(payload).encode()
    gcp_machine.secrets("p", "node.json=perps-node")
    file = tmp_path / "credstore" / "node.json"
    assert file.read_bytes() == b"a key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_secret_that_is_not_there_yet_leaves_no_file(google: Google, tmp_path: Path) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        gcp_machine.secrets("p", "node.json=perps-node")
    refused.value.close()
    assert list((tmp_path / "credstore").iterdir()) == []


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Commands that were run; blkid answers with what `found` says."""
    ran: list[str] = []

    def run(words: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(Path(words[0]).name)
        code, text = FOUND["blkid"] if words[0].endswith("blkid") else (0, "")
        return subprocess.CompletedProcess(words, code, stdout=text)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(gcp_machine.time, "sleep", lambda _: None)
    return ran


FOUND: dict[str, tuple[int, str]] = {}


def test_an_empty_disk_gets_a_file_system(commands: list[str], tmp_path: Path) -> None:
    FOUND["blkid"] = (2, "")
    gcp_machine.mount("/dev/null", str(tmp_path / "data"))
    assert commands == ["blkid", "mkfs.ext4", "mount"]


@pytest.mark.parametrize("found", [(0, 'TYPE="ext4"'), (0, 'PTTYPE="gpt"'), (4, ""), (8, "ambivalent")])
def test_a_disk_with_anything_on_it_is_never_formatted(
    commands: list[str], tmp_path: Path, found: tuple[int, str]
) -> None:
    FOUND["blkid"] = found
    gcp_machine.mount("/dev/null", str(tmp_path / "data"))
    assert commands == ["blkid", "mount"]


def test_a_mounted_disk_is_left_alone(commands: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Path, "is_mount", lambda _: True)
    gcp_machine.mount("/dev/null", str(tmp_path / "data"))
    assert commands == []
