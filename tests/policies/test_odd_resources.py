"""No form that a property can have makes a rule crash, nor two feeds disagree: a crash would hide the finding."""

from __future__ import annotations

import random
from typing import Any

import pytest

from policies.catalogue import CATALOGUE, is_judged
from policies.exported import exported_from
from policies.judge import judge
from policies.published import published
from schemas.report import Finding
from tests.policies.cloud import UNKNOWN, Made, host, state_of
from tests.policies.security.machines import AWS, GCP, GCP_TEMPLATE, PROPS, TEMPLATE

ODD: list[Any] = [None, "", "x", "-1", 0, -1, 2.5, True, False, [], {}, [None], ["x"], [UNKNOWN], [[]], [{}], {"x": 1},
                  {"a": {"b": UNKNOWN}}, UNKNOWN, f"x{UNKNOWN}", "[secret]", "0.0.0.0/0", "*", "{", "[1]", "null", "é\0"]  # fmt: skip
TOKENS = sorted({token.replace("*", "x") for entry in CATALOGUE for token in entry.rule.tokens})
PATHS = (
    "metadataOptions", "rootBlockDevice", "ebsBlockDevices", "blockDeviceMappings", "ingress", "egress", "cidrBlocks",
    "cidrIpv4", "fromPort", "toPort", "protocol", "ipProtocol", "allows", "sourceRanges", "direction", "match", "action",
    "metadata", "userData", "userDataBase64", "metadataStartupScript", "policy", "policyData", "policyArn", "role",
    "member", "members", "inlinePolicies", "managedPolicyArns", "replication", "kmsKeyId", "recoveryWindowInDays",
    "deletionWindowInDays", "rotationPeriod", "destroyScheduledDuration", "serviceAccount", "shieldedInstanceConfig",
    "networkInterfaces", "confidentialInstanceConfig", "cpuOptions", "enclaveOptions", "machineType", "instanceType",
    "scheduling", "bootDisk", "attachedDisks", "disks", "scratchDisks", "region", "zone", "location", "availabilityZone",
    "availabilityZoneId", "tags", "labels", "entries", "cidr", "vpcId", "bucket", "versioning", "acl", "state", "group",
    "strategy", "partitionCount", "groupPlacementPolicy", "logConfig", "enabled", "key", "value", "launchTemplate",
)  # fmt: skip


def crashes(*made: Made) -> list[str]:
    found = exported_from(state_of(host("validator"), *made), source="state.json")
    findings: tuple[Finding, ...] = judge(
        published(found.components, resources=found.resources).view, found.feed
    ).findings
    return [finding.text() for finding in findings if "internal error" in finding.message]


@pytest.mark.parametrize("token", TOKENS)
def test_no_odd_value_makes_a_rule_crash(token: str) -> None:
    assert is_judged(token)
    dice = random.Random(token)
    made = [
        Made(token=token, name=f"{path}-{number}", props={**PROPS.get(token, {}), path: value}, parent=host("v").urn)
        for path in PATHS
        for number, value in enumerate(dice.sample(ODD, 9))
    ]
    assert crashes(*made) == []


@pytest.mark.parametrize("seed", range(4))
def test_no_odd_value_deep_inside_makes_a_rule_crash(seed: int) -> None:
    dice = random.Random(seed)
    made = []
    for number in range(300):
        token = dice.choice([AWS, GCP, TEMPLATE, GCP_TEMPLATE])
        made.append(
            Made(token=token, name=str(number), props={key: _spoilt(part, dice) for key, part in PROPS[token].items()})
        )
    assert crashes(*made) == []


def _spoilt(value: Any, dice: random.Random) -> Any:
    if dice.random() < 0.12:
        return dice.choice(ODD)
    if isinstance(value, dict):
        return {key: _spoilt(part, dice) for key, part in value.items()} if value else value
    return [_spoilt(part, dice) for part in value] if isinstance(value, list) else value
