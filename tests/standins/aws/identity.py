"""IAM: roles, their policies, instance profiles."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from tests.standins.aws.documents import document_problems, principals_of
from tests.standins.aws.kind import AwsCall, AwsKind, Known, all_tags, tag_list, tag_outputs, unless_gone
from tests.standins.aws.network import policy_outputs
from tests.standins.base.kind import RefusedError
from tests.standins.base.vocabulary import Problem

_TRUST_CHARACTERS_MAX = 2048
_INLINE_CHARACTERS_MAX = 10_240


def text_of(document: Any) -> str:
    """Return IAM's policy as text: the API answers URL-encoded text or an object."""
    return unquote(document) if isinstance(document, str) else json.dumps(document)


def refuse_unknown_principals(call: AwsCall, code: str, policy: str) -> None:
    """Refuse a policy that names a role of this account that is not there, as AWS does for keys, buckets and trust.

    Raises:
        RefusedError: It names one.
    """
    iam = call.cloud.client("iam", "us-east-1")
    for principal in principals_of(policy):
        prefix = f"arn:aws:iam::{call.cloud.account}:role/"
        if principal.startswith(prefix):
            name = principal.rpartition("/")[2]
            if unless_gone(lambda name=name: iam.get_role(RoleName=name)) is None:  # type: ignore[misc]
                raise RefusedError(code, f'Invalid principal in policy: "AWS":"{principal}"')


class IamKind(AwsKind):
    service = "iam"

    def iam(self, call: AwsCall) -> Any:
        return call.cloud.client("iam", "us-east-1")


