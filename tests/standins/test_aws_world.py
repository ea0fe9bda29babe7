"""The AWS stand-in over moto, resource by resource: what AWS would not do is refused, what moto drops is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.standins.aws.cloud import ACCOUNT, AwsCloud
from tests.standins.base.faults import Fault
from tests.standins.base.values import UNKNOWN
from tests.standins.driver import AnsweredError, Driver, Made
from tests.standins.running import World

REGION = "eu-west-1"
VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"
GROUP, RULE = "aws:ec2/securityGroup:SecurityGroup", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
INSTANCE, VOLUME, ATTACHMENT = (
    "aws:ec2/instance:Instance", "aws:ebs/volume:Volume", "aws:ec2/volumeAttachment:VolumeAttachment",
)  # fmt: skip
KEY, SECRET, PEERING = (
    "aws:kms/key:Key",
    "aws:secretsmanager/secret:Secret",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
)


@dataclass(frozen=True)
class Site:
    """A network with a subnet in each of two zones."""

    vpc: Made
    subnets: tuple[Made, Made]
    group: Made


@pytest.fixture
def aws(world: World) -> Iterator[Driver]:
    yield Driver(AwsCloud(world.ground), region=REGION)
    world.disturb()


@pytest.fixture
def site(aws: Driver) -> Site:
    vpc = aws.create(VPC, "site", cidrBlock="10.1.0.0/16")
    subnets = [
        aws.create(SUBNET, f"site-{n}", vpcId=vpc.id, cidrBlock=f"10.1.{n}.0/24", availabilityZoneId=f"euw1-az{n}")
        for n in (1, 2)
    ]
    return Site(vpc, (subnets[0], subnets[1]), aws.create(GROUP, "site", vpcId=vpc.id))


def image(world: World, architecture: str = "x86_64") -> str:
    found = world.ec2(REGION).describe_images(Filters=[{"Name": "architecture", "Values": [architecture]}])["Images"]
    return str(found[0]["ImageId"])


def machine(aws: Driver, world: World, site: Site, **inputs: Any) -> Made:
    given = {
        "ami": image(world), "instanceType": "c6a.xlarge", "subnetId": site.subnets[0].id,
        "vpcSecurityGroupIds": [site.group.id], **inputs,
    }  # fmt: skip
    return aws.create(INSTANCE, "host", **given)


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


ROOT = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}


def test_a_resource_says_what_the_world_says(aws: Driver, world: World) -> None:
    made = aws.create(VPC, "net", cidrBlock="10.9.0.0/16", enableDnsHostnames=True, tags={"a": "b"})
    [found] = world.ec2(REGION).describe_vpcs(VpcIds=[made.id])["Vpcs"]
    assert found["CidrBlock"] == made.outputs["cidrBlock"] == "10.9.0.0/16"
    assert found["Tags"] == [{"Key": "a", "Value": "b"}]
    assert made.outputs["arn"] == f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{made.id}"
    assert made.outputs["region"] == REGION


def test_each_resource_may_have_a_region_of_its_own(aws: Driver, world: World) -> None:
    made = aws.create(VPC, "net", cidrBlock="10.9.0.0/16", region="us-east-2")
    assert world.ec2("us-east-2").describe_vpcs(VpcIds=[made.id])["Vpcs"]
    with pytest.raises(AnsweredError, match=r"region: 'mars-1' is no AWS region"):
        aws.create(VPC, "net", cidrBlock="10.9.0.0/16", region="mars-1")


def test_a_preview_foresees_what_is_given_and_nothing_else(aws: Driver) -> None:
    foreseen = aws.preview(VPC, "net", cidrBlock="10.9.0.0/16")
    assert foreseen["cidrBlock"] == "10.9.0.0/16"
    assert foreseen["region"] == REGION
    assert foreseen["arn"] is UNKNOWN


def test_default_tags_are_on_everything_and_only_in_all_tags(world: World) -> None:
    aws = Driver(AwsCloud(world.ground), region=REGION, defaultTags={"tags": {"stack": "perps"}})
    made = aws.create(VPC, "net", cidrBlock="10.9.0.0/16", tags={"a": "b"})
    assert made.outputs["tagsAll"] == {"a": "b", "stack": "perps"}
    assert made.outputs["tags"] == {"a": "b"}


def test_another_account_than_the_allowed_one_is_refused(world: World) -> None:
    with pytest.raises(AnsweredError, match=f"AWS account ID not allowed: {ACCOUNT}"):
        Driver(AwsCloud(world.ground), region=REGION, allowedAccountIds=["210987654321"])


def test_a_name_is_generated_once_and_kept(aws: Driver, site: Site) -> None:
    assert site.group.inputs["name"] == "site-0101010"
    assert aws.check(GROUP, "site", {"vpcId": site.vpc.id}, site.group.inputs)["name"] == "site-0101010"
    assert aws.diff(site.group, vpcId=site.vpc.id, description="other").replaces == ["description"]


def test_subnets_that_overlap_or_leave_their_network_are_refused(aws: Driver, site: Site) -> None:
    with pytest.raises(AnsweredError, match=r"api error InvalidSubnet.Conflict"):
        aws.create(SUBNET, "x", vpcId=site.vpc.id, cidrBlock="10.1.1.128/25", availabilityZoneId="euw1-az1")
    with pytest.raises(AnsweredError, match=r"api error InvalidSubnet.Range"):
        aws.create(SUBNET, "x", vpcId=site.vpc.id, cidrBlock="10.2.1.0/24", availabilityZoneId="euw1-az1")
    with pytest.raises(AnsweredError, match=r"Value \(use1-az1\) for parameter availabilityZoneId is invalid"):
        aws.create(SUBNET, "x", vpcId=site.vpc.id, cidrBlock="10.1.9.0/24", availabilityZoneId="use1-az1")


def test_references_that_are_nowhere_are_refused(aws: Driver, world: World, site: Site) -> None:
    with pytest.raises(AnsweredError, match=r"api error InvalidVpcID.NotFound"):
        aws.create(SUBNET, "x", vpcId="vpc-0123456789abcdef0", cidrBlock="10.1.9.0/24")
    with pytest.raises(AnsweredError, match=r"api error InvalidGroup.NotFound"):
        aws.create(
            RULE, "x", securityGroupId=site.group.id, ipProtocol="-1", referencedSecurityGroupId="sg-0123456789abcdef0"
        )
    with pytest.raises(AnsweredError, match=r"for parameter iamInstanceProfile.name is invalid"):
        machine(aws, world, site, iamInstanceProfile="nobody")
    with pytest.raises(AnsweredError, match=r"api error InvalidAMIID.NotFound"):
        machine(aws, world, site, ami="ami-0123456789abcdef0")
    with pytest.raises(AnsweredError, match=r"InvalidPlacementGroup.Unknown"):
        machine(aws, world, site, placementGroup="nowhere")


def test_peering_of_overlapping_networks_is_refused(aws: Driver, site: Site) -> None:
    other = aws.create(VPC, "other", cidrBlock="10.1.128.0/17", region="us-east-2")
    with pytest.raises(AnsweredError, match=r"10.1.0.0/16 and 10.1.128.0/17 overlap"):
        aws.create(PEERING, "x", vpcId=site.vpc.id, peerVpcId=other.id, peerRegion="us-east-2")
    apart = aws.create(VPC, "apart", cidrBlock="10.3.0.0/16", region="us-east-2")
    made = aws.create(PEERING, "x", vpcId=site.vpc.id, peerVpcId=apart.id, peerRegion="us-east-2")
    assert made.outputs["acceptStatus"] == "pending-acceptance"
    accepter = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"
    with pytest.raises(AnsweredError, match=r"must be accepted in us-east-2"):
        aws.create(accepter, "x", vpcPeeringConnectionId=made.id, autoAccept=True)
    accepted = aws.create(accepter, "x", vpcPeeringConnectionId=made.id, autoAccept=True, region="us-east-2")
    assert accepted.outputs["acceptStatus"] == "active"


def test_a_machine_is_judged_as_ec2_would(aws: Driver, world: World, site: Site) -> None:
    with pytest.raises(AnsweredError, match=r"does not match the architecture 'arm64' of the specified AMI"):
        machine(aws, world, site, ami=image(world, "arm64"))
    with pytest.raises(AnsweredError, match=r"Address 10.1.2.9 does not fall within the subnet's address range"):
        machine(aws, world, site, privateIp="10.1.2.9")
    with pytest.raises(AnsweredError, match=r"Address 10.1.1.3 is in subnet's reserved address range"):
        machine(aws, world, site, privateIp="10.1.1.3")
    machine(aws, world, site, privateIp="10.1.1.9")
    with pytest.raises(AnsweredError, match=r"Address 10.1.1.9 is in use"):
        machine(aws, world, site, privateIp="10.1.1.9")
    with pytest.raises(AnsweredError, match=r"Nitro Enclaves are not supported on t3.xlarge"):
        machine(aws, world, site, instanceType="t3.xlarge", enclaveOptions={"enabled": True})


def test_what_moto_drops_is_kept(aws: Driver, world: World, site: Site) -> None:
    made = machine(
        aws, world, site, cpuOptions={"amdSevSnp": "enabled"}, enclaveOptions={"enabled": True}, monitoring=True
    )
    found = aws.read(made)
    assert found is not None
    assert found.outputs["cpuOptions"] == {"amdSevSnp": "enabled"}
    assert found.outputs["enclaveOptions"] == {"enabled": True}
    assert found.inputs == made.inputs


def test_a_protected_machine_is_not_terminated_until_its_protection_is_taken(
    aws: Driver, world: World, site: Site
) -> None:
    made = machine(aws, world, site, disableApiTermination=True)
    with pytest.raises(AnsweredError, match=r"OperationNotPermitted: The instance 'i-[0-9a-f]+' may not be terminated"):
        aws.delete(made)
    aws.delete(aws.update(made, **{**made.inputs, "disableApiTermination": False}))
    assert aws.read(made) is None


def test_a_volume_stays_in_its_zone_and_outlives_its_machine(aws: Driver, world: World, site: Site) -> None:
    host = machine(aws, world, site)
    zones = [subnet.outputs["availabilityZone"] for subnet in site.subnets]
    near, far = (aws.create(VOLUME, f"disk-{zone}", availabilityZone=zone, size=10, type="gp3") for zone in zones)
    with pytest.raises(AnsweredError, match=r"InvalidVolume.ZoneMismatch"):
        aws.create(ATTACHMENT, "x", instanceId=host.id, volumeId=far.id, deviceName="/dev/sdf")
    attached = aws.create(ATTACHMENT, "x", instanceId=host.id, volumeId=near.id, deviceName="/dev/sdf")
    with pytest.raises(AnsweredError, match=r"api error VolumeInUse"):
        aws.delete(near)
    with pytest.raises(AnsweredError, match=r"cannot be smaller than existing size"):
        aws.update(near, availabilityZone=zones[0], size=5, type="gp3")
    aws.delete(attached)
    aws.delete(host)
    assert aws.read(near) is not None


def test_networks_are_not_removed_under_what_stands_on_them(aws: Driver, world: World, site: Site) -> None:
    host = machine(aws, world, site)
    for made in (site.vpc, site.subnets[0], site.group):
        with pytest.raises(AnsweredError, match=r"api error DependencyViolation"):
            aws.delete(made)
    aws.delete(host)
    for made in (*site.subnets, site.group, site.vpc):
        aws.delete(made)
    assert aws.read(site.vpc) is None


def test_key_policies_that_lock_everyone_out_or_name_nobody_are_refused(aws: Driver) -> None:
    nobody = f"arn:aws:iam::{ACCOUNT}:role/nobody"
    with pytest.raises(AnsweredError, match=r"will not allow you to update the key policy in the future"):
        aws.create(KEY, "x", policy=policy({**ROOT, "Action": "kms:Decrypt"}))
    with pytest.raises(AnsweredError, match=f'Invalid principal in policy: "AWS":"{nobody}"'):
        aws.create(KEY, "x", policy=policy(ROOT, {**ROOT, "Principal": {"AWS": nobody}, "Action": "kms:Decrypt"}))
    assert aws.create(KEY, "x", policy=policy(ROOT)).outputs["isEnabled"] is True


def test_a_secret_needs_a_key_that_can_be_used(aws: Driver) -> None:
    with pytest.raises(AnsweredError, match=r"KMSKeyNotAccessibleFault: the key alias/nothing does not exist"):
        aws.create(SECRET, "x", name="no-key", kmsKeyId="alias/nothing")
    key = aws.create(KEY, "secrets")
    made = aws.create(SECRET, "x", name="with-key", kmsKeyId=key.outputs["arn"])
    aws.delete(key)
    with pytest.raises(AnsweredError, match=r"PendingDeletion"):
        aws.create(SECRET, "y", name="late", kmsKeyId=key.outputs["arn"])
    aws.delete(made)
    assert aws.read(made) is None


def test_a_written_secret_never_comes_back(aws: Driver) -> None:
    secret = aws.create(SECRET, "x", name="canary")
    version = "aws:secretsmanager/secretVersion:SecretVersion"
    made = aws.create(version, "x", secretId=secret.id, secretStringWo="canary-0815", secretStringWoVersion=1)
    assert "canary-0815" not in json.dumps(made.outputs)
    found = aws.read(made)
    assert found is not None
    assert "canary-0815" not in json.dumps(found.outputs)


def test_a_log_group_needs_a_key_that_the_logs_service_may_use(aws: Driver) -> None:
    group = "aws:cloudwatch/logGroup:LogGroup"
    closed = aws.create(KEY, "closed", policy=policy(ROOT))
    with pytest.raises(AnsweredError, match=f"its policy does not allow logs.{REGION}.amazonaws.com"):
        aws.create(group, "x", name="/x", kmsKeyId=closed.outputs["arn"])
    service = {**ROOT, "Principal": {"Service": f"logs.{REGION}.amazonaws.com"}, "Action": "kms:Encrypt*"}
    opened = aws.create(KEY, "open", policy=policy(ROOT, service))
    assert (
        aws.create(group, "x", name="/x", kmsKeyId=opened.outputs["arn"]).outputs["kmsKeyId"] == opened.outputs["arn"]
    )


def test_a_public_bucket_policy_is_refused_where_it_is_blocked(aws: Driver) -> None:
    bucket = aws.create("aws:s3/bucket:Bucket", "x", bucket="perps-open")
    block = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)
    aws.create("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "x", bucket=bucket.id, **block)
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::perps-open/*"}
    with pytest.raises(AnsweredError, match=r"public policies are blocked"):
        aws.create("aws:s3/bucketPolicy:BucketPolicy", "x", bucket=bucket.id, policy=policy(everyone))
    narrowed = {**everyone, "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}
    aws.create("aws:s3/bucketPolicy:BucketPolicy", "x", bucket=bucket.id, policy=policy(narrowed))
    other = {**narrowed, "Resource": "arn:aws:s3:::other/*"}
    with pytest.raises(AnsweredError, match=r"Policy has invalid resource"):
        aws.create("aws:s3/bucketPolicy:BucketPolicy", "x", bucket=bucket.id, policy=policy(other))


def test_what_someone_changed_by_hand_is_read(aws: Driver, world: World, site: Site) -> None:
    rule = aws.create(
        RULE, "p2p", securityGroupId=site.group.id, ipProtocol="tcp", fromPort=1, toPort=1, cidrIpv4="10.0.0.0/8"
    )
    world.ec2(REGION).create_tags(Resources=[site.vpc.id], Tags=[{"Key": "by", "Value": "hand"}])
    world.ec2(REGION).revoke_security_group_ingress(GroupId=site.group.id, SecurityGroupRuleIds=[rule.id])
    assert aws.read(rule) is None
    found = aws.read(site.vpc)
    assert found is not None
    assert found.outputs["tags"] == {"by": "hand"}


def test_a_refused_capacity_comes_back_after_the_times_that_were_asked(aws: Driver, world: World, site: Site) -> None:
    world.disturb(Fault(name="capacity", effect="refuse", type=INSTANCE, where={"region": REGION}, times=2))
    for _ in range(2):
        with pytest.raises(AnsweredError, match=r"InsufficientInstanceCapacity: There is no capacity"):
            machine(aws, world, site)
    assert machine(aws, world, site).id.startswith("i-")


def test_a_lost_answer_leaves_what_was_made(aws: Driver, world: World) -> None:
    world.disturb(Fault(name="lost", effect="lose", type=VPC, where={"cidrBlock": "10.77.0.0/16"}))
    with pytest.raises(AnsweredError, match=r"the connection was closed before an answer came"):
        aws.create(VPC, "lost", cidrBlock="10.77.0.0/16")
    filters = [{"Name": "cidr", "Values": ["10.77.0.0/16"]}]
    assert len(world.ec2(REGION).describe_vpcs(Filters=filters)["Vpcs"]) == 1


def test_every_operation_is_on_record(aws: Driver, world: World) -> None:
    made = aws.create(VPC, "recorded", cidrBlock="10.9.0.0/16")
    aws.delete(made)
    found = [(one.operation, one.id, one.failed) for one in world.operations() if one.name == "recorded"]
    assert found == [("create", made.id, ""), ("delete", made.id, "")]
