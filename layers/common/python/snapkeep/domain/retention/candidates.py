"""Recovery points as retention sees them, and what forbids deleting one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.points import PointState
from snapkeep.domain.times import moment

ARCHIVE_MINIMUM = timedelta(days=90)
"""How long EC2 bills an archived snapshot at least.
https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html
"""


@dataclass(frozen=True, slots=True)
class Protection:
    """Why a point must not be deleted, in words, with the date when there is one.

    `counts` is False for a snapshot that nothing can be restored from as it is: it is left alone,
    and shields no other.
    """

    reason: str
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recovery point: when its snapshot was started (aware UTC), and all that forbids deleting it.

    `late` says of a pending one that it should have been ready long ago. `volume` is what it was cut from.
    """

    id: str
    time: datetime
    state: PointState
    protections: tuple[Protection, ...] = ()
    late: bool = False
    volume: str = ""

    def counts(self, now: datetime) -> bool:
        """True when it is good: ready, not dated after `now`, and something can be restored from it."""
        return (
            self.state is PointState.READY
            and self.time <= now
            and (not self.protections or all(protection.counts for protection in self.protections))
        )


def held(by: str, until: datetime | None = None) -> Protection:
    """A hold of ours. The tag is the truth: it protects until it is removed, also past `until`."""
    return Protection(f"held by {by}" + (f" until {moment(until)}" if until else ""))


def locked(mode: str, until: datetime | None) -> Protection:
    """An EC2 snapshot lock: DeleteSnapshot is refused until it expires; None when that is not known.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshot-lock.html
    """
    return Protection(
        f"locked ({mode}) until {moment(until)}" if until else f"locked ({mode}), no date known"
    )


def backs_image(image_id: str) -> Protection:
    """An AMI is made of it: DeleteSnapshot answers InvalidSnapshot.InUse until the AMI is deregistered."""
    return Protection(f"used by AMI {image_id}: deregister it first")


def archived(since: datetime | None) -> Protection:
    """It lies in the archive tier: a restore takes it back first, and 90 days are billed in any case."""
    words = "in the archive tier"
    if since is not None:
        words += f" since {moment(since)}, billed until {moment(since + ARCHIVE_MINIMUM)} at least"
    return Protection(words, counts=False)


def restored_for_now(until: datetime) -> Protection:
    """It was restored from the archive tier for a time, and can be used until it goes back by itself.

    https://docs.aws.amazon.com/ebs/latest/userguide/restore-archived-snapshot.html
    """
    return Protection(f"restored from the archive tier until {moment(until)} only", counts=False)


def in_recycle_bin(until: datetime | None) -> Protection:
    """It was deleted already and lies in the Recycle Bin, which nobody can empty early.

    https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin.html
    """
    return Protection("in the Recycle Bin" + (f" until {moment(until)}" if until else ""), counts=False)
