"""The key of the volumes at home, and whom its policy lets in."""

from __future__ import annotations

import json

from sandbox.launch import Sandbox

USES = ("DescribeKey", "Decrypt", "ReEncrypt*", "GenerateDataKey*")
"""What another account needs to copy what the key encrypts, besides grants for AWS services.

https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html
"""


def open_to(sandbox: Sandbox, key: str, account: str) -> None:
    """Let another account copy snapshots under a key of the sandbox's own account."""
    own, other = (f"arn:aws:iam::{each}:root" for each in (sandbox.account, account))
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": own}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": {"AWS": other},
            "Action": [f"kms:{use}" for use in USES],
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Principal": {"AWS": other},
            "Action": "kms:CreateGrant",
            "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    sandbox.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
