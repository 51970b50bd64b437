"""Copies as response bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.domain.copies.view.asked import Outcome
from snapkeep.domain.copies.view.shown import ShownState
from snapkeep.domain.proof.checks import Verdict
from snapkeep.domain.times import to_second
from snapkeep.inbound.api.body import Body
from snapkeep.inbound.api.words import size_text

if TYPE_CHECKING:
    from snapkeep.domain.copies.view.asked import AskedCopy
    from snapkeep.domain.copies.view.shown import CopyPage, ShownCopy


class CopyModel(Body):
    """The copy of a recovery point in a place. `taken` is when the data was snapshotted, `point` the recovery
    point; `snapshot_id` is that in the place, empty while there is none. `checked` is the verdict of a check
    of the copy itself, null without one."""

    point: str
    cluster: str
    namespace: str
    claim: str
    place: str
    region: str
    policy: str
    taken: str
    state: ShownState
    progress: str
    snapshot_id: str
    started_at: str | None
    size: str
    size_bytes: int
    locked_until: str | None
    protections: list[str]
    reason: str
    asked_by: str
    checked: Verdict | None


class AskedCopyModel(Body):
    """What came of asking for a copy: `asked` waits for the next turn at the place, `in_progress` and `there`
    need nothing more. `kept` says what keeps the copy in the place."""

    outcome: Outcome
    copied: CopyModel
    kept: str


class CopyPageModel(Body):
    """Copies by namespace and claim, newest data first; `unasked` names places that did not answer, and is
    mostly empty."""

    copies: list[CopyModel]
    unasked: str = ""
    next_cursor: str | None = None


def copy_model(copy: ShownCopy) -> CopyModel:
    """A copy as a response body."""
    return CopyModel(
        point=copy.point_id,
        cluster=copy.cluster,
        namespace=copy.namespace,
        claim=copy.claim,
        place=copy.place,
        region=copy.region,
        policy=copy.policy,
        taken=to_second(copy.taken),
        state=copy.state,
        progress=copy.progress,
        snapshot_id=copy.snapshot_id,
        started_at=to_second(copy.started_at) if copy.started_at else None,
        size=size_text(copy.size_bytes),
        size_bytes=copy.size_bytes,
        locked_until=to_second(copy.locked_until) if copy.locked_until else None,
        protections=[item.reason for item in copy.protections],
        reason=copy.reason,
        asked_by=copy.asked_by,
        checked=Verdict(copy.checked) if copy.checked in list(Verdict) else None,
    )


def asked_copy_model(asked: AskedCopy) -> AskedCopyModel:
    """What came of asking as a response body."""
    return AskedCopyModel(outcome=asked.outcome, copied=copy_model(asked.copy), kept=asked.kept)


def copy_page_model(page: CopyPage) -> CopyPageModel:
    """A page of copies as a response body."""
    return CopyPageModel(
        copies=[copy_model(copy) for copy in page.copies],
        unasked=page.unasked,
        next_cursor=page.cursor or None,
    )
