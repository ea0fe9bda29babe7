"""The real engine and the real SDK over the AWS stand-in: one of each resource, and what goes wrong on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.standins.aws.kinds import KINDS
from tests.standins.base.faults import Fault
from tests.standins.running import Project, World

pytestmark = pytest.mark.engine

EVERYTHING = (Path(__file__).parent / "programs" / "everything.py").read_text(encoding="utf-8")
NEAR, FAR = "eu-west-1", "us-east-2"
ALIKE = {"aws:s3/bucketObject:BucketObject"}
"""Kinds that are another one under an older name."""
HOST = """
import pulumi, pulumi_aws as aws
vpc = aws.ec2.Vpc("net", cidr_block="10.9.0.0/16")
subnet = aws.ec2.Subnet("net", vpc_id=vpc.id, cidr_block="10.9.1.0/24", availability_zone_id="euw1-az2")
group = aws.ec2.SecurityGroup("net", vpc_id=vpc.id)
rule = aws.vpc.SecurityGroupIngressRule(
    "p2p", security_group_id=group.id, ip_protocol="tcp", from_port=1, to_port=1, cidr_ipv4="10.9.0.0/16")
ami = aws.ec2.get_ami(owners=["136693071363"], filters=[{"name": "name", "values": ["debian-12-amd64-20260923-2610"]}])
host = aws.ec2.Instance(
    "host", ami=ami.id, instance_type="%s", subnet_id=subnet.id, vpc_security_group_ids=[group.id], private_ip="%s")
"""


def test_one_of_each_is_made_found_unchanged_and_removed(project: Project, world: World) -> None:
    project.program(EVERYTHING)
    project.configure({"aws:region": NEAR})
    made = project.up()
    assert set(KINDS) - {str(step["type"]) for step in made.steps} == ALIKE
    assert project.up("--refresh").changes == {}

    machine = world.ec2(NEAR).describe_instances(InstanceIds=[project.outputs()["machine"]])["Reservations"][0][
        "Instances"
    ][0]
    assert machine["MetadataOptions"]["HttpTokens"] == "required"
    assert machine["PrivateIpAddress"] == "10.1.1.10"
    assert len(world.ec2(FAR).describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.2.0.0/16"]}])["Vpcs"]) == 1

    state = json.dumps(project.state())
    assert "canary-write-only" not in state
    assert str(project.outputs()["preshared_key"]) not in state

    project.destroy()
    assert world.ground.facts() == {}
    assert [one["VpcId"] for one in world.ec2(NEAR).describe_vpcs()["Vpcs"] if not one["IsDefault"]] == []
    assert world.client("s3", NEAR).list_buckets()["Buckets"] == []


def test_a_run_that_failed_half_way_is_finished_by_the_next(project: Project, world: World) -> None:
    project.program(HOST % ("c6a.xlarge", "10.9.1.9"))
    project.configure({"aws:region": NEAR})
    world.disturb(Fault(name="no-capacity", effect="refuse", type="aws:ec2/instance:Instance", times=1))
    failed = project.command("up")
    assert failed.exit_code != 0
    assert "api error InsufficientInstanceCapacity: There is no capacity" in failed.text
    assert project.up().changes == {"create": 1}

    # what someone removed by hand comes back, and nothing else is touched
    world.ec2(NEAR).revoke_security_group_ingress(
        GroupId=_id(project, "aws:ec2/securityGroup:SecurityGroup"),
        SecurityGroupRuleIds=[_id(project, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")],
    )
    assert project.up("--refresh").changes == {"create": 1}

    # one change in place, one that replaces
    instance = _id(project, "aws:ec2/instance:Instance")
    project.program(HOST % ("c6a.2xlarge", "10.9.1.9"))
    assert project.up().changes == {"update": 1}
    assert _id(project, "aws:ec2/instance:Instance") == instance
    project.program(HOST % ("c6a.2xlarge", "10.9.1.10"))
    assert project.up().changes == {"replace": 1}
    assert _id(project, "aws:ec2/instance:Instance") != instance
    project.destroy()


def test_a_resource_left_half_made_is_known_and_repaired(project: Project, world: World) -> None:
    program = 'import pulumi_aws as aws\naws.ec2.Vpc("half", cidr_block="10.8.0.0/16", tags={"n": "%s"})\n'
    project.program(program % 1)
    project.configure({"aws:region": NEAR})
    world.disturb(
        Fault(name="half", effect="half", type="aws:ec2/vpc:Vpc", times=1, code="Timeout", message="not ready")
    )
    failed = project.command("up")
    assert failed.exit_code != 0
    assert "api error Timeout: not ready" in failed.text
    identity = _id(project, "aws:ec2/vpc:Vpc")
    project.up()
    assert _id(project, "aws:ec2/vpc:Vpc") == identity
    project.destroy()


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ('aws.ec2.Vpc("x", cidr_block="10.0.0.0/16", tags={"a": 1})', "tags.a"),
        ('aws.dynamodb.Table("x", attributes=[])', "the stand-in for aws has no aws:dynamodb/table:Table: teach it, or do without"),
    ],
)  # fmt: skip
def test_what_the_stand_in_does_not_know_is_an_error(project: Project, program: str, told: str) -> None:
    project.program(f"import pulumi_aws as aws\n{program}\n")
    project.configure({"aws:region": NEAR})
    done = project.command("preview")
    assert done.exit_code != 0
    assert told in done.text


def _id(project: Project, token: str) -> str:
    [found] = [one["id"] for one in project.state()["deployment"]["resources"] if one["type"] == token]
    return str(found)
