"""The `snapkeep` command against the deployed API: found by the stack's output, signed, ended with a code."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from sandbox.demo import build
from snapkeep.domain import tags
from tests.integration.deployed import Deployed

POLICY = "commanded"


@pytest.fixture(scope="module")
def point(product: Deployed) -> str:
    product.make_claims(POLICY, 1)
    product.backup(POLICY)
    product.until_closed(POLICY)
    (snapshot,) = product.snapshots(POLICY)
    return str(snapshot.tags[tags.POINT])


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
        [sys.executable, "-m", "cli.main", *words],
        cwd=build.ROOT,
        env=environment,
        text=True,
        capture_output=True,
        timeout=60,
    )


def test_a_person_lists_is_refused_and_restores(product: Deployed, point: str) -> None:
    listed = snapkeep(product, "get", "points", "-n", POLICY, "-o", "json")
    assert listed.returncode == 0, listed.stderr
    assert [item["id"] for item in json.loads(listed.stdout)["recovery_points"]] == [point]

    refused = snapkeep(product, "restore", point, "-n", POLICY, "--as", "back", "--size", "512Mi")
    assert refused.returncode == 3
    assert "512Mi" in refused.stderr and "--size 1Gi" in refused.stderr

    done = snapkeep(product, "restore", point, "-n", POLICY, "--as", "back", "--wait")
    assert done.returncode == 0, done.stderr
    assert "waiting_for_consumer" in done.stdout


def test_somebody_without_rights_is_told_so(product: Deployed) -> None:
    wrong = snapkeep(product, "get", "clusters", AWS_SECRET_ACCESS_KEY="wrong")
    assert wrong.returncode == 5
    assert "error:" in wrong.stderr and "fix:" in wrong.stderr


def test_an_address_that_does_not_answer_is_unavailable(product: Deployed) -> None:
    nobody = snapkeep(product, "get", "clusters", SNAPKEEP_API_URL="http://127.0.0.1:9")
    assert nobody.returncode == 6
    assert "does not answer" in nobody.stderr
