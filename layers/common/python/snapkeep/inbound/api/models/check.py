"""Checks of recovery points as response bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.domain.proof.shown import CheckState
from snapkeep.domain.proof.words import looked_at
from snapkeep.domain.times import to_second
from snapkeep.inbound.api.body import Body

if TYPE_CHECKING:
    from snapkeep.domain.proof.looks import Look
    from snapkeep.domain.proof.shown import ShownCheck
    from snapkeep.domain.proof.summary import ChecksSummary
    from snapkeep.domain.proof.suspicions import Suspicion


class CheckModel(Body):
    """How a recovery point stands: whether somebody looked into it, and what was found.

    `words` is the state with its first reason. `reasons` say why it is suspicious or was not looked at;
    `accepted_by` is who said, `because` of what, that a suspicious one is good. Nothing here says that a
    point can be restored.
    """

    state: CheckState
    words: str
    checked_at: str | None
    reasons: list[str]
    accepted_by: str
    because: str


class LookModel(Body):
    """What was seen in a recovery point. Sizes are bytes.

    `transactions` is how many the log held that were not yet in their places; `log_trouble` says why they
    could not be replayed, so that the newest changes were not seen. `expected` has the size of each expected
    file, null for one that is missing. `changed_bytes` is how much differs from `compared_with`.
    """

    contents: str
    uuid: str
    size_bytes: int
    used_bytes: int
    names: list[str]
    transactions: int
    log_trouble: str
    errors: str
    expected: dict[str, int | None]
    written_bytes: int | None
    changed_bytes: int | None


class ShownCheckModel(CheckModel):
    """How a recovery point stands, and what the check looked at: in sentences (`looked_at`), and in figures
    (`look`, null if nothing was seen)."""

    compared_with: str
    looked_at: list[str]
    look: LookModel | None


class SuspicionModel(Body):
    """A suspicious recovery point that nobody has accepted; it may have been deleted since. `keeps` is the
    snapshot of the last good point before it, which stays until then; "" if there was none."""

    namespace: str
    claim: str
    recovery_point: str
    taken: str
    reason: str
    keeps: str


class ChecksModel(Body):
    """How points stand: `newest` counts claims by the state of their newest good point. `on` says whether the
    deployment checks points, `unasked` what could not be read."""

    on: bool
    newest: dict[str, int]
    suspicious: list[SuspicionModel]
    unasked: str


def checks_model(found: ChecksSummary) -> ChecksModel:
    """A summary of checks as a response body."""
    return ChecksModel(
        on=found.on,
        newest={state.value: count for state in CheckState if (count := found.newest.get(state, 0))},
        suspicious=[_suspicion(each) for each in found.suspicions],
        unasked=found.unasked,
    )


def _suspicion(found: Suspicion) -> SuspicionModel:
    subject = found.subject
    return SuspicionModel(
        namespace=subject.namespace,
        claim=subject.claim,
        recovery_point=subject.point_id,
        taken=to_second(subject.taken),
        reason=found.reason,
        keeps=found.good,
    )


def check_model(shown: ShownCheck) -> CheckModel:
    """How a point stands as a response body."""
    check = shown.check
    return CheckModel(
        state=shown.state,
        words=shown.words,
        checked_at=to_second(check.at) if check else None,
        reasons=list(check.reasons) if check else [],
        accepted_by=check.accepted_by if check else "",
        because=check.because if check else "",
    )


def shown_check_model(shown: ShownCheck) -> ShownCheckModel:
    """How a point stands, with what was looked at, as a response body."""
    check = shown.check
    return ShownCheckModel(
        **check_model(shown).model_dump(),
        compared_with=check.base if check else "",
        looked_at=list(looked_at(check)) if check else [],
        look=_look(check.look) if check and check.look else None,
    )


def _look(look: Look) -> LookModel:
    return LookModel(
        contents=look.contents,
        uuid=look.uuid,
        size_bytes=look.size,
        used_bytes=look.used,
        names=list(look.names),
        transactions=look.transactions,
        log_trouble=look.log_trouble,
        errors=look.errors,
        expected=dict(look.expected),
        written_bytes=look.written or None,
        changed_bytes=look.changed,
    )
