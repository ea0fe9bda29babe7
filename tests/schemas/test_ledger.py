from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from schemas.diagnostics import InvalidDocumentError
from schemas.ledger import FirstStart, KeyRecord, Ledger, Purpose, ledger_text, read_ledger


def key(holder: str, purpose: Purpose, name: str, address: str = "") -> KeyRecord:
    return KeyRecord(
        holder=holder, purpose=purpose, public_key=f"{name}+/=", fingerprint=f"SHA256:{name}", address=address
    )


def ledger() -> Ledger:
    return Ledger(
        stack="lab",
        chain_suffix="12e456",
        genesis_time="2026-11-24T13:00:00Z",
        keys=(
            key("deployer", Purpose.DEPLOYER, "d"),
            key("validators-1", Purpose.CONSENSUS, "c1", "0E" * 20),
            key("validators-1", Purpose.NODE, "n1", "12" * 20),
            key("validators-2", Purpose.CONSENSUS, "c2", "AB" * 20),
        ),
        first_starts=(FirstStart(host="validators-1", token="0123456789", expires="2026-12-01T00:00:00Z"),),
    )


def refusal(text: str, tmp_path: Path) -> str:
    path = tmp_path / "lab.keys.yaml"
    path.write_text(text)
    with pytest.raises(InvalidDocumentError) as caught:
        read_ledger(path, source="lab.keys.yaml")
    return "\n".join(found.text().splitlines()[0] for found in caught.value.diagnostics)


def test_a_ledger_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "lab.keys.yaml"
    path.write_text(ledger_text(ledger()))
    assert read_ledger(path) == ledger()


@pytest.mark.parametrize("suffix", ["12e456", "0600", "123456", "e", "1.5", "no", "", "00e1"])
def test_a_suffix_that_looks_like_something_else_stays_text(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "lab.keys.yaml"
    path.write_text(ledger_text(replace(ledger(), chain_suffix=suffix)))
    found = read_ledger(path)
    assert found.chain_suffix == suffix
    assert found.chain_id("perps-1") == (f"perps-1-{suffix}" if suffix else "perps-1")


def test_a_ledger_is_written_in_one_order() -> None:
    turned = replace(ledger(), keys=tuple(reversed(ledger().keys)))
    assert ledger_text(turned) == ledger_text(ledger())


def test_keys_are_found_by_holder_and_purpose() -> None:
    found = ledger().key("validators-1", Purpose.NODE)
    assert found is not None
    assert found.fingerprint == "SHA256:n1"
    assert ledger().key("validators-9", Purpose.NODE) is None
    assert ledger().fingerprints("validators-1") == {"consensus": "SHA256:c1", "node": "SHA256:n1"}
    start = ledger().first_start("validators-1")
    assert start is not None
    assert start.token == "0123456789"
    assert ledger().first_start("validators-2") is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("c2+/=", "c1+/=", "23:15: error KEYS301 keys[3].public_key: is the consensus key of validators-1 already"),
        ("SHA256:c2", "SHA256:c1", "24:16: error KEYS301 keys[3].fingerprint: is the consensus key of validators-1 already"),
        ("AB" * 20, "0E" * 20, "25:12: error KEYS301 keys[3].address: is the consensus key of validators-1 already"),
        ("n1+/=", "c1+/=", "18:15: error KEYS301 keys[2].public_key: is the consensus key of validators-1 already"),
        ("purpose: node", "purpose: consensus", "16:3: error KEYS302 keys[2]: validators-1 has a consensus key already"),
        ("purpose: node", "purpose: nodes", "17:12: error KEYS204 keys[2].purpose: found 'nodes', expected 'consensus', 'node', 'observer', 'account', 'wallet', 'airnode', 'probe', 'sequencer', 'ssh_host', 'deployer' or 'operator'"),
        ("holder: deployer", "holder: 7", "7:11: error KEYS203 keys[0].holder: found 7, expected text"),
        ("geofleet/keys/v1", "geofleet/keys/v2", "2:9: error KEYS204 schema: found 'geofleet/keys/v2', expected 'geofleet/keys/v1'"),
        ("first_starts:", "first_start:", "2:1: error KEYS202 key 'first_starts' is missing"),
    ],
)  # fmt: skip
def test_a_damaged_ledger_is_refused_where_it_is_damaged(old: str, new: str, message: str, tmp_path: Path) -> None:
    text = ledger_text(ledger())
    assert old in text
    assert f"lab.keys.yaml:{message}" in refusal(text.replace(old, new, 1), tmp_path)


def test_two_first_starts_of_one_host_are_refused(tmp_path: Path) -> None:
    text = ledger_text(replace(ledger(), first_starts=ledger().first_starts * 2))
    assert refusal(text, tmp_path).endswith("KEYS303 first_starts[1]: validators-1 has a first start already")


def test_every_prefix_of_a_ledger_is_refused(tmp_path: Path) -> None:
    text = ledger_text(ledger())
    for end in range(0, text.rindex("host: validators-1"), 7):
        assert refusal(text[:end], tmp_path).startswith("lab.keys.yaml:")


def test_a_missing_ledger_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocumentError, match=r"nowhere\.yaml:1:1: error SPEC100 cannot be read"):
        read_ledger(tmp_path / "nowhere.yaml")
