"""The `snapkeep` command as a person types it, against the deployed API."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from sandbox.demo import build
from tests.integration.deployed import Deployed


def snapkeep(product: Deployed, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person with an IAM user of their own."""
    iam = product.sandbox.client("iam")
    user = f"person-{os.urandom(4).hex()}"
    iam.create_user(UserName=user)
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=user, PolicyName="api", PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    environment = {
        **os.environ,
        **product.sandbox.environment(),
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "SNAPKEEP_API_URL": product.sandbox.invoke_url(product.outputs["ApiUrl"]),
        "NO_COLOR": "1",
        "COLUMNS": "200",
        **more,
    }
    return subprocess.run(
        [sys.executable, "-m", "snapkeep_cli.main", *words],
        cwd=build.ROOT,
        env=environment,
        text=True,
        capture_output=True,
        timeout=60,
    )
