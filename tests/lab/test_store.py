from __future__ import annotations

import hashlib
import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import store
from lab.iproute import in_namespace
from lab.store_server import Folders, StoreServer
from schemas.canonical import sha256_hex
from schemas.errors import BackendError
from tests.lab.conftest import OPERATOR, Lab

SIGNATURE = "c2lnbmF0dXJl"
CONTENT = 'moniker = "v-1"\n'
BLOB = sha256_hex(CONTENT)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(store, "store_dir", lambda stack: tmp_path / stack)
    return tmp_path / "s"


@pytest.fixture
def port(folder: Path, tmp_path: Path) -> Iterator[int]:
    folder.mkdir(exist_ok=True)
    (tmp_path / "artifacts").mkdir()
    server = StoreServer(("127.0.0.1", 0), Folders(store=folder, artifacts=tmp_path / "artifacts"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def _publish() -> store.Published:
    return store.publish("s", documents={"v-1": "{}"}, signatures={"v-1": SIGNATURE}, blobs={BLOB: CONTENT})


def _ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read(), answer.headers.get("ETag", "")
    connection.close()
    return found


def test_what_is_published_can_be_read_back() -> None:
    assert _publish() == store.Published(
        documents={"v-1": sha256_hex("{}")}, signatures={"v-1": SIGNATURE}, blobs=frozenset({BLOB})
    )


def test_what_is_no_longer_published_goes(folder: Path) -> None:
    _publish()
    found = store.publish("s", documents={"v-2": "[]"}, signatures={"v-2": SIGNATURE}, blobs={})
    assert found == store.Published(
        documents={"v-2": sha256_hex("[]")}, signatures={"v-2": SIGNATURE}, blobs=frozenset()
    )
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == ["v-2.json", "v-2.sig"]


def test_publishing_the_same_again_writes_nothing(folder: Path) -> None:
    _publish()
    before = {path: path.stat().st_ino for path in folder.rglob("*")}
    _publish()
    assert {path: path.stat().st_ino for path in folder.rglob("*")} == before


def test_a_damaged_blob_counts_as_missing_and_is_mended(folder: Path) -> None:
    _publish()
    (folder / "blobs" / BLOB).write_text("else")
    assert store.read_published("s").blobs == frozenset()
    assert _publish().blobs == {BLOB}


def test_what_cannot_be_right_is_not_published_and_every_reason_is_named(folder: Path) -> None:
    with pytest.raises(BackendError) as refused:
        store.publish("s", documents={"a": "{}", "b": "{}"}, signatures={"b": "?"}, blobs={BLOB: "else"})
    assert str(refused.value) == (
        f"nothing is published: a has no signature; the signature of b is not base64; "
        f"blob {BLOB[:12]} has another content"
    )
    assert not folder.exists()


def test_a_first_start_is_permitted_until_it_is_withdrawn() -> None:
    store.publish_first_start("s", "v-1", document="{}", signature=SIGNATURE)
    _publish()  # the configuration's publishing leaves permissions alone
    assert store.read_first_starts("s") == ("v-1",)
    store.withdraw_first_start("s", "v-1")
    store.withdraw_first_start("s", "v-1")
    assert store.read_first_starts("s") == ()


def test_documents_blobs_and_artifacts_are_served_with_their_hash(port: int, tmp_path: Path) -> None:
    _publish()
    store.publish_first_start("s", "v-1", document="{}", signature=SIGNATURE)
    binary = bytes(range(256)) * 8192
    name = hashlib.sha256(binary).hexdigest()
    (tmp_path / "artifacts" / name).write_bytes(binary)
    assert _ask(port, "/configuration/v-1.json") == (200, b"{}", f'"{sha256_hex("{}")}"')
    assert _ask(port, "/configuration/v-1.sig")[:2] == (200, SIGNATURE.encode())
    assert _ask(port, "/first-start/v-1.json")[:2] == (200, b"{}")
    assert _ask(port, f"/blobs/{BLOB}") == (200, CONTENT.encode(), f'"{BLOB}"')
    assert _ask(port, f"/artifacts/{name}") == (200, binary, f'"{name}"')
    assert _ask(port, f"/artifacts/{name}", method="HEAD") == (200, b"", f'"{name}"')


def test_a_host_that_has_the_document_is_told_so(port: int) -> None:
    _publish()
    tag = _ask(port, "/configuration/v-1.json")[2]
    assert _ask(port, "/configuration/v-1.json", If_None_Match=tag) == (304, b"", tag)
    store.publish("s", documents={"v-1": "[]"}, signatures={"v-1": SIGNATURE}, blobs={})
    assert _ask(port, "/configuration/v-1.json", If_None_Match=tag)[:2] == (200, b"[]")


@pytest.mark.parametrize(
    "path",
    ["/", "/configuration", "/configuration/", "/configuration/v-2.json", "/configuration/../secret.json",
     "/configuration/%2e%2e/secret.json", "/configuration/v-1.json?x", "/configuration/V-1.json",
     "/configuration/.v-1.json.77", "/blobs/" + "0" * 64, "/blobs/" + "A" * 64, "/blobs/../artifacts/" + "0" * 64,
     "/first-start/v-1.json", "/etc/passwd", "http://host/configuration/v-1.json"],
)  # fmt: skip
def test_any_other_path_is_not_found(port: int, folder: Path, path: str) -> None:
    _publish()
    (folder / "secret.json").write_text("secret")
    assert _ask(port, path)[:2] == (404, b"")


def test_links_and_folders_are_not_served(port: int, folder: Path, tmp_path: Path) -> None:
    _publish()
    (tmp_path / "secret").write_text("secret")
    (folder / "configuration" / "v-2.json").symlink_to(tmp_path / "secret")
    (folder / "configuration" / "v-3.json").mkdir()
    assert _ask(port, "/configuration/v-2.json")[0] == 404
    assert _ask(port, "/configuration/v-3.json")[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_written(port: int, method: str) -> None:
    assert _ask(port, "/configuration/v-1.json", method=method)[0] == 501


def test_a_connection_carries_many_requests_and_a_silent_one_blocks_nobody(port: int) -> None:
    _publish()
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        for _ in range(3):
            connection.request("GET", "/configuration/v-1.json")
            assert connection.getresponse().read() == b"{}"
        connection.close()


@pytest.mark.lab
def test_every_host_reaches_the_store_undelayed_and_a_killed_server_is_seen(lab: Lab, folder: Path) -> None:
    started = store.start_store(lab.stack, operator_cidr=OPERATOR)
    assert store.start_store(lab.stack, operator_cidr=OPERATOR) == started
    store.publish(lab.stack, documents={"a-1": "{}"}, signatures={"a-1": SIGNATURE}, blobs={})

    def fetch() -> bytes:
        connection = http.client.HTTPConnection("10.121.0.2", store.PORT, timeout=5)
        connection.request("GET", "/configuration/a-1.json")
        body = connection.getresponse().read()
        connection.close()
        return body

    assert [in_namespace(lab.namespace(host), fetch) for host in ("a-1", "c-1")] == [b"{}", b"{}"]
    os.kill(started.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while store.read_store(lab.stack, operator_cidr=OPERATOR) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert store.read_store(lab.stack, operator_cidr=OPERATOR) is None
    assert store.start_store(lab.stack, operator_cidr=OPERATOR).pid != started.pid
    store.stop_store(lab.stack)
    assert store.read_store(lab.stack, operator_cidr=OPERATOR) is None
