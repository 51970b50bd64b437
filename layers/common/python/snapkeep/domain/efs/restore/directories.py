"""Which directory a restore job has made.

AWS Backup restores into a new directory `aws-backup-restore_<time>` in the root of the file system, and no
API returns its name. https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-efs.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

PREFIX = "aws-backup-restore_"

LONGEST_NAME = 80
_NAME = re.compile(PREFIX + r"[0-9A-Za-z][0-9A-Za-z.:_-]*")
_TIME = re.compile(PREFIX + r"(\d{4})-(\d\d)-(\d\d)T(\d\d)[-:](\d\d)[-:](\d\d)")

BLUR = timedelta(seconds=1)
"""Times of names and of files may be cut to seconds."""

SLACK = timedelta(minutes=1)
"""How far the clock of a directory's name may be from the clock of its job, for what a person has seen."""


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory of some restore: its name, when it last changed (aware UTC), and whether the claim's folder
    is in it."""

    name: str
    changed_at: datetime
    has_path: bool

    @property
    def made_at(self) -> datetime:
        """When it was made: the time in its name (UTC), or when it last changed if there is none."""
        return time_in(self.name) or self.changed_at


def time_in(name: str) -> datetime | None:
    """The time (UTC) in the name of a directory; None if there is none."""
    found = _TIME.match(name)
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = map(int, found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def is_directory_name(text: str) -> bool:
    """True for a name that AWS Backup may give to a restored directory."""
    return len(text) <= LONGEST_NAME and bool(_NAME.fullmatch(text))


def why_not_made_by(name: str, began: datetime, ended: datetime) -> str:
    """Why a job that ran at that time cannot have made a directory, by the time in its name; "" if it can."""
    made = time_in(name)
    if made is None or began - SLACK <= made <= ended + SLACK:
        return ""
    return (
        f"{name} was not made between {began:%Y-%m-%d %H:%M:%S} and {ended:%Y-%m-%d %H:%M:%S} UTC, while the "
        "job ran: it belongs to another restore"
    )


def made_by(found: Iterable[Directory], began: datetime, ended: datetime) -> Sequence[Directory]:
    """Those that a job may have made which ran at that time, the newest first.

    Other jobs may have run at the same time, so there may be several.
    """
    made = [each for each in found if began - BLUR <= each.made_at <= ended + BLUR]
    return sorted(made, key=lambda each: (each.made_at, each.name), reverse=True)


def choose(found: Sequence[Directory], began: datetime, ended: datetime) -> str:
    """The name of the only directory that the job can have made and that has the claim's folder.

    Raises ValueError, with a message for users, when there is none or more than one.
    """
    mine = made_by(found, began, ended)
    whole = [each for each in mine if each.has_path]
    if len(whole) == 1:
        return whole[0].name
    between = f"between {began:%Y-%m-%d %H:%M:%S} and {ended:%H:%M:%S} UTC, while the job ran"
    if whole:
        names = ", ".join(each.name for each in whole)
        raise ValueError(
            f"{len(whole)} directories were made {between}, and the claim's folder is in each: {names}"
        )
    if mine:
        names = ", ".join(each.name for each in mine)
        raise ValueError(f"the claim's folder is not in {names}, made {between}")
    raise ValueError(f"none of {len(found)} directories {PREFIX}… was made {between}")
