"""What is watched and told: flow logs, log groups, alarms, topics, budgets; and parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.standins.aws.documents import document_problems, statements_of
from tests.standins.aws.keys import usable_key
from tests.standins.aws.kind import (
    AwsCall,
    AwsKind,
    Ec2Kind,
    Known,
    all_tags,
    tag_list,
    tag_outputs,
    tag_specification,
    unless_gone,
)
from tests.standins.aws.network import policy_outputs
from tests.standins.base.kind import RefusedError
from tests.standins.base.vocabulary import Problem

RETENTION_DAYS = frozenset(
    {0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)


class FlowLog(Ec2Kind):
    token = "aws:ec2/flowLog:FlowLog"
    replaces = frozenset(
        {
            "destinationOptions", "eniId", "iamRoleArn", "logDestination", "logDestinationType", "logFormat",
            "maxAggregationInterval", "region", "subnetId", "trafficType", "transitGatewayId", "vpcId",
        }
    )  # fmt: skip
    listed = {"trafficType": ("ec2", "TrafficType"), "logDestinationType": ("ec2", "LogDestinationType")}
    targets = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface"}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if len([name for name in self.targets if not inputs.lacks(name)]) != 1:
            yield "vpcId", f"one of {', '.join(self.targets)} is needed"
        if inputs.get("maxAggregationInterval", 600) not in (60, 600):
            yield "maxAggregationInterval", f"is {inputs['maxAggregationInterval']}; AWS takes 60 and 600"

    def create(self, call: AwsCall) -> str:
        inputs = call.inputs
        kind = inputs.get("logDestinationType", "cloud-watch-logs")
        [(name, target)] = call.given(*self.targets).items()
        if kind == "cloud-watch-logs":
            self._judge_group(call)
        told = {"logDestination": "LogDestination", "iamRoleArn": "DeliverLogsPermissionArn", "logFormat": "LogFormat",
                "maxAggregationInterval": "MaxAggregationInterval"}  # fmt: skip
        made = self.client(call).create_flow_logs(
            ResourceIds=[target],
            ResourceType=self.targets[name],
            TrafficType=inputs.get("trafficType", "ALL"),
            LogDestinationType=kind,
            **{told[key]: value for key, value in call.given(*told).items()},
            **tag_specification(call, "vpc-flow-log"),
        )
        if made.get("Unsuccessful"):
            error = made["Unsuccessful"][0]["Error"]
            raise RefusedError(error["Code"], error["Message"])
        return str(made["FlowLogIds"][0])

    def _judge_group(self, call: AwsCall) -> None:
        group = str(call.inputs.get("logDestination", "")).removesuffix(":*").rpartition(":log-group:")[2]
        logs = self.client(call, "logs")
        names = [one["logGroupName"] for one in logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]]
        if group not in names:
            raise RefusedError(
                "InvalidParameterValue", f"the log group of {call.inputs.get('logDestination')} does not exist"
            )
        role = str(call.inputs.get("iamRoleArn", "")).rpartition("/")[2]
        found = unless_gone(lambda: call.cloud.client("iam", "us-east-1").get_role(RoleName=role)) if role else None
        if found is None:
            raise RefusedError(
                "InvalidParameter", f"iamRoleArn {call.inputs.get('iamRoleArn')} does not exist: needed for log groups"
            )
        trust = json.dumps(found["Role"]["AssumeRolePolicyDocument"])
        if "vpc-flow-logs.amazonaws.com" not in trust:
            raise RefusedError("InvalidParameter", f"role {role} does not trust vpc-flow-logs.amazonaws.com")

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).describe_flow_logs(FlowLogIds=[call.id])["FlowLogs"])
        if not found:
            return None
        one = found[0]
        target = {"vpc": "vpcId", "sub": "subnetId", "eni": "eniId"}[one["ResourceId"][:3]]
        return {
            "arn": self.arn(call, "ec2", f"vpc-flow-log/{call.id}"),
            target: one["ResourceId"],
            "trafficType": one["TrafficType"],
            "logDestinationType": one["LogDestinationType"],
            "logDestination": one.get("LogDestination") or call.inputs.get("logDestination"),
            "iamRoleArn": one.get("DeliverLogsPermissionArn"),
            "maxAggregationInterval": int(one.get("MaxAggregationInterval") or 600),
            "logFormat": one.get("LogFormat"),
            **tag_outputs(call, one.get("Tags")),
        }

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).delete_flow_logs(FlowLogIds=[call.id]))


class LogGroup(AwsKind):
    token = "aws:cloudwatch/logGroup:LogGroup"
    service = "logs"
    replaces = frozenset({"name", "namePrefix", "region", "logGroupClass"})
    listed = {"logGroupClass": ("logs", "LogGroupClass")}

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"retentionInDays": 0, "skipDestroy": False, "logGroupClass": "STANDARD"}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if inputs.get("retentionInDays", 0) not in RETENTION_DAYS:
            yield (
                "retentionInDays",
                f"is {inputs['retentionInDays']}; AWS takes {', '.join(map(str, sorted(RETENTION_DAYS)))}",
            )

    def _judge_key(self, call: AwsCall) -> None:
        """Refuse a key that CloudWatch Logs of the region may not use: its policy must say so."""
        key = call.inputs.get("kmsKeyId")
        if key is None:
            return
        usable_key(call, key)
        kms = self.client(call, "kms")
        policy = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        wanted = f"logs.{call.region}.amazonaws.com"
        for statement in statements_of(policy):
            principal = statement.get("Principal")
            names = principal.get("Service", []) if isinstance(principal, dict) else []
            if statement["Effect"] == "Allow" and wanted in (names if isinstance(names, list) else [names]):
                return
        raise RefusedError(
            "AccessDeniedException",
            f"The specified KMS key does not exist or is not allowed to be used with Arn of the log group: "
            f"its policy does not allow {wanted}",
        )

    def create(self, call: AwsCall) -> str:
        client, inputs = self.client(call), call.inputs
        self._judge_key(call)
        client.create_log_group(
            logGroupName=inputs["name"],
            tags=all_tags(call),
            **({"kmsKeyId": inputs["kmsKeyId"]} if "kmsKeyId" in inputs else {}),
        )
        self._retain(call, inputs["name"])
        self._keep(call, inputs["name"])
        return str(inputs["name"])

    def _retain(self, call: AwsCall, name: str) -> None:
        days = call.inputs.get("retentionInDays", 0)
        if days:
            self.client(call).put_retention_policy(logGroupName=name, retentionInDays=days)
        else:
            unless_gone(lambda: self.client(call).delete_retention_policy(logGroupName=name))

    def _keep(self, call: AwsCall, name: str) -> None:
        call.cloud.ground.put(
            self.token, call.region, name, call.given("kmsKeyId", "logGroupClass", "deletionProtectionEnabled")
        )

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = client.describe_log_groups(logGroupNamePrefix=call.id)["logGroups"]
        one = next((group for group in found if group["logGroupName"] == call.id), None)
        if one is None:
            return None
        return {
            "arn": one["arn"].removesuffix(":*"),
            "name": call.id,
            "retentionInDays": one.get("retentionInDays", 0),
            "kmsKeyId": one.get("kmsKeyId"),
            **(call.cloud.ground.get(self.token, call.region, call.id) or {}),
            **tag_outputs(call, client.list_tags_log_group(logGroupName=call.id)["tags"]),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        if "kmsKeyId" in changed:
            self._judge_key(call)
        if "retentionInDays" in changed:
            self._retain(call, call.id)
        if "tags" in changed:
            gone = sorted(set(call.state.get("tagsAll") or {}) - set(all_tags(call)))
            if gone:
                self.client(call).untag_log_group(logGroupName=call.id, tags=gone)
            if all_tags(call):
                self.client(call).tag_log_group(logGroupName=call.id, tags=all_tags(call))
        self._keep(call, call.id)

    def delete(self, call: AwsCall) -> None:
        found = self.read(call)
        if found is None or call.inputs.get("skipDestroy"):
            return
        if found.get("deletionProtectionEnabled"):
            raise RefusedError("ValidationException", f"log group {call.id} is protected against deletion")
        self.client(call).delete_log_group(logGroupName=call.id)
        call.cloud.ground.drop(self.token, call.region, call.id)


class MetricAlarm(AwsKind):
    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    service = "cloudwatch"
    replaces = frozenset({"name", "region"})
    listed = {
        "comparisonOperator": ("cloudwatch", "ComparisonOperator"),
        "statistic": ("cloudwatch", "Statistic"),
        "unit": ("cloudwatch", "StandardUnit"),
    }
    names = {
        "comparisonOperator": "ComparisonOperator", "evaluationPeriods": "EvaluationPeriods", "metricName": "MetricName",
        "namespace": "Namespace", "period": "Period", "statistic": "Statistic", "threshold": "Threshold", "unit": "Unit",
        "extendedStatistic": "ExtendedStatistic", "treatMissingData": "TreatMissingData", "okActions": "OKActions",
        "datapointsToAlarm": "DatapointsToAlarm", "alarmDescription": "AlarmDescription", "alarmActions": "AlarmActions",
        "insufficientDataActions": "InsufficientDataActions", "actionsEnabled": "ActionsEnabled",
    }  # fmt: skip

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"actionsEnabled": True, "treatMissingData": "missing"}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if inputs.get("treatMissingData", "missing") not in ("missing", "ignore", "breaching", "notBreaching"):
            yield (
                "treatMissingData",
                f"'{inputs['treatMissingData']}' is not among missing, ignore, breaching, notBreaching",
            )
        for name in ("metricQueries", "evaluationCriteria", "thresholdMetricId"):
            if inputs.get(name):
                yield name, "is not known to the stand-in"
        if inputs.lacks("comparisonOperator") or inputs.lacks("evaluationPeriods"):
            yield "comparisonOperator", "and evaluationPeriods are needed"
        if inputs.lacks("statistic") == inputs.lacks("extendedStatistic"):
            yield "statistic", "or extendedStatistic is needed, not both"
        period = inputs.get("period", 60)
        if isinstance(period, int) and period not in (10, 20, 30) and (period < 60 or period % 60):
            yield "period", f"is {period}; AWS takes 10, 20, 30 and multiples of 60"

    def create(self, call: AwsCall) -> str:
        self._put(call)
        return str(call.inputs["name"])

    def _put(self, call: AwsCall) -> None:
        inputs = {**self.defaults({}), **call.inputs}
        topics = [one["TopicArn"] for one in self.client(call, "sns").list_topics()["Topics"]]
        for name in ("alarmActions", "okActions", "insufficientDataActions"):
            for arn in inputs.get(name) or []:
                if arn.startswith("arn:aws:sns:") and arn.split(":")[3] != call.region:
                    raise RefusedError(
                        "ValidationError",
                        f"Invalid region {arn.split(':')[3]} specified. Only {call.region} is supported.",
                    )
                if arn.startswith("arn:aws:sns:") and arn not in topics:  # CloudWatch takes it and tells nobody
                    raise RefusedError("ValidationError", f"{name} names a topic that does not exist: {arn}")
        dimensions = [{"Name": key, "Value": value} for key, value in sorted((inputs.get("dimensions") or {}).items())]
        self.client(call).put_metric_alarm(
            AlarmName=inputs["name"],
            Dimensions=dimensions,
            Tags=tag_list(all_tags(call)),
            **{self.names[name]: inputs[name] for name in self.names if inputs.get(name) is not None},
        )

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = client.describe_alarms(AlarmNames=[call.id])["MetricAlarms"]
        if not found:
            return None
        one = found[0]
        told = {name: one.get(key) for name, key in self.names.items()}
        given = call.inputs.get("treatMissingData")
        return {
            **told,
            "arn": one["AlarmArn"],
            "name": one["AlarmName"],
            "dimensions": {item["Name"]: item["Value"] for item in one.get("Dimensions") or []} or None,
            "treatMissingData": one.get("TreatMissingData") or given or "missing",
            "evaluateLowSampleCountPercentiles": one.get("EvaluateLowSampleCountPercentile") or "",
            **{name: told[name] or None for name in ("alarmActions", "okActions", "insufficientDataActions")},
            **tag_outputs(call, client.list_tags_for_resource(ResourceARN=one["AlarmArn"])["Tags"]),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        self._put(call)
        if "tags" in changed:
            gone = sorted(set(call.state.get("tagsAll") or {}) - set(all_tags(call)))
            if gone:
                self.client(call).untag_resource(ResourceARN=call.state["arn"], TagKeys=gone)
            self.client(call).tag_resource(ResourceARN=call.state["arn"], Tags=tag_list(all_tags(call)))

    def delete(self, call: AwsCall) -> None:
        if self.read(call) is not None:
            self.client(call).delete_alarms(AlarmNames=[call.id])


def _topic_policy_problems(inputs: Known) -> Iterator[Problem]:
    for problem in document_problems(inputs.get("policy"), "resource"):
        yield "policy", f"InvalidParameter: Policy Error: {problem}"


class Topic(AwsKind):
    token = "aws:sns/topic:Topic"
    service = "sns"
    replaces = frozenset({"name", "namePrefix", "fifoTopic", "region"})
    documents = frozenset({"policy", "deliveryPolicy"})
    attributes = {"displayName": "DisplayName", "kmsMasterKeyId": "KmsMasterKeyId", "policy": "Policy",
                  "deliveryPolicy": "DeliveryPolicy", "signatureVersion": "SignatureVersion"}  # fmt: skip

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        yield from _topic_policy_problems(inputs)
        known = {"name", "namePrefix", "region", "tags", "__defaults", *self.attributes}
        for name in sorted(inputs.keys() - known):
            yield name, "is not known to the stand-in"

    def create(self, call: AwsCall) -> str:
        inputs = call.inputs
        self._judge_key(call)
        made = self.client(call).create_topic(
            Name=inputs["name"],
            Attributes={self.attributes[name]: str(value) for name, value in call.given(*self.attributes).items()},
            Tags=tag_list(all_tags(call)),
        )
        return str(made["TopicArn"])

    @staticmethod
    def _judge_key(call: AwsCall) -> None:
        key = call.inputs.get("kmsMasterKeyId")
        if key and key != "alias/aws/sns":
            usable_key(call, key)

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = unless_gone(lambda: client.get_topic_attributes(TopicArn=call.id)["Attributes"])
        if found is None:
            return None
        told = {name: found.get(key) or None for name, key in self.attributes.items()}
        if isinstance(call.inputs.get("signatureVersion"), int) and told["signatureVersion"]:
            told["signatureVersion"] = int(told["signatureVersion"])
        return {
            **told,
            "arn": call.id,
            "name": call.id.rpartition(":")[2],
            "owner": call.cloud.account,
            "policy": policy_outputs(call.inputs.get("policy"), found.get("Policy")),
            **tag_outputs(call, client.list_tags_for_resource(ResourceArn=call.id)["Tags"]),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        client = self.client(call)
        self._judge_key(call)
        for name in sorted(changed & set(self.attributes)):
            client.set_topic_attributes(
                TopicArn=call.id,
                AttributeName=self.attributes[name],
                AttributeValue=str(call.inputs.get(name, "")),
            )
        if "tags" in changed:
            gone = sorted(set(call.state.get("tagsAll") or {}) - set(all_tags(call)))
            if gone:
                client.untag_resource(ResourceArn=call.id, TagKeys=gone)
            client.tag_resource(ResourceArn=call.id, Tags=tag_list(all_tags(call)))

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).delete_topic(TopicArn=call.id))


class TopicPolicy(AwsKind):
    token = "aws:sns/topicPolicy:TopicPolicy"
    service = "sns"
    replaces = frozenset({"arn", "region"})
    documents = frozenset({"policy"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        yield from _topic_policy_problems(inputs)

    def create(self, call: AwsCall) -> str:
        self.update(call, frozenset({"policy"}))
        return str(call.inputs["arn"])

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        arn, policy = call.inputs["arn"], call.inputs["policy"]
        for statement in statements_of(policy):
            resources = statement.get("Resource", [])
            if arn not in (resources if isinstance(resources, list) else [resources]):
                raise RefusedError("InvalidParameter", f"Policy Error: a statement's resource is not the topic {arn}")
        self.client(call).set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        call.cloud.ground.put(self.token, call.region, arn, {"set": True})

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).get_topic_attributes(TopicArn=call.id)["Attributes"])
        if found is None or call.cloud.ground.get(self.token, call.region, call.id) is None:
            return None
        return {
            "arn": call.id,
            "owner": call.cloud.account,
            "policy": policy_outputs(call.inputs.get("policy"), found["Policy"]),
        }

    def delete(self, call: AwsCall) -> None:
        # the topic gets back the policy that a new one has: its owner may do everything
        owner = {"Version": "2008-10-17", "Statement": [{"Sid": "__default_statement_ID", "Effect": "Allow",
                 "Principal": {"AWS": "*"}, "Action": ["SNS:Publish"], "Resource": call.id,
                 "Condition": {"StringEquals": {"AWS:SourceOwner": call.cloud.account}}}]}  # fmt: skip
        unless_gone(
            lambda: self.client(call).set_topic_attributes(
                TopicArn=call.id, AttributeName="Policy", AttributeValue=json.dumps(owner)
            )
        )
        call.cloud.ground.drop(self.token, call.region, call.id)


class TopicSubscription(AwsKind):
    token = "aws:sns/topicSubscription:TopicSubscription"
    service = "sns"
    replaces = frozenset({"endpoint", "protocol", "topic", "region"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        protocols = ("http", "https", "email", "email-json", "sms", "sqs", "lambda", "application", "firehose")
        protocol, endpoint = inputs.get("protocol"), str(inputs.get("endpoint", "@"))
        if isinstance(protocol, str) and protocol not in protocols:
            yield "protocol", f"'{protocol}' is not among {', '.join(protocols)}"
        if protocol in ("email", "email-json") and "endpoint" in inputs and "@" not in endpoint:
            yield "endpoint", f"'{endpoint}' is no mail address"
        if protocol in ("http", "https") and "endpoint" in inputs and not endpoint.startswith(f"{protocol}://"):
            yield "endpoint", f"'{endpoint}' does not begin with {protocol}://"

    def create(self, call: AwsCall) -> str:
        client, inputs = self.client(call), call.inputs
        client.get_topic_attributes(TopicArn=inputs["topic"])
        made = client.subscribe(
            TopicArn=inputs["topic"],
            Protocol=inputs["protocol"],
            Endpoint=inputs["endpoint"],
            ReturnSubscriptionArn=True,
        )
        return str(made["SubscriptionArn"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(
            lambda: self.client(call).get_subscription_attributes(SubscriptionArn=call.id)["Attributes"]
        )
        if found is None:
            return None
        return {
            "arn": call.id,
            "topic": found["TopicArn"],
            "protocol": found.get("Protocol", call.inputs.get("protocol")),
            "endpoint": found["Endpoint"],
            "ownerId": call.cloud.account,
            "pendingConfirmation": found.get("PendingConfirmation") == "true",
            "confirmationWasAuthenticated": False,
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        names = {"filterPolicy": "FilterPolicy", "rawMessageDelivery": "RawMessageDelivery"}
        for name in sorted(changed):
            if name not in names:
                super().update(call, changed)
            value = call.inputs.get(name, "")
            self.client(call).set_subscription_attributes(
                SubscriptionArn=call.id, AttributeName=names[name], AttributeValue=str(value).lower()
            )

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).unsubscribe(SubscriptionArn=call.id))


class Budget(AwsKind):
    token = "aws:budgets/budget:Budget"
    service = "budgets"
    replaces = frozenset({"accountId", "name", "namePrefix"})
    listed = {"budgetType": ("budgets", "BudgetType"), "timeUnit": ("budgets", "TimeUnit")}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if inputs.lacks("limitAmount") or inputs.lacks("limitUnit"):
            yield "limitAmount", "and limitUnit are needed: the stand-in knows fixed budgets only"
        for index, one in enumerate(inputs.get("notifications") or []):
            if not (one.get("subscriberEmailAddresses") or one.get("subscriberSnsTopicArns")):
                yield f"notifications[{index}]", "has nobody to tell"
            for name, values in (
                ("comparisonOperator", ("GREATER_THAN", "LESS_THAN", "EQUAL_TO")),
                ("thresholdType", ("PERCENTAGE", "ABSOLUTE_VALUE")),
                ("notificationType", ("ACTUAL", "FORECASTED")),
            ):
                if isinstance(one.get(name), str) and one[name] not in values:
                    yield f"notifications[{index}].{name}", f"'{one[name]}' is not among {', '.join(values)}"
        for name in ("autoAdjustData", "plannedLimits", "filterExpression", "metrics", "billingViewArn"):
            if inputs.get(name):
                yield name, "is not known to the stand-in"

    def create(self, call: AwsCall) -> str:
        account = call.inputs.get("accountId", call.cloud.account)
        self._create(call, account)
        return f"{account}:{call.inputs['name']}"

    def _create(self, call: AwsCall, account: str) -> None:
        inputs = call.inputs
        notifications = []
        for one in inputs.get("notifications") or []:
            told = {name[0].upper() + name[1:]: one[name] for name in
                    ("notificationType", "comparisonOperator", "threshold", "thresholdType")}  # fmt: skip
            people = [{"SubscriptionType": "EMAIL", "Address": a} for a in one.get("subscriberEmailAddresses") or []]
            people += [{"SubscriptionType": "SNS", "Address": a} for a in one.get("subscriberSnsTopicArns") or []]
            notifications.append({"Notification": told, "Subscribers": people})
        amount = {"Amount": inputs["limitAmount"], "Unit": inputs["limitUnit"]}
        filters = {one["name"]: one["values"] for one in inputs.get("costFilters") or []}
        self.client(call).create_budget(
            AccountId=account,
            Budget={
                "BudgetName": inputs["name"],
                "BudgetType": inputs["budgetType"],
                "TimeUnit": inputs["timeUnit"],
                "BudgetLimit": amount,
                **({"CostFilters": filters} if filters else {}),
            },
            NotificationsWithSubscribers=notifications,
        )
        beside = {**call.given("notifications", "timePeriodStart", "timePeriodEnd"), "tagsAll": all_tags(call)}
        call.cloud.ground.put(self.token, "", f"{account}:{inputs['name']}", beside)

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        account, _, name = call.id.partition(":")
        answer = unless_gone(lambda: self.client(call).describe_budget(AccountId=account, BudgetName=name))
        if answer is None:
            return None
        one, beside = answer["Budget"], dict(call.cloud.ground.get(self.token, "", call.id) or {})
        tags = beside.pop("tagsAll", {})
        filters = one.get("CostFilters") or {}
        return {
            "arn": f"arn:aws:budgets::{account}:budget/{name}",
            "accountId": account,
            "name": name,
            "budgetType": one["BudgetType"],
            "timeUnit": one["TimeUnit"],
            "limitAmount": one["BudgetLimit"]["Amount"],
            "limitUnit": one["BudgetLimit"]["Unit"],
            "costFilters": [{"name": key, "values": values} for key, values in sorted(filters.items())],
            "timePeriodStart": str(one["TimePeriod"]["Start"]),
            "timePeriodEnd": "2087-06-15_00:00",
            **beside,
            **tag_outputs(call, tags),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        account, _, name = call.id.partition(":")
        self.client(call).delete_budget(AccountId=account, BudgetName=name)  # moto cannot update
        self._create(call, account)

    def delete(self, call: AwsCall) -> None:
        account, _, name = call.id.partition(":")
        unless_gone(lambda: self.client(call).delete_budget(AccountId=account, BudgetName=name))
        call.cloud.ground.drop(self.token, "", call.id)


class Parameter(AwsKind):
    token = "aws:ssm/parameter:Parameter"
    service = "ssm"
    replaces = frozenset({"name", "region", "dataType"})
    write_only = frozenset({"valueWo"})
    listed = {"type": ("ssm", "ParameterType"), "tier": ("ssm", "ParameterTier")}
    names = {"value": "Value", "insecureValue": "Value", "valueWo": "Value", "description": "Description", "keyId": "KeyId",
             "tier": "Tier", "allowedPattern": "AllowedPattern", "dataType": "DataType"}  # fmt: skip

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        given = [name for name in ("value", "insecureValue", "valueWo") if not inputs.lacks(name)]
        if len(given) != 1:
            yield "value", f"one of value, insecureValue and valueWo is needed, not {given}"
        if inputs.get("type") == "SecureString" and "insecureValue" in given:
            yield "insecureValue", "is not for SecureString"

    def _put(self, call: AwsCall, *, overwrite: bool, tags: bool) -> None:
        if call.inputs.get("keyId"):
            usable_key(call, call.inputs["keyId"])
        self.client(call).put_parameter(
            Name=call.inputs["name"],
            Type=call.inputs["type"],
            Overwrite=overwrite,
            **{self.names[name]: value for name, value in call.given(*self.names).items()},
            **({"Tags": tag_list(all_tags(call))} if tags and all_tags(call) else {}),
        )

    def create(self, call: AwsCall) -> str:
        self._put(call, overwrite=bool(call.inputs.get("overwrite")), tags=True)
        return str(call.inputs["name"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        answer = unless_gone(lambda: client.get_parameter(Name=call.id, WithDecryption=True))
        if answer is None:
            return None
        one = answer["Parameter"]
        described = client.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [call.id]}])["Parameters"][0]
        shown = {name: one["Value"] for name in ("value", "insecureValue") if name in call.inputs}
        tags = client.list_tags_for_resource(ResourceType="Parameter", ResourceId=call.id)["TagList"]
        return {
            "arn": one["ARN"],
            "name": one["Name"],
            "type": one["Type"],
            "version": one["Version"],
            "description": described.get("Description") or None,
            "keyId": described.get("KeyId") or None,
            "tier": described.get("Tier") or "Standard",
            "dataType": one.get("DataType", "text"),
            "hasValueWo": "valueWoVersion" in call.inputs,
            **shown,
            **tag_outputs(call, tags),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        if changed - {"tags"}:
            self._put(call, overwrite=True, tags=False)
        if "tags" in changed:
            client = self.client(call)
            gone = sorted(set(call.state.get("tagsAll") or {}) - set(all_tags(call)))
            if gone:
                client.remove_tags_from_resource(ResourceType="Parameter", ResourceId=call.id, TagKeys=gone)
            client.add_tags_to_resource(ResourceType="Parameter", ResourceId=call.id, Tags=tag_list(all_tags(call)))

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).delete_parameter(Name=call.id))
