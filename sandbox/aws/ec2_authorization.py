"""Which resources and condition keys an EC2 call is authorised on.

"Actions, resources, and condition keys for Amazon EC2" in the Service Authorization Reference: every resource
of a call is checked separately. Snapshot ARNs have an empty account. The tags a request sets (aws:RequestTag,
aws:TagKeys) belong to the resource being created; the tags a resource carries (aws:ResourceTag,
ec2:ResourceTag) to one that exists. A create call with tags also needs ec2:CreateTags on the new resource,
with ec2:CreateAction set. CopySnapshot is authorised on the new copy, whose ARN ends in a literal `*`, and on
its source, which shows its owner and size but not its tags.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ministack.services import ec2

from sandbox.aws import copies
from sandbox.aws.patches.ec2_snapshot_sharing import changes
from sandbox.aws.patches.ec2_snapshots import attached_volumes, requested_tags

Params = dict[str, Any]
EXISTING = {
    "AttachVolume": ("InstanceId", "VolumeId"),
    "CreateSnapshot": ("VolumeId",),
    "DeleteSnapshot": ("SnapshotId",),
    "DeleteVolume": ("VolumeId",),
    "DescribeSnapshotAttribute": ("SnapshotId",),
    "DetachVolume": ("VolumeId", "InstanceId"),
    "LockSnapshot": ("SnapshotId",),
    "ModifySnapshotAttribute": ("SnapshotId",),
    "ModifySnapshotTier": ("SnapshotId",),
    "RestoreSnapshotFromRecycleBin": ("SnapshotId",),
    "RestoreSnapshotTier": ("SnapshotId",),
    "ModifyVolume": ("VolumeId",),
    "UnlockSnapshot": ("SnapshotId",),
}
"""Action to the request members that name existing resources."""
CREATED = {
    "CopySnapshot": "snapshot",
    "CreateSnapshot": "snapshot",
    "CreateSnapshots": "snapshot",
    "CreateVolume": "volume",
}
"""Action to the type of resource it creates."""


@dataclass(frozen=True)
class Check:
    """One decision: may the caller do `action` on `resource`, with these condition keys?"""

    action: str
    resource: str
    keys: dict[str, Any] = field(default_factory=dict)


def checks(params: Params, region: str, account: str) -> list[Check]:
    """Return every decision an EC2 request needs, in AWS's order, or an empty list for actions left to
    ministack.
    """
    action = ec2._p(params, "Action")
    if action.startswith("Describe") and action not in EXISTING:
        return [Check(f"ec2:{action}", "*")]
    if action in ("CreateTags", "DeleteTags"):
        return list(_tagging(action, params, region, account))
    if action not in EXISTING and action not in CREATED:
        return []
    source = [_copied(params)] if action == "CopySnapshot" else []
    return [*_existing(action, params, region, account), *source, *_created(action, params, region, account)]


def _copied(params: Params) -> Check:
    """The source of a copy; one that the account does not see has no properties.

    https://docs.aws.amazon.com/ebs/latest/userguide/security_iam_id-based-policy-examples.html#iam-copy-snapshot
    """
    name, region = ec2._p(params, "SourceSnapshotId"), ec2._p(params, "SourceRegion")
    arn = f"arn:aws:ec2:{region}::snapshot/{name}"
    record = copies.find_source(region, name)
    if record is None:
        return Check("ec2:CopySnapshot", arn)
    volume = f"arn:aws:ec2:{region}:{record['OwnerId']}:volume/{record['VolumeId']}"
    return Check(
        "ec2:CopySnapshot",
        arn,
        {
            "ec2:Encrypted": str(record["Encrypted"]).lower(),
            "ec2:Owner": record["OwnerId"],
            "ec2:ParentVolume": volume,
            "ec2:Region": region,
            "ec2:SnapshotID": name,
            "ec2:SnapshotTime": record["StartTime"],
            "ec2:VolumeSize": str(record["VolumeSize"]),
        },
    )


def _existing(action: str, params: Params, region: str, account: str) -> Iterator[Check]:
    ids = [value for member in EXISTING.get(action, ()) if (value := ec2._p(params, member))]
    if action == "CreateVolume" and (snapshot_id := ec2._p(params, "SnapshotId")):
        ids.append(snapshot_id)
    if action == "CreateSnapshots":
        instance_id = ec2._p(params, "InstanceSpecification.InstanceId")
        excluded = set(ec2._parse_member_list(params, "InstanceSpecification.ExcludeDataVolumeId"))
        ids = [
            instance_id,
            *(each["VolumeId"] for each in _taken(params, instance_id) if each["VolumeId"] not in excluded),
        ]
    keys = ASKED[action](params) if action in ASKED else {}
    for resource_id in ids:
        yield Check(f"ec2:{action}", _arn(resource_id, region, account), keys | _resource_tags(resource_id))


def _lock_keys(params: Params) -> dict[str, Any]:
    """The requested lock duration; a key whose parameter was not sent is absent."""
    asked = {"ec2:SnapshotLockDuration": "LockDuration", "ec2:SnapshotCoolOffPeriod": "CoolOffPeriod"}
    return {key: value for key, member in asked.items() if (value := ec2._p(params, member))}


def _sharing_keys(params: Params) -> dict[str, Any]:
    """Whom a snapshot is shared with or taken from; as with locks, what is not asked is absent.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    keys: dict[str, Any] = {"ec2:Attribute": ["CreateVolumePermission"]}
    for operation in ("add", "remove"):
        for permission in changes(params, operation):
            ((name, value),) = permission.items()
            key = f"ec2:{operation.title()}/{'userId' if name == 'UserId' else 'group'}"
            keys.setdefault(key, []).append(value)
    return keys


