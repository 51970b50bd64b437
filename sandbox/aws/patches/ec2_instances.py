"""Instances show their volumes, name and lifecycle, and take time to end.

AWS: DescribeInstances lists every attached volume, names an instance after its address and Region until it is
terminated, and marks spot instances; TerminateInstances passes through `shutting-down`; a volume is
attached to one running instance at a time (API DescribeInstances, TerminateInstances, AttachVolume).
ministack: lists only the boot volume, names all instances after us-east-1, terminates at once with the
volumes still attached, and lets a volume be attached anywhere.
"""

from typing import Any

from ministack.services import ec2

from sandbox.aws import instances
from sandbox.aws.ec2_answers import Answer, Params, error, xml
from sandbox.aws.private import require, require_keys
from sandbox.aws.world import World

OVER = ("shutting-down", "terminated")


def install(world: World) -> None:
    """Wrap the actions that start and end instances, and those that attach volumes."""
    require(ec2, "_ACTION_MAP", "_instances", "_volumes", "_instance_xml", "_p", "_parse_member_list", "time")
    actions = ("RunInstances", "TerminateInstances", "AttachVolume", "DetachVolume")
    require_keys(ec2._ACTION_MAP, "ec2._ACTION_MAP", *actions)
    run, attach, detach = (ec2._ACTION_MAP[each] for each in ("RunInstances", "AttachVolume", "DetachVolume"))
    ec2._ACTION_MAP["RunInstances"] = lambda params: _run(run, params)
    ec2._ACTION_MAP["TerminateInstances"] = lambda params: _terminate(world, params)
    ec2._ACTION_MAP["AttachVolume"] = lambda params: _attach(attach, params)
    ec2._ACTION_MAP["DetachVolume"] = lambda params: _detach(detach, params)
    show = ec2._instance_xml
    ec2._instance_xml = lambda record: _with_lifecycle(show(record), record)


def _with_lifecycle(text: str, record: dict[str, Any]) -> str:
    lifecycle = "<instanceLifecycle>spot</instanceLifecycle>" if record.get("_spot") else ""
    return text.removesuffix("</item>") + lifecycle + "</item>"


def _run(run: Any, params: Params) -> Answer:
    known = set(ec2._instances)
    answer: Answer = run(params)
    for name in set(ec2._instances) - known:
        record = ec2._instances[name]
        record["_spot"] = ec2._p(params, "InstanceMarketOptions.MarketType") == "spot"
        record["PrivateDnsName"] = _private_dns(record["PrivateIpAddress"], ec2.get_region())
    return answer


def _private_dns(address: str, region: str) -> str:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-naming.html"""
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return f"ip-{address.replace('.', '-')}.{domain}"


def _terminate(world: World, params: Params) -> Answer:
    names = ec2._parse_member_list(params, "InstanceId")
    for name in names:
        if name not in ec2._instances:
            return error("InvalidInstanceID.NotFound", f"The instance ID '{name}' does not exist")
    items = ""
    for name in names:
        before = dict(ec2._instances[name]["State"])
        if before["Name"] == "running":
            instances.end(world, name)
        after = ec2._instances[name]["State"]
        items += (
            f"<item><instanceId>{name}</instanceId>"
            f"<previousState><code>{before['Code']}</code><name>{before['Name']}</name></previousState>"
            f"<currentState><code>{after['Code']}</code><name>{after['Name']}</name></currentState></item>"
        )
    return xml("TerminateInstancesResponse", f"<instancesSet>{items}</instancesSet>")


def _attach(attach: Any, params: Params) -> Answer:
    volume_id, instance_id = ec2._p(params, "VolumeId"), ec2._p(params, "InstanceId")
    volume, instance = ec2._volumes.get(volume_id), ec2._instances.get(instance_id)
    if instance and instance["State"]["Name"] in OVER:
        return error("IncorrectState", f"Instance '{instance_id}' is not 'running'.")
    if volume and volume["Attachments"]:
        return error("VolumeInUse", f"{volume_id} is already attached to an instance")
    answer: Answer = attach(params)
    if volume and instance and answer[0] == 200:
        (held,) = volume["Attachments"]
        place = {"VolumeId": volume_id, "Status": "attached", "AttachTime": held["AttachTime"]}
        ebs = {**place, "DeleteOnTermination": False}
        instance["BlockDeviceMappings"].append({"DeviceName": held["Device"], "Ebs": ebs})
    return answer


def _detach(detach: Any, params: Params) -> Answer:
    volume_id, named = ec2._p(params, "VolumeId"), ec2._p(params, "InstanceId")
    volume = ec2._volumes.get(volume_id)
    holders = [each["InstanceId"] for each in volume["Attachments"]] if volume else []
    if volume and (not holders or (named and named not in holders)):
        return error("IncorrectState", f"Volume '{volume_id}' is not attached to '{named or 'an instance'}'.")
    answer: Answer = detach(params)
    for holder in holders:
        instance = ec2._instances.get(holder)
        if instance:
            instance["BlockDeviceMappings"] = [
                each for each in instance["BlockDeviceMappings"] if each["Ebs"]["VolumeId"] != volume_id
            ]
    return answer
