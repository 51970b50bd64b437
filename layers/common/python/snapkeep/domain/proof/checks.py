"""Checks of recovery points: what was seen, judged against the last point that was good.

A verdict says what was looked at, and never that a point can be restored: file data has no checksums.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from snapkeep.domain.proof.looks import Broken, Look, Seen, Unseen
from snapkeep.domain.sizes import about

SHRUNK_TO = 0.5
"""A file system that holds less than this share of what it held before is suspicious."""

NAMES_LOST = 0.5
"""So is one that lost more than this share of the names in its root. Some come and go: logs, sockets."""

ALL_CHANGED = 0.9
"""So is one of which this share of what was written before has changed: it was encrypted or copied over."""

TOO_SMALL = 64 * 2**20
"""Bytes that must have been written before shares mean anything."""


class Verdict(StrEnum):
    """What a check found. `not-looked-at` is neither good nor bad."""

    CHECKED = "checked"
    SUSPICIOUS = "suspicious"
    NOT_LOOKED_AT = "not-looked-at"


@dataclass(frozen=True, slots=True)
class Subject:
    """A point that is checked: of which claim it is, and when its snapshot was started (aware UTC).

    `place` is that of a copy, whose `taken` is that of its source; "" for a point.
    """

    point_id: str
    snapshot_id: str
    cluster: str
    namespace: str
    claim: str
    claim_uid: str
    taken: datetime
    place: str = ""

    @property
    def words(self) -> str:
        """The point for people."""
        where = f", copy in {self.place}" if self.place else ""
        return f"{self.namespace}/{self.claim} ({self.point_id}{where})"


@dataclass(frozen=True, slots=True)
class Check:
    """The check of one point at a time (aware UTC).

    `reasons` say why it is suspicious or was not looked at, `look` what was seen. It was compared with the
    point `base`, "" for none. `accepted_by` is who said, `because` of what, that a suspicious one is good.
    """

    subject: Subject
    verdict: Verdict
    at: datetime
    reasons: tuple[str, ...] = ()
    look: Look | None = None
    base: str = ""
    accepted_by: str = ""
    because: str = ""

    @property
    def is_good(self) -> bool:
        """True if later points are compared with this one. One that somebody accepted although nothing in
        it could be read is good, too: what follows need not be what was there before."""
        return self.verdict is Verdict.CHECKED or bool(self.accepted_by)

    def accepted(self, by: str, because: str) -> Check:
        """Somebody says that a suspicious point is as it should be."""
        return replace(self, accepted_by=by, because=because)


def judge(subject: Subject, seen: Seen, base: Check | None, at: datetime) -> Check:
    """The check of a point in which this was seen, compared with the newest earlier one that is good."""
    name = base.subject.point_id if base else ""
    before = base.look if base else None
    if isinstance(seen, Unseen) and seen.by_contents and before:
        reason = f"{seen.reason}; before, it held {before.contents}"
        return Check(subject, Verdict.SUSPICIOUS, at, (reason,), base=name)
    if isinstance(seen, Unseen):
        reasons = tuple(filter(None, (seen.reason, seen.detail)))
        return Check(subject, Verdict.NOT_LOOKED_AT, at, reasons, base=name)
    if isinstance(seen, Broken):
        return Check(subject, Verdict.SUSPICIOUS, at, (seen.reason,), base=name)
    reasons = tuple(_by_itself(seen)) + (tuple(_compared(seen, before)) if before else ())
    verdict = Verdict.SUSPICIOUS if reasons else Verdict.CHECKED
    return Check(subject, verdict, at, reasons, seen, name)


def base_of(subject: Subject, checks: Iterable[Check]) -> Check | None:
    """The check with which that of a point is compared: of the claim's earlier good ones the newest."""
    earlier = [each for each in checks if each.is_good and is_before(each.subject, subject)]
    return max(earlier, key=lambda each: _order(each.subject), default=None)


def is_before(one: Subject, other: Subject) -> bool:
    """True for an earlier point of the same claim."""
    return one.claim_uid == other.claim_uid and _order(one) < _order(other)


def _order(subject: Subject) -> tuple[datetime, str]:
    return subject.taken, subject.point_id


def _by_itself(look: Look) -> Iterator[str]:
    if look.errors:
        yield look.errors
    for path, size in look.expected.items():
        if size is None:
            yield f"{path} is missing"
        elif size == 0:
            yield f"{path} is empty"


def _compared(look: Look, before: Look) -> Iterator[str]:
    if look.contents != before.contents:
        yield f"it now holds {look.contents}; before, it held {before.contents}"
    elif look.uuid != before.uuid:
        yield f"it was formatted again: its {look.contents} has the UUID {look.uuid}, not {before.uuid}"
    lost = [name for name in before.names if name not in look.names]
    if len(lost) > NAMES_LOST * len(before.names):
        yield f"{len(lost)} of {len(before.names)} names in its root are gone, such as {lost[0]}"
    if before.used >= TOO_SMALL and look.used < SHRUNK_TO * before.used:
        yield f"it now holds {about(look.used)}; before, it held {about(before.used)}"
    if look.changed is not None and before.written >= TOO_SMALL and look.sampled == before.sampled:
        share = look.changed / before.written
        if share >= ALL_CHANGED:
            where = f" in a sample of {about(look.sampled)}" if look.sampled else ""
            yield f"{share:.0%} of the {about(before.written)} that were written before have changed{where}"
