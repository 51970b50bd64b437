"""Two Regions of one account: stacks, functions, schedules, instances and faults of each are its own."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.aws.control_calls import ControlError
from sandbox.deploy import DeployedStack, DeploymentError, deploy
from sandbox.launch import ADMIN_KEY, Sandbox

from .archives import sdk_layer
from .listening import Listener
from .regions import HOME, OSAKA
from .stack import BUCKET, RUNTIME, allow, arn, asset, of, ref, role

WHERE = """
import os
import boto3

def handle(event, context):
    print("here is", os.environ["AWS_REGION"])
    zones = boto3.client("ec2").describe_availability_zones()["AvailabilityZones"]
    return {"region": os.environ["AWS_REGION"], "of": {each["RegionName"] for each in zones}.pop()}
"""
HOME_BUS = {"Fn::Sub": f"arn:aws:events:{HOME}:${{AWS::AccountId}}:event-bus/default"}


def forwarding(target: dict[str, Any]) -> dict[str, Any]:
    """Resources of a rule that sends its Region's EC2 events to the home bus."""
    pattern = {"source": ["aws.ec2"]}
    return {
        "Forward": of("Events::Rule", EventPattern=pattern, Targets=[target]),
        "SendRole": role("events.amazonaws.com", allow("events:PutEvents", HOME_BUS)),
    }


def function() -> dict[str, Any]:
    """Resources of a function that tells where it is, and of a schedule that starts it."""
    code = {"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": "where"}
    layer = {"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": "layer.zip"}
    return {
        "Sdk": of("Lambda::LayerVersion", Content=layer),
        "WhereRole": role("lambda.amazonaws.com", allow("ec2:DescribeAvailabilityZones", "*")),
        "StartRole": role("scheduler.amazonaws.com", allow("lambda:InvokeFunction", arn("Where"))),
        "Where": of(
            "Lambda::Function",
            FunctionName="where",
            Runtime=RUNTIME,
            Handler="index.handle",
            Code=code,
            Layers=[ref("Sdk")],
            Role=arn("WhereRole"),
            Timeout=30,
        ),
        "Hourly": of(
            "Scheduler::Schedule",
            Name="where-hourly",
            ScheduleExpression="rate(1 hour)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": arn("Where"), "RoleArn": arn("StartRole")},
        ),
    }


def write(folder: Path, stacks: dict[str, tuple[str, dict[str, Any]]]) -> Path:
    """Write a cdk.out with these stacks, each with its Region and resources."""
    (folder / "where").mkdir(parents=True)
    (folder / "where" / "index.py").write_text(WHERE)
    (folder / "layer.zip").write_bytes(sdk_layer())
    files = {"where": asset("where", "zip"), "layer": asset("layer.zip", "file")}
    artifacts = {}
    for name, (region, resources) in stacks.items():
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://111122223333/{region}",
            "properties": {"templateFile": f"{name}.json", "stackName": name},
        }
        template = {"Resources": resources, "Outputs": {"Region": {"Value": ref("AWS::Region")}}}
        (folder / f"{name}.json").write_text(json.dumps(template))
        (folder / f"{name}.assets.json").write_text(json.dumps({"files": files}))
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder


