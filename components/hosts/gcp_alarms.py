"""Alarms on GCP: what the cloud's own metrics and audit logs tell of hosts, links, keys and rights.

What only the node software knows (missed blocks, wallets, feeds) is the business
of the stack's own monitoring; these alarms see what it cannot: that a host is gone,
that its boot is not what it was, that somebody touches keys or rights.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_gcp import monitoring

from components.hosts.gcp_network import Ground
from components.hosts.gcp_scope import Scope

ALIGNMENT = "60s"
CLOSES_AFTER = "1800s"
TELLS_AGAIN_AFTER = "300s"
CRITICAL, WARNING = "CRITICAL", "WARNING"


@dataclass(frozen=True, kw_only=True)
class MetricAlarm:
    """An alarm on one of Google's metrics."""

    name: str
    metric: str
    resource: str
    aligner: str
    above: float | None
    """Alarm when the value is above; None: when there is no value at all."""
    seconds: int
    severity: str
    told: str
    """What has happened, and what to do."""
    labels: str = ""
    """More of the filter; `{stack}` is how the names of the stack's resources begin."""
    below: bool = False
    """Alarm when the value is below `above` instead."""


@dataclass(frozen=True, kw_only=True)
class LogAlarm:
    """An alarm on entries of the audit and system logs."""

    name: str
    filter: str
    severity: str
    told: str


_INSTANCE, _COMPUTE = "gce_instance", "compute.googleapis.com"

METRIC_ALARMS = (
    MetricAlarm(
        name="host-gone", metric=f"{_COMPUTE}/instance/uptime", resource=_INSTANCE, aligner="ALIGN_RATE", above=None,
        seconds=180, severity=CRITICAL,
        told="A host has sent no sign of life for three minutes. `geofleet status STACK` says which promises still "
        "hold; `geofleet up STACK` brings it back on its own disk. Never start its keys anywhere else.",
    ),
    MetricAlarm(
        name="boot-changed", metric=f"{_COMPUTE}/instance/integrity/late_boot_validation_status", resource=_INSTANCE,
        aligner="ALIGN_MAX", above=0, seconds=0, severity=CRITICAL, labels='metric.label.status="failed"',
        told="A host booted something else than it did when it was made. Treat its keys as read until it is explained.",
    ),
    MetricAlarm(
        name="processor-full", metric=f"{_COMPUTE}/instance/cpu/utilization", resource=_INSTANCE, aligner="ALIGN_MEAN",
        above=0.9, seconds=900, severity=WARNING,
        told="A host's processors are over 90 % busy for a quarter of an hour: votes and updates come late.",
    ),
    MetricAlarm(
        name="disk-throttled", metric=f"{_COMPUTE}/instance/disk/throttled_write_ops_count", resource=_INSTANCE,
        aligner="ALIGN_RATE", above=1, seconds=600, severity=WARNING,
        told="A host writes more than its disk may: raise `machine: {disk_gib: }`, or look what writes.",
    ),
    MetricAlarm(
        name="nat-exhausted", metric="router.googleapis.com/nat/nat_allocation_failed", resource="nat_gateway",
        aligner="ALIGN_COUNT_TRUE", above=0, seconds=60, severity=CRITICAL,
        labels='resource.label.gateway_name=starts_with("{stack}-")',
        told="Hosts of a region cannot open connections to the world: the address translation has no ports left.",
    ),
    MetricAlarm(
        name="link-down", metric="vpn.googleapis.com/tunnel_established", resource="vpn_gateway",
        aligner="ALIGN_MEAN", above=1, below=True, seconds=120, severity=WARNING,
        labels='metric.label.tunnel_name=starts_with("{stack}-")',
        told="A tunnel to AWS is down; its link has another. Two down at once cut a region off from the other cloud.",
    ),
)  # fmt: skip
"""Conditions on Google's metrics. Metric names: Google Cloud metrics list."""

LOG_ALARMS = (
    LogAlarm(
        name="host-failed", severity=WARNING,
        filter='logName:"cloudaudit.googleapis.com%2Fsystem_event" AND '
        'protoPayload.methodName=("compute.instances.hostError" OR "compute.instances.terminateOnHostMaintenance")',
        told="Google stopped a machine: its hardware failed or is worked on. It starts again by itself.",
    ),
    LogAlarm(
        name="key-touched", severity=CRITICAL,
        filter='protoPayload.serviceName="cloudkms.googleapis.com" AND protoPayload.methodName=~'
        '"(DestroyCryptoKeyVersion|UpdateCryptoKeyVersion|SetIamPolicy)$"',
        told="Somebody destroys, disables or opens a key. Destroyed material can be brought back for 30 days.",
    ),
    LogAlarm(
        name="rights-changed", severity=WARNING,
        filter='protoPayload.methodName="SetIamPolicy" AND protoPayload.serviceName=("cloudresourcemanager.googleapis.com" '
        'OR "iam.googleapis.com" OR "secretmanager.googleapis.com" OR "storage.googleapis.com")',
        told="Rights were changed. During a deployment that is expected; at any other time find out by whom.",
    ),
    LogAlarm(
        name="secret-refused", severity=CRITICAL,
        filter='protoPayload.serviceName="secretmanager.googleapis.com" AND '
        'protoPayload.methodName=~"AccessSecretVersion$" AND severity>=ERROR AND protoPayload.status.code=7',
        told="Somebody asked for a secret that is not theirs. Every host reads its own only.",
    ),
    LogAlarm(
        name="firewall-changed", severity=WARNING,
        filter='protoPayload.methodName=~"compute[.]firewalls[.](insert|patch|update|delete)$"',
        told="A firewall rule was changed. During a deployment that is expected; else `geofleet drift STACK`.",
    ),
)  # fmt: skip
"""Conditions on the logs that Google always keeps (admin activity, system events)."""


