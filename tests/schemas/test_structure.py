"""What a reader is told of Pydantic's errors, where models are unions; the rest is in tests/specs/bad."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.diagnostics import InvalidDocumentError
from schemas.document import yaml_text
from schemas.loading import load_spec_text
from schemas.spec.schema import EXAMPLE


def told(**fleet: Any) -> list[str]:
    """Return code, path and message of every mistake of a spec with one fleet."""
    with pytest.raises(InvalidDocumentError) as caught:
        load_spec_text(yaml_text({**EXAMPLE, "fleets": {"members": {"workload": "none", **fleet}}}))
    return [f"{found.code} {found.path}: {found.message}" for found in caught.value.diagnostics]


def test_the_tag_of_a_union_is_no_part_of_a_path() -> None:
    assert told(role="relayer", near=[{"hub": 5, "latency_ms_max": 1}]) == [
        "SPEC203 fleets.members.near[0].hub: found 5, expected text"
    ]
    assert told(role="validator", chain="perps-1", power=[1, "x"]) == [
        "SPEC203 fleets.members.power[1]: found 'x', expected a whole number"
    ]


def test_a_misspelt_tag_hides_no_other_mistake_below_it() -> None:
    found = told(role="relayr", count="x", client={"name": "custum", "program": 3})
    assert sorted(found) == [
        "SPEC202 fleets.members.client: key 'sha256' is missing",
        "SPEC202 fleets.members.client: key 'url' is missing",
        "SPEC202 fleets.members.client: key 'version' is missing",
        "SPEC203 fleets.members.client.program: found 3, expected text",
        "SPEC203 fleets.members.count: found 'x', expected a whole number",
        "SPEC204 fleets.members.client.name: found 'custum', expected 'airnode-feed', 'cometbft', 'confio-relayer', 'etcd-sequencer', 'simapp' or 'custom'",
        "SPEC204 fleets.members.role: found 'relayr', expected 'validator', 'relayer', 'sequencer' or 'oracle'",
    ]


def test_a_tag_that_is_near_to_none_is_told_alone() -> None:
    assert told(role="bridge", count="x") == [
        "SPEC204 fleets.members.role: found 'bridge', expected 'validator', 'relayer', 'sequencer' or 'oracle'"
    ]


@pytest.mark.parametrize(("tag", "shown"), [(5, "5"), (None, "nothing"), ({"a": 1}, "a mapping"), (True, "true")])
def test_a_tag_that_is_no_text_is_told_like_one(tag: object, shown: str) -> None:
    assert told(role=tag) == [
        f"SPEC204 fleets.members.role: found {shown}, expected 'validator', 'relayer', 'sequencer' or 'oracle'"
    ]


def test_a_key_of_another_variant_is_told_as_such_however_deep() -> None:
    assert told(role="relayer", members=[{"region": "aws:eu-west-2", "power": 1}]) == [
        "SPEC205 fleets.members.members[0].power: is for role 'validator', not for 'relayer'"
    ]
    assert told(role="oracle", reports_min=1, external=[], standby=2) == [
        "SPEC205 fleets.members.standby: is for role 'sequencer', not for 'oracle'"
    ]


def test_a_key_of_several_other_variants_names_them_all() -> None:
    assert told(role="relayer", external=[]) == [
        "SPEC205 fleets.members.external: is for role 'validator', 'sequencer' or 'oracle', not for 'relayer'"
    ]


def test_a_list_with_a_wrong_entry_is_not_called_too_short_as_well() -> None:
    path = {"source": "perps-1", "destination": "osmosis-1", "channels": [3]}
    assert told(role="relayer", paths=[path]) == ["SPEC203 fleets.members.paths[0].channels[0]: found 3, expected text"]


@pytest.mark.parametrize("value", ["MC4CAQAwBQYDK2VwBCIEIFw3fJ1l", "abandon ability able about", "0xdeadbeef"])
def test_what_may_be_a_secret_is_never_repeated(value: str) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        load_spec_text(
            yaml_text({**EXAMPLE, "fleets": {"feeds": {"role": "oracle", "reports_min": 1, "wallet": value}}})
        )
    [found] = caught.value.diagnostics
    assert found.message.startswith("the value, which is not shown, is not a reference to a secret")
    assert value not in found.text()
    assert found.line_text == ""


def test_a_url_is_shown_unless_it_may_hold_a_password() -> None:
    def refusal(url: str) -> str:
        chain = {"engine": "cometbft", "operated": "elsewhere", "rpc": [url]}
        with pytest.raises(InvalidDocumentError) as caught:
            load_spec_text(yaml_text({**EXAMPLE, "chains": {"osmosis-1": chain}}))
        return str(caught.value)

    assert "'ftp://rpc.example' is not a URL" in refusal("ftp://rpc.example")
    assert "hunter2" not in refusal("https://user:hunter2@rpc.example")
