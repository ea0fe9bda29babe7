"""S3: buckets, what is set on them, objects."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.standins.aws.documents import document_problems, statements_of
from tests.standins.aws.identity import refuse_unknown_principals
from tests.standins.aws.keys import usable_key
from tests.standins.aws.kind import AwsCall, AwsKind, Known, all_tags, tag_list, tag_outputs, unless_gone
from tests.standins.aws.network import policy_outputs
from tests.standins.base.kind import RefusedError
from tests.standins.base.values import UNKNOWN, Asset
from tests.standins.base.vocabulary import Problem

_POLICY_BYTES_MAX = 20_480


class S3Kind(AwsKind):
    service = "s3"


class Bucket(S3Kind):
    token = "aws:s3/bucket:Bucket"
    generated = "bucket"
    replaces = frozenset({"bucket", "bucketPrefix", "objectLockEnabled", "region", "bucketNamespace"})

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"forceDestroy": False, "objectLockEnabled": False}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        name = inputs.get("bucket")
        if isinstance(name, str) and not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name):
            yield "bucket", f"'{name}' is no bucket name: 3 to 63 of a-z, 0-9, '.' and '-'"
        given = {"region", "bucket", "forceDestroy", "objectLockEnabled", "tags"}
        for name in sorted(inputs.keys() - given - {"__defaults"}):
            if inputs[name] is not None:
                yield name, "is set on a bucket by a resource of its own (BucketVersioning, BucketPolicy, ...)"

    def create(self, call: AwsCall) -> str:
        client, name = self.client(call), call.inputs["bucket"]
        placed = (
            {} if call.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": call.region}}
        )
        client.create_bucket(
            Bucket=name, ObjectLockEnabledForBucket=call.inputs.get("objectLockEnabled", False), **placed
        )
        if all_tags(call):
            client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(all_tags(call))})
        return str(name)

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        if unless_gone(lambda: client.head_bucket(Bucket=call.id)) is None:
            return None
        tags = unless_gone(lambda: client.get_bucket_tagging(Bucket=call.id)["TagSet"])
        return {
            "arn": f"arn:aws:s3:::{call.id}",
            "bucket": call.id,
            "bucketDomainName": f"{call.id}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{call.id}.s3.{call.region}.amazonaws.com",
            "bucketRegion": call.region,
            **tag_outputs(call, tags),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        if changed - {"tags", "forceDestroy"}:
            super().update(call, changed)
        if "tags" in changed:
            if all_tags(call):
                self.client(call).put_bucket_tagging(Bucket=call.id, Tagging={"TagSet": tag_list(all_tags(call))})
            else:
                self.client(call).delete_bucket_tagging(Bucket=call.id)

    def delete(self, call: AwsCall) -> None:
        client = self.client(call)
        if unless_gone(lambda: client.head_bucket(Bucket=call.id)) is None:
            return
        found = client.list_object_versions(Bucket=call.id)
        left = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
        if left and not call.inputs.get("forceDestroy"):
            raise RefusedError(
                "BucketNotEmpty", f"The bucket you tried to delete is not empty: {call.id}, {len(left)} versions"
            )
        while left:
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in left]
            client.delete_objects(Bucket=call.id, Delete={"Objects": objects})
            found = client.list_object_versions(Bucket=call.id)
            left = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
        client.delete_bucket(Bucket=call.id)


class _OfBucket(S3Kind):
    """Something that is set on one bucket and has the bucket's name as its ID."""

    generated = ""
    replaces = frozenset({"bucket", "region", "expectedBucketOwner"})

    def create(self, call: AwsCall) -> str:
        self.put(call)
        return str(call.inputs["bucket"])

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        self.put(call)

    def put(self, call: AwsCall) -> None:
        raise NotImplementedError

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if inputs.get("expectedBucketOwner"):
            yield "expectedBucketOwner", "is deprecated, and not known to the stand-in"


class BucketVersioning(_OfBucket):
    token = "aws:s3/bucketVersioning:BucketVersioning"
    listed = {"versioningConfiguration.status": ("s3", "BucketVersioningStatus")}

    def put(self, call: AwsCall) -> None:
        status = call.inputs["versioningConfiguration"]["status"]
        self.client(call).put_bucket_versioning(
            Bucket=call.inputs["bucket"], VersioningConfiguration={"Status": status}
        )

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).get_bucket_versioning(Bucket=call.id))
        if found is None or "Status" not in found:
            return None
        return {"bucket": call.id, "versioningConfiguration": {"status": found["Status"]}}

    def delete(self, call: AwsCall) -> None:
        if self.read(call) is not None:
            self.client(call).put_bucket_versioning(Bucket=call.id, VersioningConfiguration={"Status": "Suspended"})


