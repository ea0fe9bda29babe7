"""The twelve ways around policies (test T17 of the reliability research): each is tried, and blocked.

Through the engine's own servicer, never by calling a check: proxies, unknowns and levels are part of each way.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer

from operations.deployment import PolicyRefusedError, require_judged
from operations.engine import EngineRun
from policies import pack
from tests.policies.cloud import UNKNOWN, Made, host, of_host, violations
from tests.policies.security.machines import AWS, GONE, TEMPLATE, machine, owned

GROUP = "aws:ec2/securityGroup:SecurityGroup"
OPEN_SSH = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}


def stopped_by(rule: str, *made: Made, **options: Any) -> list[str]:
    """Return the messages with which a rule stops a deployment."""
    told = violations(*made, **options)
    assert not any("can't run policy" in message for _, _, _, message in told)
    return [message for level, id_, _, message in told if id_ == rule and level == "MANDATORY"]


def test_1_no_pack_at_all() -> None:
    """Nothing but the option makes the engine run a local pack: `up` refuses a run that it never saw."""
    silent = EngineRun(exit_code=0, changes={"create": 60}, policy_violations=(), errors=())
    with pytest.raises(PolicyRefusedError, match="judged by no policy pack"):
        require_judged(silent, "perps", "preview")


def test_2_the_level_that_packs_have_by_default() -> None:
    """A pack advises unless told otherwise; each of ours says its level itself, so the pack's own does not count."""
    policies = pack.Pack(is_preview=True).policies()
    servicer = _PolicyAnalyzerServicer(pack.NAME, "0.0.1", policies, EnforcementLevel.ADVISORY)
    levels = {
        p.name: proto.EnforcementLevel.Name(p.enforcementLevel) for p in servicer.GetAnalyzerInfo(None, None).policies
    }
    assert levels == {
        "geofleet-resources": "MANDATORY", "geofleet-mandatory": "MANDATORY", "geofleet-advisory": "ADVISORY",
    }  # fmt: skip
    assert stopped_by("SEC016", Made(token=GROUP, props={"ingress": [OPEN_SSH]}))


def test_3_a_value_that_is_unknown_at_preview() -> None:
    """The SDK turns a mandatory policy that meets an unknown into advice: here it stops the deployment."""
    [message] = stopped_by("SEC016", Made(token=GROUP, props={"ingress": UNKNOWN}))
    assert message == "SecurityGroup: not known: ingress (known after creation)"


def test_4_an_unknown_inside_a_longer_text() -> None:
    """The SDK knows an unknown only where it is the whole value."""
    cidr = {**OPEN_SSH, "cidrBlocks": [f"{UNKNOWN}/0"]}
    [message] = stopped_by("SEC016", Made(token=GROUP, props={"ingress": [cidr]}))
    assert "ingress[0].cidrBlocks[0] (known after creation)" in message


@pytest.mark.parametrize("props", [{"region": "us-east-1"}, {"availabilityZone": "us-east-1a"}])
def test_5_a_region_of_the_resources_own(props: dict[str, str]) -> None:
    """pulumi-aws 7 takes `region` on each resource: the provider's region proves nothing."""
    made = of_host(AWS, props, provider={"region": "eu-central-1"}, name="m")
    assert stopped_by("RED041", host("validator"), made) == [
        "Instance: is in aws:us-east-1; its host is in aws:eu-central-1"
    ]


def test_6_a_rule_of_a_group_as_a_resource_of_its_own() -> None:
    props = {"type": "ingress", **OPEN_SSH}
    assert stopped_by("SEC016", Made(token="aws:ec2/securityGroupRule:SecurityGroupRule", props=props))


def test_7_a_rule_of_a_group_in_its_newest_form() -> None:
    props = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0"}
    assert stopped_by("SEC016", Made(token="aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", props=props))


@pytest.mark.parametrize(
    "sources",
    [
        {"cidrBlocks": ["0.0.0.0/1", "128.0.0.0/1"]},
        {"cidrBlocks": [], "ipv6CidrBlocks": ["::/1", "8000::/1"]},
        {"cidrBlocks": [f"{n}.0.0.0/8" for n in range(1, 224)]},
    ],
)
def test_8_the_internet_in_parts(sources: dict[str, list[str]]) -> None:
    assert stopped_by("SEC016", Made(token=GROUP, props={"ingress": [{**OPEN_SSH, **sources}]}))


