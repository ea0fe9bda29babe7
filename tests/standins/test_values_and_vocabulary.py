"""What stand-ins know without an engine: values on the wire, names and types, what changes and what replaces."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standins.aws.kinds import KINDS
from tests.standins.base.differences import differences
from tests.standins.base.values import UNKNOWN, Secret, decode, encode, has_unknown, plain, remark
from tests.standins.base.vocabulary import UnknownTypeError, resource_vocabulary

INSTANCE = "aws:ec2/instance:Instance"
MACHINE = {"instanceType": "c6a.xlarge", "rootBlockDevice": {"volumeSize": 20, "encrypted": True}}


def problems(token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    found = resource_vocabulary("aws", token).problems(inputs)
    return found or list(KINDS[token].problems(inputs))


def changed(token: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {one.path: (one.change, one.replaces) for one in differences(KINDS[token], old, new)}


def test_values_come_back_from_the_wire_as_they_went() -> None:
    values = {"a": 1, "b": 1.5, "c": [True, "x"], "d": {"e": Secret("s")}, "f": UNKNOWN, "g": Secret({"h": 2})}
    assert decode(encode(values)) == values


def test_absent_values_are_left_out() -> None:
    assert decode(encode({"a": None, "b": 0})) == {"b": 0}


def test_outputs_take_the_secret_marks_of_the_inputs() -> None:
    marked = {"a": Secret("x"), "b": {"c": Secret("y"), "d": "z"}, "e": [Secret("1"), "2"]}
    assert remark(plain(marked), marked) == marked


def test_a_longer_list_with_a_secret_becomes_secret_as_a_whole() -> None:
    assert remark(["1", "2"], [Secret("1")]) == Secret(["1", "2"])


def test_unknowns_are_found_at_any_depth() -> None:
    assert has_unknown({"a": [{"b": Secret(UNKNOWN)}]})
    assert not has_unknown({"a": [{"b": Secret("x")}]})


def test_right_inputs_pass() -> None:
    assert problems(INSTANCE, MACHINE) == []


@pytest.mark.parametrize(
    ("inputs", "path", "reason"),
    [
        ({"instanceTyp": "x"}, "instanceTyp", "is no property of it; did you mean 'instanceType'?"),
        ({"rootBlockDevice": {"encrypt": True}}, "rootBlockDevice.encrypt", "is no property of it; did you mean 'encrypted'?"),
        ({"rootBlockDevice": {"encrypted": "true"}}, "rootBlockDevice.encrypted", "must be of type bool, not str 'true'"),
        ({"monitoring": 1}, "monitoring", "must be of type bool, not int '1'"),
        ({"vpcSecurityGroupIds": "sg-1"}, "vpcSecurityGroupIds", "must be a list, not str 'sg-1'"),
        ({"vpcSecurityGroupIds": ["sg-1", 2]}, "vpcSecurityGroupIds[1]", "must be of type str, not int '2'"),
        ({"tags": {"a b": 3}}, 'tags["a b"]', "must be of type str, not int '3'"),
        ({"metadataOptions": [{}]}, "metadataOptions", "must be an object, not list '[{}]'"),
    ],
)  # fmt: skip
def test_wrong_names_and_types_are_told_with_their_path(inputs: dict[str, Any], path: str, reason: str) -> None:
    assert problems(INSTANCE, inputs) == [(path, reason)]


def test_every_mistake_is_told_at_once() -> None:
    found = problems("aws:ebs/volume:Volume", {"sizes": 1, "encrypted": "yes"})
    assert [path for path, _ in found] == ["availabilityZone", "sizes", "encrypted"]


def test_unknown_and_secret_values_are_of_any_type_and_of_their_own() -> None:
    assert problems(INSTANCE, {"monitoring": UNKNOWN, "vpcSecurityGroupIds": [UNKNOWN]}) == []
    found = resource_vocabulary("aws", INSTANCE).problems({"monitoring": Secret("x")})
    assert found == [("monitoring", "must be of type bool, not str 'x'")]


@pytest.mark.parametrize(
    "token", ["aws:ec2/vpc:Vpcs", "aws:ec2/nothing:Vpc", "aws:ec3/vpc:Vpc", "gcp:ec2/vpc:Vpc", "aws:ec2/vpc:VpcArgs"]
)
def test_a_type_that_the_sdk_lacks_is_refused(token: str) -> None:
    with pytest.raises(UnknownTypeError):
        resource_vocabulary("aws", token)


def test_every_kind_speaks_the_sdks_language() -> None:
    for token, kind in KINDS.items():
        vocabulary = resource_vocabulary("aws", token)
        paths = {*kind.documents, *kind.write_only, *getattr(kind, "listed", {})}
        assert {path.split(".")[0] for path in paths} <= set(vocabulary.inputs), token
        assert set(kind.defaults({})) <= set(vocabulary.outputs), token


def test_a_change_in_place_and_one_that_replaces_are_told_apart() -> None:
    old = {**MACHINE, "subnetId": "subnet-1", "tags": {"a": "1", "c/d": "1"}}
    new = {
        "instanceType": "c6a.2xlarge",
        "rootBlockDevice": {"volumeSize": 30, "encrypted": False},
        "subnetId": "subnet-2",
        "tags": {"b": "2", "c/d": "2"},
    }
    assert changed(INSTANCE, old, new) == {
        "instanceType": ("update", False),
        "rootBlockDevice.encrypted": ("update", True),
        "rootBlockDevice.volumeSize": ("update", False),
        "subnetId": ("update", True),
        "tags.a": ("delete", False),
        "tags.b": ("add", False),
        'tags["c/d"]': ("update", False),
    }


def test_user_data_replaces_only_where_it_is_asked_for() -> None:
    old, new = {"userData": "a"}, {"userData": "b"}
    assert changed(INSTANCE, old, new) == {"userData": ("update", False)}
    on_change = {"userDataReplaceOnChange": True}
    assert changed(INSTANCE, old | on_change, new | on_change) == {"userData": ("update", True)}


def test_an_unknown_new_value_counts_as_a_change() -> None:
    assert changed(INSTANCE, {"subnetId": "subnet-1"}, {"subnetId": UNKNOWN}) == {"subnetId": ("update", True)}


def test_the_order_of_a_set_is_no_change() -> None:
    assert changed(INSTANCE, {"vpcSecurityGroupIds": ["a", "b"]}, {"vpcSecurityGroupIds": ["b", "a"]}) == {}


def test_documents_are_compared_by_meaning() -> None:
    policy = "aws:s3/bucketPolicy:BucketPolicy"
    assert changed(policy, {"policy": '{"a": 1, "b": 2}'}, {"policy": '{"b":2,"a":1}'}) == {}
    assert changed(policy, {"policy": '{"a": 1}'}, {"policy": '{"a": 2}'}) == {"policy": ("update", False)}


def test_what_is_only_written_never_differs() -> None:
    version = "aws:secretsmanager/secretVersion:SecretVersion"
    old = {"secretStringWo": Secret("a"), "secretStringWoVersion": 1}
    assert changed(version, old, {**old, "secretStringWo": Secret("b")}) == {}
    assert changed(version, old, {**old, "secretStringWoVersion": 2}) == {"secretStringWoVersion": ("update", True)}
