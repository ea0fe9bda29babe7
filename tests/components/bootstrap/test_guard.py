from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from components.bootstrap.files.documents import RefusedError
from components.bootstrap.files.guard import Guard
from components.bootstrap.files.node_home import REFUSED, Home, start_or_wait
from components.bootstrap.files.signing_state import START, Position
from schemas.canonical import canonical_json, sha256_hex

Sign = Callable[[str | bytes], bytes]
State = Callable[..., str]


@pytest.fixture
def guard(
    tmp_path: Path, facts: dict[str, object], consensus_file: str, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> Guard:
    """A host on which everything is in place, but whose signer has never run."""
    for folder in ("credentials", "configuration/current/cometbft", "data/cometbft", "run/cometbft", "memory"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "credentials/consensus.json").write_text(consensus_file, encoding="utf-8")
    (tmp_path / "cometbft").write_bytes(b"binary")
    monkeypatch.setattr(Path, "is_mount", lambda self: self == tmp_path / "data")
    host = Guard(
        home=Home(
            facts=facts,
            service="cometbft",
            binary=tmp_path / "cometbft",
            configuration=tmp_path / "configuration",
            volume=tmp_path / "data",
            run=tmp_path / "run",
        ),
        credentials=tmp_path / "credentials",
        memory=tmp_path / "memory",
    )
    configure(host, sign)
    permit(host, sign)
    return host


def configure(guard: Guard, sign: Sign, *, chain_id: str = "perps-1-x1", host: str = "validators-1") -> None:
    files = {"cometbft/config.toml": "moniker = 'x'\n", "cometbft/genesis.json": json.dumps({"chain_id": chain_id})}
    document = {
        "schema": "geofleet/configuration/v1",
        "stack": "lab",
        "host": host,
        "files": [{"path": path, "sha256": sha256_hex(text)} for path, text in files.items()],
        "units": ["cometbft.service"],
    }
    current = guard.home.configuration / "current"
    for path, text in files.items():
        (current / path).write_text(text, encoding="utf-8")
    (current / "configuration.json").write_text(canonical_json(document), encoding="utf-8")
    (current / "configuration.sig").write_bytes(sign(canonical_json(document)))


def permit(guard: Guard, sign: Sign, **changes: object) -> None:
    document = {
        "schema": "geofleet/first-start/v1",
        "stack": "lab",
        "host": "validators-1",
        "chain_id": "perps-1-x1",
        "token": "once",
        "expires": "2999-01-01T00:00:00Z",
    }
    text = json.dumps(document | changes)
    (guard.home.configuration / "first-start.json").write_text(text, encoding="utf-8")
    (guard.home.configuration / "first-start.sig").write_bytes(sign(text))


def run(guard: Guard, state: str) -> None:
    """What a run of CometBFT leaves on the volume."""
    path = guard.data / "priv_validator_state.json"
    path.write_text(state, encoding="utf-8")
    path.chmod(0o600)
    (guard.data / "data").mkdir(exist_ok=True)
    (guard.data / "data/blockstore.db").touch()


def refusal(guard: Guard) -> str:
    with pytest.raises(RefusedError) as raised:
        guard.start()
    return str(raised.value)


@pytest.fixture
def signer(guard: Guard, signed_state: State) -> Guard:
    """A host whose signer has run, up to height 41, and stopped."""
    guard.start()
    run(guard, signed_state(41))
    guard.stop()
    return guard


def test_a_new_signer_starts_with_permission(guard: Guard) -> None:
    assert guard.start() == f"signs after {START}"
    marker = json.loads((guard.data / "volume.json").read_text(encoding="utf-8"))
    assert (marker["host"], marker["chain_id"], marker["token"]) == ("validators-1", "perps-1-x1", "once")
    assert (guard.home.home / "config/config.toml").read_text(encoding="utf-8") == "moniker = 'x'\n"


def test_a_new_signer_never_starts_without_permission(guard: Guard) -> None:
    (guard.home.configuration / "first-start.json").unlink()
    assert refusal(guard) == "the data volume carries no sign state of this host; there is no first-start permission"
    assert not (guard.home.home / "config").exists()
    assert list(guard.data.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "end"),
    [
        ({"expires": "2020-01-01T00:00:00Z"}, "the first-start permission expired at 2020-01-01T00:00:00Z"),
        ({"chain_id": "perps-1-x2"}, "the first-start permission is for chain 'perps-1-x2'"),
        (
            {"host": "validators-2"},
            "the first-start permission has host 'validators-2', this host needs 'validators-1'",
        ),
        ({"stack": "other"}, "the first-start permission has stack 'other', this host needs 'lab'"),
        ({"token": ""}, "the first-start permission is for chain 'perps-1-x1'"),
    ],
)
def test_a_permission_for_something_else_opens_nothing(
    change: dict[str, object], end: str, guard: Guard, sign: Sign
) -> None:
    permit(guard, sign, **change)
    assert refusal(guard).endswith(end)


def test_a_permission_that_the_deployer_did_not_sign_opens_nothing(guard: Guard, sign: Sign) -> None:
    (guard.home.configuration / "first-start.sig").write_bytes(sign("something else"))
    assert refusal(guard) == "the first-start permission is not signed by the deployer of this stack"


