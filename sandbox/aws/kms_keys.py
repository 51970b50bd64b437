"""The keys that EBS encrypts with: customer keys, and the account's aws/ebs key in each Region.

EBS takes symmetric encryption keys of its own Region only, and looks at them after it has answered ("AWS
authenticates the KMS key asynchronously", API CopySnapshot).
"""

import json
from typing import Any

from ministack.services import kms

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
    description = "Default key that protects my EBS volumes when no other key is defined"
    _status, _headers, body = kms._create_key({"Description": description})
    key_id = json.loads(body)["KeyMetadata"]["KeyId"]
    kms._aliases[kms._alias_arn(EBS_ALIAS)] = key_id
    made: Key = kms._keys[key_id]
    made["_managed"] = True
    return made
