from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CheckRequest,
    CreateRequest,
    DiffRequest,
    PropertyDiffKind,
    ReadRequest,
)

from lab import kinds
from lab.kinds import KINDS, Kind
from lab.provider import LabProvider

REGION = "urn:pulumi:lab::geofleet::geofleet-lab:index:Region::london"
CONFIGURATION = "urn:pulumi:lab::geofleet::geofleet-lab:index:Configuration::lab-configuration"
LONDON: dict[str, Any] = {"stack": "lab", "region": "aws:eu-west-2", "cidr": "10.120.1.0/24"}


def values(plain: dict[str, Any]) -> dict[str, PropertyValue]:
    return {name: value(item) for name, item in plain.items()}


def value(item: Any) -> PropertyValue:
    if isinstance(item, dict):
        return PropertyValue(values(item))
    return PropertyValue(item)


def failures(inputs: dict[str, Any]) -> list[tuple[str, str]]:
    response = asyncio.run(LabProvider().check(CheckRequest(REGION, {}, values(inputs), b"")))
    return [(failure.property, failure.reason) for failure in response.failures or []]


def test_a_whole_region_is_accepted() -> None:
    assert failures(LONDON) == []


def test_unknown_missing_and_mistyped_properties_are_refused_all_at_once() -> None:
    assert failures({"stack": 7.0, "cdir": "10.120.1.0/24", "region": "aws:eu-west-2"}) == [
        ("cdir", "Region has no property 'cdir'; it has: cidr, region, stack"),
        ("stack", "found float, expected str"),
        ("cidr", "Region needs 'cidr': Its subnet, a /24."),
    ]


def test_an_unknown_kind_is_refused_with_those_that_exist() -> None:
    with pytest.raises(kinds.UsageError) as refused:
        kinds.kind_of("geofleet-lab:index:Moon")
    assert str(refused.value) == "'geofleet-lab:index:Moon' is not a resource of the lab"
    assert "Machine" in refused.value.remedy


def diff(urn: str, old: dict[str, Any], new: dict[str, Any]) -> Any:
    return asyncio.run(LabProvider().diff(DiffRequest(urn, "id", values(old), values(new), [])))


def test_equal_properties_are_no_change() -> None:
    assert diff(REGION, LONDON, LONDON).changes is False


def test_a_change_that_needs_a_new_resource_says_so_and_removes_the_old_one_first() -> None:
    found = diff(REGION, LONDON, {**LONDON, "cidr": "10.120.2.0/24"})
    assert found.replaces == ["cidr"]
    assert found.delete_before_replace
    assert found.detailed_diff["cidr"].kind is PropertyDiffKind.UPDATE_REPLACE


def test_a_change_in_place_replaces_nothing() -> None:
    found = diff(REGION, LONDON, {**LONDON, "region": "gcp:europe-west2"})
    assert (found.changes, found.replaces, found.diffs) == (True, [], ["region"])


def test_one_hosts_new_document_shows_as_that_hosts() -> None:
    old = {"stack": "lab", "documents": {"a-1": "x", "b-1": "y"}, "signatures": {}, "blobs": {}}
    new = {**old, "documents": {"a-1": "x", "b-1": "z", "c-1": "new"}}
    found = diff(CONFIGURATION, old, new)
    assert {path: change.kind for path, change in found.detailed_diff.items()} == {
        'documents["b-1"]': PropertyDiffKind.UPDATE,
        'documents["c-1"]': PropertyDiffKind.ADD,
    }


def test_a_preview_makes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds.network, "ensure_region", lambda *_: pytest.fail("a preview made a region"))
    found = asyncio.run(LabProvider().create(CreateRequest(REGION, values(LONDON), 0, preview=True)))
    assert found.resource_id == "lab/aws:eu-west-2"


def test_what_is_gone_has_an_empty_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds.network, "read_region", lambda *_: kinds.network.Found(exists=False))
    found = asyncio.run(LabProvider().read(ReadRequest(REGION, "lab/aws:eu-west-2", values(LONDON), values(LONDON))))
    assert found.resource_id == ""


def test_what_is_there_keeps_its_id_and_properties(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds.network, "read_region", lambda *_: kinds.network.Found(exists=True))
    found = asyncio.run(LabProvider().read(ReadRequest(REGION, "lab/aws:eu-west-2", values(LONDON), values(LONDON))))
    assert found.resource_id == "lab/aws:eu-west-2"
    assert found.properties == values(LONDON)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_documents_its_properties_and_starts_with_its_stack(kind: Kind) -> None:
    assert next(iter(kind.properties)) == "stack"
    assert all(property_.description.endswith(".") for property_ in kind.properties.values())
