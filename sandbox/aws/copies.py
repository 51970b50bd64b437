"""Copies of snapshots: what a copy shows, how it ends, and whether it moved only what changed.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
"""

from dataclasses import dataclass
from typing import Any

from ministack.services import ec2

from sandbox.aws import contents, kms_keys, sharing, tiers
from sandbox.aws.scope import request_scope
from sandbox.aws.snapshots import FAILED, keep, pending, take_one
from sandbox.aws.world import Scope, World

Record = dict[str, Any]
NO_VOLUME = "vol-ffffffff"
BAD_KEY = "Given key ID is not accessible"
NO_SOURCE = "Source snapshot ID is not valid"


@dataclass(frozen=True)
class Order:
    """One CopySnapshot: the source's record and Region, and what was asked for.

    `key` is the ARN of the copy's key, empty for an unencrypted copy. `minutes` is the completion duration of
    a time-based copy, 0 for a standard one. `key_is_open` is false if a key does not exist or is closed to
    the caller.
    """

    source: Record
    source_region: str
    description: str
    key: str
    key_is_open: bool
    minutes: int
    tags: list[dict[str, str]]


def find_source(region: str, snapshot_id: str) -> Record | None:
    """Return the snapshot that the caller's account may copy from a Region, or None."""
    return sharing.find(ec2.get_account_id(), region, snapshot_id)


def begin(world: World, order: Order) -> Record:
    """Store and return a new pending copy in the caller's account and Region.

    It inherits the size of its source and nothing else: no tags, lock, permissions, tier or set.
    """
    source = order.source
    shown = {
        "VolumeId": NO_VOLUME,
        "VolumeSize": source["VolumeSize"],
        "Description": order.description,
        "Encrypted": bool(order.key),
        "KmsKeyId": order.key,
        "TransferType": "time-based" if order.minutes else "standard",
        "CompletionDurationMinutes": order.minutes,
        "FullSnapshotSizeInBytes": source.get("FullSnapshotSizeInBytes") or source["VolumeSize"] << 30,
    }
    record = pending(world, shown, _seconds(world, order), lambda: _trouble(world, record, order, fails))
    fails = take_one(world, world.copy_outcomes, source["SnapshotId"])
    record["_source"] = {
        "id": source["SnapshotId"],
        "region": order.source_region,
        "account": source["OwnerId"],
    }
    record["_lineage"] = _lineage(order)
    contents.inherit(record, source)
    with world.lock:
        made = world.copies.setdefault((record["_scope"], record["_lineage"]), [])
        record["_incremental"] = _is_incremental(made, order, record["_scope"])
        made.append(record)
    return keep(world, record, order.tags)


def in_progress(world: World, scope: Scope) -> int:
    """Return how many copies are pending in this destination."""
    with world.lock:
        return sum("_source" in each and each["_scope"] == scope for each in world.pending.values())


def _seconds(world: World, order: Order) -> float | None:
    asked, check = world.settings.copy_seconds, world.settings.key_check_seconds
    if order.key_is_open:
        return asked
    return check if asked is None else min(asked, check)


def _trouble(world: World, record: Record, order: Order, fails: bool) -> str:
    """What is wrong at the end: both keys must still be usable and the source must still be there.

    AWS documents the cause `Source snapshot ID is not valid` without saying when it is used; here a source
    that is deleted, archived, unshared or lost with its Region too early is one.
    """
    if fails:
        return FAILED
    account = order.source["OwnerId"]
    if not order.key_is_open or not (
        _is_usable(order.key, record["_scope"])
        and _is_usable(order.source.get("KmsKeyId", ""), (account, order.source_region))
    ):
        return BAD_KEY
    still = ec2._snapshots.get_scoped(account, order.source_region, order.source["SnapshotId"])
    if order.source_region in world.settings.lost_regions:
        return NO_SOURCE
    there = still is order.source and not tiers.is_archived(world, still)
    return "" if there and sharing.is_open_to(still, record["OwnerId"]) else NO_SOURCE


def _is_usable(arn: str, scope: Scope) -> bool:
    if not arn:
        return True
    with request_scope(*scope):
        key = kms_keys.find(arn)
    return key is not None and kms_keys.is_usable(key)


def _lineage(order: Order) -> tuple[str, ...]:
    """The volume whose blocks a copy holds: a copy's own volume id says nothing."""
    own = (order.source["OwnerId"], order.source_region, order.source["VolumeId"])
    return tuple(order.source.get("_lineage") or own)


def _is_incremental(made: list[Record], order: Order, scope: Scope) -> bool:
    """Within an account and Region: under the same key. Elsewhere: if the newest completed copy of the volume
    still exists, is not archived, and every copy there is unencrypted or under this key.
    """
    if scope == (order.source["OwnerId"], order.source_region):
        return bool(order.key == order.source.get("KmsKeyId", ""))
    done = [each for each in made if each["State"] == "completed"]
    existing = [each for each in done if ec2._snapshots.get(each["SnapshotId"]) is each]
    if not existing or existing[-1] is not done[-1]:
        return False
    return done[-1]["StorageTier"] == "standard" and all(each["KmsKeyId"] == order.key for each in existing)
