"""Users of IAM who call a stage of API Gateway."""

import json
from collections.abc import Callable
from typing import Any

from botocore.credentials import Credentials

from sandbox.launch import Sandbox

from .caller import Caller

As = Callable[..., Caller]


def a_user(sandbox: Sandbox, url: str) -> As:
    """Return a user of IAM with these statements; `secret` signs with another secret than theirs."""
    iam = sandbox.client("iam")
    name = f"caller-{len(iam.list_users()['Users'])}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]

    def caller(*statements: dict[str, Any], secret: str = "", region: str = "") -> Caller:
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
        credentials = Credentials(key["AccessKeyId"], secret or key["SecretAccessKey"])
        return Caller(url, region or sandbox.region, credentials)

    return caller