def test_a_signer_goes_on_where_it_stopped(signer: Guard) -> None:
    (signer.home.configuration / "first-start.json").unlink()
    assert signer.start() == f"signs after {Position(height=41, round=0, step=3)}"


def test_a_signer_starts_after_a_crash_of_the_machine(signer: Guard, signed_state: State) -> None:
    run(signer, signed_state(50))  # ran on; nothing was recorded when it ended
    assert signer.start() == f"signs after {Position(height=50, round=0, step=3)}"


def test_a_crash_within_the_first_start_leaves_the_permission_unused(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Guard, "_record", lambda self, position: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            guard.start()
    assert guard.start() == f"signs after {START}"


def test_a_wiped_volume_is_refused(signer: Guard) -> None:
    for path in list(signer.data.iterdir()):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert refusal(signer) == (
        "the data volume carries no sign state of this host; the first-start permission was used before"
    )


@pytest.mark.parametrize("name", ["priv_validator_state.json", "high-water.json"])
def test_a_deleted_record_is_refused(name: str, signer: Guard) -> None:
    (signer.data / name).unlink()
    assert refusal(signer) == f"{signer.data / name} is missing; the first-start permission was used before"


def test_a_state_taken_back_is_refused(signer: Guard, signed_state: State) -> None:
    run(signer, signed_state(40))
    assert "was taken back: it says 40/0/3, 41/0/3 was seen before" in refusal(signer)


def test_a_volume_taken_back_as_a_whole_is_refused(signer: Guard, signed_state: State) -> None:
    earlier = {path: path.read_bytes() for path in signer.data.iterdir() if path.is_file()}
    run(signer, signed_state(60))
    signer.stop()
    for path, content in earlier.items():
        path.write_bytes(content)
    assert "was taken back: it says 41/0/3, 60/0/3 was seen before" in refusal(signer)


def test_a_volume_of_another_host_is_refused_even_with_permission(signer: Guard, sign: Sign) -> None:
    other = replace(signer, home=replace(signer.home, facts=signer.facts | {"host": "validators-2"}))
    configure(other, sign, host="validators-2")
    permit(other, sign, host="validators-2", token="new")
    assert refusal(other) == "the data volume is that of lab/validators-1"


def test_a_volume_of_another_chain_is_refused(signer: Guard, sign: Sign) -> None:
    configure(signer, sign, chain_id="perps-1-x2")
    permit(signer, sign, chain_id="perps-1-x2", token="new")
    assert refusal(signer) == (
        "the data volume is of chain_id 'perps-1-x1', this host's is 'perps-1-x2'; "
        f"blocks without sign state: empty {signer.data} before a new first start"
    )


def test_a_new_permission_needs_an_empty_volume(signer: Guard, sign: Sign) -> None:
    (signer.data / "priv_validator_state.json").unlink()
    permit(signer, sign, token="new")
    assert refusal(signer).endswith(f"blocks without sign state: empty {signer.data} before a new first start")
    shutil.rmtree(signer.data / "data")
    assert signer.start() == f"signs after {START}"


def test_a_missing_mount_is_refused(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_mount", lambda self: False)
    assert refusal(guard) == f"no data volume is mounted at {guard.home.volume}"


def test_another_binary_is_refused(guard: Guard) -> None:
    guard.home.binary.write_bytes(b"binarY")
    assert refusal(guard).startswith(f"{guard.home.binary} is not (yet) the binary of SHA-256 ")


def test_a_configuration_that_was_edited_on_the_host_is_refused(guard: Guard) -> None:
    (guard.home.configuration / "current/cometbft/config.toml").write_text("moniker = 'y'\n", encoding="utf-8")
    assert refusal(guard) == "cometbft/config.toml of the network configuration is missing or altered"


def test_a_configuration_with_another_signature_is_refused(guard: Guard, sign: Sign) -> None:
    (guard.home.configuration / "current/configuration.sig").write_bytes(sign("something else"))
    assert refusal(guard) == "the network configuration is not signed by the deployer of this stack"


def test_a_stop_never_lowers_the_mark(signer: Guard, signed_state: State) -> None:
    run(signer, signed_state(40))
    with pytest.raises(RefusedError, match="was taken back"):
        signer.stop()
    assert json.loads((signer.data / "high-water.json").read_text(encoding="utf-8"))["height"] == "41"


def test_a_refusal_is_one_line_and_ends_by_itself(guard: Guard, capsys: pytest.CaptureFixture[str]) -> None:
    (guard.home.configuration / "first-start.json").unlink()
    assert start_or_wait(guard.start, guard.watched, seconds=0.6) == REFUSED
    assert capsys.readouterr().err.splitlines() == [
        "refuses to start: the data volume carries no sign state of this host; there is no first-start permission"
    ]


def test_a_permission_that_comes_later_is_enough(guard: Guard, sign: Sign, capsys: pytest.CaptureFixture[str]) -> None:
    (guard.home.configuration / "first-start.json").unlink()
    later = threading.Timer(0.4, permit, (guard, sign))
    later.start()
    assert start_or_wait(guard.start, guard.watched, seconds=20) == 0
    later.join()
    assert capsys.readouterr().err.splitlines()[-1] == "may start, signs after 0/0/0"