@pytest.fixture(scope="module")
def stacks(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> list[DeployedStack]:
    """The same functions at home and in the other Region, which also sends its events home."""
    target = {"Id": "home", "Arn": HOME_BUS, "RoleArn": arn("SendRole")}
    wanted = {"main": (HOME, function()), "main-osaka": (OSAKA, {**function(), **forwarding(target)})}
    return deploy(write(tmp_path_factory.mktemp("cdk.out"), wanted), sandbox.client)


def test_each_stack_stands_in_its_region(sandbox: Sandbox, stacks: list[DeployedStack]) -> None:
    assert [each.outputs["Region"] for each in stacks] == [HOME, OSAKA]
    with pytest.raises(ClientError, match="does not exist"):
        sandbox.client("cloudformation").describe_stacks(StackName="main-osaka")
    assert sandbox.client("lambda", OSAKA).get_function(FunctionName="where")


def test_a_function_runs_in_its_region_and_has_figures_of_its_own(
    sandbox: Sandbox, control: AwsControl, stacks: list[DeployedStack]
) -> None:
    control.forget_functions()

    def invoke(region: str) -> Any:
        answer = sandbox.client("lambda", region).invoke(FunctionName="where")
        return json.loads(answer["Payload"].read())

    told = {region: invoke(region) for region in (HOME, OSAKA, OSAKA)}

    usage = control.functions()
    assert told == {region: {"region": region, "of": region} for region in (HOME, OSAKA)}
    assert (usage["where"].invocations, usage[f"where@{OSAKA}"].invocations) == (1, 2)
    assert any(f"here is {OSAKA}" in line for line in control.function_logs(f"where@{OSAKA}"))
    assert not any(OSAKA in line for line in control.function_logs("where"))


def test_schedules_of_both_regions_fire(
    sandbox: Sandbox, control: AwsControl, stacks: list[DeployedStack]
) -> None:
    control.forget_functions()

    fired = control.advance(timedelta(hours=1), only="where-hourly")
    control.wait_idle()

    regions = {each.region for each in control.schedules() if each.name == "where-hourly"}
    assert regions == {HOME, OSAKA}
    assert len(fired) == 2
    assert invoked(control) == {"where", f"where@{OSAKA}"}


def test_what_a_stack_forwards_is_heard_at_home(
    sandbox: Sandbox, control: AwsControl, stacks: list[DeployedStack]
) -> None:
    with Listener(sandbox, HOME, "forwarded", {"source": ["aws.ec2"], "region": [OSAKA]}) as home:
        sent = control.put_event("aws.ec2", "EBS Snapshot Notification", {"event": "x"}, region=OSAKA)
        assert [event["id"] for event in home.heard()] == [sent]


def test_a_stack_that_forwards_without_a_role_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    wanted = {"no-role": (OSAKA, forwarding({"Id": "home", "Arn": HOME_BUS}))}

    with pytest.raises(DeploymentError, match="RoleArn is required"):
        deploy(write(tmp_path, wanted), sandbox.client)


def test_a_stack_opens_a_bus_to_an_account(sandbox: Sandbox, tmp_path: Path) -> None:
    statement = {
        **allow("events:PutEvents", {"Fn::GetAtt": ["Bus", "Arn"]}),
        "Principal": {"AWS": "444455556666"},
    }
    policy = of("Events::EventBusPolicy", EventBusName=ref("Bus"), StatementId="them", Statement=statement)
    wanted = {"opened": (OSAKA, {"Bus": of("Events::EventBus", Name="open"), "Policy": policy})}
    entry = {"Source": "test", "DetailType": "x", "Detail": "{}"}
    entry["EventBusName"] = f"arn:aws:events:{OSAKA}:111122223333:event-bus/open"

    deploy(write(tmp_path, wanted), sandbox.client)

    theirs, others = (
        sandbox.client("events", OSAKA, account).put_events(Entries=[entry])["FailedEntryCount"]
        for account in ("444455556666", "777788889999")
    )
    assert (theirs, others) == (0, 1)


def test_calls_are_counted_and_fail_by_region(sandbox: Sandbox, control: AwsControl) -> None:
    control.fail_call("ec2:DescribeVolumes", "RequestLimitExceeded", region=OSAKA, times=10)

    sandbox.client("ec2").describe_volumes()
    with pytest.raises(ClientError, match="RequestLimitExceeded"):
        sandbox.client("ec2", OSAKA).describe_volumes()

    assert control.calls(HOME)["ec2:DescribeVolumes"] == 1
    assert control.calls(OSAKA)["ec2:DescribeVolumes"] >= 1
    assert control.calls()["ec2:DescribeVolumes"] == control.calls(OSAKA)["ec2:DescribeVolumes"] + 1


def test_an_instance_of_another_region_is_named_and_ends_there(sandbox: Sandbox, control: AwsControl) -> None:
    ec2 = sandbox.client("ec2", OSAKA)
    name = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    running = shown(ec2, name)

    with Listener(sandbox, OSAKA, "ends", {"source": ["aws.ec2"]}) as osaka:
        control.interrupt(name)
        (warning,) = osaka.heard()
        control.advance(timedelta(minutes=2))
        control.advance(timedelta(minutes=1))

    assert running["PrivateDnsName"].endswith(f".{OSAKA}.compute.internal")
    assert (warning["region"], warning["detail"]["instance-id"]) == (OSAKA, name)
    assert warning["resources"] == [f"arn:aws:ec2:{OSAKA}:111122223333:instance/{name}"]
    assert shown(ec2, name)["State"]["Name"] == control.instances()[name] == "terminated"
    with pytest.raises(ControlError, match="no instance i-0"):
        control.interrupt("i-0")


def shown(ec2: Any, instance: str) -> dict[str, Any]:
    return dict(ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0])


def test_a_lost_region_does_not_answer_and_nothing_runs_there(
    sandbox: Sandbox, control: AwsControl, stacks: list[DeployedStack]
) -> None:
    once: Any = {"config": Config(retries={"max_attempts": 0})}
    ec2, far = (boto3.client("ec2", region, **reaching(sandbox), **once) for region in (HOME, OSAKA))
    control.forget_functions()
    control.settings(lost_regions=[OSAKA])

    with pytest.raises(ClientError, match="ServiceUnavailable"):
        far.describe_snapshots()
    with pytest.raises(ClientError, match="Unavailable"):
        ec2.copy_snapshot(SourceRegion=OSAKA, SourceSnapshotId="snap-0123456789abcdef0")
    control.advance(timedelta(hours=1), only="where-hourly")
    control.wait_idle()
    with Listener(sandbox, HOME, "lost", {"source": ["aws.ec2"], "region": [OSAKA]}) as home:
        control.put_event("aws.ec2", "EBS Snapshot Notification", {"event": "x"}, region=OSAKA)
        heard = home.heard()
    without = invoked(control)
    control.settings(lost_regions=[])

    assert (heard, without) == ([], {"where"})
    assert ec2.describe_snapshots(OwnerIds=["self"]) and far.describe_snapshots(OwnerIds=["self"])


def invoked(control: AwsControl) -> set[str]:
    """The names under which this module's function ran; other tests' functions may still work on messages
    that came back to their queues."""
    used = {name for name, each in control.functions().items() if each.invocations}
    return {name for name in used if name.startswith("where")}


def reaching(sandbox: Sandbox) -> dict[str, str]:
    return {
        "endpoint_url": sandbox.aws_url,
        "aws_access_key_id": ADMIN_KEY,
        "aws_secret_access_key": ADMIN_KEY,
    }
