"""DescribeSnapshots is paged, lags behind creation and refuses unknown filters.

AWS: MaxResults (5 to 1,000) with NextToken pages the answer; OwnerIds takes account ids and `self`; the EC2
API is eventually consistent, so a new snapshot may be missing for a while (EC2 developer guide "Eventual
consistency"); an unknown filter is InvalidParameterValue. Snapshots that other accounts shared are listed,
too, without their tags; RestorableByUserIds lists what an account may use (API DescribeSnapshots).
ministack: one page, no lag, unknown filters and foreign snapshots ignored.
"""

import base64
from typing import Any

from ministack.services import ec2

from sandbox.aws import sharing
from sandbox.aws.ec2_answers import Answer, Params, error, xml
from sandbox.aws.private import require, require_keys
from sandbox.aws.snapshots import settle_due
from sandbox.aws.world import World

FIELDS = {
    "description": "Description",
    "encrypted": "Encrypted",
    "owner-id": "OwnerId",
    "progress": "Progress",
    "snapshot-id": "SnapshotId",
    "start-time": "StartTime",
    "status": "State",
    "storage-tier": "StorageTier",
    "volume-id": "VolumeId",
    "volume-size": "VolumeSize",
}


def install(world: World) -> None:
    """Replace DescribeSnapshots."""
    require(ec2, "_ACTION_MAP", "_snapshots", "_p", "_xml", "_error", "_parse_member_list", "_parse_filters")
    require(ec2, "_resource_matches_tag_filters", "_glob_match", "_snapshot_inner_xml", "get_account_id")
    require_keys(ec2._ACTION_MAP, "ec2._ACTION_MAP", "DescribeSnapshots")
    ec2._ACTION_MAP["DescribeSnapshots"] = lambda params: _describe(world, params)


def _describe(world: World, params: Params) -> Answer:
    settle_due(world)
    filters = ec2._parse_filters(params)
    ids = ec2._parse_member_list(params, "SnapshotId")
    size = int(ec2._p(params, "MaxResults") or 0)
    if refused := _refusal(filters, ids, size):
        return refused
    visible = _visible(world)
    missing = [each for each in ids if each not in visible]
    if missing:
        return error("InvalidSnapshot.NotFound", f"The snapshot '{missing[0]}' does not exist.")
    owners, users = (ec2._parse_member_list(params, each) for each in ("Owner", "RestorableBy"))
    wanted = set(ids)
    found = [
        record
        for snapshot_id, record in visible.items()
        if (not ids or snapshot_id in wanted)
        and _owned(record, owners)
        and _restorable(record, users)
        and _matches(record, filters)
    ]
    return _page(found, size, ec2._p(params, "NextToken"))


def _refusal(filters: dict[str, list[str]], ids: list[str], size: int) -> Answer | None:
    unknown = [name for name in filters if name not in FIELDS and not name.startswith("tag")]
    if unknown:
        return error("InvalidParameterValue", f"The filter '{unknown[0]}' is invalid")
    if size and ids:
        return error("InvalidParameterCombination", "MaxResults cannot be used with SnapshotIds.")
    if size and not 5 <= size <= 1000:
        return error(
            "InvalidParameterValue",
            f"Value ( {size} ) for parameter maxResults is invalid. Expecting 5-1000.",
        )
    return None


def _visible(world: World) -> dict[str, dict[str, Any]]:
    now = world.clock.now()
    shared = sharing.open_to(ec2.get_account_id(), ec2.get_region())
    return {
        record["SnapshotId"]: record
        for record in (*ec2._snapshots.values(), *shared)
        if record.get("_visible") is None or record["_visible"] <= now
    }


def _owned(record: dict[str, Any], owners: list[str]) -> bool:
    mine = ec2.get_account_id()
    return not owners or record["OwnerId"] in {mine if owner == "self" else owner for owner in owners}


def _restorable(record: dict[str, Any], users: list[str]) -> bool:
    mine = ec2.get_account_id()
    return not users or any(sharing.is_open_to(record, mine if each == "self" else each) for each in users)


def _matches(record: dict[str, Any], filters: dict[str, list[str]]) -> bool:
    for name, patterns in filters.items():
        if name in FIELDS:
            value = record[FIELDS[name]]
            text = str(value).lower() if isinstance(value, bool) else str(value)
            if not any(ec2._glob_match(pattern, text) for pattern in patterns):
                return False
    return bool(ec2._resource_matches_tag_filters(record["SnapshotId"], filters))


def _page(found: list[dict[str, Any]], size: int, token: str) -> Answer:
    start = int(base64.b64decode(token)) if token else 0
    end = start + size if size else len(found)
    items = "".join(f"<item>{ec2._snapshot_inner_xml(record)}</item>" for record in found[start:end])
    following = base64.b64encode(str(end).encode()).decode() if end < len(found) else ""
    more = f"<nextToken>{following}</nextToken>" if following else ""
    return xml("DescribeSnapshotsResponse", f"<snapshotSet>{items}</snapshotSet>{more}")
