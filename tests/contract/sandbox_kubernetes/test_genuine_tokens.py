"""A token of a real role session, through the STS and the access entries of the sandbox's AWS."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.kubernetes.cluster import ClusterServer, Settings
from sandbox.launch import Sandbox
from tests.contract.sandbox_kubernetes.client import NODES, Client


@pytest.fixture(scope="module")
def aws() -> Iterator[Sandbox]:
    with Sandbox(cluster="") as running:
        yield running


@pytest.fixture
def server(tmp_path: Path, aws: Sandbox) -> Iterator[ClusterServer]:
    settings = Settings(tmp_path / "cluster", "token-test", aws.region, aws.aws_url)
    server = ClusterServer(settings)
    server.start()
    yield server
    server.stop()


def session(aws: Sandbox) -> Credentials:
    """A session of a role that has an access entry for the group `snapkeep:backup`."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = aws.client("iam").create_role(RoleName="planner", Path="/team/", AssumeRolePolicyDocument=trust)
    role = made["Role"]["Arn"]
    eks = aws.client("eks")
    access = {"authenticationMode": "API"}
    eks.create_cluster(name="token-test", roleArn=role, resourcesVpcConfig={}, accessConfig=access)
    eks.create_access_entry(clusterName="token-test", principalArn=role, kubernetesGroups=["snapkeep:backup"])
    found = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="plan")["Credentials"]
    return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


def token(credentials: Credentials, region: str, cluster: str) -> str:
    url = f"https://sts.{region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
    request: Any = AWSRequest("GET", url, headers={"x-k8s-aws-id": cluster})
    SigV4QueryAuth(credentials, "sts", region, expires=60).add_auth(request)
    return "k8s-aws-v1." + base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")


def test_a_role_session_is_known_and_a_forged_one_is_not(server: ClusterServer, aws: Sandbox) -> None:
    credentials = session(aws)

    def ask(bearer: str) -> tuple[int, str]:
        answer = Client(server.url, server.certificate_authority, bearer).get(NODES)
        return answer.status, answer.message

    arn = f"arn:aws:sts::{aws.account}:assumed-role/planner/plan"
    expected = (
        f'nodes is forbidden: User "{arn}" cannot list resource "nodes" in API group "" at the cluster scope'
    )
    assert ask(token(credentials, aws.region, "token-test")) == (403, expected)
    forged = Credentials(credentials.access_key, "x" * 40, credentials.token)
    for refused in (
        token(forged, aws.region, "token-test"),
        token(credentials, aws.region, "another-cluster"),
    ):
        assert ask(refused) == (401, "Unauthorized")
