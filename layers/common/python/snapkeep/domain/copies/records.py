"""What the journal remembers about the copy of a point to a place, from the intent to the outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from snapkeep.domain.backup.creation import READ_SPACING

if TYPE_CHECKING:
    from snapkeep.domain.copies.copies import Source
    from snapkeep.domain.copies.places import Place
    from snapkeep.domain.copies.requests import CopyAnswer

MOST_ATTEMPTS = 3
"""How often to try a copy that EC2 fails before people are notified."""

ASK_AGAIN = timedelta(hours=3)
"""A vault that has not answered for this long is asked again, because an event may have been lost."""

UNANSWERED_AFTER = timedelta(days=1)
"""An attempt fails if a vault has not answered for this long."""

RETRY_AFTER = timedelta(minutes=15)
"""How long to wait after the first failed attempt; twice as long after the second."""


class CopyStage(StrEnum):
    """The stage of a point's copy.

    `waiting` was refused for now or is asked for, and certainly nothing was created; no attempt is counted.
    `cancelled` is not wanted again by any rule.
    """

    WAITING = "waiting"
    INTENDED = "intended"
    COPYING = "copying"
    READY = "ready"
    FAILED = "failed"
    GIVEN_UP = "given-up"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """True while a copy may be in progress."""
        return self in (CopyStage.INTENDED, CopyStage.COPYING)

    @property
    def has_failed(self) -> bool:
        """True after a failed attempt, whether or not there will be another one."""
        return self in (CopyStage.FAILED, CopyStage.GIVEN_UP)


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """The copy of one point to one place, as the journal knows it. Times are aware UTC.

    `source` is the snapshot that is copied, `taken` when it started. `rule` is the policy whose copy rule
    asks for it: for points of built-in policies another one than `policy`. `attempt` counts the calls of
    CopySnapshot that may have created something. `incremental` is None until an event says it. `lock_reason`
    says why the copy is not locked as its rule asks. `asked_by` is who asked for it beyond the rules, and
    `cancelled_by` who cancelled it: an open one becomes `cancelled` with the next turn. `remade` counts how
    often the copy was made anew because somebody deleted it. `revision` grows with every write. `gone_at` is
    when EC2 was found not to have the complete copy any more.

    Of a copy to a vault, `account` is the vault's, `requested_at` when the vault was asked for it last, and
    `kms_key` and `locked_until` are what the vault says of the copy; `snapshot_id` is unknown until it is
    ready.
    """

    place: str
    cluster: str
    point_id: str
    source: str
    region: str
    namespace: str
    claim: str
    policy: str
    rule: str
    taken: datetime
    stage: CopyStage = CopyStage.WAITING
    attempt: int = 0
    snapshot_id: str = ""
    intent_at: datetime | None = None
    empty_reads: int = 0
    last_read_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    incremental: bool | None = None
    reason: str = ""
    lock_reason: str = ""
    asked_by: str = ""
    asked_at: datetime | None = None
    cancelled_by: str = ""
    cancelled_at: datetime | None = None
    remade: int = 0
    revision: int = 0
    claim_uid: str = ""
    account: str = ""
    requested_at: datetime | None = None
    kms_key: str = ""
    locked_until: datetime | None = None
    gone_at: datetime | None = None

    @property
    def subject(self) -> str:
        """The copy's name for people."""
        return f"{self.namespace}/{self.claim} ({self.policy}, {self.point_id})"

    @property
    def is_unlocked(self) -> bool:
        """True for a complete copy without the lock that its rule asks for."""
        return self.stage is CopyStage.READY and bool(self.lock_reason)

    def retry_at(self) -> datetime | None:
        """When a failed copy may be tried again; None for any other."""
        if self.stage is not CopyStage.FAILED or self.ended_at is None:
            return None
        return self.ended_at + self.attempt * RETRY_AFTER

    def may_begin(self, now: datetime) -> bool:
        """True when CopySnapshot may be called for it, or a vault asked for it."""
        if self.requested_at is not None and self.stage is CopyStage.WAITING:
            return self.is_due(now)
        retry_at = self.retry_at()
        return self.stage is CopyStage.WAITING or (retry_at is not None and retry_at <= now)

    def asked(self, by: str, now: datetime) -> CopyRecord:
        """Somebody requests the copy, whatever the rules say; a cancelled or failed one starts again."""
        wanted = replace(self, asked_by=by, asked_at=now, cancelled_by="", cancelled_at=None)
        if self.stage.is_open:
            return wanted
        return replace(
            wanted,
            stage=CopyStage.WAITING,
            attempt=0,
            snapshot_id="",
            intent_at=None,
            empty_reads=0,
            last_read_at=None,
            started_at=None,
            ended_at=None,
            incremental=None,
            requested_at=None,
            reason="",
            lock_reason="",
        )

    def cancelled(self, by: str, now: datetime) -> CopyRecord:
        """Somebody cancels the copy. An open one stays open until its snapshot is marked."""
        record = replace(self, cancelled_by=by, cancelled_at=now)
        return record if self.stage.is_open else record.dropped(now)

    def dropped(self, now: datetime, reason: str = "") -> CopyRecord:
        """A cancelled copy has ended."""
        return replace(self, stage=CopyStage.CANCELLED, ended_at=now, reason=reason or self.reason)

    def is_due(self, now: datetime) -> bool:
        """True when a vault is to be asked (again): it was not asked at all, or long ago."""
        return self.requested_at is None or now - self.requested_at >= ASK_AGAIN

    def in_region(self, region: str, account: str = "") -> CopyRecord:
        """The record as it applies to a Region (of another account): a copy that ended where the place used
        to be is none here."""
        is_here = region == self.region and account == self.account
        if is_here or self.stage.is_open or self.stage is CopyStage.CANCELLED:
            return self
        return replace(
            self,
            region=region,
            account=account,
            stage=CopyStage.WAITING,
            attempt=0,
            snapshot_id="",
            requested_at=None,
            reason="",
            lock_reason="",
        )

    def lost(self) -> CopyRecord:
        """Somebody deleted the complete copy: it may be made anew, from its first attempt."""
        return replace(
            self,
            stage=CopyStage.WAITING,
            attempt=0,
            snapshot_id="",
            reason="",
            lock_reason="",
            requested_at=None,
            remade=self.remade + 1,
        )

    def anew(self, source: Source) -> CopyRecord:
        """The copy of a point begins from its first attempt, of this snapshot."""
        blank = replace(self.lost(), remade=self.remade, started_at=None, ended_at=None, cancelled_by="")
        return replace(blank, source=source.snapshot_id, taken=source.taken)

    def intended(self, now: datetime) -> CopyRecord:
        """CopySnapshot is about to be called, for the first time or again."""
        return replace(
            self,
            stage=CopyStage.INTENDED,
            attempt=self.attempt + (self.stage is not CopyStage.INTENDED),
            snapshot_id="",
            intent_at=now,
            empty_reads=0,
            last_read_at=None,
            started_at=None,
            ended_at=None,
            incremental=None,
            requested_at=None,
        )

    def not_found(self, now: datetime) -> CopyRecord:
        """A search after an intent without an outcome found no copy; one too soon after the last search does
        not count."""
        if self.last_read_at is not None and now - self.last_read_at < READ_SPACING:
            return self
        return replace(self, empty_reads=self.empty_reads + 1, last_read_at=now)

    def refused(self, reason: str) -> CopyRecord:
        """EC2 refused the call for now and certainly created nothing: the attempt does not count."""
        return replace(
            self,
            stage=CopyStage.WAITING,
            attempt=self.attempt - 1,
            intent_at=None,
            empty_reads=0,
            last_read_at=None,
            reason=reason,
        )

    def started(self, snapshot_id: str, at: datetime) -> CopyRecord:
        """EC2 is copying into this snapshot."""
        return replace(
            self,
            stage=CopyStage.COPYING,
            attempt=max(self.attempt, 1),
            snapshot_id=snapshot_id,
            started_at=at,
            ended_at=None,
            gone_at=None,
            reason="",
        )

    def requested(self, now: datetime) -> CopyRecord:
        """The vault was asked for it, for the first time in this attempt or again."""
        began = self.started_at or now
        return replace(self, stage=CopyStage.COPYING, started_at=began, requested_at=now)

    def put_off(self, reason: str) -> CopyRecord:
        """The vault takes it later: the attempt does not count, and it is asked again after a while."""
        return replace(self.refused(reason), started_at=None)

    def ready_in_vault(self, answer: CopyAnswer, now: datetime) -> CopyRecord:
        """The vault has the copy that it describes."""
        return replace(
            self,
            stage=CopyStage.READY,
            snapshot_id=answer.copy,
            kms_key=answer.kms_key,
            locked_until=answer.locked_until,
            started_at=self.started_at or now,
            ended_at=now,
            reason="",
        )

    def ready(self, now: datetime, lock_reason: str = "") -> CopyRecord:
        """The copy is complete."""
        return replace(self, stage=CopyStage.READY, ended_at=now, reason="", lock_reason=lock_reason)

    def failed(self, reason: str, now: datetime, *, for_good: bool = False) -> CopyRecord:
        """The attempt failed; after the last one, or `for_good`, the copy is given up."""
        over = for_good or self.attempt >= MOST_ATTEMPTS
        stage = CopyStage.GIVEN_UP if over else CopyStage.FAILED
        return replace(self, stage=stage, ended_at=now, reason=reason)


def new_record(place: Place, source: Source, rule: str) -> CopyRecord:
    """The first record of the copy of a point to a place, for which the rule of that policy asks."""
    return CopyRecord(
        place=place.name,
        cluster=source.claim.cluster,
        point_id=source.point_id,
        source=source.snapshot_id,
        region=place.region,
        namespace=source.claim.namespace,
        claim=source.claim.name,
        policy=source.policy,
        rule=rule,
        taken=source.taken,
        claim_uid=source.claim.uid,
        account=place.account,
    )
