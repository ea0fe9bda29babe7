"""One of each resource type that the AWS stand-in knows, in two regions: nothing of the project itself."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

NEAR, FAR = "eu-west-1", "us-east-2"
ACCOUNT = aws.get_caller_identity().account_id
HEAD = "10.1.0.0/16"


def document(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(service: str) -> str:
    return document({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


vpc = aws.ec2.Vpc(
    "near", cidr_block=HEAD, region=NEAR, enable_dns_hostnames=True, enable_dns_support=True, tags={"Name": "near"}
)
edge = aws.ec2.VpcIpv4CidrBlockAssociation("edge", vpc_id=vpc.id, cidr_block="10.123.1.0/24", region=NEAR)
subnet = aws.ec2.Subnet("near", vpc_id=vpc.id, cidr_block="10.1.1.0/24", availability_zone_id="euw1-az1", region=NEAR)
public = aws.ec2.Subnet(
    "public", vpc_id=vpc.id, cidr_block="10.123.1.0/26", availability_zone_id="euw1-az1", region=NEAR,
    opts=pulumi.ResourceOptions(depends_on=[edge]),
)  # fmt: skip
gateway = aws.ec2.InternetGateway("near", vpc_id=vpc.id, region=NEAR)
address = aws.ec2.Eip("nat", domain="vpc", region=NEAR, opts=pulumi.ResourceOptions(depends_on=[gateway]))
nat = aws.ec2.NatGateway("nat", allocation_id=address.allocation_id, subnet_id=public.id, region=NEAR)
table = aws.ec2.RouteTable("near", vpc_id=vpc.id, region=NEAR)
aws.ec2.Route("out", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id, region=NEAR)
aws.ec2.RouteTableAssociation("near", route_table_id=table.id, subnet_id=subnet.id, region=NEAR)
aws.ec2.DefaultSecurityGroup("near", vpc_id=vpc.id, region=NEAR)
group = aws.ec2.SecurityGroup("near", vpc_id=vpc.id, region=NEAR, description="hosts", tags={"role": "validator"})
aws.vpc.SecurityGroupIngressRule(
    "p2p", security_group_id=group.id, ip_protocol="tcp", from_port=26656, to_port=26656, cidr_ipv4=HEAD, region=NEAR
)
aws.vpc.SecurityGroupIngressRule(
    "own", security_group_id=group.id, ip_protocol="-1", referenced_security_group_id=group.id, region=NEAR
)
aws.vpc.SecurityGroupEgressRule(
    "https",
    security_group_id=group.id,
    ip_protocol="tcp",
    from_port=443,
    to_port=443,
    cidr_ipv4="0.0.0.0/0",
    region=NEAR,
)
aws.ec2.VpcEndpoint(
    "s3", vpc_id=vpc.id, service_name=f"com.amazonaws.{NEAR}.s3", route_table_ids=[table.id], region=NEAR
)
aws.ec2.VpcEndpoint(
    "ssm", vpc_id=vpc.id, service_name=f"com.amazonaws.{NEAR}.ssm", vpc_endpoint_type="Interface", private_dns_enabled=True,
    subnet_ids=[subnet.id], security_group_ids=[group.id], region=NEAR,
)  # fmt: skip

far = aws.ec2.Vpc("far", cidr_block="10.2.0.0/16", region=FAR, enable_dns_hostnames=True)
peering = aws.ec2.VpcPeeringConnection("pair", vpc_id=vpc.id, peer_vpc_id=far.id, peer_region=FAR, region=NEAR)
accepted = aws.ec2.VpcPeeringConnectionAccepter(
    "pair", vpc_peering_connection_id=peering.id, auto_accept=True, region=FAR,
    accepter={"allow_remote_vpc_dns_resolution": True},
)  # fmt: skip
aws.ec2.PeeringConnectionOptions(
    "pair", vpc_peering_connection_id=accepted.id, requester={"allow_remote_vpc_dns_resolution": True}, region=NEAR
)
aws.ec2.Route(
    "far",
    route_table_id=table.id,
    destination_cidr_block="10.2.0.0/16",
    vpc_peering_connection_id=accepted.id,
    region=NEAR,
)
vgw = aws.ec2.VpnGateway("near", vpc_id=vpc.id, amazon_side_asn="64513", region=NEAR)
aws.ec2.VpnGatewayRoutePropagation("near", vpn_gateway_id=vgw.id, route_table_id=table.id, region=NEAR)
cgw = aws.ec2.CustomerGateway("gcp", bgp_asn="65010", ip_address="203.0.113.7", type="ipsec.1", region=NEAR)
vpn = aws.ec2.VpnConnection(
    "gcp", customer_gateway_id=cgw.id, vpn_gateway_id=vgw.id, type="ipsec.1", region=NEAR, tunnel1_inside_cidr="169.254.21.0/30",
    tunnel2_inside_cidr="169.254.21.4/30", tunnel1_ike_versions=["ikev2"], tunnel2_ike_versions=["ikev2"],
)  # fmt: skip

key = aws.kms.Key(
    "near", region=NEAR, enable_key_rotation=True, deletion_window_in_days=30, description="all data",
    policy=document(
        {"Sid": "root", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"},
        {"Sid": "logs", "Effect": "Allow", "Principal": {"Service": f"logs.{NEAR}.amazonaws.com"},
         "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"], "Resource": "*"},
    ),
)  # fmt: skip
aws.kms.Alias("near", name="alias/near", target_key_id=key.key_id, region=NEAR)
secret = aws.secretsmanager.Secret(
    "consensus", name="perps/validators-1/consensus.json", kms_key_id=key.arn, region=NEAR
)
aws.secretsmanager.SecretVersion(
    "consensus", secret_id=secret.id, secret_string_wo="canary-write-only", secret_string_wo_version=1, region=NEAR
)
aws.ssm.Parameter("plain", name="/perps/region", type="String", value="near", region=NEAR)

role = aws.iam.Role(
    "host", name="validators-1", assume_role_policy=trust("ec2.amazonaws.com"), tags={"host": "validators-1"}
)
aws.iam.RolePolicy(
    "host", name="own", role=role.name,
    policy=secret.arn.apply(
        lambda arn: document({"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": arn})
    ),
)  # fmt: skip
aws.iam.RolePolicyAttachment("host", role=role.name, policy_arn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
profile = aws.iam.InstanceProfile("host", name="validators-1", role=role.name)
image = aws.ec2.get_ami(
    owners=["136693071363"], filters=[{"name": "name", "values": ["debian-12-amd64-20260923-2610"]}], region=NEAR
)
spread = aws.ec2.PlacementGroup("near", name="validators", strategy="spread", region=NEAR)
machine = aws.ec2.Instance(
    "validators-1", ami=image.id, instance_type="c6a.xlarge", subnet_id=subnet.id, vpc_security_group_ids=[group.id],
    private_ip="10.1.1.10", iam_instance_profile=profile.name, region=NEAR, user_data="#cloud-config\n",
    metadata_options={"http_tokens": "required", "http_endpoint": "enabled", "http_put_response_hop_limit": 1},
    root_block_device={"encrypted": True, "kms_key_id": key.arn, "volume_size": 20, "volume_type": "gp3"},
    cpu_options={"amd_sev_snp": "enabled"}, placement_group=spread.name, monitoring=True, associate_public_ip_address=False,
    disable_api_termination=pulumi.Config("geofleet").get_bool("protect") or False, tags={"host": "validators-1"},
)  # fmt: skip
disk = aws.ebs.Volume(
    "validators-1", availability_zone=subnet.availability_zone, size=100, type="gp3", encrypted=True, kms_key_id=key.arn,
    region=NEAR, tags={"host": "validators-1"},
)  # fmt: skip
aws.ec2.VolumeAttachment(
    "validators-1", device_name="/dev/sdf", instance_id=machine.id, volume_id=disk.id, stop_instance_before_detaching=True,
    region=NEAR,
)  # fmt: skip
aws.ebs.EncryptionByDefault("near", enabled=True, region=NEAR)
aws.ec2.InstanceMetadataDefaults("near", http_tokens="required", http_put_response_hop_limit=1, region=NEAR)
aws.ebs.SnapshotBlockPublicAccess("near", state="block-all-sharing", region=NEAR)

bucket = aws.s3.Bucket("store", bucket=f"perps-{ACCOUNT}-{NEAR}", region=NEAR, force_destroy=True)
aws.s3.BucketVersioning("store", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"}, region=NEAR)
aws.s3.BucketServerSideEncryptionConfiguration(
    "store", bucket=bucket.bucket, region=NEAR,
    rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn},
            "bucket_key_enabled": True}],
)  # fmt: skip
aws.s3.BucketPublicAccessBlock(
    "store", bucket=bucket.bucket, block_public_acls=True, block_public_policy=True, ignore_public_acls=True,
    restrict_public_buckets=True, region=NEAR,
)  # fmt: skip
aws.s3.BucketOwnershipControls(
    "store", bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, region=NEAR
)
aws.s3.BucketPolicy(
    "store", bucket=bucket.bucket, region=NEAR,
    policy=bucket.arn.apply(
        lambda arn: document({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"],
                              "Condition": {"Bool": {"aws:SecureTransport": "false"}}})
    ),
)  # fmt: skip
aws.s3.BucketObjectv2("text", bucket=bucket.bucket, key="configuration/validators-1.json", content="{}", region=NEAR)
aws.s3.BucketObjectv2(
    "file", bucket=bucket.bucket, key="artifacts/x", source=pulumi.FileAsset("Pulumi.yaml"), region=NEAR
)

zone = aws.route53.Zone("private", name="perps.internal", vpcs=[{"vpc_id": vpc.id, "vpc_region": NEAR}],
                        opts=pulumi.ResourceOptions(ignore_changes=["vpcs"]))  # fmt: skip
aws.route53.ZoneAssociation("far", zone_id=zone.zone_id, vpc_id=far.id, vpc_region=FAR)
aws.route53.Record(
    "host", zone_id=zone.zone_id, name="validators-1.perps.internal", type="A", ttl=60, records=["10.1.1.10"]
)

balancer = aws.lb.LoadBalancer(
    "rpc", name="perps-rpc", load_balancer_type="network", internal=False, region=NEAR, enable_deletion_protection=False,
    subnet_mappings=[{"subnet_id": public.id}], security_groups=[group.id], enable_cross_zone_load_balancing=True,
    opts=pulumi.ResourceOptions(depends_on=[gateway]),
)  # fmt: skip
targets = aws.lb.TargetGroup(
    "rpc", name="perps-rpc", port=26657, protocol="TCP", target_type="instance", vpc_id=vpc.id, region=NEAR,
    health_check={"protocol": "TCP", "interval": 10, "healthy_threshold": 3, "unhealthy_threshold": 3},
)  # fmt: skip
aws.lb.Listener(
    "rpc", load_balancer_arn=balancer.arn, port=443, protocol="TCP", region=NEAR,
    default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
)  # fmt: skip
aws.lb.TargetGroupAttachment("rpc", target_group_arn=targets.arn, target_id=machine.id, port=26657, region=NEAR)

logs = aws.cloudwatch.LogGroup("flow", name="/perps/flow", retention_in_days=90, kms_key_id=key.arn, region=NEAR)
writer = aws.iam.Role("flow", name="perps-flow", assume_role_policy=trust("vpc-flow-logs.amazonaws.com"))
aws.ec2.FlowLog(
    "near", vpc_id=vpc.id, traffic_type="ALL", log_destination=logs.arn, iam_role_arn=writer.arn, max_aggregation_interval=60,
    region=NEAR,
)  # fmt: skip
topic = aws.sns.Topic("alarms", name="perps-alarms", kms_master_key_id="alias/aws/sns", region=NEAR)
aws.sns.TopicPolicy(
    "alarms", arn=topic.arn, region=NEAR,
    policy=topic.arn.apply(
        lambda arn: document({"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"},
                              "Action": "sns:Publish", "Resource": arn})
    ),
)  # fmt: skip
aws.sns.TopicSubscription("mail", topic=topic.arn, protocol="email", endpoint="ops@example.com", region=NEAR)
aws.cloudwatch.MetricAlarm(
    "host", name="validators-1-status", comparison_operator="GreaterThanThreshold", evaluation_periods=2, period=60,
    metric_name="StatusCheckFailed", namespace="AWS/EC2", statistic="Maximum", threshold=0, alarm_actions=[topic.arn],
    dimensions={"InstanceId": machine.id}, treat_missing_data="breaching", region=NEAR,
)  # fmt: skip
aws.budgets.Budget(
    "network", name="perps", budget_type="COST", limit_amount="9000", limit_unit="USD", time_unit="MONTHLY",
    notifications=[{"comparison_operator": "GREATER_THAN", "threshold": 80, "threshold_type": "PERCENTAGE",
                    "notification_type": "FORECASTED", "subscriber_email_addresses": ["ops@example.com"]}],
)  # fmt: skip
pulumi.export("preshared_key", vpn.tunnel1_preshared_key)
pulumi.export("vpc", vpc.id)
pulumi.export("machine", machine.id)
