"""Why a point stays in the standard tier, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from snapkeep.domain.archive.rules import MOST_ARCHIVED, ArchiveAfter
from snapkeep.domain.retention.candidates import ARCHIVE_MINIMUM, Protection
from snapkeep.domain.retention.keep_rules import rule_of
from snapkeep.domain.times import moment

FIRST = "it is the oldest snapshot of its volume in the standard tier, whose blocks later ones need"

NEWEST = "it is the newest snapshot of its volume, which the next one builds on"

NOT_GOOD = "it does not count as a good point"

FULL = (
    f"{MOST_ARCHIVED} snapshots of its volume are in the archive tier or on their way there, and EC2 allows "
    "no more"
)


def also_kept(reasons: Sequence[str], after: ArchiveAfter) -> str:
    """Other rules than those of `archive_after` keep it."""
    others = ", ".join(reason for reason in reasons if rule_of(reason) not in after)
    alone = f"{' and '.join(after)} alone keep" + ("s" if len(after) == 1 else "")
    return f"kept by {others}; only points that {alone} are archived"


def too_young(due: datetime) -> str:
    """It is younger than `archive_after` says."""
    return f"archived from {moment(due)} on"


def short_stay(stay: timedelta) -> str:
    """Retention deletes it too soon."""
    return (
        f"retention keeps it for about {max(0, stay.days)} more days only, and EC2 bills at least "
        f"{ARCHIVE_MINIMUM.days} in the archive tier"
    )


def protected(protections: Iterable[Protection]) -> str:
    """Something protects it."""
    return "; ".join(protection.reason for protection in protections)


def needed_by_copy(place: str) -> str:
    """A copy is being made of it, or will be."""
    return f"the copy to {place} needs it: EC2 copies no archived snapshot"
