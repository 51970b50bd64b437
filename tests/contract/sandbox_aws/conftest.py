"""One running AWS for all these tests; each leaves switches, faults and counters as it found them."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .archives import zip_of
from .copying import Copy
from .regions import HOME, OSAKA
from .stack import RUNTIME


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(cluster="") as running:
        yield running


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[AwsControl]:
    control = sandbox.aws
    before = control.settings()
    control.forget_calls()
    yield control
    control.settings(**before)
    control.forget_faults()


@pytest.fixture
def client(sandbox: Sandbox) -> Callable[[str], Any]:
    return sandbox.client


@pytest.fixture
def ec2(sandbox: Sandbox) -> Any:
    return sandbox.client("ec2")


@pytest.fixture
def volume(ec2: Any) -> str:
    return str(ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=20, VolumeType="gp3")["VolumeId"])


def eventually(look: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Return the first true answer of `look`, which other processes will make true."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{look} stayed false for {seconds} s"
        time.sleep(0.05)
    return found


@pytest.fixture
def acting_as(sandbox: Sandbox) -> Callable[..., Any]:
    """A client (by default of EC2, in the sandbox's Region) whose role has just these statements."""

    def client(*statements: dict[str, Any], service: str = "ec2", region: str = "", account: str = "") -> Any:
        iam, sts = (sandbox.client(each, account=account) for each in ("iam", "sts"))
        trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        name = f"role-{len(iam.list_roles()['Roles'])}"
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
        session = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        make: Any = boto3.client
        return make(
            service,
            region_name=region or sandbox.region,
            endpoint_url=sandbox.aws_url,
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
        )

    return client


@pytest.fixture
def osaka(sandbox: Sandbox, control: AwsControl) -> Iterator[Any]:
    """EC2 in the other Region; no copy stays in progress there."""
    ec2 = sandbox.client("ec2", OSAKA)
    yield ec2
    control.settings(describe_lag_seconds=0)
    pending = [{"Name": "status", "Values": ["pending"]}]
    for each in ec2.describe_snapshots(Filters=pending)["Snapshots"]:
        control.settle_snapshot(each["SnapshotId"])


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    """The ARN of a key in the other Region."""
    return str(sandbox.client("kms", OSAKA).create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def snapshot(ec2: Any, control: AwsControl, volume: str) -> str:
    """A completed snapshot at home, tagged."""
    made = str(ec2.create_snapshot(VolumeId=volume, Description="of a volume")["SnapshotId"])
    ec2.create_tags(Resources=[made], Tags=[{"Key": "snapkeep:managed", "Value": "true"}])
    control.settle_snapshot(made)
    return made


@pytest.fixture
def copy(osaka: Any, control: AwsControl) -> Copy:
    """Copy a snapshot of the home Region; copies stay pending until a test settles them."""
    control.settings(copy_seconds=None)

    def made(source: str, **more: Any) -> str:
        return str(osaka.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=source, **more)["SnapshotId"])

    return made


Deploy = Callable[..., Any]
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


@pytest.fixture
def function(sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[Deploy]:
    """Deploy a function with this source; the answer invokes it and returns its payload."""
    lambdas, iam, name = sandbox.client("lambda"), sandbox.client("iam"), request.node.name[:64]
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]

    def deploy(source: str, **more: Any) -> Any:
        settings = {"Runtime": RUNTIME, "Role": role, "Handler": "index.handle", "Timeout": 10, **more}
        lambdas.create_function(FunctionName=name, Code={"ZipFile": zip_of({"index.py": source})}, **settings)

        def invoke(event: Any = None, kind: str = "RequestResponse") -> Any:
            answer = lambdas.invoke(FunctionName=name, Payload=json.dumps(event), InvocationType=kind)
            return json.loads(answer["Payload"].read() or b"null")

        invoke.name = name  # type: ignore[attr-defined]
        return invoke

    yield deploy
    lambdas.delete_function(FunctionName=name)
    iam.delete_role(RoleName=name)
