from __future__ import annotations

import ast
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from components.bootstrap import cloud_config as cloud_config_module
from components.bootstrap.boot import LAB, BootData, user_data
from components.bootstrap.clients.cometbft.unit import GUARD
from components.bootstrap.cloud_config import BootDataError, Fragment, written_files
from components.bootstrap.programs import program
from schemas.canonical import sha256_hex
from schemas.workloads import Assignment, programs_of

GOLDEN = Path(__file__).parent / "golden"

PAYLOADS = (
    "x\nExecStart=/bin/sh", "x\r\ny", "x\ty", "%n", "%%", "$HOME", "$(id)", "`id`", '"', "'", "\\", "\\n", "#cloud-boothook",
    "#cloud-config", "## template: jinja", "{{ 7*7 }}", "{% raw %}", "\0", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\ufeff",
    "é", "../../etc/passwd", "/etc/passwd", "a b", "a;b", "a|b", "a&b", "a>b", "*", "?", "[a]", "!", "=", ":", ",", "~", "NO",
    "null", "0x10", "1e3", "", " ", "-", "--flag", "@", "x" * 300,
)  # fmt: skip
FIELDS = (
    "stack", "host", "fleet", "address", "network_cidr", "operator_cidr",
    "store_url", "deployer_public_key", "operator_public_key",
)  # fmt: skip


def shown(text: str) -> str:
    """User data as a reader reviews it; programs are reviewed as files of their own."""
    value = yaml.safe_load(text)
    value["write_files"] = [{**entry, "content": "(below)"} for entry in value["write_files"]]
    parts = [f"#cloud-config\n{yaml.safe_dump(value, width=1 << 20)}"]
    for path, (mode, content) in written_files(text).items():
        body = "(as in the repository)\n" if path.endswith(".py") else content.rstrip("\n") + "\n"
        parts.append(f"==== {path} {mode:04o}\n{body}")
    return "\n".join(parts)


