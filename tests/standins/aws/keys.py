"""KMS keys and aliases, Secrets Manager."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from tests.standins.aws.documents import document_problems, statements_of
from tests.standins.aws.identity import refuse_unknown_principals
from tests.standins.aws.kind import AwsCall, AwsKind, Known, all_tags, tag_list, tag_outputs, unless_gone
from tests.standins.aws.network import policy_outputs
from tests.standins.base.kind import RefusedError
from tests.standins.base.vocabulary import Problem


def usable_key(call: AwsCall, key: str) -> str:
    """Return the ARN of a key by ID, ARN or alias.

    Raises:
        RefusedError: It does not exist, is disabled, or waits for its deletion.
    """
    kms = call.cloud.client("kms", call.region)
    if key.startswith("arn:") and key.split(":")[3] != call.region:
        raise RefusedError("KMSKeyNotAccessibleFault", f"the key {key} is of another region than {call.region}")
    answer = unless_gone(lambda: kms.describe_key(KeyId=key))
    if answer is None:
        raise RefusedError("KMSKeyNotAccessibleFault", f"the key {key} does not exist")
    if answer["KeyMetadata"]["KeyState"] != "Enabled":
        raise RefusedError("KMSKeyNotAccessibleFault", f"the key {key} is {answer['KeyMetadata']['KeyState']}")
    return str(answer["KeyMetadata"]["Arn"])


class Key(AwsKind):
    token = "aws:kms/key:Key"
    service = "kms"
    generated = ""
    replaces = frozenset({"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "region", "xksKeyId"})
    listed = {"keyUsage": ("kms", "KeyUsageType"), "customerMasterKeySpec": ("kms", "KeySpec")}
    documents = frozenset({"policy"})

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT", "isEnabled": True,
            "multiRegion": False, "enableKeyRotation": False, "bypassPolicyLockoutSafetyCheck": False,
        }  # fmt: skip

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        for problem in document_problems(inputs.get("policy"), "resource"):
            yield "policy", f"MalformedPolicyDocumentException: {problem}"
        window = inputs.get("deletionWindowInDays", 30)
        if isinstance(window, int) and not 7 <= window <= 30:
            yield "deletionWindowInDays", f"is {window}; AWS takes 7 to 30"
        period = inputs.get("rotationPeriodInDays", 365)
        if isinstance(period, int) and not 90 <= period <= 2560:
            yield "rotationPeriodInDays", f"is {period}; AWS takes 90 to 2560"
        if (
            inputs.get("enableKeyRotation") is True
            and inputs.get("customerMasterKeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT"
        ):
            yield "enableKeyRotation", "is for symmetric encryption keys only"

    def _judge_policy(self, call: AwsCall) -> None:
        policy = call.inputs.get("policy")
        if policy is None:
            return
        refuse_unknown_principals(call, "MalformedPolicyDocumentException", policy)
        root = (f"arn:aws:iam::{call.cloud.account}:root", call.cloud.account, "*")
        if not call.inputs.get("bypassPolicyLockoutSafetyCheck") and not any(
            _lets_change_policy(statement, root) for statement in statements_of(policy)
        ):
            raise RefusedError(
                "MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future.",
            )

    def create(self, call: AwsCall) -> str:
        self._judge_policy(call)
        inputs = {**self.defaults({}), **call.inputs}
        kms = self.client(call)
        made = kms.create_key(
            KeySpec=inputs["customerMasterKeySpec"],
            KeyUsage=inputs["keyUsage"],
            MultiRegion=inputs["multiRegion"],
            Description=inputs.get("description", ""),
            Tags=[{"TagKey": key, "TagValue": value} for key, value in sorted(all_tags(call).items())],
            **({"Policy": inputs["policy"]} if "policy" in inputs else {}),
        )["KeyMetadata"]["KeyId"]
        if inputs["enableKeyRotation"]:
            self._rotate(call, made)
        if not inputs["isEnabled"]:
            kms.disable_key(KeyId=made)
        return str(made)

    def _rotate(self, call: AwsCall, key: str) -> None:
        period = call.given("rotationPeriodInDays").get("rotationPeriodInDays", 365)
        self.client(call).enable_key_rotation(KeyId=key, RotationPeriodInDays=period)

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        kms = self.client(call)
        answer = unless_gone(lambda: kms.describe_key(KeyId=call.id))
        if answer is None or answer["KeyMetadata"]["KeyState"] == "PendingDeletion":
            return None
        key, rotation = answer["KeyMetadata"], {}
        if key["KeySpec"] == "SYMMETRIC_DEFAULT":
            rotation = kms.get_key_rotation_status(KeyId=call.id)
        policy = kms.get_key_policy(KeyId=call.id, PolicyName="default")["Policy"]
        tags = kms.list_resource_tags(KeyId=call.id)["Tags"]
        return {
            "arn": key["Arn"],
            "keyId": key["KeyId"],
            "description": key.get("Description", ""),
            "customerMasterKeySpec": key["KeySpec"],
            "keyUsage": key["KeyUsage"],
            "multiRegion": key["MultiRegion"],
            "isEnabled": key["KeyState"] == "Enabled",
            "enableKeyRotation": rotation.get("KeyRotationEnabled", False),
            "rotationPeriodInDays": rotation.get("RotationPeriodInDays"),
            "policy": policy_outputs(call.inputs.get("policy"), policy),
            **tag_outputs(call, {one["TagKey"]: one["TagValue"] for one in tags}),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        kms, inputs = self.client(call), {**self.defaults({}), **call.inputs}
        if "isEnabled" in changed:
            (kms.enable_key if inputs["isEnabled"] else kms.disable_key)(KeyId=call.id)
        if "policy" in changed and "policy" in inputs:
            self._judge_policy(call)
            kms.put_key_policy(KeyId=call.id, PolicyName="default", Policy=inputs["policy"])
        if "description" in changed:
            kms.update_key_description(KeyId=call.id, Description=inputs.get("description", ""))
        if changed & {"enableKeyRotation", "rotationPeriodInDays"}:
            if inputs["enableKeyRotation"]:
                self._rotate(call, call.id)
            else:
                kms.disable_key_rotation(KeyId=call.id)
        if "tags" in changed:
            gone = sorted(set(call.state.get("tagsAll") or {}) - set(all_tags(call)))
            if gone:
                kms.untag_resource(KeyId=call.id, TagKeys=gone)
            tags = [{"TagKey": key, "TagValue": value} for key, value in sorted(all_tags(call).items())]
            kms.tag_resource(KeyId=call.id, Tags=tags)

    def delete(self, call: AwsCall) -> None:
        if self.read(call) is not None:
            window = call.inputs.get("deletionWindowInDays", 30)
            self.client(call).schedule_key_deletion(KeyId=call.id, PendingWindowInDays=window)


def _lets_change_policy(statement: Mapping[str, Any], root: tuple[str, ...]) -> bool:
    actions = statement.get("Action", [])
    actions = actions if isinstance(actions, list) else [actions]
    principal = statement.get("Principal", {})
    names = ["*"] if principal == "*" else principal.get("AWS", [])
    names = names if isinstance(names, list) else [names]
    return (
        statement["Effect"] == "Allow"
        and bool({"*", "kms:*", "kms:Put*", "kms:PutKeyPolicy"} & set(actions))
        and bool(set(root) & set(names))
    )


class Alias(AwsKind):
    token = "aws:kms/alias:Alias"
    service = "kms"
    replaces = frozenset({"name", "namePrefix", "region"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        name = inputs.get("name", "alias/")
        if not str(name).startswith("alias/") or str(name).startswith("alias/aws/"):
            yield "name", f"'{name}' must begin with alias/, and not with alias/aws/"

    def create(self, call: AwsCall) -> str:
        usable_key(call, call.inputs["targetKeyId"])
        self.client(call).create_alias(AliasName=call.inputs["name"], TargetKeyId=call.inputs["targetKeyId"])
        return str(call.inputs["name"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        for page in self.client(call).get_paginator("list_aliases").paginate():
            for one in page["Aliases"]:
                if one["AliasName"] == call.id and "TargetKeyId" in one:
                    key = self.arn(call, "kms", f"key/{one['TargetKeyId']}")
                    given = call.inputs.get("targetKeyId")
                    return {
                        "arn": one["AliasArn"],
                        "name": call.id,
                        "targetKeyArn": key,
                        "targetKeyId": given if given == key else one["TargetKeyId"],
                    }
        return None

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        usable_key(call, call.inputs["targetKeyId"])
        self.client(call).update_alias(AliasName=call.id, TargetKeyId=call.inputs["targetKeyId"])

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).delete_alias(AliasName=call.id))


class Secret(AwsKind):
    token = "aws:secretsmanager/secret:Secret"
    service = "secretsmanager"
    replaces = frozenset({"name", "namePrefix", "region"})
    documents = frozenset({"policy"})

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"recoveryWindowInDays": 30, "forceOverwriteReplicaSecret": False}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        for problem in document_problems(inputs.get("policy"), "resource"):
            yield "policy", f"MalformedPolicyDocumentException: {problem}"
        window = inputs.get("recoveryWindowInDays", 30)
        if isinstance(window, int) and window != 0 and not 7 <= window <= 30:
            yield "recoveryWindowInDays", f"is {window}; AWS takes 0 or 7 to 30"
        if inputs.get("replicas"):
            yield "replicas", "is not known to the stand-in"

    def create(self, call: AwsCall) -> str:
        inputs, client = call.inputs, self.client(call)
        if "kmsKeyId" in inputs:
            usable_key(call, inputs["kmsKeyId"])
        if "policy" in inputs:
            refuse_unknown_principals(call, "MalformedPolicyDocumentException", inputs["policy"])
        names = {"kmsKeyId": "KmsKeyId", "description": "Description"}
        made = client.create_secret(
            Name=inputs["name"],
            Tags=tag_list(all_tags(call)),
            **{names[name]: value for name, value in call.given(*names).items()},
        )
        if "policy" in inputs:
            client.put_resource_policy(SecretId=made["ARN"], ResourcePolicy=inputs["policy"])
        return str(made["ARN"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = unless_gone(lambda: client.describe_secret(SecretId=call.id))
        if found is None or found.get("DeletedDate"):
            return None
        policy = unless_gone(lambda: client.get_resource_policy(SecretId=call.id)) or {}
        return {
            "arn": found["ARN"],
            "name": found["Name"],
            "description": found.get("Description") or None,
            "kmsKeyId": found.get("KmsKeyId"),
            "policy": policy_outputs(call.inputs.get("policy"), policy.get("ResourcePolicy")),
            **tag_outputs(call, found.get("Tags")),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        client, inputs = self.client(call), call.inputs
        if changed & {"description", "kmsKeyId"}:
            if "kmsKeyId" in inputs:
                usable_key(call, inputs["kmsKeyId"])
            names = {"kmsKeyId": "KmsKeyId", "description": "Description"}
            client.update_secret(SecretId=call.id, **{names[name]: value for name, value in call.given(*names).items()})
        if "policy" in changed:
            if "policy" in inputs:
                refuse_unknown_principals(call, "MalformedPolicyDocumentException", inputs["policy"])
                client.put_resource_policy(SecretId=call.id, ResourcePolicy=inputs["policy"])
            else:
                client.delete_resource_policy(SecretId=call.id)
        if "tags" in changed:
            gone = sorted(set(call.state.get("tagsAll") or {}) - set(all_tags(call)))
            if gone:
                client.untag_resource(SecretId=call.id, TagKeys=gone)
            client.tag_resource(SecretId=call.id, Tags=tag_list(all_tags(call)))

    def delete(self, call: AwsCall) -> None:
        window = call.inputs.get("recoveryWindowInDays", 30)
        how: dict[str, Any] = {"ForceDeleteWithoutRecovery": True} if window == 0 else {"RecoveryWindowInDays": window}
        if self.read(call) is not None:
            self.client(call).delete_secret(SecretId=call.id, **how)


class SecretVersion(AwsKind):
    token = "aws:secretsmanager/secretVersion:SecretVersion"
    service = "secretsmanager"
    replaces = frozenset({"secretId", "secretString", "secretBinary", "secretStringWoVersion", "region"})
    write_only = frozenset({"secretStringWo"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        given = {"secretString", "secretBinary", "secretStringWo"} & inputs.keys()
        if len(given) > 1:
            yield "secretString", f"conflicts: {', '.join(sorted(given))}"
        if inputs.lacks("secretStringWo") != inputs.lacks("secretStringWoVersion"):
            yield "secretStringWoVersion", "and secretStringWo go together"

    def create(self, call: AwsCall) -> str:
        names = {"secretString": "SecretString", "secretStringWo": "SecretString", "secretBinary": "SecretBinary",
                 "versionStages": "VersionStages"}  # fmt: skip
        made = self.client(call).put_secret_value(
            SecretId=call.inputs["secretId"],
            **{names[name]: value for name, value in call.given(*names).items()},
        )
        return f"{made['ARN']}|{made['VersionId']}"

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        arn, _, version = call.id.partition("|")
        client = self.client(call)
        if (unless_gone(lambda: client.describe_secret(SecretId=arn)) or {"DeletedDate": "gone"}).get("DeletedDate"):
            return None
        found = unless_gone(lambda: client.get_secret_value(SecretId=arn, VersionId=version))
        if found is None:
            return None
        wanted = call.inputs.get("secretString")
        stored = found.get("SecretString")
        hidden = "secretStringWoVersion" in call.inputs or "secretStringWoVersion" in call.state
        return {
            "arn": found["ARN"],
            "secretArn": found["ARN"],
            "secretId": call.inputs.get("secretId", arn),
            "versionId": version,
            "versionStages": found.get("VersionStages", []),
            "hasSecretStringWo": hidden,
            **({} if hidden or wanted is None else {"secretString": stored}),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        if "versionStages" in changed:
            raise RefusedError("UnsupportedOperation", "version stages cannot be moved by the stand-in")

    def delete(self, call: AwsCall) -> None:
        """Do nothing: AWS drops versions with their secret; the current one cannot be removed."""


def short_hash(*parts: str) -> str:
    """Return a number as Terraform derives it for IDs that AWS does not give."""
    return str(int.from_bytes(hashlib.sha256("-".join(parts).encode()).digest()[:4], "big"))
