"""Alarms and budgets: Pulumi's properties and Google's fields."""

from __future__ import annotations

from typing import Any

from tests.standins.gcp.shapes import Field, Reference, Table
from tests.standins.gcp.tables_network import DELETION

CHANNEL = Reference(token="gcp:monitoring/notificationChannel:NotificationChannel")

_PROJECT = {"project": Field(replaces=True)}


def _lists(values: dict[str, str]) -> dict[str, list[str]]:
    return {key: [value] for key, value in values.items()}


def _singles(values: dict[str, list[Any]]) -> dict[str, Any]:
    return {key: value[0] for key, value in values.items()}


TABLES = (
    Table(
        token="gcp:monitoring/notificationChannel:NotificationChannel",
        api="monitoring",
        message="NotificationChannel",
        path="projects/{project}/notificationChannels/{number}",
        fields={
            **_PROJECT,
            **DELETION,
            "displayName": Field(to="displayName"),
            "description": Field(to="description"),
            "type": Field(to="type", replaces=True),
            "labels": Field(to="labels", passes=True),
            "userLabels": Field(to="userLabels", passes=True),
            "forceDelete": Field(),
        },
        outputs=lambda name, inputs: {"name": name},
        is_held=True,
    ),
    Table(
        token="gcp:monitoring/alertPolicy:AlertPolicy",
        api="monitoring",
        message="AlertPolicy",
        path="projects/{project}/alertPolicies/{number}",
        fields={
            **_PROJECT,
            **DELETION,
            "displayName": Field(to="displayName"),
            "combiner": Field(to="combiner"),
            "enabled": Field(to="enabled"),
            "severity": Field(to="severity"),
            "conditions": Field(to="conditions", passes=True),
            "documentation": Field(to="documentation", passes=True),
            "alertStrategy": Field(to="alertStrategy", passes=True),
            "notificationChannels": Field(to="notificationChannels", refers=CHANNEL),
            "userLabels": Field(to="userLabels", passes=True),
        },
        outputs=lambda name, inputs: {"name": name},
    ),
    Table(
        token="gcp:billing/budget:Budget",
        api="billingbudgets",
        message="GoogleCloudBillingBudgetsV1Budget",
        path="billingAccounts/{billingAccount}/budgets/{number}",
        fields={
            **DELETION,
            "billingAccount": Field(replaces=True),
            "displayName": Field(to="displayName"),
            "amount": Field(to="amount", passes=True),
            "budgetFilter": Field(
                to="budgetFilter",
                inner={
                    "projects": Field(to="projects"),
                    "calendarPeriod": Field(to="calendarPeriod"),
                    "labels": Field(to="labels", convert=_lists, restore=_singles),
                },
            ),
            "thresholdRules": Field(to="thresholdRules", passes=True),
            "allUpdatesRule": Field(
                to="notificationsRule",
                inner={
                    "monitoringNotificationChannels": Field(to="monitoringNotificationChannels", refers=CHANNEL),
                    "disableDefaultIamRecipients": Field(to="disableDefaultIamRecipients"),
                    "enableProjectLevelRecipients": Field(to="enableProjectLevelRecipients"),
                },
            ),
        },
        outputs=lambda name, inputs: {"name": name},
    ),
)
