"""The one provider of an AWS account: it refuses any other account, and tags what it makes."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.hosts.aws_names import own_regions, region_name, tags_of
from schemas.plan import Plan


def aws_provider(plan: Plan, *, account: str) -> pulumi.ProviderResource:
    """Return the provider of a stack's account.

    Its own region serves what has none (roles, budgets, names): every other resource says its own.
    """
    provider: pulumi.ProviderResource = aws.Provider(
        "aws", region=region_name(own_regions(plan)[0].region), allowed_account_ids=[account],
        default_tags={"tags": {**tags_of(plan), "geofleet": "managed"}},
    )  # fmt: skip
    return provider
