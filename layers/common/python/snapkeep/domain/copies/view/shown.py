"""Copies as people see them: what EC2 shows in the places, joined with what the journal knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from snapkeep.domain.copies.copies import Copy, CopyState, Source
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import MOST_ATTEMPTS, CopyRecord, CopyStage
from snapkeep.domain.report.catalogue import SEPARATOR, newest_first, prefix_of
from snapkeep.domain.retention.candidates import Protection
from snapkeep.domain.times import moment


class ShownState(StrEnum):
    """The state of a point's copy.

    `wanted` is what a rule wants and has not begun, `waiting` what was refused for now or asked for by
    somebody. `failed` is tried again, `given_up` is not.
    """

    WANTED = "wanted"
    WAITING = "waiting"
    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    CANCELLED = "cancelled"
    DELETING = "deleting"

    @property
    def has_ended(self) -> bool:
        """True if the copy no longer changes by itself, except that it may be deleted."""
        open_ = (ShownState.WANTED, ShownState.WAITING, ShownState.PENDING, ShownState.FAILED)
        return self not in open_


OF_STAGE = {
    CopyStage.WAITING: ShownState.WAITING,
    CopyStage.INTENDED: ShownState.PENDING,
    CopyStage.COPYING: ShownState.PENDING,
    CopyStage.READY: ShownState.READY,
    CopyStage.FAILED: ShownState.FAILED,
    CopyStage.GIVEN_UP: ShownState.GIVEN_UP,
    CopyStage.CANCELLED: ShownState.CANCELLED,
}
OF_COPY = {
    CopyState.PENDING: ShownState.PENDING,
    CopyState.READY: ShownState.READY,
    CopyState.FAILED: ShownState.FAILED,
    CopyState.DELETING: ShownState.DELETING,
}


@dataclass(frozen=True, slots=True)
class CopyQuery:
    """Which copies to list; empty fields match everything."""

    namespace: str = ""
    claim: str = ""
    place: str = ""
    policy: str = ""
    point: str = ""
    state: ShownState | None = None

    @property
    def prefix(self) -> str:
        """The prefix of the places in the list of matching copies."""
        return prefix_of(self.namespace, self.claim)

    def admits(self, copy: ShownCopy) -> bool:
        """True when the copy matches."""
        return (
            self.namespace in ("", copy.namespace)
            and self.claim in ("", copy.claim)
            and self.place in ("", copy.place)
            and self.policy in ("", copy.policy)
            and self.point in ("", copy.point_id)
            and self.state in (None, copy.state)
        )


@dataclass(frozen=True, slots=True)
class ShownCopy:
    """The copy of a point in a place. `taken` (aware UTC) is when the data was snapshotted.

    `progress` is EC2's, such as "42%". `snapshot_id` is that in the place, "" where there is none. `reason`
    says why it is in this state. `protections` forbid deleting it. `asked_by` is who asked for it beyond the
    rules, `size_bytes` 0 where that is unknown, `checked` the verdict of its check, "" without one.
    """

    place: str
    region: str
    point_id: str
    cluster: str
    namespace: str
    claim: str
    policy: str
    taken: datetime
    state: ShownState
    snapshot_id: str = ""
    progress: str = ""
    started_at: datetime | None = None
    size_bytes: int = 0
    reason: str = ""
    asked_by: str = ""
    protections: tuple[Protection, ...] = ()
    checked: str = ""

    @property
    def position(self) -> str:
        """Its position in lists: by namespace and claim, newest data first."""
        return SEPARATOR.join(
            (
                self.namespace,
                self.claim,
                newest_first(self.taken),
                self.point_id,
                self.place,
                self.snapshot_id,
            )
        )

    @property
    def locked_until(self) -> datetime | None:
        """When its lock ends; None if it has none, or if that is unknown."""
        return max((item.locked_until for item in self.protections if item.locked_until), default=None)


@dataclass(frozen=True, slots=True)
class CopyPage:
    """Copies in the order of the list; `cursor` fetches the next page, "" at the end.

    `unasked` says which places did not answer, so that their copies are missing.
    """

    copies: tuple[ShownCopy, ...]
    cursor: str = ""
    unasked: str = ""


def shown_copies(region: str, copies: Iterable[Copy], records: Iterable[CopyRecord]) -> Iterator[ShownCopy]:
    """The copies in a place (in `region`), including those that only the journal knows, each once.

    `records` are those of copies that are not simply ready. Left out are duplicates, and failed attempts at a
    point that has been copied since.
    """
    known = {(record.cluster, record.point_id): record for record in records}
    here = [copy for copy in copies if not copy.duplicate]
    there = {(copy.claim.cluster, copy.point_id) for copy in here if copy.is_there}
    listed: set[str] = set()
    for copy in here:
        key = copy.claim.cluster, copy.point_id
        if copy.state is CopyState.FAILED and key in there:
            continue
        record = known.get(key)
        same = record if record and record.snapshot_id == copy.snapshot_id else None
        listed.add(copy.snapshot_id)
        yield of_copy(region, copy, same)
    for key, record in known.items():
        if key not in there and record.snapshot_id not in listed:
            yield of_record(record)


def of_wanted(place: Place, source: Source, reason: str) -> ShownCopy:
    """A copy that a rule wants and that has not begun, for this reason."""
    return ShownCopy(
        place.name,
        place.region,
        source.point_id,
        source.claim.cluster,
        source.claim.namespace,
        source.claim.name,
        source.policy,
        source.taken,
        ShownState.WANTED,
        size_bytes=source.size_bytes,
        reason=reason,
    )


def of_copy(region: str, copy: Copy, record: CopyRecord | None) -> ShownCopy:
    """A copy that EC2 shows; `record` is what the journal knows of this snapshot."""
    shown = ShownCopy(
        copy.place,
        region,
        copy.point_id,
        copy.claim.cluster,
        copy.claim.namespace,
        copy.claim.name,
        copy.policy,
        copy.taken,
        ShownState.CANCELLED if copy.cancelled else OF_COPY[copy.state],
        snapshot_id=copy.snapshot_id,
        progress=copy.progress if copy.state is CopyState.PENDING else "",
        started_at=copy.started_at,
        size_bytes=copy.size_bytes,
        reason=copy.message if copy.state is CopyState.FAILED else "",
        protections=copy.protections,
        checked=copy.checked,
    )
    return with_record(shown, record) if record else shown


def with_record(shown: ShownCopy, record: CopyRecord) -> ShownCopy:
    """The same copy, with what the journal knows about it."""
    state = shown.state
    if state is ShownState.FAILED and record.stage is CopyStage.GIVEN_UP:
        state = ShownState.GIVEN_UP
    if record.cancelled_by and record.stage.is_open:
        state = ShownState.CANCELLED
    reason = _reason(record) or shown.reason or record.lock_reason
    return replace(shown, state=state, reason=reason, asked_by=record.asked_by)


def of_record(record: CopyRecord) -> ShownCopy:
    """A copy that only the journal knows."""
    state = ShownState.CANCELLED if record.cancelled_by else OF_STAGE[record.stage]
    unseen = "EC2 does not show it yet" if record.stage.is_open else ""
    return ShownCopy(
        record.place,
        record.region,
        record.point_id,
        record.cluster,
        record.namespace,
        record.claim,
        record.policy,
        record.taken,
        state,
        snapshot_id=record.snapshot_id,
        started_at=record.started_at,
        reason=_reason(record) or unseen,
        asked_by=record.asked_by,
    )


def _reason(record: CopyRecord) -> str:
    """What the journal says about the state of a copy; "" when there is nothing to say."""
    if record.cancelled_by:
        when = f" at {moment(record.cancelled_at)}" if record.cancelled_at else ""
        return f"cancelled by {record.cancelled_by}{when}"
    if record.stage.has_failed:
        retry = record.retry_at()
        again = f"; tried again from {moment(retry)}" if retry else ""
        return f"attempt {record.attempt} of {MOST_ATTEMPTS}: {record.reason}{again}"
    if record.stage is CopyStage.WAITING and not record.reason:
        when = f" at {moment(record.asked_at)}" if record.asked_at else ""
        return f"requested{when}; the next turn starts it if there is room"
    return record.reason
