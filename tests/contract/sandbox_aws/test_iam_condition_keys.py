"""Events and Auto Scaling groups decide by the keys that policies name."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.launch import Sandbox

As = Callable[..., Any]

ONLY_OURS = {
    "Effect": "Allow",
    "Action": "events:PutEvents",
    "Resource": "*",
    "Condition": {
        "ForAllValues:StringEquals": {"events:source": "snapkeep"},
        "Null": {"events:source": "false"},
    },
}
GROUPS_OF_MYEKS = {
    "Effect": "Allow",
    "Action": "autoscaling:CompleteLifecycleAction",
    "Resource": "arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/*",
    "Condition": {"StringEquals": {"aws:ResourceTag/eks:cluster-name": "myeks"}},
}


def entry(source: str) -> dict[str, str]:
    return {"Source": source, "DetailType": "Something", "Detail": "{}"}


def denied(call: Any, **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
        return True
    return False


@pytest.fixture
def groups(sandbox: Sandbox) -> Iterator[dict[str, str]]:
    """Auto Scaling groups by the cluster that they are tagged with."""
    autoscaling = sandbox.client("autoscaling")
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="lc", ImageId="ami-1", InstanceType="t3.small"
    )
    names = {"myeks": "ours", "elsewhere": "others", "": "bare"}
    for cluster, name in names.items():
        tags = [{"Key": "eks:cluster-name", "Value": cluster, "PropagateAtLaunch": True}] if cluster else []
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchConfigurationName="lc",
            MinSize=0,
            MaxSize=0,
            AvailabilityZones=["ap-northeast-2a"],
            Tags=tags,
        )
    yield names
    for name in names.values():
        autoscaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    autoscaling.delete_launch_configuration(LaunchConfigurationName="lc")


def test_the_source_of_every_event_decides(acting_as: As) -> None:
    us = acting_as(ONLY_OURS, service="events")

    assert us.put_events(Entries=[entry("snapkeep"), entry("snapkeep")])["FailedEntryCount"] == 0
    assert denied(us.put_events, Entries=[entry("aws.ec2")])
    assert denied(us.put_events, Entries=[entry("snapkeep"), entry("payroll")])


def test_the_tags_of_the_group_decide(acting_as: As, groups: dict[str, str]) -> None:
    us = acting_as(GROUPS_OF_MYEKS, service="autoscaling")

    refused = {
        cluster: denied(
            us.complete_lifecycle_action,
            LifecycleHookName="drain",
            AutoScalingGroupName=name,
            InstanceId="i-0123456789abcdef0",
            LifecycleActionResult="CONTINUE",
        )
        for cluster, name in groups.items()
    }

    assert refused == {"myeks": False, "elsewhere": True, "": True}


def test_a_policy_that_is_replaced_decides_at_once_also_when_the_earlier_one_comes_back(
    sandbox: Sandbox, acting_as: As
) -> None:
    iam, allow = sandbox.client("iam"), {"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*"}
    events = acting_as(allow, service="events")
    role = f"role-{len(iam.list_roles()['Roles']) - 1}"
    for effect in ("Deny", "Allow", "Deny"):
        document = json.dumps({"Version": "2012-10-17", "Statement": [{**allow, "Effect": effect}]})
        iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=document)
        assert denied(events.put_events, Entries=[entry("snapkeep")]) is (effect == "Deny")


def test_a_role_is_known_by_its_own_arn_and_not_by_that_of_its_session(
    sandbox: Sandbox, acting_as: As
) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
    number = len(sandbox.client("iam").list_roles()["Roles"])
    only = {
        "Effect": "Allow",
        "Action": "events:PutEvents",
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::111122223333:role/role-{number}"}},
    }

    assert not denied(acting_as(only, service="events").put_events, Entries=[entry("snapkeep")])
    assert denied(acting_as(only, service="events").put_events, Entries=[entry("snapkeep")])
