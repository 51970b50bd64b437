"""Begins the copies that requests ask for: checked, within the day's limit, and in a fair share of what EC2
takes at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.copies.copies import Source
from snapkeep.domain.copies.queue import next_up
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.vault.asked import StoredRequest
from snapkeep.domain.vault.verify import Refused, Verified
from snapkeep.ports.clock import Clock
from snapkeep.services.copies.copy_point import CopyPoint
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.vault.answer import AnswerRequests
from snapkeep.services.vault.check_requests import CheckRequests
from snapkeep.services.vault.share_places import SharePlaces
from snapkeep.services.vault.source_turn import SourceTurn
from snapkeep.services.vault.stand import ToBegin

DAY = timedelta(days=1)

EC2_LAGS = timedelta(minutes=3)
"""How long EC2 may not show yet that a snapshot is shared, or complete; usually seconds."""


@dataclass(frozen=True, slots=True)
class BeginCopies:
    """Works for one source."""

    checker: CheckRequests
    copier: CopyPoint
    answers: AnswerRequests
    places: SharePlaces
    clock: Clock

    def run(self, turn: SourceTurn, requests: Sequence[ToBegin], listed: PlaceCopies, in_flight: int) -> str:
        """Begin what there is room for, refuse what does not hold, and put off what is beyond the day's
        limit; returns why the limit holds copies back, or ""."""
        good: dict[str, tuple[ToBegin, Verified]] = {}
        checked = self.checker.run([each.asked.request for each in requests])
        for each in requests:
            found = checked[each.asked.request.point]
            if isinstance(found, Verified):
                good[found.point.point_id] = each, found
                continue
            with turn.part(each.asked.request.point):
                self._refuse(turn, each.asked, found)
        today = sum(1 for copy in listed.copies if self.clock() - copy.started_at < DAY)
        left = max(0, turn.source.a_day - today)
        waiting = [each.asked for each, _ in good.values()]
        free = min(left, self.places.free(turn.source, in_flight, waiting)) if good else 0
        chosen = next_up([found.point for _, found in good.values()], listed.copies, free)
        begun = self._begin(turn, [good.pop(point.point_id) for point in chosen])
        turn.report.waiting += len(good)
        if left > begun or not good:
            return ""
        reason = (
            f"{turn.source.a_day:,} copies were begun in 24 hours, which is its limit (a_day), and "
            f"{len(good):,} more are asked for"
        )
        for each, _ in good.values():
            with turn.part(each.asked.request.point):
                self.answers.later(turn, each.asked, f"this vault takes no more for now: {reason}")
        return reason

    def _refuse(self, turn: SourceTurn, asked: StoredRequest, found: Refused) -> None:
        """Refuse a request. One that may hold a moment later waits, and then fails, because the source may
        share its point again."""
        if not found.may_pass:
            self.answers.refused(turn, asked, found)
        elif self.clock() - asked.received_at < EC2_LAGS:
            turn.report.later[asked.request.point] = found.reason
        else:
            turn.report.refused[asked.request.point] = found
            self.answers.failed(turn, asked, found.reason)

    def _begin(self, turn: SourceTurn, chosen: Sequence[tuple[ToBegin, Verified]]) -> int:
        """Begin these copies, in this order, until EC2 accepts no more; returns how many began."""
        for number, (each, found) in enumerate(chosen):
            record: CopyRecord | None = None
            with turn.part(found.point.point_id):
                known = _known(each.record, found.point)
                record = self.copier.run(turn, found.point, found.point.policy, known)
            if record is not None and record.stage is CopyStage.WAITING:
                turn.report.waiting += len(chosen) - number
                return number
        return len(chosen)


def _known(record: CopyRecord | None, point: Source) -> CopyRecord | None:
    """The record to go on with: attempts at another snapshot, or from before the source asked again, do not
    count."""
    if record is None:
        return None
    is_over = record.stage in (CopyStage.GIVEN_UP, CopyStage.CANCELLED)
    return record.anew(point) if is_over or record.source != point.snapshot_id else record