ASKED = {"LockSnapshot": _lock_keys, "ModifySnapshotAttribute": _sharing_keys}
"""Action to the condition keys that its parameters set."""


def _taken(params: Params, instance_id: str) -> list[dict[str, Any]]:
    volumes = attached_volumes(instance_id)
    if ec2._p(params, "InstanceSpecification.ExcludeBootVolume") != "true":
        return volumes
    boot = (ec2._instances.get(instance_id) or {}).get("RootDeviceName")
    return [each for each in volumes if all(place["Device"] != boot for place in each["Attachments"])]


def _created(action: str, params: Params, region: str, account: str) -> Iterator[Check]:
    if action not in CREATED:
        return
    kind = CREATED[action]
    owner = "" if kind == "snapshot" else account
    arn = f"arn:aws:ec2:{region}:{owner}:{kind}/*"
    keys = _request_tags(requested_tags(params, kind))
    yield Check(f"ec2:{action}", arn, keys)
    if keys:
        yield Check("ec2:CreateTags", arn, {**keys, "ec2:CreateAction": action})


def _tagging(action: str, params: Params, region: str, account: str) -> Iterator[Check]:
    tags = ec2._parse_tags(params)
    keys = _request_tags(tags) if action == "CreateTags" else {"aws:TagKeys": [tag["Key"] for tag in tags]}
    for resource_id in ec2._parse_member_list(params, "ResourceId"):
        yield Check(
            f"ec2:{action}", _arn(resource_id, region, account), {**keys, **_resource_tags(resource_id)}
        )


def _request_tags(tags: list[dict[str, str]]) -> dict[str, Any]:
    if not tags:
        return {}
    return {
        "aws:TagKeys": [tag["Key"] for tag in tags],
        **{f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in tags},
    }


def _resource_tags(resource_id: str) -> dict[str, Any]:
    tags = ec2._tags.get(resource_id, [])
    return {f"{prefix}:ResourceTag/{tag['Key']}": tag["Value"] for tag in tags for prefix in ("aws", "ec2")}


def _arn(resource_id: str, region: str, account: str) -> str:
    kind = ec2._guess_resource_type(resource_id)
    owner = "" if kind in ("snapshot", "image") else account
    return f"arn:aws:ec2:{region}:{owner}:{kind}/{resource_id}"
