"""Answers requests: the source is told first, and then the request is dropped. A crash in between tells it
twice, which changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from snapkeep.domain.copies.copies import Copy
from snapkeep.domain.copies.requests import MOST_REASON, CopyAnswer, Outcome
from snapkeep.domain.vault.asked import StoredRequest
from snapkeep.domain.vault.verify import Refused
from snapkeep.ports.clock import Clock
from snapkeep.ports.vaults import Sources, VaultRequests
from snapkeep.services.vault.source_turn import SourceTurn


@dataclass(frozen=True, slots=True)
class AnswerRequests:
    """Tells sources what became of their requests; an answer that their bus refuses is sent again by the next
    turn, because the request stays."""

    requests: VaultRequests
    sources: Sources
    clock: Clock

    def ready(self, turn: SourceTurn, asked: StoredRequest, copy: Copy) -> None:
        """The copy is there: complete, tagged and, if the vault locks, locked. EC2 says under which key and
        until when."""
        locks = turn.snapshots.protections([copy.snapshot_id]).get(copy.snapshot_id, ())
        ends = [lock.locked_until for lock in locks if lock.locked_until]
        answer = CopyAnswer(
            **self._about(turn, asked),
            outcome=Outcome.READY,
            copy=copy.snapshot_id,
            kms_key=copy.key,
            locked_until=max(ends, default=None),
        )
        self._send(turn, asked, answer)

    def refused(self, turn: SourceTurn, asked: StoredRequest, refused: Refused) -> None:
        """The request is not carried out, and asking again changes nothing."""
        turn.report.refused[asked.request.point] = refused
        self._not_ready(turn, asked, Outcome.REFUSED, refused.reason)

    def failed(self, turn: SourceTurn, asked: StoredRequest, reason: str) -> None:
        """The copy was tried as often as it may be."""
        self._not_ready(turn, asked, Outcome.FAILED, reason)

    def later(self, turn: SourceTurn, asked: StoredRequest, reason: str) -> None:
        """The vault takes no more for now."""
        turn.report.later[asked.request.point] = reason
        self._not_ready(turn, asked, Outcome.LATER, reason)

    def _not_ready(self, turn: SourceTurn, asked: StoredRequest, outcome: Outcome, reason: str) -> None:
        about = self._about(turn, asked)
        self._send(turn, asked, CopyAnswer(**about, outcome=outcome, reason=reason[:MOST_REASON]))

    def _about(self, turn: SourceTurn, asked: StoredRequest) -> dict[str, Any]:
        request = asked.request
        return {
            "deployment": request.deployment,
            "place": request.place,
            "snapshot": request.snapshot,
            "point": request.point,
            "region": turn.place.region,
            "answered_at": self.clock(),
        }

    def _send(self, turn: SourceTurn, asked: StoredRequest, answer: CopyAnswer) -> None:
        self.sources.answer(turn.source, answer)
        turn.report.answered[answer.point] = answer.outcome.value
        self.requests.drop(asked)
