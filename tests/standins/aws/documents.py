"""IAM policy documents: what AWS refuses and moto takes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Literal

import boto3

Purpose = Literal["identity", "trust", "resource"]
"""What a policy is attached to: a role, a role as its trust, or a resource (key, bucket, topic, secret)."""

_TOP = {"Version", "Id", "Statement"}
_STATEMENT = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9*?]+")
_ARN = re.compile(r"arn:(aws|aws-cn|aws-us-gov|\*):[a-z0-9*-]+:[a-z0-9*-]*:([0-9]{12}|[*]|aws|)?:.+")
_PRINCIPALS = {"AWS", "Service", "Federated", "CanonicalUser"}
_OPERATOR = re.compile(
    r"(ForAllValues:|ForAnyValue:)?"
    r"(String(Not)?(Equals|Like)(IgnoreCase)?|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals"
    r"|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?"
)


@cache
def services() -> frozenset[str]:
    """Return the service prefixes that policies may name: botocore's services, and a few more."""
    return frozenset(boto3.session.Session().get_available_services()) | {
        "s3", "ec2messages", "ssmmessages", "elasticloadbalancing", "cloudwatch", "tag", "aws-portal", "monitoring",
        "route53domains", "execute-api", "states", "events", "logs",
    }  # fmt: skip


def document_problems(text: Any, purpose: Purpose) -> list[str]:
    """Return everything that is wrong with a policy document; empty when AWS would take it."""
    if not isinstance(text, str):
        return []
    try:
        document = json.loads(text, object_pairs_hook=_without_twins)
    except ValueError as error:
        return [f"the policy is no valid JSON: {error}"]
    if not isinstance(document, dict):
        return ["the policy is no JSON object"]
    return list(_document(document, purpose))


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ValueError(f"'{twins[0]}' is given twice in one object")
    return dict(pairs)


def _document(document: Mapping[str, Any], purpose: Purpose) -> Iterator[str]:
    for name in sorted(document.keys() - _TOP):
        yield f"'{name}' is no element of a policy"
    if document.get("Version", "2008-10-17") not in ("2012-10-17", "2008-10-17"):
        yield f"'{document['Version']}' is no version of the policy language; there are 2012-10-17 and 2008-10-17"
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        yield "Statement is missing or empty"
        return
    names = [one["Sid"] for one in statements if isinstance(one, dict) and "Sid" in one]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"Sid '{name}' is given to more than one statement"
    for index, statement in enumerate(statements):
        if not isinstance(statement, dict):
            yield f"statement {index} is no object"
            continue
        for problem in _statement(statement, purpose):
            yield f"statement {statement.get('Sid', index)}: {problem}"


def _statement(statement: Mapping[str, Any], purpose: Purpose) -> Iterator[str]:
    for name in sorted(statement.keys() - _STATEMENT):
        yield f"'{name}' is no element of a statement"
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"Effect is {statement.get('Effect')!r}, not Allow or Deny"
    if purpose == "identity" and not re.fullmatch(r"[A-Za-z0-9]*", statement.get("Sid", "")):
        yield "Sid may hold letters and digits only"
    yield from _one_of(statement, "Action", "NotAction", _action_problem)
    has_principal = {"Principal", "NotPrincipal"} & statement.keys()
    has_resource = {"Resource", "NotResource"} & statement.keys()
    if purpose == "identity" and has_principal:
        yield "an identity's policy names no principal"
    if purpose != "identity":
        yield from _principal_problems(statement)
    if purpose == "trust" and has_resource:
        yield "a trust policy names no resource"
    if purpose != "trust":
        yield from _one_of(statement, "Resource", "NotResource", _resource_problem)
    yield from _condition_problems(statement.get("Condition", {}))


def _one_of(statement: Mapping[str, Any], name: str, negated: str, judge: Callable[[Any], str | None]) -> Iterator[str]:
    given = [key for key in (name, negated) if key in statement]
    if len(given) != 1:
        yield f"needs one of {name} and {negated}, has {' and '.join(given) or 'none'}"
        return
    values = statement[given[0]]
    values = values if isinstance(values, list) else [values]
    if not values:
        yield f"{given[0]} is empty"
    for value in values:
        problem = judge(value)
        if problem:
            yield f"{given[0]} {problem}"


def _action_problem(value: Any) -> str | None:
    if value == "*":
        return None
    if not isinstance(value, str) or not _ACTION.fullmatch(value):
        return f"{value!r} is not of the form service:Action"
    service = value.partition(":")[0]
    return None if service in services() else f"'{value}' names no AWS service: '{service}'"


def _resource_problem(value: Any) -> str | None:
    if value == "*" or (isinstance(value, str) and (_ARN.fullmatch(value) or "${" in value)):
        return None
    return f"{value!r} is neither an ARN nor *"


def _principal_problems(statement: Mapping[str, Any]) -> Iterator[str]:
    given = [key for key in ("Principal", "NotPrincipal") if key in statement]
    if len(given) != 1:
        yield f"needs one of Principal and NotPrincipal, has {' and '.join(given) or 'none'}"
        return
    value = statement[given[0]]
    if value == "*":
        return
    if not isinstance(value, dict) or not value:
        yield f"{given[0]} {value!r} is neither * nor an object"
        return
    for kind in sorted(value.keys() - _PRINCIPALS):
        yield f"{given[0]} has no kind '{kind}'; there are {', '.join(sorted(_PRINCIPALS))}"
    for kind, names in value.items():
        for name in names if isinstance(names, list) else [names]:
            if kind == "Service" and not re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com", str(name)):
                yield f"{given[0]} '{name}' is no AWS service principal"
            if kind == "AWS" and not re.fullmatch(r"\*|[0-9]{12}|arn:aws:(iam|sts)::[0-9]{12}:.+", str(name)):
                yield f"{given[0]} '{name}' is no AWS principal"


def _condition_problems(condition: Any) -> Iterator[str]:
    if not isinstance(condition, dict):
        yield "Condition is no object"
        return
    for operator, keys in condition.items():
        if not _OPERATOR.fullmatch(operator):
            yield f"'{operator}' is no condition operator"
        if not isinstance(keys, dict) or not keys:
            yield f"condition {operator} holds no keys"


def statements_of(text: str) -> list[dict[str, Any]]:
    """Return a valid document's statements."""
    statements = json.loads(text)["Statement"]
    return [statements] if isinstance(statements, dict) else list(statements)


def principals_of(text: str) -> Iterator[str]:
    """Yield the AWS principals of a valid document."""
    for statement in statements_of(text):
        principal = statement.get("Principal", statement.get("NotPrincipal"))
        if isinstance(principal, dict):
            names = principal.get("AWS", [])
            yield from names if isinstance(names, list) else [names]
        elif principal == "*":
            yield "*"
