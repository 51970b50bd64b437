"""Settles requests to vaults by their answers, or by their silence."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import UNANSWERED_AFTER, CopyRecord, CopyStage
from snapkeep.domain.copies.requests import CopyAnswer, Outcome, Received
from snapkeep.domain.errors import SnapkeepError
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import CopyNews
from snapkeep.services.copies.asking.ask_point import AskPoint
from snapkeep.services.copies.turn import Turn

log = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clocks of two accounts may differ at most; a failed copy is asked for again later than this."""

NO_ANSWER = "the vault has not answered for a day; ask its owners what became of the request"


@dataclass(frozen=True, slots=True)
class SettleAsked:
    """Updates the records of a vault by its answers. `deployment` is the name of ours."""

    deployment: str
    asker: AskPoint
    news: CopyNews
    clock: Clock

    def answer(
        self, turn: Turn, by_point: Mapping[str, CopyRecord], received: Sequence[Received]
    ) -> dict[str, CopyRecord]:
        """The records after these answers, by point; an answer to nothing that was asked is dropped."""
        found = dict(by_point)
        for each in received:
            record = found.get(each.answer.point)
            if record is None or not self._counts(turn.place, each, record):
                log.warning("dropped an answer of %s about %s", each.account, each.answer.point)
                continue
            with turn.part(record.subject):
                found[record.point_id] = self._settled(turn, record, each.answer)
        return found

    def remind(self, turn: Turn, records: Sequence[CopyRecord]) -> tuple[list[CopyRecord], bool]:
        """Ask again for what is due, and give up what stayed unanswered; returns the records still open, and
        whether more can be asked: the first trouble ends this, because the next request would meet the same.
        """
        still_open: list[CopyRecord] = []
        refused = False
        for record in records:
            current = record
            if record.account != turn.place.account:
                with turn.part(record.subject):
                    current = self.asker.end_elsewhere(turn, record)
            elif not refused:
                try:
                    current = self._reminded(turn, record)
                except SnapkeepError as error:
                    refused = True
                    turn.report.given_up[f"{turn.place.name}: {record.subject}"] = error.reason
            if current.stage.is_open:
                still_open.append(current)
        return still_open, not refused

    def _counts(self, place: Place, received: Received, record: CopyRecord) -> bool:
        """True for an answer of the place's account to what was asked about the record.

        A ready copy counts whenever the answer arrives. Any other answer must be to the last request, because
        events may come late or twice.
        """
        answer = received.answer
        is_theirs = (received.account, answer.region, answer.place) == (
            place.account,
            place.region,
            place.name,
        )
        is_ours = (answer.deployment, answer.snapshot) == (self.deployment, record.source)
        if not is_theirs or not is_ours or record.account != place.account:
            return False
        if answer.outcome is Outcome.READY:
            return record.stage is not CopyStage.READY
        asked = record.requested_at
        return record.stage.is_open and asked is not None and answer.answered_at >= asked - CLOCKS_DIFFER

    def _settled(self, turn: Turn, record: CopyRecord, answer: CopyAnswer) -> CopyRecord:
        if answer.outcome is Outcome.READY:
            return self._ready(turn, record, answer)
        if answer.outcome is Outcome.LATER:
            turn.report.later[record.point_id] = answer.reason
            self.asker.unshare(turn, record)
            waiting = turn.write(record.put_off(answer.reason))
            self.asker.let_go(waiting)
            return waiting
        said = f"{turn.place.name} says: {answer.reason}"
        return self.asker.fail(turn, record, said, for_good=answer.outcome is Outcome.REFUSED)

    def _ready(self, turn: Turn, record: CopyRecord, answer: CopyAnswer) -> CopyRecord:
        ready = record.ready_in_vault(answer, self.clock())
        self.asker.unshare(turn, record)
        self.news.copy_ready(ready)
        ready = turn.write(ready)
        turn.report.ready.append(record.point_id)
        self.asker.let_go(ready)
        return ready

    def _reminded(self, turn: Turn, record: CopyRecord) -> CopyRecord:
        """The record of an open copy, asked again for if that is due."""
        now = self.clock()
        if record.cancelled_by:
            return self.asker.drop(turn, record)
        began = record.started_at or record.intent_at or record.taken
        if now - began >= UNANSWERED_AFTER:
            return self.asker.fail(turn, record, NO_ANSWER)
        return self.asker.again(turn, record) if record.is_due(now) else record
