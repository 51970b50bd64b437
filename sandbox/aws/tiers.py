"""Snapshots on their way to the archive tier and back, and where they stand.

A move is in progress for as long as the settings say, and cannot be cancelled. A snapshot that was brought
back for a time stays in the archive tier, and is usable like any other until it goes back by itself (EBS
user guide, "Archive Amazon EBS snapshots").
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ministack.services import ec2

from sandbox.aws import archive_events
from sandbox.aws.sharing import PERMISSIONS
from sandbox.aws.snapshots import take_one
from sandbox.aws.world import World

Record = dict[str, Any]
ARCHIVAL, TEMPORARY, PERMANENT = "archival", "temporary-restore", "permanent-restore"
FAILED = "An internal error occurred."
MOVE = "_move"
ARCHIVED_AT = "_archived_at"
BACK_UNTIL = "_back_until"
"""Keys of a snapshot's record."""


@dataclass(frozen=True)
class Move:
    """The last move of a snapshot: `days` are those of a temporary restore, `told` is when it began as AWS
    writes it."""

    kind: str
    began: datetime
    told: datetime
    days: int = 0
    state: str = "in-progress"
    detail: str = ""

    @property
    def is_open(self) -> bool:
        """True while it is in progress."""
        return self.state == "in-progress"

    def progress(self, world: World) -> int:
        """How far it is, as a percentage."""
        if self.state == "completed":
            return 100
        seconds, passed = self.seconds(world), (world.clock.now() - self.began).total_seconds()
        return min(99, int(100 * passed / seconds)) if seconds else 0

    def seconds(self, world: World) -> float | None:
        """How long it takes; None while it does not end."""
        settings = world.settings
        return settings.archive_seconds if self.kind == ARCHIVAL else settings.tier_restore_seconds


def begin(world: World, record: Record, kind: str, days: int = 0) -> Move:
    """Begin to move a snapshot, and return the move."""
    record[MOVE] = move = Move(kind, world.clock.now(), world.told_time(), days)
    world.tiered[record["SnapshotId"]] = record
    return move


def prolong(world: World, record: Record, days: int) -> Move:
    """Let a snapshot that is back stay for some days from now; 0: for good."""
    move = Move(TEMPORARY if days else PERMANENT, world.clock.now(), world.told_time(), days)
    with world.lock:
        _end(world, record, move)
    _announce(world, record)
    return move


def last_move(record: Record) -> Move | None:
    """The last move of a snapshot, None if it never moved."""
    move: Move | None = record.get(MOVE)
    return move


def is_moving(record: Record) -> bool:
    """True while a snapshot moves between the tiers."""
    move = last_move(record)
    return move is not None and move.is_open


def in_progress(*kinds: str) -> list[Record]:
    """The snapshots of the caller's account and Region that move in one of these ways."""
    moving = ((each, last_move(each)) for each in ec2._snapshots.values())
    return [each for each, move in moving if move and move.is_open and move.kind in kinds]


def is_archived(world: World, record: Record) -> bool:
    """True for a snapshot that must be brought back before anything can be made of it."""
    settle_due(world)
    return bool(record["StorageTier"] == "archive" and BACK_UNTIL not in record)


def settle_due(world: World) -> None:
    """End the moves and the temporary restores whose time has come, and send their events."""
    with world.lock:
        ended = [record for record in list(world.tiered.values()) if _has_moved(world, record)]
        expired = [record for record in list(world.tiered.values()) if _has_gone_back(world, record)]
    for record in ended:
        _announce(world, record)
    for record in expired:
        archive_events.restore_expired(world, record)


def _has_moved(world: World, record: Record) -> bool:
    """End a snapshot's move if it is time; True if there was one."""
    move = last_move(record)
    seconds = move.seconds(world) if move else None
    if move is None or seconds is None or not move.is_open or _is_deleted(world, record):
        return False
    if move.began + timedelta(seconds=seconds) > world.clock.now():
        return False
    if take_one(world, world.tier_outcomes, record["SnapshotId"]):
        record[MOVE] = replace(move, state="failed", detail=FAILED)
    else:
        _end(world, record, move)
    return True


def _has_gone_back(world: World, record: Record) -> bool:
    """Let a snapshot that was back go if it is time; True if it went."""
    if BACK_UNTIL not in record or record[BACK_UNTIL] > world.clock.now() or _is_deleted(world, record):
        return False
    del record[BACK_UNTIL]
    return True


def _is_deleted(world: World, record: Record) -> bool:
    return ec2._snapshots.get_scoped(*record["_scope"], record["SnapshotId"]) is not record


def _end(world: World, record: Record, move: Move) -> None:
    """Archiving ends a snapshot's sharing; a permanent restore deletes it from the archive tier."""
    record[MOVE] = replace(move, state="completed")
    record.pop(BACK_UNTIL, None)
    if move.kind == ARCHIVAL:
        record["StorageTier"], record[ARCHIVED_AT] = "archive", world.told_time()
        record.pop(PERMISSIONS, None)
    elif move.kind == PERMANENT:
        record["StorageTier"] = "standard"
    else:
        record[BACK_UNTIL] = world.clock.now() + timedelta(days=move.days)


def _announce(world: World, record: Record) -> None:
    move: Move = record[MOVE]
    archive_events.moved(world, record, move.kind, move.told, move.detail, record.get(BACK_UNTIL))
