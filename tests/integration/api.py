"""Somebody with an IAM user of their own who calls the deployed API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from typing import Any

from botocore.credentials import Credentials

from tests.contract.sandbox_aws.caller import Answer, Caller
from tests.integration.deployed import Deployed

REGION = "ap-northeast-2"
_numbers = count(1)


class Person:
    """An IAM user who may invoke these paths of the API (`POST/v1/clusters/*`), and calls them signed."""

    def __init__(self, product: Deployed, name: str, paths: Sequence[str] = ("*",)) -> None:
        iam = product.sandbox.client("iam")
        user = f"{name}-{next(_numbers)}"
        self.arn: str = iam.create_user(UserName=user)["User"]["Arn"]
        resources = [f"arn:aws:execute-api:{REGION}:*:*/live/{path}" for path in paths]
        statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resources}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_user_policy(UserName=user, PolicyName="api", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=user)["AccessKey"]
        url = product.sandbox.invoke_url(product.outputs["ApiUrl"])
        self._call = Caller(url, REGION, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))

    def get(self, path: str) -> Answer:
        """GET a path."""
        return self._call("GET", path)

    def post(self, path: str, body: Any, key: str = "") -> Answer:
        """POST a body under an Idempotency-Key, a new one unless given."""
        headers = {"Idempotency-Key": key or f"key-{next(_numbers)}", "Content-Type": "application/json"}
        return self._call("POST", path, body, headers=headers)

    def send(self, method: str, path: str, body: Any = b"") -> Answer:
        """Send any other request."""
        return self._call(method, path, body, headers={"Content-Type": "application/json"})
