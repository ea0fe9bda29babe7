from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from components.bootstrap.files.agent import Agent
from schemas.canonical import canonical_json, sha256_hex

Sign = Callable[[str | bytes], bytes]


@dataclass
class Store:
    """What a store serves; `cut` paths are announced whole and sent half."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def store() -> Iterator[Store]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = kept.files.get(self.path)
            tag = f'"{sha256_hex(body)}"' if body is not None else ""
            status = 404 if body is None else 304 if self.headers.get("If-None-Match") == tag else 200
            kept.asked.append(f"{self.path} {status}")
            self.send_response(status)
            content = body if status == 200 and body is not None else b""
            self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if self.path in kept.cut else content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept = Store(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def agent(store: Store, facts: dict[str, object], tmp_path: Path) -> Agent:
    return Agent(facts=facts | {"store_url": store.url}, directory=tmp_path)


def publish(store: Store, sign: Sign, *, texts: dict[str, str] | None = None, **changes: object) -> str:
    contents = {"cometbft/config.toml": "one", "cometbft/genesis.json": "{}"} if texts is None else texts
    document = {
        "schema": "geofleet/configuration/v1",
        "stack": "lab",
        "host": "validators-1",
        "files": [{"path": path, "sha256": sha256_hex(text)} for path, text in contents.items()],
        "units": ["cometbft.service"],
    }
    text = canonical_json(document | changes)
    store.files |= {f"/blobs/{sha256_hex(t)}": t.encode() for t in contents.values()}
    store.files["/configuration/validators-1.json"] = text.encode()
    store.files["/configuration/validators-1.sig"] = sign(text)
    return text


def applied(agent: Agent) -> str:
    return (agent.directory / "current/cometbft/config.toml").read_text(encoding="utf-8")


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_signed_configuration_is_applied_as_a_whole(agent: Agent, store: Store, sign: Sign) -> None:
    text = publish(store, sign)
    assert agent.poll()
    assert applied(agent) == "one"
    assert (agent.directory / "current/configuration.json").read_text(encoding="utf-8") == text
    assert (agent.directory / "current").is_symlink()


def test_the_same_configuration_is_asked_for_and_left_alone(agent: Agent, store: Store, sign: Sign) -> None:
    publish(store, sign)
    agent.poll()
    target = (agent.directory / "current").readlink()
    store.asked.clear()
    assert agent.poll()
    assert store.asked == ["/configuration/validators-1.json 304", "/first-start/validators-1.json 404"]
    assert (agent.directory / "current").readlink() == target


def test_the_former_configuration_is_kept_and_can_come_back(agent: Agent, store: Store, sign: Sign) -> None:
    publish(store, sign)
    agent.poll()
    publish(store, sign, texts={"cometbft/config.toml": "two"})
    agent.poll()
    assert applied(agent) == "two"
    assert (agent.directory / "previous/cometbft/config.toml").read_text(encoding="utf-8") == "one"
    publish(store, sign)
    agent.poll()
    assert applied(agent) == "one"
    assert len(list((agent.directory / "releases").iterdir())) == 2


def test_a_unit_is_restarted_when_its_files_change_and_only_then(agent: Agent, store: Store, sign: Sign) -> None:
    request = agent.directory / "restart/cometbft.service"
    publish(store, sign)
    agent.poll()
    first = (request.stat().st_ino, request.read_bytes())
    publish(store, sign, note="another document, the same files")
    agent.poll()
    assert (request.stat().st_ino, request.read_bytes()) == first
    publish(store, sign, texts={"cometbft/config.toml": "two"})
    agent.poll()
    assert request.read_bytes() != first[1]


def test_a_crash_between_swap_and_request_loses_no_restart(
    agent: Agent, store: Store, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(store, sign)
    agent.poll()
    request = agent.directory / "restart/cometbft.service"
    before = request.read_bytes()
    publish(store, sign, texts={"cometbft/config.toml": "two"})
    with monkeypatch.context() as patch:
        patch.setattr(agent, "request_restarts", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            agent.poll()
    assert (applied(agent), request.read_bytes()) == ("two", before)
    Agent(facts=agent.facts, directory=agent.directory).poll()
    assert request.read_bytes() != before


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"host": "validators-2"}, "has host 'validators-2', this host needs 'validators-1'"),
        ({"stack": "other"}, "has stack 'other', this host needs 'lab'"),
        ({"schema": "geofleet/first-start/v1"}, "has schema 'geofleet/first-start/v1', this host needs 'geofleet/configuration/v1'"),
    ],
)  # fmt: skip
def test_a_document_for_somebody_else_changes_nothing(
    change: dict[str, object], line: str, agent: Agent, store: Store, sign: Sign, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(store, sign)
    agent.poll()
    said(capsys)
    publish(store, sign, texts={"cometbft/config.toml": "two"}, **change)
    assert not agent.poll()
    assert applied(agent) == "one"
    assert said(capsys) == [f"keeps the last good configuration: configuration/validators-1.json {line}"]


@pytest.mark.parametrize("signature", [b"", b"AAAA", b"!", b"A" * 86 + b"==", b"\xff"])
def test_a_bad_signature_changes_nothing(
    signature: bytes, agent: Agent, store: Store, sign: Sign, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(store, sign)
    agent.poll()
    publish(store, sign, texts={"cometbft/config.toml": "two"})
    store.files["/configuration/validators-1.sig"] = signature
    said(capsys)
    assert not agent.poll()
    assert not agent.poll()
    assert applied(agent) == "one"
    assert said(capsys) == [
        "keeps the last good configuration: configuration/validators-1.json is not signed by the deployer of this stack"
    ]


def test_an_altered_document_changes_nothing(agent: Agent, store: Store, sign: Sign) -> None:
    publish(store, sign)
    agent.poll()
    store.files["/configuration/validators-1.json"] += b" "
    assert not agent.poll()
    assert applied(agent) == "one"


@pytest.mark.parametrize("harm", ["cut", "altered", "missing"])
def test_a_harmed_blob_changes_nothing(harm: str, agent: Agent, store: Store, sign: Sign) -> None:
    publish(store, sign)
    agent.poll()
    publish(store, sign, texts={"cometbft/config.toml": "two"})
    path = f"/blobs/{sha256_hex('two')}"
    if harm == "cut":
        store.cut.add(path)
    elif harm == "altered":
        store.files[path] = b"twO"
    else:
        del store.files[path]
    assert not agent.poll()
    assert applied(agent) == "one"
    assert not list((agent.directory / "releases").glob(".incoming-*"))
    store.cut.clear()
    store.files[path] = b"two"
    assert agent.poll()
    assert applied(agent) == "two"


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../x", "cometbft/../x", "cometbft/..", "cometbft//x", "cometbft/", "x", "cometbft/.x", "other/x",
     "cometbft/x\n", "cometbft/\\x", "cometbft/x\0", "cometbft/a/b/c/d", "cometbft/%2e%2e/x", "", "releases/x"],
)  # fmt: skip
def test_a_path_outside_the_units_folders_is_refused(path: str, agent: Agent, store: Store, sign: Sign) -> None:
    publish(store, sign, texts={path: "x"})
    assert not agent.poll()
    assert not (agent.directory / "current").exists()


@pytest.mark.parametrize(
    "changes",
    [{"units": ["ssh.service"]}, {"units": "cometbft.service"}, {"files": {}}, {"files": ["x"]}, {"files": [{}] * 65},
     {"files": [{"path": "cometbft/x", "sha256": "no"}]}, {"files": [{"path": "cometbft/x"}]},
     {"files": [{"path": "cometbft/x", "sha256": "a" * 64}] * 2},
     {"files": [{"path": "cometbft/x", "sha256": "a" * 64}, {"path": "cometbft/x/y", "sha256": "a" * 64}]}],
)  # fmt: skip
def test_a_malformed_document_is_refused(changes: dict[str, object], agent: Agent, store: Store, sign: Sign) -> None:
    publish(store, sign, **changes)
    assert not agent.poll()
    assert not (agent.directory / "current").exists()


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, "\ufeff{}", '"\\ud800"'])
def test_a_signed_text_that_is_no_document_is_refused(text: str, agent: Agent, store: Store, sign: Sign) -> None:
    store.files["/configuration/validators-1.json"] = text.encode()
    store.files["/configuration/validators-1.sig"] = sign(text)
    assert not agent.poll()


def test_an_unreachable_store_changes_nothing_and_is_told_once(
    agent: Agent, store: Store, sign: Sign, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(store, sign)
    agent.poll()
    said(capsys)
    away = Agent(facts=agent.facts | {"store_url": "http://127.0.0.1:1", "units": []}, directory=agent.directory)
    assert not away.poll()
    assert not away.poll()
    assert applied(agent) == "one"
    [line] = said(capsys)
    assert line.startswith(
        "keeps the last good configuration: http://127.0.0.1:1/configuration/validators-1.json cannot"
    )


def test_a_file_damaged_on_the_host_is_mended_at_the_next_start(agent: Agent, store: Store, sign: Sign) -> None:
    publish(store, sign)
    agent.poll()
    (agent.directory / "current/cometbft/config.toml").write_text("damaged", encoding="utf-8")
    assert Agent(facts=agent.facts, directory=agent.directory).poll()
    assert applied(agent) == "one"


def permission(store: Store, sign: Sign, **changes: object) -> str:
    document = {
        "schema": "geofleet/first-start/v1",
        "stack": "lab",
        "host": "validators-1",
        "chain_id": "perps-1-x1",
        "token": "once",
        "expires": "2999-01-01T00:00:00Z",
    }
    text = json.dumps(document | changes)
    store.files["/first-start/validators-1.json"] = text.encode()
    store.files["/first-start/validators-1.sig"] = sign(text)
    return text


def test_a_first_start_permission_is_kept_until_it_is_withdrawn(agent: Agent, store: Store, sign: Sign) -> None:
    publish(store, sign)
    text = permission(store, sign)
    agent.poll()
    kept = agent.directory / "first-start.json"
    assert kept.read_text(encoding="utf-8") == text
    del store.files["/first-start/validators-1.json"]
    agent.poll()
    assert not kept.exists()


@pytest.mark.parametrize("change", [{"host": "validators-2"}, {"stack": "x"}, {"expires": "2020-01-01T00:00:00Z"},
                                    {"expires": "2999-01-01T00:00:00"}, {"expires": None}, {"schema": "x"}])  # fmt: skip
def test_a_permission_that_is_not_valid_is_not_kept(
    change: dict[str, object], agent: Agent, store: Store, sign: Sign
) -> None:
    permission(store, sign, **change)
    agent.poll()
    assert not (agent.directory / "first-start.json").exists()


def test_an_expired_permission_is_told_once(
    agent: Agent, store: Store, sign: Sign, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(store, sign)
    agent.poll()
    said(capsys)
    permission(store, sign, expires="2020-01-01T00:00:00Z")
    agent.poll()
    agent.poll()
    assert said(capsys) == ["ignores first-start/validators-1.json: it expired at 2020-01-01T00:00:00Z"]
