"""What the EBS direct APIs are authorised on: each snapshot that a call reads, with the tags it carries.

"Actions, resources, and condition keys for Amazon Elastic Block Store" in the Service Authorization
Reference: snapshot ARNs have an empty account, and aws:ResourceTag is the only key of the calls that read. An
account does not see the tags of a snapshot that is shared with it.
"""

from typing import Any

from ministack.services import ec2

from sandbox.aws.ec2_authorization import Check

ACTIONS = {"blocks": "ListSnapshotBlocks", "changedblocks": "ListChangedBlocks"}


def checks(path: str, query: dict[str, Any], region: str) -> list[Check]:
    """Return every decision that a request of the EBS direct APIs needs."""
    parts = path.strip("/").split("/")
    if len(parts) not in (3, 4) or parts[0] != "snapshots" or parts[2] not in ACTIONS:
        return []
    action = "GetSnapshotBlock" if len(parts) == 4 else ACTIONS[parts[2]]
    return [_check(action, each, region) for each in (parts[1], *query.get("firstSnapshotId", ()))]


def _check(action: str, snapshot: str, region: str) -> Check:
    tags = {f"aws:ResourceTag/{tag['Key']}": tag["Value"] for tag in ec2._tags.get(snapshot, [])}
    return Check(f"ebs:{action}", f"arn:aws:ec2:{region}::snapshot/{snapshot}", tags)