def alarms(scope: Scope, ground: Ground, *, parent: pulumi.Resource) -> list[pulumi.Output[str]]:
    """Make the alarms of a stack; returns the channels that people are told through, for the budget too."""
    channels = [channel.name for channel in _channels(scope, ground, parent)]
    for alarm in METRIC_ALARMS:
        _policy(scope, alarm, _metric_condition(scope, alarm), channels, ground)
    for entry in LOG_ALARMS:
        _policy(scope, entry, _log_condition(entry), channels, ground)
    return channels


def _policy(
    scope: Scope, alarm: MetricAlarm | LogAlarm, condition: monitoring.AlertPolicyConditionArgs,
    channels: list[pulumi.Output[str]], ground: Ground,
) -> None:  # fmt: skip
    """Make one alarm. Those on log entries must say how often they tell."""
    limit = monitoring.AlertPolicyAlertStrategyNotificationRateLimitArgs(period=TELLS_AGAIN_AFTER)
    monitoring.AlertPolicy(
        scope.name(alarm.name),
        project=scope.project,
        display_name=f"geofleet {scope.plan.stack}: {alarm.name}",
        combiner="OR",
        enabled=True,
        severity=alarm.severity,
        conditions=[condition],
        documentation=monitoring.AlertPolicyDocumentationArgs(content=alarm.told, mime_type="text/markdown"),
        alert_strategy=monitoring.AlertPolicyAlertStrategyArgs(
            auto_close=CLOSES_AFTER, notification_rate_limit=limit if isinstance(alarm, LogAlarm) else None
        ),
        notification_channels=channels,
        user_labels=scope.labels(),
        opts=scope.options(ground.network, after=ground.services),
    )


def _channels(scope: Scope, ground: Ground, parent: pulumi.Resource) -> list[monitoring.NotificationChannel]:
    if not scope.settings.alarm_email:
        return []
    channel = monitoring.NotificationChannel(
        scope.name("on-call"),
        project=scope.project,
        display_name=f"geofleet {scope.plan.stack}: on call",
        type="email",
        labels={"email_address": scope.settings.alarm_email},
        user_labels=scope.labels(),
        opts=scope.options(parent, after=ground.services),
    )
    return [channel]


def _metric_condition(scope: Scope, alarm: MetricAlarm) -> monitoring.AlertPolicyConditionArgs:
    parts = [f'metric.type="{alarm.metric}"', f'resource.type="{alarm.resource}"']
    if alarm.resource == _INSTANCE:
        # Labels of the machine tell stacks of one project apart.
        parts.append(f'metadata.user_labels."geofleet_stack"="{scope.labels()["geofleet_stack"]}"')
    if alarm.labels:
        parts.append(alarm.labels.replace("{stack}", scope.plan.stack))
    chosen, period = " AND ".join(parts), ALIGNMENT
    if alarm.above is None:
        return monitoring.AlertPolicyConditionArgs(
            display_name=alarm.name,
            condition_absent=monitoring.AlertPolicyConditionConditionAbsentArgs(
                filter=chosen,
                duration=f"{alarm.seconds}s",
                aggregations=[
                    monitoring.AlertPolicyConditionConditionAbsentAggregationArgs(
                        alignment_period=period, per_series_aligner=alarm.aligner
                    )
                ],
            ),
        )
    return monitoring.AlertPolicyConditionArgs(
        display_name=alarm.name,
        condition_threshold=monitoring.AlertPolicyConditionConditionThresholdArgs(
            filter=chosen,
            comparison="COMPARISON_LT" if alarm.below else "COMPARISON_GT",
            threshold_value=alarm.above,
            duration=f"{alarm.seconds}s",
            aggregations=[
                monitoring.AlertPolicyConditionConditionThresholdAggregationArgs(
                    alignment_period=period, per_series_aligner=alarm.aligner
                )
            ],
        ),
    )


def _log_condition(alarm: LogAlarm) -> monitoring.AlertPolicyConditionArgs:
    return monitoring.AlertPolicyConditionArgs(
        display_name=alarm.name,
        condition_matched_log=monitoring.AlertPolicyConditionConditionMatchedLogArgs(filter=alarm.filter),
    )