class BucketServerSideEncryptionConfiguration(_OfBucket):
    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        yield from super().mistakes(inputs)
        rules = inputs.get("rules")
        if isinstance(rules, list) and len(rules) != 1:
            yield "rules", f"holds {len(rules)} rules; AWS takes one"
        for rule in rules if isinstance(rules, list) else []:
            how = (rule.get("applyServerSideEncryptionByDefault") or {}) if isinstance(rule, Mapping) else {}
            if how.get("sseAlgorithm") not in (None, UNKNOWN, "AES256", "aws:kms", "aws:kms:dsse"):
                yield "rules", f"'{how['sseAlgorithm']}' is no algorithm of S3"

    def put(self, call: AwsCall) -> None:
        rules = []
        for rule in call.inputs["rules"]:
            how = rule["applyServerSideEncryptionByDefault"]
            if how.get("kmsMasterKeyId"):
                usable_key(call, how["kmsMasterKeyId"])
            names = {"sseAlgorithm": "SSEAlgorithm", "kmsMasterKeyId": "KMSMasterKeyID"}
            told = {names[name]: value for name, value in how.items() if name in names and value is not None}
            rules.append(
                {"ApplyServerSideEncryptionByDefault": told, "BucketKeyEnabled": bool(rule.get("bucketKeyEnabled"))}
            )
        self.client(call).put_bucket_encryption(
            Bucket=call.inputs["bucket"], ServerSideEncryptionConfiguration={"Rules": rules}
        )

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).get_bucket_encryption(Bucket=call.id))
        if found is None:
            return None
        rules = []
        for rule in found["ServerSideEncryptionConfiguration"]["Rules"]:
            how = rule["ApplyServerSideEncryptionByDefault"]
            told = {"sseAlgorithm": how["SSEAlgorithm"]}
            if how.get("KMSMasterKeyID"):
                told["kmsMasterKeyId"] = how["KMSMasterKeyID"]
            rules.append(
                {"applyServerSideEncryptionByDefault": told, "bucketKeyEnabled": bool(rule.get("BucketKeyEnabled"))}
            )
        return {"bucket": call.id, "rules": rules}

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).delete_bucket_encryption(Bucket=call.id))


class BucketPublicAccessBlock(_OfBucket):
    token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    settings = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return dict.fromkeys(self.settings, False)

    def put(self, call: AwsCall) -> None:
        wanted = {**self.defaults({}), **call.inputs}
        self.client(call).put_public_access_block(
            Bucket=call.inputs["bucket"],
            PublicAccessBlockConfiguration={name[0].upper() + name[1:]: wanted[name] for name in self.settings},
        )

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).get_public_access_block(Bucket=call.id))
        if found is None:
            return None
        told = found["PublicAccessBlockConfiguration"]
        return {"bucket": call.id, **{name: told.get(name[0].upper() + name[1:], False) for name in self.settings}}

    def delete(self, call: AwsCall) -> None:
        if not call.inputs.get("skipDestroy"):
            unless_gone(lambda: self.client(call).delete_public_access_block(Bucket=call.id))


class BucketOwnershipControls(_OfBucket):
    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    listed = {"rule.objectOwnership": ("s3", "ObjectOwnership")}

    def put(self, call: AwsCall) -> None:
        rule = {"ObjectOwnership": call.inputs["rule"]["objectOwnership"]}
        self.client(call).put_bucket_ownership_controls(
            Bucket=call.inputs["bucket"], OwnershipControls={"Rules": [rule]}
        )

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).get_bucket_ownership_controls(Bucket=call.id))
        if found is None:
            return None
        return {
            "bucket": call.id,
            "rule": {"objectOwnership": found["OwnershipControls"]["Rules"][0]["ObjectOwnership"]},
        }

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).delete_bucket_ownership_controls(Bucket=call.id))


class BucketPolicy(_OfBucket):
    token = "aws:s3/bucketPolicy:BucketPolicy"
    documents = frozenset({"policy"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        for problem in document_problems(inputs.get("policy"), "resource"):
            yield "policy", f"MalformedPolicy: {problem}"
        if len(str(inputs.get("policy", "")).encode()) > _POLICY_BYTES_MAX:
            yield "policy", f"is larger than {_POLICY_BYTES_MAX} bytes"

    def put(self, call: AwsCall) -> None:
        bucket, policy = call.inputs["bucket"], call.inputs["policy"]
        refuse_unknown_principals(call, "MalformedPolicy", policy)
        for statement in statements_of(policy):
            resources = statement.get("Resource", [])
            for resource in resources if isinstance(resources, list) else [resources]:
                if resource != "*" and not re.match(rf"arn:aws:s3:::{re.escape(bucket)}(/|$)", resource):
                    raise RefusedError(
                        "MalformedPolicy", f"Policy has invalid resource: {resource} is not of bucket {bucket}"
                    )
        blocked = unless_gone(lambda: self.client(call).get_public_access_block(Bucket=bucket))
        if blocked and blocked["PublicAccessBlockConfiguration"].get("BlockPublicPolicy") and _is_public(policy):
            raise RefusedError(
                "AccessDenied", "User is not authorized: public policies are blocked by BlockPublicPolicy"
            )
        self.client(call).put_bucket_policy(Bucket=bucket, Policy=policy)

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).get_bucket_policy(Bucket=call.id))
        if found is None:
            return None
        return {"bucket": call.id, "policy": policy_outputs(call.inputs.get("policy"), found["Policy"])}

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).delete_bucket_policy(Bucket=call.id))


