"""Rules on keys, secrets, buckets and grants at both clouds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.report import Severity
from tests.policies.cloud import UNKNOWN, Made, one, refused, silent, sound, unread, waits

KMS = "aws:kms/key:Key"
CRYPTO = "gcp:kms/cryptoKey:CryptoKey"
SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
GCP_SECRET = "gcp:secretmanager/secret:Secret"
GCP_VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
BUCKET = "aws:s3/bucket:Bucket"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
GCS = "gcp:storage/bucket:Bucket"
POLICY = "aws:iam/policy:Policy"
MEMBER = "gcp:projects/iAMMember:IAMMember"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any = "kms:Decrypt", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def test_symmetric_keys_rotate() -> None:
    sound("SEC023", Made(token=KMS, props={"enableKeyRotation": True}))
    sound("SEC023", Made(token=CRYPTO, props={"rotationPeriod": "7776000s"}))
    assert "enableKeyRotation is not set; expected true" in refused("SEC023", Made(token=KMS))
    assert "expected at most 7776000s, 90 days" in refused(
        "SEC023", Made(token=CRYPTO, props={"rotationPeriod": "7776001s"})
    )
    assert "rotationPeriod is 'soon'" in refused("SEC023", Made(token=CRYPTO, props={"rotationPeriod": "soon"}))
    unread("SEC023", Made(token=KMS, props={"enableKeyRotation": UNKNOWN}))


def test_keys_that_sign_are_not_asked_to_rotate() -> None:
    silent("SEC023", Made(token=KMS, props={"keyUsage": "SIGN_VERIFY", "customerMasterKeySpec": "ECC_NIST_P256"}))
    silent("SEC023", Made(token=CRYPTO, props={"purpose": "ASYMMETRIC_SIGN"}))


def test_a_deleted_key_can_be_kept_in_time() -> None:
    sound("SEC024", Made(token=KMS))
    sound("SEC024", Made(token=CRYPTO, props={"destroyScheduledDuration": "2592000s"}))
    assert "deletionWindowInDays is 7; expected at least 14 days" in refused(
        "SEC024", Made(token=KMS, props={"deletionWindowInDays": 7.0})
    )
    assert "bypassPolicyLockoutSafetyCheck is True" in refused(
        "SEC024", Made(token=KMS, props={"bypassPolicyLockoutSafetyCheck": True})
    )
    assert "destroyScheduledDuration is '86400s'" in refused(
        "SEC024", Made(token=CRYPTO, props={"destroyScheduledDuration": "86400s"})
    )


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (Made(token=KMS, props={"policy": policy(allow(Principal="*"))}), "allows kms:Decrypt to everybody ('*')"),
        (Made(token=KMS, props={"policy": policy(allow(Principal={"AWS": ["*"]}))}), "policy.Statement[0]"),
        (Made(token=KMS, props={"policy": policy(allow(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "*"}}))}),
         "to everybody"),
        (Made(token=KMS, props={"policy": policy(allow(Principal="*", Condition={"Bool": {"aws:SecureTransport": "true"}}))}),
         "to everybody"),
        (Made(token="aws:s3/bucketPolicy:BucketPolicy", props={"policy": policy(allow("s3:GetObject", Principal="*"))}),
         "allows s3:GetObject"),
        (Made(token=SECRET, props={"policy": policy(allow("secretsmanager:GetSecretValue", Principal={"AWS": "*"}))}),
         "allows secretsmanager:GetSecretValue"),
        (Made(token="gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", props={"role": "r", "member": "allUsers"}),
         "grants r to allUsers"),
        (Made(token="gcp:iap/tunnelInstanceIAMMember:TunnelInstanceIAMMember",
              props={"role": "roles/iap.tunnelResourceAccessor", "member": "allAuthenticatedUsers"}), "allAuthenticatedUsers"),
        (Made(token="gcp:storage/bucketIAMBinding:BucketIAMBinding", props={"role": "r", "members": ["user:a", "allUsers"]}),
         "allUsers"),
        (Made(token="gcp:secretmanager/secretIamPolicy:SecretIamPolicy",
              props={"policyData": json.dumps({"bindings": [{"role": "r", "members": ["allUsers"]}]})}), "grants r to allUsers"),
    ],
)  # fmt: skip
def test_what_is_granted_to_everybody_is_refused(made: Made, told: str) -> None:
    assert told in refused("SEC025", made)


def test_named_or_narrowed_grants_pass_and_arns_may_come_later() -> None:
    root = {"AWS": "arn:aws:iam::111122223333:root"}
    sound("SEC025", Made(token=KMS, props={"policy": policy(allow("kms:*", Principal=root))}))
    narrowed = allow(Principal="*", Condition={"StringEquals": {"kms:CallerAccount": "111122223333"}})
    sound("SEC025", Made(token=KMS, props={"policy": policy(narrowed)}))
    sound("SEC025", Made(token=MEMBER, props={"role": "r", "member": "serviceAccount:a@p.iam.gserviceaccount.com"}))
    waits("SEC025", Made(token=KMS, props={"policy": f'{{"Statement": "{UNKNOWN}"}}'}))
    waits("SEC025", Made(token=MEMBER, props={"role": "r", "member": f"serviceAccount:{UNKNOWN}"}))
    assert "no valid JSON" in unread("SEC025", Made(token=KMS, props={"policy": "{"}))


def attested(operator: str, value: Any, name: str = "kms:RecipientAttestation:ImageSha384") -> Made:
    statement = allow(Principal={"AWS": "arn:aws:iam::1:role/r"}, Condition={operator: {name: value}})
    return Made(token=KMS, props={"policy": policy(statement)})


def test_an_enclave_key_is_bound_to_one_image() -> None:
    sound("SEC026", attested("StringEqualsIgnoreCase", "ab" * 48))
    assert "an enclave in debug mode has zeros" in refused("SEC026", attested("StringEqualsIgnoreCase", "0" * 96))
    assert "zeros" in refused(
        "SEC026", attested("StringEquals", ["ab" * 48, "0" * 96], "kms:RecipientAttestation:PCR0")
    )
    assert "expected StringEqualsIgnoreCase" in refused("SEC026", attested("StringLike", "ab" * 48))
    assert "expected StringEqualsIgnoreCase" in refused("SEC026", attested("StringEqualsIfExists", "ab" * 48))
    silent("SEC026", Made(token=KMS, props={"policy": policy(allow())}))
    waits("SEC026", Made(token=KMS, props={"policy": UNKNOWN}))


SEALED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "x"}


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (
            Made(token=VERSION, props={"secretString": "x"}),
            "secretString is set and so in the state; expected secretStringWo",
        ),
        (Made(token=VERSION, props={"secretString": SEALED}), "secretString is set"),
        (Made(token=VERSION, props={"secretBinary": UNKNOWN}), "secretBinary is set"),
        (Made(token=GCP_VERSION, props={"secretData": "x"}), "expected secretDataWo"),
        (Made(token="aws:ssm/parameter:Parameter", props={"type": "SecureString", "value": "x"}), "expected valueWo"),
    ],
)
def test_a_secret_that_passes_through_the_state_is_refused_also_encrypted_or_unknown(made: Made, told: str) -> None:
    assert told in refused("SEC027", made)


def test_write_only_values_and_plain_parameters_pass() -> None:
    sound("SEC027", Made(token=VERSION, props={"secretStringWo": "x", "secretStringWoVersion": 1}))
    sound("SEC027", Made(token=GCP_VERSION, props={"secretDataWo": "x"}))
    silent("SEC027", Made(token="aws:ssm/parameter:Parameter", props={"type": "String", "value": "x"}))


def test_secrets_have_a_key_and_can_be_restored() -> None:
    replicas = {"replicas": [{"location": "europe-west3", "customerManagedEncryption": {"kmsKeyName": "k"}}]}
    sound("SEC028", Made(token=SECRET, props={"kmsKeyId": "arn:k", "recoveryWindowInDays": 7.0}))
    sound("SEC028", Made(token=GCP_SECRET, props={"replication": {"userManaged": replicas}}))
    waits("SEC028", Made(token=SECRET, props={"kmsKeyId": UNKNOWN}))
    assert "kmsKeyId is not set" in refused("SEC028", Made(token=SECRET))
    assert "recoveryWindowInDays is 0; expected at least 7 days" in refused(
        "SEC028", Made(token=SECRET, props={"kmsKeyId": "arn:k", "recoveryWindowInDays": 0.0})
    )
    assert "kmsKeyName is not set" in refused("SEC028", Made(token=GCP_SECRET, props={"replication": {"auto": {}}}))


FLAGS = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)


def test_buckets_cannot_be_opened() -> None:
    bucket = Made(token=BUCKET, name="b", props={"bucket": "states"})
    by_name = Made(token=BLOCK, props={"bucket": "states", **FLAGS})
    by_reference = Made(token=BLOCK, props={"bucket": UNKNOWN, **FLAGS}, references={"bucket": [bucket.urn]})
    sound("SEC029", bucket, by_name)
    sound("SEC029", bucket, by_reference)
    sound("SEC029", Made(token=GCS, props={"uniformBucketLevelAccess": True, "publicAccessPrevention": "enforced"}))
    assert "has no BucketPublicAccessBlock" in refused("SEC029", bucket)
    assert "has no BucketPublicAccessBlock" in refused(
        "SEC029", bucket, Made(token=BLOCK, props={"bucket": "other", **FLAGS})
    )
    assert "ignorePublicAcls is False" in refused(
        "SEC029", Made(token=BLOCK, props={**FLAGS, "ignorePublicAcls": False})
    )
    assert "acl is 'public-read'" in refused(
        "SEC029", Made(token="aws:s3/bucketAcl:BucketAcl", props={"acl": "public-read"})
    )
    assert "publicAccessPrevention is 'inherited'" in refused(
        "SEC029", Made(token=GCS, props={"uniformBucketLevelAccess": True, "publicAccessPrevention": "inherited"})
    )
    unread("SEC029", Made(token=GCS, props={"uniformBucketLevelAccess": UNKNOWN, "publicAccessPrevention": "enforced"}))


def test_buckets_keep_versions() -> None:
    bucket = Made(token=BUCKET, name="b", props={"bucket": "states"})
    versioning = {"bucket": "states", "versioningConfiguration": {"status": "Enabled"}}
    sound("SEC030", bucket, Made(token="aws:s3/bucketVersioning:BucketVersioning", props=versioning))
    sound("SEC030", Made(token=GCS, props={"versioning": {"enabled": True}}))
    assert "versioning.enabled is not set" in refused("SEC030", bucket)
    suspended = {**versioning, "versioningConfiguration": {"status": "Suspended"}}
    assert "status is 'Suspended'" in refused(
        "SEC030", bucket, Made(token="aws:s3/bucketVersioning:BucketVersioning", props=suspended)
    )


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (Made(token=POLICY, props={"policy": policy(allow("*"))}), "policy.Statement[0] allows every action"),
        (Made(token=POLICY, props={"policy": policy(allow(["s3:Get*", "iam:*"]))}), "allows iam:* on every resource"),
        (Made(token=POLICY, props={"policy": policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})}), "NotAction"),
        (Made(token="aws:iam/role:Role", props={"inlinePolicies": [{"policy": policy(allow("*"))}]}), "inlinePolicies[0].policy"),
        (Made(token="aws:iam/role:Role", props={"managedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}),
         "managedPolicyArns[0] is arn:aws:iam::aws:policy/AdministratorAccess"),
        (Made(token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
              props={"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}), "policyArn is"),
        (Made(token=MEMBER, props={"role": "roles/owner", "member": "user:a"}), "grants roles/owner to user:a"),
        (Made(token=MEMBER, props={"role": "roles/editor", "member": f"serviceAccount:{UNKNOWN}"}), "grants roles/editor to"),
    ],
)  # fmt: skip
def test_an_identity_that_may_do_everything_is_refused(made: Made, told: str) -> None:
    assert told in refused("SEC031", made)


def test_named_actions_pass_and_documents_may_come_later() -> None:
    sound("SEC031", Made(token=POLICY, props={"policy": policy(allow(["s3:GetObject"], "arn:aws:s3:::b/*"))}))
    sound("SEC031", Made(token=POLICY, props={"policy": policy({"Effect": "Deny", "Action": "*", "Resource": "*"})}))
    sound("SEC031", Made(token=POLICY, props={"policy": policy(allow("kms:*", "arn:aws:kms:x"))}))
    waits("SEC031", Made(token=POLICY, props={"policy": UNKNOWN}))
    unread("SEC031", Made(token=MEMBER, props={"role": UNKNOWN, "member": "user:a"}))


@pytest.mark.parametrize("token", ["gcp:serviceaccount/key:Key", "aws:iam/accessKey:AccessKey"])
def test_a_long_lived_key_is_refused_for_being_there(token: str) -> None:
    assert "exists; expected none" in refused("SEC032", Made(token=token))


SNAPSHOTS = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"
IMAGES = "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess"
LAUNCH = "aws:ec2/amiLaunchPermission:AmiLaunchPermission"


def test_disks_and_images_are_shared_by_account_only() -> None:
    sound("SEC039", Made(token=SNAPSHOTS, props={"state": "block-all-sharing"}))
    sound("SEC039", Made(token=LAUNCH, props={"accountId": "111122223333"}))
    assert "group is 'all'" in refused("SEC039", Made(token=LAUNCH, props={"group": "all"}))
    assert "state is 'unblocked'" in refused("SEC039", Made(token=SNAPSHOTS, props={"state": "unblocked"}))
    assert "state is 'unblocked'" in refused("SEC039", Made(token=IMAGES, props={"state": "unblocked"}))


CONSOLE = "aws:ec2/serialConsoleAccess:SerialConsoleAccess"


def test_the_serial_console_of_aws_is_on_unless_told_otherwise() -> None:
    sound("SEC036", Made(token=CONSOLE, props={"enabled": False}))
    assert "expected False" in refused("SEC036", Made(token=CONSOLE))


INSTANCE = "aws:ec2/instance:Instance"
DEFAULTS = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"
ENCRYPTION = "aws:ebs/encryptionByDefault:EncryptionByDefault"


@pytest.mark.parametrize(
    ("rule", "token", "props", "bad"),
    [
        ("SEC011", DEFAULTS, {"httpTokens": "required", "httpPutResponseHopLimit": 1.0}, {"httpTokens": "optional"}),
        ("SEC014", ENCRYPTION, {"enabled": True}, {"enabled": False}),
    ],
)
def test_each_region_in_use_has_its_default(rule: str, token: str, props: dict[str, Any], bad: dict[str, Any]) -> None:
    here = Made(token=INSTANCE, name="a", props={"region": "eu-west-1"})
    there = Made(token=INSTANCE, name="b", props={"availabilityZone": "us-east-1a"})
    setting = Made(token=token, name="s", props={**props, "region": "eu-west-1"})
    sound(rule, here, setting)
    finding = one(rule, here, there, setting)
    assert (finding.subject, finding.severity) == ("aws:us-east-1", Severity.MEDIUM)
    assert "has machines (b)" in finding.message
    assert "expected" in refused(rule, here, Made(token=token, name="s", props={**props, **bad, "region": "eu-west-1"}))
    assert "region (known after creation)" in one(rule, Made(token=INSTANCE, props={"region": UNKNOWN})).message