@pytest.mark.parametrize("rule", ["SEC010", "SEC012"])
def test_9_a_launch_template_instead_of_an_instance(rule: str) -> None:
    template = machine(TEMPLATE, metadataOptions=GONE, blockDeviceMappings=[{"ebs": {"volumeSize": 8}}])
    assert stopped_by(rule, template)


def test_10_proxies_that_are_neither_list_nor_dict() -> None:
    """A rule that guards with isinstance passes everything that the SDK hands it: ours see plain values."""
    seen: list[type] = []

    class Watched(pack.Pack):
        def _made(self, holder: Any, asked: Any, answered: Any) -> Any:
            found = super()._made(holder, asked, answered)
            seen.extend(
                [type(found.get("ingress")), type(found.get("ingress")[0]), type(found.get("ingress")[0]["cidrBlocks"])]
            )
            return found

    servicer = _PolicyAnalyzerServicer(
        pack.NAME, "0.0.1", Watched(is_preview=True).policies(), EnforcementLevel.MANDATORY
    )
    request = proto.AnalyzeRequest(type=GROUP, urn=f"urn:pulumi:s::p::{GROUP}::g", name="g")
    json_format.ParseDict({"ingress": [OPEN_SSH]}, request.properties)
    assert "SEC016" in servicer.Analyze(request, None).diagnostics[0].message
    assert seen == [list, dict, list]


def test_11_a_remediation_in_the_place_of_a_refusal() -> None:
    """Asked to remediate, the pack changes nothing and still refuses: nobody's intent is mended in silence."""
    config = {name: {"enforcementLevel": "REMEDIATE"} for name in ("geofleet-resources", "geofleet-mandatory")}
    made = Made(token=GROUP, props={"ingress": [OPEN_SSH]})
    assert stopped_by("SEC016", made, config=config)
    servicer = _PolicyAnalyzerServicer(pack.NAME, "0.0.1", pack.Pack().policies(), EnforcementLevel.MANDATORY)
    request = proto.AnalyzeRequest(type=GROUP, urn=made.urn, name=made.name)
    json_format.ParseDict(dict(made.props), request.properties)
    assert list(servicer.Remediate(request, None).remediations) == []


def test_12_values_that_another_stack_gives() -> None:
    """A stack reference is unknown until it is read: what depends on it is judged with its value, or not made."""
    reference = Made(token="pulumi:pulumi:StackReference", name="other", props={"name": "org/net/prod"})
    document = f'{{"Statement": [{{"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": "{UNKNOWN}"}}]}}'
    key = Made(token="aws:kms/key:Key", props={"policy": document, "enableKeyRotation": True})
    told = violations(reference, key)
    assert [(level, rule) for level, rule, _, _ in told if rule == "SEC025"] == [("ADVISORY", "SEC025")]
    assert stopped_by("SEC025", reference, key, preview=False), "still open when all is made: up fails"
    public = Made(token=key.token, props={**key.props, "policy": document.replace(UNKNOWN, "*")})
    assert stopped_by("SEC025", reference, public, preview=False)
    assert stopped_by("RED041", host("validator"), of_host(AWS, {"region": UNKNOWN}))


def test_what_is_stopped_before_it_is_made_is_stopped_by_the_resources_own_policy() -> None:
    """A run that skips the preview would make everything first, if only policies over the whole stack refused."""
    servicer = _PolicyAnalyzerServicer(
        pack.NAME, "0.0.1", pack.Pack(is_preview=False).policies(), EnforcementLevel.MANDATORY
    )
    voter = owned(disableApiTermination=GONE, tags={"geofleet:role": "validator"})
    request = proto.AnalyzeRequest(type=voter.token, urn=voter.urn, name=voter.name)
    json_format.ParseDict(
        json.loads(json.dumps(dict(voter.props))) | {"metadataOptions": {"httpTokens": "optional"}}, request.properties
    )
    [finding] = [d for d in servicer.Analyze(request, None).diagnostics if "[SEC010]" in d.message]
    assert proto.EnforcementLevel.Name(finding.enforcementLevel) == "MANDATORY"
