"""What sees trouble in one region: flow logs, the hosts' log group, alarms, a topic; and one budget for the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.hosts.aws_identity import log_group_name
from components.hosts.aws_keys import RegionKeys
from components.hosts.aws_network import RegionNetwork
from components.hosts.aws_place import Place
from components.hosts.aws_policy import allow, policy, service, trust

LOG_DAYS = 90


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One alarm on a metric that the cloud itself has."""

    name: str
    metric: str
    namespace: str
    statistic: str
    comparison: str
    threshold: float
    period_s: int
    periods: int
    missing: str
    """What a missing value counts as: `breaching` where silence is trouble."""
    text: str


HOST_RULES = (
    Rule(
        name="unreachable", metric="StatusCheckFailed", namespace="AWS/EC2", statistic="Maximum",
        comparison="GreaterThanOrEqualToThreshold", threshold=1, period_s=60, periods=2, missing="breaching",
        text="the instance or its hardware does not answer; AWS moves it by itself where it can",
    ),
    Rule(
        name="busy", metric="CPUUtilization", namespace="AWS/EC2", statistic="Average",
        comparison="GreaterThanThreshold", threshold=90, period_s=300, periods=3, missing="breaching",
        text="the processors are busy for a quarter of an hour: votes and reports will be late",
    ),
)  # fmt: skip
"""For every host. What the node software counts (missed blocks, backlogs, stale prices) is on its own metrics port."""

DISK_RULE = Rule(
    name="disk-stalled", metric="VolumeStalledIOCheck", namespace="AWS/EBS", statistic="Maximum",
    comparison="GreaterThanOrEqualToThreshold", threshold=1, period_s=60, periods=2, missing="notBreaching",
    text="the data volume does not complete what is written: neither blocks nor sign state are kept",
)  # fmt: skip
"""For every data volume."""

TUNNEL_RULE = Rule(
    name="tunnel-down", metric="TunnelState", namespace="AWS/VPN", statistic="Minimum",
    comparison="LessThanThreshold", threshold=1, period_s=300, periods=2, missing="breaching",
    text="a tunnel between the clouds is down; the other one of the pair carries its traffic",
)  # fmt: skip


def make_topic(place: Place, keys: RegionKeys) -> aws.sns.Topic:
    """Make the topic that a region's alarms go to; the settings' address subscribes."""
    topic = aws.sns.Topic(
        f"{place.key}-alarms", region=place.name, name=f"{place.plan.stack}-alarms", kms_master_key_id=keys.data.arn,
        tags=place.tags("alarms"), opts=place.opts(),
    )  # fmt: skip
    account = place.settings.account
    aws.sns.TopicPolicy(
        f"{place.key}-alarms", region=place.name, arn=topic.arn, opts=place.opts(),
        policy=topic.arn.apply(lambda arn: policy(
            allow("Alarms", ("sns:Publish",), arn, principal=service("cloudwatch"),
                  condition={"StringEquals": {"aws:SourceAccount": account}}),
        )),
    )  # fmt: skip
    if place.settings.alarm_email:
        aws.sns.TopicSubscription(
            f"{place.key}-alarms", region=place.name, topic=topic.arn, protocol="email",
            endpoint=place.settings.alarm_email, opts=place.opts(),
        )  # fmt: skip
    return topic


def make_flow_log_role(place: Place) -> aws.iam.Role:
    """Make the role by which every region's flow logs are written; once for the stack, which has one name for it."""
    name = f"{place.plan.stack}-flow-logs"
    role = aws.iam.Role(
        name, name=name, assume_role_policy=policy(trust("FlowLogs", "vpc-flow-logs")), tags=place.tags("flow-logs"),
        opts=place.opts(),
    )  # fmt: skip
    groups = f"arn:aws:logs:*:{place.settings.account}:log-group:/geofleet/{place.plan.stack}/flow-logs"
    aws.iam.RolePolicy(
        name, role=role.name, name="flow-logs", opts=place.opts(),
        policy=policy(allow(
            "Write", ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
            [groups, f"{groups}:log-stream:*"],
        )),
    )  # fmt: skip
    return role


