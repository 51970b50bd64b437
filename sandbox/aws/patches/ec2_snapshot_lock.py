"""LockSnapshot, UnlockSnapshot and DescribeLockedSnapshots.

AWS: a lock in governance mode can be lifted by who may, one in compliance mode only during its cool-off
period; a locked snapshot cannot be deleted until the lock expires (EBS user guide "Amazon EBS snapshot
lock").
ministack: none of the three actions exists.
"""

from datetime import datetime, timedelta
from typing import Any

from ministack.services import ec2

from sandbox.aws.ec2_answers import Answer, Params, error, xml
from sandbox.aws.private import require
from sandbox.aws.snapshots import stamp
from sandbox.aws.world import World


def install(world: World) -> None:
    """Add the three actions."""
    require(ec2, "_ACTION_MAP", "_snapshots", "_p", "_xml", "_error", "_parse_member_list")
    ec2._ACTION_MAP["LockSnapshot"] = lambda params: _lock(world, params)
    ec2._ACTION_MAP["UnlockSnapshot"] = lambda params: _unlock(world, params)
    ec2._ACTION_MAP["DescribeLockedSnapshots"] = lambda params: _describe(world, params)


def lock_of(record: dict[str, Any], now: datetime) -> dict[str, Any] | None:
    """Return the lock that still holds a snapshot, or None; an expired one is dropped."""
    lock: dict[str, Any] | None = record.get("_lock")
    if lock and lock["expires"] <= now:
        del record["_lock"]
        return None
    return lock


def _lock(world: World, params: Params) -> Answer:
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    now = world.clock.now()
    days = int(ec2._p(params, "LockDuration") or 0)
    until = ec2._p(params, "ExpirationDate")
    if not days and not until:
        return error("MissingParameter", "Either LockDuration or ExpirationDate must be given.")
    expires = datetime.fromisoformat(until.replace("Z", "+00:00")) if until else now + timedelta(days=days)
    hours = int(ec2._p(params, "CoolOffPeriod") or 0)
    record["_lock"] = {
        "mode": ec2._p(params, "LockMode"),
        "created": now,
        "expires": expires,
        "days": days or (expires - now).days,
        "cool_off": now + timedelta(hours=hours) if hours else None,
    }
    return xml("LockSnapshotResponse", _lock_xml(record, now))


def _unlock(world: World, params: Params) -> Answer:
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    now = world.clock.now()
    lock = lock_of(record, now)
    if lock is None:
        return error("SnapshotNotLocked", f"The snapshot '{record['SnapshotId']}' is not locked.")
    if lock["mode"] == "compliance" and not (lock["cool_off"] and now < lock["cool_off"]):
        return error("SnapshotLocked", f"The snapshot '{record['SnapshotId']}' is locked in compliance mode.")
    del record["_lock"]
    return xml("UnlockSnapshotResponse", f"<snapshotId>{record['SnapshotId']}</snapshotId>")


def _describe(world: World, params: Params) -> Answer:
    now, ids = world.clock.now(), ec2._parse_member_list(params, "SnapshotId")
    locked = [
        record
        for record in ec2._snapshots.values()
        if lock_of(record, now) and (not ids or record["SnapshotId"] in ids)
    ]
    items = "".join(
        f"<item><ownerId>{each['OwnerId']}</ownerId>{_lock_xml(each, now)}</item>" for each in locked
    )
    return xml("DescribeLockedSnapshotsResponse", f"<snapshotSet>{items}</snapshotSet>")


def _lock_xml(record: dict[str, Any], now: datetime) -> str:
    lock = record["_lock"]
    cooling = lock["cool_off"] is not None and now < lock["cool_off"]
    state = "compliance-cooloff" if cooling else lock["mode"]
    cool_off = (
        f"<coolOffPeriodExpiresOn>{stamp(lock['cool_off'])}</coolOffPeriodExpiresOn>" if cooling else ""
    )
    return (
        f"<snapshotId>{record['SnapshotId']}</snapshotId><lockState>{state}</lockState>"
        f"<lockDuration>{lock['days']}</lockDuration>{cool_off}"
        f"<lockCreatedOn>{stamp(lock['created'])}</lockCreatedOn>"
        f"<lockDurationStartTime>{stamp(lock['created'])}</lockDurationStartTime>"
        f"<lockExpiresOn>{stamp(lock['expires'])}</lockExpiresOn>"
    )


def _not_found(params: Params) -> Answer:
    return error("InvalidSnapshot.NotFound", f"The snapshot '{ec2._p(params, 'SnapshotId')}' does not exist.")