class Role(IamKind):
    token = "aws:iam/role:Role"
    replaces = frozenset({"name", "namePrefix", "path"})
    documents = frozenset({"assumeRolePolicy"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        for problem in document_problems(inputs.get("assumeRolePolicy"), "trust"):
            yield "assumeRolePolicy", f"MalformedPolicyDocument: {problem}"
        if len(str(inputs.get("assumeRolePolicy", ""))) > _TRUST_CHARACTERS_MAX:
            yield "assumeRolePolicy", f"is longer than {_TRUST_CHARACTERS_MAX} characters"
        if len(str(inputs.get("name", ""))) > 64:
            yield "name", "is longer than 64 characters"
        for name in ("inlinePolicies", "managedPolicyArns"):
            if inputs.get(name):
                yield name, "is not known to the stand-in: use RolePolicy and RolePolicyAttachment"

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"path": "/", "maxSessionDuration": 3600, "forceDetachPolicies": False}

    def create(self, call: AwsCall) -> str:
        inputs = call.inputs
        refuse_unknown_principals(call, "MalformedPolicyDocument", inputs["assumeRolePolicy"])
        names = {"path": "Path", "description": "Description", "maxSessionDuration": "MaxSessionDuration",
                 "permissionsBoundary": "PermissionsBoundary"}  # fmt: skip
        self.iam(call).create_role(
            RoleName=inputs["name"],
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            Tags=tag_list(all_tags(call)),
            **{names[name]: value for name, value in call.given(*names).items()},
        )
        return str(inputs["name"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        iam = self.iam(call)
        answer = unless_gone(lambda: iam.get_role(RoleName=call.id))
        if answer is None:
            return None
        role = answer["Role"]
        attached = iam.list_attached_role_policies(RoleName=call.id)["AttachedPolicies"]
        return {
            "arn": role["Arn"],
            "name": role["RoleName"],
            "uniqueId": role["RoleId"],
            "createDate": str(role["CreateDate"]),
            "path": role["Path"],
            "description": role.get("Description") or None,
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "permissionsBoundary": (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
            "assumeRolePolicy": policy_outputs(
                call.inputs.get("assumeRolePolicy"), text_of(role["AssumeRolePolicyDocument"])
            ),
            "managedPolicyArns": sorted(one["PolicyArn"] for one in attached) or None,
            **tag_outputs(call, role.get("Tags")),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        iam, inputs = self.iam(call), call.inputs
        if "assumeRolePolicy" in changed:
            refuse_unknown_principals(call, "MalformedPolicyDocument", inputs["assumeRolePolicy"])
            iam.update_assume_role_policy(RoleName=call.id, PolicyDocument=inputs["assumeRolePolicy"])
        if changed & {"description", "maxSessionDuration"}:
            iam.update_role(
                RoleName=call.id,
                Description=inputs.get("description", ""),
                MaxSessionDuration=inputs.get("maxSessionDuration", 3600),
            )
        if "permissionsBoundary" in changed:
            if "permissionsBoundary" in inputs:
                iam.put_role_permissions_boundary(RoleName=call.id, PermissionsBoundary=inputs["permissionsBoundary"])
            else:
                iam.delete_role_permissions_boundary(RoleName=call.id)
        if "tags" in changed:
            gone = sorted(set(call.state.get("tagsAll") or {}) - set(all_tags(call)))
            if gone:
                iam.untag_role(RoleName=call.id, TagKeys=gone)
            iam.tag_role(RoleName=call.id, Tags=tag_list(all_tags(call)))

    def delete(self, call: AwsCall) -> None:
        iam = self.iam(call)
        if self.read(call) is None:
            return
        inline = iam.list_role_policies(RoleName=call.id)["PolicyNames"]
        attached = [one["PolicyArn"] for one in iam.list_attached_role_policies(RoleName=call.id)["AttachedPolicies"]]
        profiles = iam.list_instance_profiles_for_role(RoleName=call.id)["InstanceProfiles"]
        if call.inputs.get("forceDetachPolicies"):
            for name in inline:
                iam.delete_role_policy(RoleName=call.id, PolicyName=name)
            for arn in attached:
                iam.detach_role_policy(RoleName=call.id, PolicyArn=arn)
        elif inline or attached:
            raise RefusedError(
                "DeleteConflict", f"Cannot delete entity, must delete policies first: {[*inline, *attached]}"
            )
        if profiles:
            raise RefusedError("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
        iam.delete_role(RoleName=call.id)


class RolePolicy(IamKind):
    token = "aws:iam/rolePolicy:RolePolicy"
    replaces = frozenset({"name", "namePrefix", "role"})
    documents = frozenset({"policy"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        for problem in document_problems(inputs.get("policy"), "identity"):
            yield "policy", f"MalformedPolicyDocument: {problem}"
        if len(str(inputs.get("policy", ""))) > _INLINE_CHARACTERS_MAX:
            yield "policy", f"is longer than {_INLINE_CHARACTERS_MAX} characters"

    def create(self, call: AwsCall) -> str:
        self._put(call)
        return f"{call.inputs['role']}:{call.inputs['name']}"

    def _put(self, call: AwsCall) -> None:
        iam, role = self.iam(call), call.inputs["role"]
        total = len(call.inputs["policy"])
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            if name != call.inputs["name"]:
                total += len(text_of(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]))
        if total > _INLINE_CHARACTERS_MAX:
            raise RefusedError(
                "LimitExceeded", f"Maximum policy size of {_INLINE_CHARACTERS_MAX} bytes exceeded for role {role}"
            )
        iam.put_role_policy(RoleName=role, PolicyName=call.inputs["name"], PolicyDocument=call.inputs["policy"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        role, _, name = call.id.partition(":")
        found = unless_gone(lambda: self.iam(call).get_role_policy(RoleName=role, PolicyName=name))
        if found is None:
            return None
        return {
            "name": name,
            "role": role,
            "policy": policy_outputs(call.inputs.get("policy"), text_of(found["PolicyDocument"])),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        self._put(call)

    def delete(self, call: AwsCall) -> None:
        role, _, name = call.id.partition(":")
        unless_gone(lambda: self.iam(call).delete_role_policy(RoleName=role, PolicyName=name))


class RolePolicyAttachment(IamKind):
    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    replaces = frozenset({"policyArn", "role"})

    def create(self, call: AwsCall) -> str:
        iam, inputs = self.iam(call), call.inputs
        iam.get_policy(PolicyArn=inputs["policyArn"])
        iam.attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
        return f"{inputs['role']}/{inputs['policyArn']}"

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        role, _, arn = call.id.partition("/")
        answer = unless_gone(lambda: self.iam(call).list_attached_role_policies(RoleName=role))
        if answer is None or arn not in [one["PolicyArn"] for one in answer["AttachedPolicies"]]:
            return None
        return {"role": role, "policyArn": arn}

    def delete(self, call: AwsCall) -> None:
        role, _, arn = call.id.partition("/")
        unless_gone(lambda: self.iam(call).detach_role_policy(RoleName=role, PolicyArn=arn))


class InstanceProfile(IamKind):
    token = "aws:iam/instanceProfile:InstanceProfile"
    replaces = frozenset({"name", "namePrefix", "path"})

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"path": "/"}

    def create(self, call: AwsCall) -> str:
        iam, inputs = self.iam(call), call.inputs
        iam.create_instance_profile(
            InstanceProfileName=inputs["name"], Path=inputs.get("path", "/"), Tags=tag_list(all_tags(call))
        )
        if "role" in inputs:
            iam.add_role_to_instance_profile(InstanceProfileName=inputs["name"], RoleName=inputs["role"])
        return str(inputs["name"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        answer = unless_gone(lambda: self.iam(call).get_instance_profile(InstanceProfileName=call.id))
        if answer is None:
            return None
        profile = answer["InstanceProfile"]
        return {
            "arn": profile["Arn"],
            "name": profile["InstanceProfileName"],
            "path": profile["Path"],
            "role": profile["Roles"][0]["RoleName"] if profile["Roles"] else None,
            "uniqueId": profile["InstanceProfileId"],
            "createDate": str(profile["CreateDate"]),
            **tag_outputs(call, profile.get("Tags")),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        iam = self.iam(call)
        if "role" in changed:
            if call.state.get("role"):
                iam.remove_role_from_instance_profile(InstanceProfileName=call.id, RoleName=call.state["role"])
            if "role" in call.inputs:
                iam.add_role_to_instance_profile(InstanceProfileName=call.id, RoleName=call.inputs["role"])
        if "tags" in changed:
            gone = sorted(set(call.state.get("tagsAll") or {}) - set(all_tags(call)))
            if gone:
                iam.untag_instance_profile(InstanceProfileName=call.id, TagKeys=gone)
            iam.tag_instance_profile(InstanceProfileName=call.id, Tags=tag_list(all_tags(call)))

    def delete(self, call: AwsCall) -> None:
        iam, found = self.iam(call), self.read(call)
        if found is None:
            return
        if found["role"]:
            iam.remove_role_from_instance_profile(InstanceProfileName=call.id, RoleName=found["role"])
        iam.delete_instance_profile(InstanceProfileName=call.id)