def make_logs(place: Place, network: RegionNetwork, keys: RegionKeys, flow_role: aws.iam.Role) -> None:
    """Make a region's log groups, and log what its network lets through and refuses."""
    _log_group(place, "hosts", log_group_name(place.plan.stack), keys)
    flows = _log_group(place, "flow-logs", f"/geofleet/{place.plan.stack}/flow-logs", keys)
    aws.ec2.FlowLog(
        f"{place.key}-flows", region=place.name, vpc_id=network.vpc.id, traffic_type="ALL", iam_role_arn=flow_role.arn,
        log_destination=flows.arn, log_destination_type="cloud-watch-logs", max_aggregation_interval=600,
        tags=place.tags("flows"), opts=place.opts(),
    )  # fmt: skip


def _log_group(place: Place, noun: str, name: str, keys: RegionKeys) -> aws.cloudwatch.LogGroup:
    return aws.cloudwatch.LogGroup(
        f"{place.key}-{noun}", region=place.name, name=name, retention_in_days=LOG_DAYS, kms_key_id=keys.data.arn,
        tags=place.tags(noun), opts=place.opts(),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What alarms are about."""

    name: str
    tags: Mapping[str, str]
    topic: aws.sns.Topic
    parent: pulumi.Resource


def watch_host(place: Place, subject: Subject, *, instance: aws.ec2.Instance, volume: aws.ebs.Volume) -> None:
    """Make the alarms of one host and its data volume."""
    for rule in HOST_RULES:
        _alarm(place, subject, rule, {"InstanceId": instance.id})
    _alarm(place, subject, DISK_RULE, {"VolumeId": volume.id})


def watch_tunnels(place: Place, subject: Subject, link: aws.ec2.VpnConnection) -> None:
    """Make the alarm of one link between the clouds."""
    _alarm(place, subject, TUNNEL_RULE, {"VpnId": link.id})


def _alarm(place: Place, subject: Subject, rule: Rule, dimensions: Mapping[str, Any]) -> None:
    topic, parent, tags = subject.topic, subject.parent, subject.tags
    aws.cloudwatch.MetricAlarm(
        f"{subject.name}-{rule.name}", region=place.name, name=f"{place.plan.stack}-{subject.name}-{rule.name}",
        alarm_description=f"{subject.name}: {rule.text}", namespace=rule.namespace, metric_name=rule.metric,
        dimensions=dimensions, statistic=rule.statistic, comparison_operator=rule.comparison,
        threshold=rule.threshold, period=rule.period_s, evaluation_periods=rule.periods,
        treat_missing_data=rule.missing, alarm_actions=[topic.arn], ok_actions=[topic.arn], tags=dict(tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )  # fmt: skip


def make_budget(place: Place) -> None:
    """Make the stack's budget, where the settings have one: told at 80 % of what is spent, and when more than all of it is forecast."""
    limit, address = place.settings.budget_usd_per_month, place.settings.alarm_email
    if limit is None:
        return
    told = [
        {
            "comparison_operator": "GREATER_THAN", "notification_type": kind, "threshold": threshold,
            "threshold_type": "PERCENTAGE", "subscriber_email_addresses": [address],
        }
        for kind, threshold in (("ACTUAL", 80), ("FORECASTED", 100))
    ]  # fmt: skip
    aws.budgets.Budget(
        f"{place.plan.stack}-aws", name=f"geofleet-{place.plan.stack}", account_id=place.settings.account,
        budget_type="COST", limit_amount=f"{limit:.2f}", limit_unit="USD", time_unit="MONTHLY",
        cost_filters=[{"name": "TagKeyValue", "values": [f"user:geofleet-stack${place.plan.stack}"]}],
        notifications=told if address else [], opts=place.opts(),
    )  # fmt: skip