@pytest.mark.parametrize("client", ["cometbft", "simapp", "none"])
def test_user_data_is_the_reviewed_text(
    client: str, boot: Callable[..., BootData], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.bootstrap.artifacts.sha256_hex", lambda text: "<hash of the program>")
    assignments = () if client == "none" else (Assignment(client=client, version="1.0.0"),)
    data = boot(assignments=assignments, artifacts={p.name: "a" * 64 for p, _ in programs_of(assignments)})
    golden = GOLDEN / f"user-data-{client}.txt"
    text = shown(user_data(data))
    if os.environ.get("GEOFLEET_UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8"), "review the change, then: GEOFLEET_UPDATE_GOLDEN=1 pytest"


def test_user_data_is_a_cloud_config_below_the_limit_of_aws(boot: Callable[..., BootData]) -> None:
    text = user_data(boot())
    assert text.startswith("#cloud-config\n")
    assert len(text.encode()) < 16384
    assert text.isascii()


def test_user_data_is_the_same_at_every_call(boot: Callable[..., BootData]) -> None:
    assert user_data(boot()) == user_data(boot())


def test_user_data_over_the_limit_is_refused(boot: Callable[..., BootData], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_config_module, "BYTES_MAX", 9999)
    with pytest.raises(BootDataError, match=r"user data is \d+ bytes, a provider takes 9999"):
        user_data(boot())


def test_a_provider_fragment_leaves_the_core_as_it_is(boot: Callable[..., BootData]) -> None:
    other = Fragment(files={"/etc/chrony/chrony.conf": "server metadata\n"}, commands=[["true"]])
    lab, cloud = (yaml.safe_load(user_data(boot(), fragment)) for fragment in (LAB, other))
    assert cloud["write_files"][0] == lab["write_files"][0]
    assert cloud["write_files"][1]["path"] == "/var/lib/geofleet/provider.tar"
    assert [c for c in lab["bootcmd"] if c not in cloud["bootcmd"]] == [["mount", "--make-rshared", "/"]]
    assert {k: v for k, v in cloud.items() if k not in ("bootcmd", "write_files")} == {
        k: v for k, v in lab.items() if k not in ("bootcmd", "write_files")
    }


def test_boot_data_depends_on_the_host_alone(boot: Callable[..., BootData]) -> None:
    names = set(BootData.__dataclass_fields__)
    assert not names & {"peers", "hosts", "region", "chain", "promises", "power"}
    one, other = (written_files(user_data(boot(host=name))) for name in ("validators-1", "validators-2"))
    assert [path for path in one if one[path] != other[path]] == ["/etc/geofleet/host.json"]


def test_programs_arrive_as_they_are_in_the_repository(boot: Callable[..., BootData]) -> None:
    files = written_files(user_data(boot()))
    for name in ("__init__.py", "agent.py", "documents.py"):
        assert files[f"/usr/local/lib/geofleet/geofleet_host/{name}"] == (0o644, program(name))
    assert not any(path.endswith(tuple(own.name for own in GUARD)) for path in files)


def test_programs_of_signers_are_pinned_by_hash(boot: Callable[..., BootData]) -> None:
    files = written_files(user_data(boot()))
    hashes = dict(reversed(line.split()) for line in files["/etc/geofleet/artifacts.sha256"][1].splitlines())
    incoming = "/usr/local/lib/geofleet/incoming"
    assert hashes == {f"{incoming}/cometbft": "a" * 64} | {
        f"{incoming}/{own.name}": sha256_hex(own.text) for own in GUARD
    }


def test_programs_import_the_standard_library_only() -> None:
    for name in ("__init__.py", "agent.py", "documents.py", *(own.name for own in GUARD)):
        for node in ast.walk(ast.parse(program(name))):
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert (node.module or "").split(".")[0] not in ("components", "schemas", "yaml", "cryptography"), name


@pytest.mark.parametrize("field", FIELDS)
def test_no_text_escapes_its_place(field: str, boot: Callable[..., BootData]) -> None:
    expected = set(written_files(user_data(boot())))
    modules = set(yaml.safe_load(user_data(boot())))
    for payload in PAYLOADS:
        for value in (payload, f"lab{payload}"):
            try:
                text = user_data(boot(**{field: value}))
            except (BootDataError, KeyError):
                continue
            files = written_files(text)
            assert set(yaml.safe_load(text)) == modules
            assert set(files) <= expected
            assert json.loads(files["/etc/geofleet/host.json"][1]).get(field, value) == value
            units = [content for path, (_, content) in files.items() if path.startswith("/etc/systemd")]
            assert all("\r" not in unit and "\0" not in unit and unit.isascii() for unit in units)


def test_a_bad_value_is_named(boot: Callable[..., BootData]) -> None:
    with pytest.raises(BootDataError) as raised:
        boot(fleet="x\nExecStart=/bin/sh")
    assert str(raised.value) == r"validators-1: fleet 'x\nExecStart=/bin/sh' cannot be told to a host"


def test_a_client_needs_its_artifact(boot: Callable[..., BootData]) -> None:
    with pytest.raises(BootDataError) as raised:
        boot(artifacts={})
    assert str(raised.value) == "validators-1: artifacts (none) do not fit: cometbft needed, each with its SHA-256"
    with pytest.raises(BootDataError, match=r"artifacts \(cometbft 'x'\) do not fit"):
        boot(artifacts={"cometbft": "x"})


@pytest.mark.parametrize("field", ["client", "version", "chain"])
def test_no_text_escapes_its_place_in_an_assignment(field: str, boot: Callable[..., BootData]) -> None:
    expected = {path.replace("cometbft.service", "") for path in written_files(user_data(boot()))}
    for payload in PAYLOADS:
        values = {"client": "cometbft", "version": "0.38.26", "chain": ""} | {field: f"x{payload}"}
        try:
            text = user_data(boot(assignments=(Assignment(**values),)))
        except (BootDataError, KeyError):
            continue
        files = written_files(text)
        assert {
            path.replace(f"cometbft{'-' * bool(values['chain'])}{values['chain']}.service", "") for path in files
        } <= expected
        units = [content for path, (_, content) in files.items() if path.startswith("/etc/systemd")]
        assert all("\r" not in unit and "\0" not in unit and unit.isascii() for unit in units)


def test_hosts_without_workload_have_no_signer_s_parts(boot: Callable[..., BootData]) -> None:
    files = written_files(user_data(boot(assignments=(), artifacts={})))
    assert not [path for path in files if "cometbft" in path or "artifacts" in path or "restart" in path]
    assert "cometbft" not in files["/etc/sysusers.d/geofleet.conf"][1]


def test_no_private_key_is_in_user_data(boot: Callable[..., BootData]) -> None:
    everything = "".join(content for _, content in written_files(user_data(boot())).values())
    assert "PRIVATE KEY" not in everything
    assert "PrivKeyEd25519" not in everything
