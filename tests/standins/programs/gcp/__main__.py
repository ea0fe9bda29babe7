"""A Pulumi program for tests: the sample plan on the real back end of GCP, without AWS's."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

import pulumi

from components.fleets.network import Network
from components.hosts.cloud import CloudBackend
from components.hosts.gcp import GcpBackend, GcpSettings
from components.hosts.gcp_provider import gcp_provider
from tests.standins.gcp.sample import NoAws, network_args, sample_plan

changes = json.loads(pulumi.Config("sample").get("changes") or "{}")
plan = sample_plan(changes)
settings = GcpSettings(
    project="example-perps",
    billing_account="000000-000000-000000",
    alarm_email="on-call@example.com",
    operators=("group:sre@example.com",),
    **changes.get("settings", {}),
)
gcp = GcpBackend(settings)
aws = NoAws()
backend = CloudBackend({"aws": aws, "gcp": gcp}, opener=aws, listener=gcp)
provider = gcp_provider(plan, project=settings.project)
Network(plan.stack, network_args(plan, backend), backend, pulumi.ResourceOptions(providers=[provider]))
