"""The one provider of a Google Cloud project."""

from __future__ import annotations

import pulumi
import pulumi_gcp as gcp

from schemas.plan import Plan


def gcp_provider(plan: Plan, *, project: str) -> pulumi.ProviderResource:
    """Return the provider of a stack's project; its labels tell whose everything is."""
    labels = {"geofleet": "managed", "geofleet-stack": plan.stack}
    provider: pulumi.ProviderResource = gcp.Provider("gcp", project=project, default_labels=labels)
    return provider
