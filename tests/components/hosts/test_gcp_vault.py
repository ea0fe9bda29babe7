"""Secrets and permissions against a server that answers as Secret Manager and Cloud Storage do."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests

from components.hosts.gcp_vault import GcpVault
from schemas.errors import BackendError, UsageError
from tests.standins.gcp.sample import HOSTS

HOST = next(host for host in HOSTS if host.host == "validators-2")
SECRET = "sample-validators-2-node-json"
CANARY = "planted-canary"


@dataclass
class Google:
    """Secrets by name, with annotations and values; objects by bucket and name."""

    url: str = ""
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    refuses: str = ""
    """Part of a path that is refused."""

    def answer(self, method: str, address: str, body: bytes) -> tuple[int, Any]:
        parts = urlsplit(address)
        if self.refuses and self.refuses in parts.path:
            return 403, {"error": {"status": "PERMISSION_DENIED", "message": "not allowed"}}
        query = {key: value[0] for key, value in parse_qs(parts.query).items()}
        if parts.path.startswith("/v1/"):
            return self.secret(method, parts.path.rpartition("/secrets/")[2], query, body)
        bucket, _, name = parts.path.partition("/b/")[2].partition("/o")
        name = query.get("name") or unquote(name.removeprefix("/"))
        if method == "DELETE":
            self.written.append(f"delete {name}")
            found = self.objects.pop(f"{bucket}/{name}", None)
            return (204, None) if found is not None else (404, {"error": {"message": "No such object"}})
        self.written.append(f"put {name}")
        self.objects[f"{bucket}/{name}"] = body.decode()
        return 200, {}

    def secret(self, method: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        name = path.partition("/")[0].partition(":")[0]
        if name not in self.secrets:
            return 404, {"error": {"status": "NOT_FOUND", "message": f"Secret [{name}] not found"}}
        if path.endswith("/versions"):
            assert query["filter"] == "state:ENABLED"
            return 200, {"versions": [{"name": "1"}]} if self.values.get(name) else {}
        if path.endswith(":addVersion"):
            payload = json.loads(body)["payload"]["data"]
            self.values.setdefault(name, []).append(base64.b64decode(payload).decode())
        elif method == "PATCH":
            assert query["updateMask"] == "annotations"
            self.secrets[name]["annotations"] = json.loads(body)["annotations"]
        return 200, self.secrets[name]


@pytest.fixture
def google() -> Iterator[Google]:
    kept = Google(secrets={SECRET: {"etag": '"1"'}})

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, value = kept.answer(self.command, self.path, body)
            text = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            pass

    for method in ("GET", "POST", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def vault(google: Google) -> Iterator[GcpVault]:
    with requests.Session() as session:
        yield GcpVault(stack="sample", project="example-perps", session=session, endpoint_url=google.url)


def put(vault: GcpVault, fingerprint: str = "SHA256:one") -> bool:
    return vault.put_secret(HOST, file_name="node.json", value=CANARY, fingerprint=fingerprint)


def test_a_value_is_put_once_with_its_keys_fingerprint(google: Google, vault: GcpVault) -> None:
    assert put(vault) is True
    assert put(vault) is False
    assert google.values == {SECRET: [CANARY]}
    assert google.secrets[SECRET]["annotations"] == {"geofleet-key": "SHA256:one"}


def test_other_annotations_stay(google: Google, vault: GcpVault) -> None:
    google.secrets[SECRET]["annotations"] = {"owner": "sre"}
    put(vault)
    assert google.secrets[SECRET]["annotations"] == {"owner": "sre", "geofleet-key": "SHA256:one"}


def test_a_run_that_was_killed_between_note_and_value_is_finished(google: Google, vault: GcpVault) -> None:
    google.secrets[SECRET]["annotations"] = {"geofleet-key": "SHA256:one"}
    assert put(vault) is True
    assert google.values == {SECRET: [CANARY]}


def test_another_key_under_the_same_name_is_refused(google: Google, vault: GcpVault) -> None:
    put(vault)
    with pytest.raises(UsageError) as refused:
        put(vault, fingerprint="SHA256:other")
    assert str(refused.value) == (
        f"secret '{SECRET}' in project example-perps holds SHA256:one, the ledger says SHA256:other"
    )
    assert google.values == {SECRET: [CANARY]}


def test_a_value_that_nobody_noted_is_refused(google: Google, vault: GcpVault) -> None:
    google.values[SECRET] = ["somebody else's"]
    with pytest.raises(UsageError, match="holds a key that nobody noted, the ledger says SHA256:one"):
        put(vault)


def test_a_secret_that_the_engine_has_not_made_is_told_in_googles_words(google: Google, vault: GcpVault) -> None:
    google.secrets.clear()
    with pytest.raises(BackendError) as refused:
        put(vault)
    assert str(refused.value) == (
        f"secret '{SECRET}' in project example-perps cannot be put (404 NOT_FOUND: Secret [{SECRET}] not found)"
    )


def test_no_message_has_the_value(google: Google, vault: GcpVault) -> None:
    google.refuses = ":addVersion"
    with pytest.raises(BackendError) as refused:
        put(vault)
    assert "403 PERMISSION_DENIED: not allowed" in str(refused.value)
    assert CANARY not in f"{refused.value}{refused.value.remedy}"


def test_a_permission_is_published_signature_first_and_taken_back_document_first(
    google: Google, vault: GcpVault
) -> None:
    vault.put_first_start(HOST, document="{}", signature="c2ln")
    bucket = "sample-example-perps-europe-west2-store"
    assert google.objects == {
        f"{bucket}/first-start/validators-2.json": "{}", f"{bucket}/first-start/validators-2.sig": "c2ln",
    }  # fmt: skip
    vault.withdraw_first_start(HOST)
    assert google.objects == {}
    assert google.written == [
        "put first-start/validators-2.sig", "put first-start/validators-2.json",
        "delete first-start/validators-2.json", "delete first-start/validators-2.sig",
    ]  # fmt: skip


def test_taking_back_what_is_not_there_is_no_error(vault: GcpVault) -> None:
    vault.withdraw_first_start(HOST)


def test_a_machine_without_credentials_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import google.auth
    from google.auth.exceptions import DefaultCredentialsError

    def nobody(**_: object) -> object:
        raise DefaultCredentialsError("none")

    monkeypatch.setattr(google.auth, "default", nobody)
    with pytest.raises(BackendError) as refused:
        put(GcpVault(stack="sample", project="example-perps"))
    assert "gcloud auth application-default login" in refused.value.remedy
