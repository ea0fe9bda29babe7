"""Policy documents of AWS: least privilege, as JSON that is the same at every run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

VERSION = "2012-10-17"


def policy(*statements: Mapping[str, Any]) -> str:
    """Return a policy document."""
    return json.dumps({"Version": VERSION, "Statement": list(statements)}, sort_keys=True)


def allow(
    name: str,
    actions: Sequence[str],
    resources: str | Sequence[str] = "*",
    *,
    principal: Any = None,
    condition: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a statement that allows actions.

    Args:
        name: Its `Sid`: letters and digits.
        actions: What is allowed.
        resources: On what; in a key's or secret's own policy `*` is that key or secret.
        principal: To whom, in policies of resources.
        condition: Under what condition.
    """
    return {
        "Sid": name,
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": resources if isinstance(resources, str) else list(resources),
        **({"Principal": principal} if principal is not None else {}),
        **({"Condition": dict(condition)} if condition else {}),
    }


def trust(name: str, service_name: str) -> dict[str, Any]:
    """Return the statement of a role's trust policy that lets a service of AWS take the role."""
    return {"Sid": name, "Effect": "Allow", "Principal": service(service_name), "Action": "sts:AssumeRole"}


def service(name: str) -> dict[str, str]:
    """Return a service of AWS as a principal."""
    return {"Service": f"{name}.amazonaws.com"}


def account_root(account: str) -> dict[str, str]:
    """Return an account as a principal: its own IAM policies then say who."""
    return {"AWS": f"arn:aws:iam::{account}:root"}
