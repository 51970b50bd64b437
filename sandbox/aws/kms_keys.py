"""The keys that EBS encrypts with: customer keys, and the account's aws/ebs key in each Region.

EBS takes symmetric encryption keys of its own Region only, and looks at them after it has answered ("AWS
authenticates the KMS key asynchronously", API CopySnapshot).
"""

import json
from typing import Any

from ministack.services import kms

from sandbox.aws.scope import request_scope

Key = dict[str, Any]
EBS_ALIAS = "alias/aws/ebs"


def find(reference: str) -> Key | None:
    """Return the key that an id, an alias or an ARN of either names in the caller's account and Region."""
    key: Key | None = kms._resolve_key(reference)
    return key


def is_usable(key: Key) -> bool:
    """True for an enabled symmetric key, the only kind that EBS encrypts with."""
    return bool(key["KeyState"] == "Enabled" and key["KeySpec"] == "SYMMETRIC_DEFAULT")


def is_managed(key: Key) -> bool:
    """True for the aws/ebs key, which AWS manages and no other account can use."""
    return bool(key.get("_managed"))


def default_key() -> Key:
    """Return the aws/ebs key of the caller's account and Region; EBS makes it on first use."""
    if key := find(EBS_ALIAS):
        return key
    made = _create("Default key that protects my EBS volumes when no other key is defined")
    kms._aliases[kms._alias_arn(EBS_ALIAS)] = made["KeyId"]
    made["_managed"] = True
    return made


def make(arn: str) -> None:
    """Make an enabled symmetric key with an ARN of the caller's choice, which KMS would choose itself.

    A config names the key of a place, and can so be written before the account is there.
    """
    *_, region, account, name = arn.split(":")
    with request_scope(account, region):
        key = kms._keys.pop(_create("A key of the account's own")["KeyId"])
        key.update(KeyId=name.removeprefix("key/"), Arn=arn)
        kms._keys[key["KeyId"]] = key


def _create(description: str) -> Key:
    _status, _headers, body = kms._create_key({"Description": description})
    made: Key = kms._keys[json.loads(body)["KeyMetadata"]["KeyId"]]
    return made
