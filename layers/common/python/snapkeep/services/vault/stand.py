"""Where a request stands, by what EC2 and the journal know of its point: answered, waiting or to be begun.

The first copy of a point is the only one: no request, whatever it says, makes another beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.copies.copies import Copy, CopyState
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.retention.snapshot_tags import IN_BIN
from snapkeep.domain.vault.asked import StoredRequest
from snapkeep.domain.vault.verify import Refused, Why
from snapkeep.ports.clock import Clock
from snapkeep.ports.deletions import Deletions
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.settle_copies import GONE_AFTER
from snapkeep.services.vault.answer import AnswerRequests
from snapkeep.services.vault.source_turn import SourceTurn

MOST_REMADE = 1
"""How often a copy that somebody deleted is made again; otherwise each deletion would cost a whole copy."""


@dataclass(frozen=True, slots=True)
class ToBegin:
    """A request whose copy may begin, and the record of its point, if there is one."""

    asked: StoredRequest
    record: CopyRecord | None


@dataclass(frozen=True, slots=True)
class StandRequests:
    """Answers what is decided, one request at a time."""

    answers: AnswerRequests
    deletions: Deletions
    clock: Clock

    def run(
        self, turn: SourceTurn, asked: StoredRequest, listed: PlaceCopies, record: CopyRecord | None
    ) -> ToBegin | None:
        """The request if its copy may begin; None for one that was answered or must wait."""
        there = listed.by_point.get(asked.key)
        if there:
            self._of_copy(turn, asked, there[0], record)
            return None
        if record is None or record.stage in (CopyStage.WAITING, CopyStage.CANCELLED):
            return ToBegin(asked, record)
        if record.stage is CopyStage.READY:
            return self._of_missing(turn, asked, record)
        if record.stage is CopyStage.GIVEN_UP:
            if record.ended_at is None or asked.asked_at > record.ended_at:
                return ToBegin(asked, record)
            self.answers.failed(turn, asked, record.reason)
        elif record.may_begin(self.clock()):
            return ToBegin(asked, record)
        return None

    def _of_copy(self, turn: SourceTurn, asked: StoredRequest, copy: Copy, record: CopyRecord | None) -> None:
        """Answer for a copy that is there; one in progress, or not settled yet, waits."""
        request = asked.request
        if copy.source_snapshot != request.snapshot:
            here = f"is here already as {copy.snapshot_id}, the copy of {copy.source_snapshot}"
            self._refuse_another(turn, asked, here)
        elif copy.state is CopyState.READY and not (record and record.stage.is_open):
            self.answers.ready(turn, asked, copy)

    def _of_missing(self, turn: SourceTurn, asked: StoredRequest, record: CopyRecord) -> ToBegin | None:
        """A copy that was complete is not listed: EC2 lags, somebody hid it by editing its tags, prune let it
        go, or somebody deleted it.

        Only the snapshot that was there is copied again: people may bring the first copy back from the
        Recycle Bin, and a copy of another one would then stand in its place.
        """
        now, name = self.clock(), record.snapshot_id
        if now - (record.ended_at or record.taken) < GONE_AFTER:
            return None
        hidden = turn.snapshots.get(name)
        if hidden is not None and hidden.state not in IN_BIN:
            return None
        if self.deletions.knows_deletion(name):
            reason = f"{asked.request.point} was here as {name}, and the vault's retention deleted it"
            self.answers.refused(turn, asked, Refused(Why.PRUNED, reason))
            return None
        if record.remade >= MOST_REMADE:
            reason = f"{asked.request.point} was here as {name}, the second copy that somebody deleted"
            self.answers.refused(turn, asked, Refused(Why.LOST, reason))
            return None
        if asked.request.snapshot != record.source:
            self._refuse_another(turn, asked, f"was here as {name}, the copy of {record.source}")
            return None
        return ToBegin(asked, record.lost())

    def _refuse_another(self, turn: SourceTurn, asked: StoredRequest, known: str) -> None:
        request = asked.request
        reason = f"{request.point} {known}; no other snapshot for it, such as {request.snapshot}, is copied"
        self.answers.refused(turn, asked, Refused(Why.ANOTHER, reason))
