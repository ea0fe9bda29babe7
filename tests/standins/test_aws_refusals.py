"""What the AWS stand-in refuses by itself: values that AWS's models do not list, and what moto takes wrongly."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.standins.aws.documents import document_problems
from tests.standins.aws.kinds import KINDS
from tests.standins.base.values import UNKNOWN

INSTANCE = "aws:ec2/instance:Instance"
SEV_SNP = {"cpuOptions": {"amdSevSnp": "enabled"}, "region": "eu-west-1"}


def policy(**statement: Any) -> str:
    whole = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [{k: v for k, v in whole.items() if v is not None}]})


def refused(token: str, **inputs: Any) -> list[str]:
    return [f"{path} {reason}" for path, reason in KINDS[token].problems(inputs)]


@pytest.mark.parametrize("purpose", ["identity", "resource", "trust"])
def test_good_documents_pass(purpose: Any) -> None:
    principal = None if purpose == "identity" else {"Service": "ec2.amazonaws.com"}
    resource = None if purpose == "trust" else "arn:aws:s3:::perps/*"
    assert document_problems(policy(Principal=principal, Resource=resource), purpose) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "the policy is no valid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[]", "the policy is no JSON object"),
        ('{"Version": "2012-10-17"}', "Statement is missing or empty"),
        ('{"Statement": [], "Statement": []}', "the policy is no valid JSON: 'Statement' is given twice in one object"),
        (policy(Effect="allow"), "statement 0: Effect is 'allow', not Allow or Deny"),
        (policy(Action="Decrypt"), "statement 0: Action 'Decrypt' is not of the form service:Action"),
        (policy(Action="kmss:Decrypt"), "statement 0: Action 'kmss:Decrypt' names no AWS service: 'kmss'"),
        (policy(Action=None), "statement 0: needs one of Action and NotAction, has none"),
        (policy(Resource="perps"), "statement 0: Resource 'perps' is neither an ARN nor *"),
        (policy(Principal="*"), "statement 0: an identity's policy names no principal"),
        (policy(Sid="a b"), "statement a b: Sid may hold letters and digits only"),
        (policy(Conditions={}), "statement 0: 'Conditions' is no element of a statement"),
        (policy(Condition={"StringEqual": {"a": "b"}}), "statement 0: 'StringEqual' is no condition operator"),
    ],
)  # fmt: skip
def test_malformed_documents_are_refused(text: str, told: str) -> None:
    assert document_problems(text, "identity") == [told]


def test_a_version_that_does_not_exist_is_refused() -> None:
    text = json.dumps({"Version": "2012-10-18", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    [told] = document_problems(text, "identity")
    assert told == "'2012-10-18' is no version of the policy language; there are 2012-10-17 and 2008-10-17"


def test_a_resources_policy_needs_a_principal_that_can_be() -> None:
    assert document_problems(policy(), "resource") == ["statement 0: needs one of Principal and NotPrincipal, has none"]
    [told] = document_problems(policy(Principal={"AWS": "root"}), "resource")
    assert told == "statement 0: Principal 'root' is no AWS principal"


def test_values_that_awss_models_do_not_list_are_refused() -> None:
    assert refused(INSTANCE, instanceType="c6a.xlarge", region="eu-west-1") == []
    found = refused(INSTANCE, instanceType="c6a.xlargest", region="eu-west-9", metadataOptions={"httpTokens": "must"})
    assert found == [
        "region 'eu-west-9' is no AWS region",
        "instanceType 'c6a.xlargest' is not among AWS's values of ec2:InstanceType",
        "metadataOptions.httpTokens 'must' is not among AWS's values of ec2:HttpTokensState",
    ]


def test_unknown_values_are_left_alone() -> None:
    assert refused(INSTANCE, instanceType=UNKNOWN, region=UNKNOWN, userData=UNKNOWN, cpuOptions=UNKNOWN) == []
    assert refused("aws:ebs/volume:Volume", size=UNKNOWN, kmsKeyId=UNKNOWN, encrypted=UNKNOWN) == []


@pytest.mark.parametrize("size", [16_384, 16_385])
def test_user_data_ends_at_16_kib(size: int) -> None:
    told = [] if size == 16_384 else [f"userData is {size} bytes; EC2 takes at most 16384"]
    assert refused(INSTANCE, userData="x" * size) == told
    encoded = base64.b64encode(b"x" * size).decode()
    told = [] if size == 16_384 else [f"userDataBase64 holds {size} bytes; EC2 takes at most 16384"]
    assert refused(INSTANCE, userDataBase64=encoded) == told


def test_sev_snp_is_for_some_families_and_regions() -> None:
    assert refused(INSTANCE, instanceType="c6a.xlarge", **SEV_SNP) == []
    assert refused(INSTANCE, instanceType="c7i.xlarge", **SEV_SNP) == [
        "cpuOptions.amdSevSnp family c7i has no SEV-SNP; m6a, c6a, r6a have"
    ]
    assert refused(INSTANCE, instanceType="c6a.xlarge", **{**SEV_SNP, "region": "eu-central-1"}) == [
        "cpuOptions.amdSevSnp eu-central-1 has no SEV-SNP; us-east-2, eu-west-1 have"
    ]


@pytest.mark.parametrize(
    ("token", "inputs", "told"),
    [
        ("aws:ebs/volume:Volume", {"size": 1, "kmsKeyId": "k"}, "kmsKeyId is given for a volume that is not encrypted"),
        ("aws:ebs/volume:Volume", {}, "size or snapshotId is needed"),
        ("aws:kms/key:Key", {"deletionWindowInDays": 6}, "deletionWindowInDays is 6; AWS takes 7 to 30"),
        ("aws:kms/alias:Alias", {"name": "perps"}, "name 'perps' must begin with alias/, and not with alias/aws/"),
        ("aws:ec2/subnet:Subnet", {"cidrBlock": "10.0.0.1/24"}, "cidrBlock '10.0.0.1/24' is no IPv4 network: 10.0.0.1/24 has host bits set"),
        ("aws:s3/bucket:Bucket", {"bucket": "Perps"}, "bucket 'Perps' is no bucket name: 3 to 63 of a-z, 0-9, '.' and '-'"),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 91, "region": "eu-west-1"}, "retentionInDays is 91; AWS takes 0, 1, 3"),
        ("aws:ec2/vpnConnection:VpnConnection", {"tunnel1InsideCidr": "169.254.5.0/30"}, "tunnel1InsideCidr '169.254.5.0/30' is reserved by AWS"),
        ("aws:ec2/vpnConnection:VpnConnection", {"tunnel2PresharedKey": "0short"}, "tunnel2PresharedKey must be 8 to 64 letters"),
        ("aws:lb/targetGroup:TargetGroup", {"name": "x" * 33}, f"name '{'x' * 33}' is longer than 32 characters"),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {"ipProtocol": "tcp"}, "fromPort and toPort are needed with protocol tcp"),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {"ipProtocol": "-1", "fromPort": 1}, "fromPort is not given with protocol -1"),
        ("aws:iam/role:Role", {"assumeRolePolicy": "{}"}, "assumeRolePolicy MalformedPolicyDocument: Statement is missing or empty"),
    ],
)  # fmt: skip
def test_what_aws_would_refuse_is_refused_before_the_call(token: str, inputs: dict[str, Any], told: str) -> None:
    [found] = refused(token, **inputs)
    assert found.startswith(told)
