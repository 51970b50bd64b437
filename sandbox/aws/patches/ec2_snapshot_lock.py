"""LockSnapshot, UnlockSnapshot and DescribeLockedSnapshots.

AWS: a pending or completed snapshot can be locked for 1 to 36,500 days (a pending one from when it completes)
or until a date. In governance mode any principal with permission can lift the lock; in compliance mode it can
be lifted only during its cool-off period of 1 to 72 hours, and afterwards only extended. A locked snapshot
cannot be deleted until the lock expires (EBS user guide "Amazon EBS snapshot lock", API LockSnapshot).
ministack: none of the three actions exists.
"""

from datetime import datetime, timedelta
from typing import Any

from ministack.services import ec2

from sandbox.aws.ec2_answers import Answer, Params, error, xml
from sandbox.aws.private import require
from sandbox.aws.snapshots import stamp
from sandbox.aws.world import World

MODES = ("governance", "compliance")
MOST_DAYS = 36_500
MOST_COOL_OFF_HOURS = 72


def install(world: World) -> None:
    """Add the three actions."""
    require(ec2, "_ACTION_MAP", "_snapshots", "_p", "_xml", "_error", "_parse_member_list")
    ec2._ACTION_MAP["LockSnapshot"] = lambda params: _lock(world, params)
    ec2._ACTION_MAP["UnlockSnapshot"] = lambda params: _unlock(world, params)
    ec2._ACTION_MAP["DescribeLockedSnapshots"] = lambda params: _describe(world, params)


def lock_of(record: dict[str, Any], now: datetime) -> dict[str, Any] | None:
    """Return the lock that still holds a snapshot, or None; drop an expired one."""
    lock: dict[str, Any] | None = record.get("_lock")
    expires = _expires(record, lock) if lock else None
    if expires and expires <= now:
        del record["_lock"]
        return None
    return lock


def _lock(world: World, params: Params) -> Answer:
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    now = world.clock.now()
    refused = _malformed(params) or _not_allowed(record, params, now)
    if refused:
        return refused
    until, hours = ec2._p(params, "ExpirationDate"), int(ec2._p(params, "CoolOffPeriod") or 0)
    record["_lock"] = {
        "mode": ec2._p(params, "LockMode"),
        "created": now,
        "until": datetime.fromisoformat(until.replace("Z", "+00:00")) if until else None,
        "days": int(ec2._p(params, "LockDuration") or 0),
        "cool_off": now + timedelta(hours=hours) if hours else None,
    }
    return xml("LockSnapshotResponse", _lock_xml(record, now))


def _malformed(params: Params) -> Answer | None:
    mode, until = ec2._p(params, "LockMode"), ec2._p(params, "ExpirationDate")
    days, hours = ec2._p(params, "LockDuration"), ec2._p(params, "CoolOffPeriod")
    if mode not in MODES:
        return error("InvalidParameterValue", f"Value ({mode}) for parameter lockMode is invalid.")
    if not days and not until:
        return error("MissingParameter", "Either LockDuration or ExpirationDate must be given.")
    if days and until:
        return error("InvalidParameterCombination", "Give either LockDuration or ExpirationDate, not both.")
    if days and not 1 <= int(days) <= MOST_DAYS:
        return error("InvalidParameterValue", f"LockDuration must be between 1 and {MOST_DAYS} days.")
    if hours and mode == "governance":
        return error("InvalidParameterCombination", "CoolOffPeriod is not allowed in governance mode.")
    if hours and not 1 <= int(hours) <= MOST_COOL_OFF_HOURS:
        return error("InvalidParameterValue", f"CoolOffPeriod must be 1 to {MOST_COOL_OFF_HOURS} hours.")
    return None


def _not_allowed(record: dict[str, Any], params: Params, now: datetime) -> Answer | None:
    name, lock = record["SnapshotId"], lock_of(record, now)
    if record["State"] not in ("pending", "completed"):
        return error("IncorrectState", f"The snapshot '{name}' is in state {record['State']}.")
    if lock is None or not _is_binding(lock, now):
        return None
    until, ends = ec2._p(params, "ExpirationDate"), _expires(record, lock)
    asked = (
        datetime.fromisoformat(until.replace("Z", "+00:00"))
        if until
        else now + timedelta(days=int(ec2._p(params, "LockDuration")))
    )
    shorter = ends is not None and asked < ends
    if shorter or ec2._p(params, "LockMode") != "compliance" or ec2._p(params, "CoolOffPeriod"):
        text = f"The snapshot '{name}' is locked in compliance mode; its lock can only be made longer."
        return error("SnapshotLocked", text)
    return None


def _is_binding(lock: dict[str, Any], now: datetime) -> bool:
    """True for compliance mode once its cool-off period is over, or without one."""
    return lock["mode"] == "compliance" and not (lock["cool_off"] and now < lock["cool_off"])


def _starts(record: dict[str, Any], lock: dict[str, Any]) -> datetime | None:
    """When the lock's days begin: at the lock, or at the end of a snapshot locked while pending."""
    if record["State"] == "pending":
        return None
    created: datetime = lock["created"]
    ended: datetime = record.get("_ended_at", created)
    return max(created, ended)


def _expires(record: dict[str, Any], lock: dict[str, Any]) -> datetime | None:
    """When the lock ends; None while unknown."""
    until: datetime | None = lock["until"]
    starts = _starts(record, lock)
    return until or (starts + timedelta(days=lock["days"]) if starts else None)


def _unlock(world: World, params: Params) -> Answer:
    record = ec2._snapshots.get(ec2._p(params, "SnapshotId"))
    if record is None:
        return _not_found(params)
    now = world.clock.now()
    lock = lock_of(record, now)
    if lock is None:
        return error("SnapshotNotLocked", f"The snapshot '{record['SnapshotId']}' is not locked.")
    if _is_binding(lock, now):
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
    starts, ends = _starts(record, lock), _expires(record, lock)
    moments = {
        "coolOffPeriodExpiresOn": lock["cool_off"] if cooling else None,
        "lockCreatedOn": lock["created"],
        "lockDurationStartTime": starts,
        "lockExpiresOn": ends,
    }
    days = lock["days"] or (ends - lock["created"]).days
    return (
        f"<snapshotId>{record['SnapshotId']}</snapshotId>"
        f"<lockState>{'compliance-cooloff' if cooling else lock['mode']}</lockState>"
        f"<lockDuration>{days}</lockDuration>"
        + "".join(f"<{name}>{stamp(moment)}</{name}>" for name, moment in moments.items() if moment)
    )


def _not_found(params: Params) -> Answer:
    return error("InvalidSnapshot.NotFound", f"The snapshot '{ec2._p(params, 'SnapshotId')}' does not exist.")
