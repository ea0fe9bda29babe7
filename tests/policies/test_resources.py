"""The view of resources: one form for proxies, states and previews, in which an unknown is a value."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

import pulumi_policy.proxy as sdk
import pytest

from policies.catalogue import CATALOGUE
from policies.resources import Resource, owner_of, resources_of
from policies.values import ABSENT, FILE, LATER, SECRET, UNKNOWN_VALUES, merged, plain, walk
from tests.policies.cloud import UNKNOWN

SIGNATURE = "4dabf18193072939515e22adb298388d"


def test_the_sentinels_are_those_of_the_sdk() -> None:
    assert {value for name, value in vars(sdk).items() if name.startswith("UNKNOWN_")} == UNKNOWN_VALUES


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (UNKNOWN, LATER),
        (f"10.0.0.0/{UNKNOWN}", LATER),
        ("[secret]", SECRET),
        ({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}, SECRET),
        ({SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "path": "x"}, FILE),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": 3}, 3),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "dependencies": []}, LATER),
        ({SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x"}, "urn:x"),
        ({"a": [{"b": UNKNOWN}]}, {"a": [{"b": LATER}]}),
        (["x", 1.0, None, True], ["x", 1.0, None, True]),
    ],
    ids=str,
)
def test_every_form_of_a_value_becomes_plain_or_unknown(wire: object, expected: object) -> None:
    assert plain(wire) == expected


@pytest.mark.parametrize(
    ("inputs", "outputs", "expected"),
    [
        ({}, {"arn": LATER}, {}),
        ({"key": LATER}, {"key": LATER}, {"key": LATER}),
        ({"tokens": "required"}, {"tokens": LATER}, {"tokens": "required"}),
        ({"tokens": "required"}, {"tokens": "optional"}, {"tokens": "optional"}),
        ({}, {"root": {"encrypted": LATER}}, {"root": {}}),
        ({"rules": [{"port": 22}]}, {"rules": [{"port": LATER}]}, {"rules": [{"port": 22}]}),
        ({"wo": "x"}, {}, {"wo": "x"}),
        ({}, {"rules": [LATER]}, {"rules": [LATER]}),
    ],
    ids=str,
)
def test_what_nobody_set_is_absent_and_what_came_out_wins(inputs: object, outputs: object, expected: object) -> None:
    assert merged(inputs, outputs) == expected


def test_a_path_ends_in_a_value_an_unknown_or_nothing() -> None:
    props = {"a": {"b": 1, "c": LATER, "d": None}}
    assert [walk(props, path) for path in ("a.b", "a.c", "a.c.x", "a.d", "a.x", "x.y")] == [
        1, LATER, LATER, ABSENT, ABSENT, ABSENT,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("token", "props", "provider", "expected"),
    [
        ("aws:ec2/instance:Instance", {"region": "us-east-1"}, {"region": "eu-west-1"}, "aws:us-east-1"),
        ("aws:ec2/subnet:Subnet", {"availabilityZone": "us-east-1a"}, {"region": "eu-west-1"}, "aws:us-east-1"),
        ("aws:ec2/subnet:Subnet", {"availabilityZoneId": "euc1-az1"}, {}, "aws:eu-central-1"),
        ("aws:ec2/vpc:Vpc", {}, {"region": "eu-west-1"}, "aws:eu-west-1"),
        ("aws:iam/role:Role", {}, {}, ABSENT),
        ("aws:ec2/vpc:Vpc", {"region": UNKNOWN}, {"region": "eu-west-1"}, LATER),
        ("gcp:compute/instance:Instance", {"zone": "europe-west3-a"}, {"region": "us-east1"}, "gcp:europe-west3"),
        ("gcp:storage/bucket:Bucket", {"location": "EUROPE-WEST3"}, {}, "gcp:europe-west3"),
        ("gcp:compute/subnetwork:Subnetwork", {"region": "https://x/regions/europe-west2"}, {}, "gcp:europe-west2"),
    ],
)  # fmt: skip
def test_a_resource_is_where_it_says_before_where_its_provider_is(
    token: str, props: dict[str, str], provider: dict[str, str], expected: object
) -> None:
    assert Resource(token=token, name="it", urn="u", inputs=plain(props), provider=provider).region == expected


def test_the_order_in_which_resources_come_does_not_count() -> None:
    made = [Resource(token="aws:ec2/vpc:Vpc", name=str(n), urn=f"urn:{n}") for n in range(9)]
    shuffled = made[:]
    random.Random(3).shuffle(shuffled)
    assert resources_of(shuffled) == resources_of(made)


def test_a_circle_of_parents_ends() -> None:
    assert owner_of("a", {"a": "b", "b": "a"}, {}) is None


def test_every_type_that_a_rule_names_exists_in_the_providers_own_packages() -> None:
    known = ""
    for package in ("pulumi_aws", "pulumi_gcp"):
        spec = importlib.util.find_spec(package)
        assert spec
        assert spec.submodule_search_locations
        root = Path(spec.submodule_search_locations[0])
        known += (root / "__init__.py").read_text(encoding="utf-8")
    for entry in CATALOGUE:
        for token in entry.rule.tokens:
            cloud, _, rest = token.partition(":")
            module, _, kind = rest.partition(":")
            if "*" not in token:
                assert f'"{cloud}:{module}:{kind}"' in known, f"{entry.rule.id}: {token}"