_NARROWING = (
    "aws:sourcevpc", "aws:sourcevpce", "aws:sourceip", "aws:sourcearn", "aws:sourceaccount", "aws:principalorgid",
    "aws:principalaccount", "aws:userid", "s3:dataaccesspointarn", "aws:principalarn", "aws:vpcsourceip",
)  # fmt: skip


def _is_public(policy: str) -> bool:
    """Return whether S3 would call a policy public: everyone is allowed, and no condition narrows it to fixed values."""
    for statement in statements_of(policy):
        principal = statement.get("Principal")
        everyone = principal == "*" or (isinstance(principal, dict) and principal.get("AWS") == "*")
        keys = {key.lower() for condition in statement.get("Condition", {}).values() for key in condition}
        if statement["Effect"] == "Allow" and everyone and not keys & set(_NARROWING):
            return True
    return False


class BucketObjectv2(S3Kind):
    token = "aws:s3/bucketObjectv2:BucketObjectv2"
    generated = ""
    replaces = frozenset({"bucket", "key", "region"})
    listed = {
        "serverSideEncryption": ("s3", "ServerSideEncryption"),
        "storageClass": ("s3", "StorageClass"),
        "acl": ("s3", "ObjectCannedACL"),
    }
    headers = {
        "contentType": "ContentType", "cacheControl": "CacheControl", "contentEncoding": "ContentEncoding",
        "contentLanguage": "ContentLanguage", "contentDisposition": "ContentDisposition",
    }  # fmt: skip

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        bodies = {"content", "contentBase64", "source"} & inputs.keys()
        if len(bodies) > 1:
            yield "content", f"conflicts: {', '.join(sorted(bodies))}"
        if "kmsKeyId" in inputs and inputs.get("serverSideEncryption") == "AES256":
            yield "kmsKeyId", "does not go with AES256"

    def create(self, call: AwsCall) -> str:
        key = call.inputs.get("key", call.name)
        self._put(call, key)
        return str(key)

    @staticmethod
    def body(inputs: Mapping[str, Any]) -> bytes:
        if isinstance(inputs.get("source"), Asset):
            return inputs["source"].read()
        if "contentBase64" in inputs:
            return base64.b64decode(inputs["contentBase64"], validate=True)
        return str(inputs.get("content", "")).encode()

    def _put(self, call: AwsCall, key: str) -> None:
        inputs = call.inputs
        if "kmsKeyId" in inputs:
            usable_key(call, inputs["kmsKeyId"])
        names = {**self.headers, "serverSideEncryption": "ServerSideEncryption", "kmsKeyId": "SSEKMSKeyId",
                 "storageClass": "StorageClass", "acl": "ACL", "metadata": "Metadata",
                 "bucketKeyEnabled": "BucketKeyEnabled", "checksumAlgorithm": "ChecksumAlgorithm"}  # fmt: skip
        tags = "&".join(f"{name}={value}" for name, value in sorted(all_tags(call).items()))
        self.client(call).put_object(
            Bucket=inputs["bucket"],
            Key=key,
            Body=self.body(inputs),
            **({"Tagging": tags} if tags else {}),
            **{names[name]: value for name, value in call.given(*names).items()},
        )

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        bucket = call.inputs.get("bucket") or call.state.get("bucket")
        found = unless_gone(lambda: client.get_object(Bucket=bucket, Key=call.id))
        if found is None:
            return None
        body = found["Body"].read()
        tags = client.get_object_tagging(Bucket=bucket, Key=call.id)["TagSet"]
        told: dict[str, Any] = {}
        for name in ("content", "contentBase64"):
            if name in call.inputs:
                told[name] = body.decode(errors="replace") if name == "content" else base64.b64encode(body).decode()
        if isinstance(call.inputs.get("source"), Asset):
            digest = hashlib.sha256(body).hexdigest()
            source = call.inputs["source"]
            # an object that someone changed is an asset of other content
            told["source"] = source if digest in ("", source.sha256) else Asset(sha256=digest, text="")
        return {
            "arn": f"arn:aws:s3:::{bucket}/{call.id}",
            "bucket": bucket,
            "key": call.id,
            "etag": found["ETag"].strip('"'),
            "versionId": found.get("VersionId"),
            "contentType": found.get("ContentType"),
            "serverSideEncryption": found.get("ServerSideEncryption", "AES256"),
            "kmsKeyId": found.get("SSEKMSKeyId"),
            "storageClass": found.get("StorageClass", "STANDARD"),
            "bucketKeyEnabled": bool(found.get("BucketKeyEnabled")),
            "metadata": found.get("Metadata") or None,
            **told,
            **tag_outputs(call, tags),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        self._put(call, call.id)

    def delete(self, call: AwsCall) -> None:
        client, bucket = self.client(call), call.inputs["bucket"]
        versions = unless_gone(lambda: client.list_object_versions(Bucket=bucket, Prefix=call.id))
        if versions is None:
            return
        for one in [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]:
            if one["Key"] == call.id:
                client.delete_object(Bucket=bucket, Key=call.id, VersionId=one["VersionId"])


class BucketObject(BucketObjectv2):
    token = "aws:s3/bucketObject:BucketObject"
