"""Recovery points as retention sees them, and what protects one from deletion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from snapkeep.domain.points import PointState
from snapkeep.domain.times import moment

ARCHIVE_MINIMUM = timedelta(days=90)
"""The shortest time for which EC2 bills an archived snapshot.
https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html
"""

ARRIVES_WITHIN = timedelta(days=3)
"""How long after EC2 was asked to archive a snapshot the minimum may begin. EC2 names no limit; archiving
takes hours."""


@dataclass(frozen=True, slots=True)
class Protection:
    """Why a point must not be deleted, in words, with the date if there is one.

    `counts` is False for a snapshot that cannot be restored in its present state: it is left alone, and does
    not count as a good point. `locked_until` (aware UTC) is when a lock ends.
    """

    reason: str
    counts: bool = True
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recovery point: when its snapshot was started (aware UTC), and everything that forbids deleting it.

    `late` marks a pending one that should have been ready long ago. `volume` is the EBS volume it was taken
    from. `arrived` (aware UTC) is when a copy was begun in its place. `archived_at` (aware UTC) is when its
    policy had it archived, None in the standard tier: an archived point counts for the rules, but a restore
    has to wait for it.
    """

    id: str
    time: datetime
    state: PointState
    protections: tuple[Protection, ...] = ()
    late: bool = False
    volume: str = ""
    arrived: datetime | None = None
    archived_at: datetime | None = None

    @property
    def is_at_hand(self) -> bool:
        """True in the standard tier, where a restore can begin at once."""
        return self.archived_at is None and all(protection.counts for protection in self.protections)

    @property
    def billed_until(self) -> datetime | None:
        """Until when EC2 bills an archived snapshot whether it stays or not; None in the standard tier.

        An edited tag may name any time, up to the last one that there is.
        """
        if self.archived_at is None:
            return None
        last = datetime.max.replace(tzinfo=UTC) - ARCHIVE_MINIMUM - ARRIVES_WITHIN
        return min(self.archived_at, last) + ARCHIVE_MINIMUM + ARRIVES_WITHIN

    def counts(self, now: datetime) -> bool:
        """True when the point is good: ready, not dated after `now`, and restorable."""
        return (
            self.state is PointState.READY
            and self.time <= now
            and (not self.protections or all(protection.counts for protection in self.protections))
        )


def held(by: str, until: datetime | None = None) -> Protection:
    """A Snapkeep hold. The tag is authoritative: it protects until it is removed, even after `until`."""
    return Protection(f"held by {by}" + (f" until {moment(until)}" if until else ""))


def locked(mode: str, until: datetime | None) -> Protection:
    """An EC2 snapshot lock: DeleteSnapshot is refused until it expires; `until` is None when that is unknown.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshot-lock.html
    """
    text = f"locked ({mode}) until {moment(until)}" if until else f"locked ({mode}), no date known"
    return Protection(text, locked_until=until)


def backs_image(image_id: str) -> Protection:
    """An AMI uses the snapshot: DeleteSnapshot returns InvalidSnapshot.InUse until the AMI is
    deregistered."""
    return Protection(f"used by AMI {image_id}: deregister it first")


def archived(since: datetime | None) -> Protection:
    """The snapshot is in the archive tier: it must be retrieved before a restore, and 90 days are billed in
    any case."""
    words = "in the archive tier"
    if since is not None:
        words += f" since {moment(since)}, billed until {moment(since + ARCHIVE_MINIMUM)} at least"
    return Protection(words, counts=False)


def restored_for_now(until: datetime, *, by_policy: bool = False) -> Protection:
    """The snapshot was restored from the archive tier temporarily and is usable until it goes back by itself.
    One that its policy had archived still counts as a good point.

    https://docs.aws.amazon.com/ebs/latest/userguide/restore-archived-snapshot.html
    """
    return Protection(f"restored from the archive tier until {moment(until)} only", counts=by_policy)


def in_recycle_bin(until: datetime | None) -> Protection:
    """The snapshot was already deleted and is in the Recycle Bin, which nobody can empty early.

    https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin.html
    """
    return Protection("in the Recycle Bin" + (f" until {moment(until)}" if until else ""), counts=False)
