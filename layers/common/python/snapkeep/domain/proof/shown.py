"""What people are shown about the check of a point, also where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from snapkeep.domain.points import PointState
from snapkeep.domain.proof.checks import Check, Verdict
from snapkeep.domain.proof.rules import RECENT


class CheckState(StrEnum):
    """How a point stands; from `copy` on, nobody has looked into it."""

    CHECKED = "checked"
    SUSPICIOUS = "suspicious"
    ACCEPTED = "accepted"
    NOT_LOOKED_AT = "not-looked-at"
    COPY = "copy"
    ARCHIVED = "archived"
    NOT_READY = "not-ready"
    WAITING = "waiting"
    TOO_OLD = "too-old"
    OFF = "off"


WITHOUT_CHECK = {
    CheckState.COPY: "a copy that was not looked into",
    CheckState.ARCHIVED: "not looked at: in the archive tier",
    CheckState.NOT_READY: "not ready",
    CheckState.WAITING: "not checked yet",
    CheckState.TOO_OLD: f"never checked: it is older than {RECENT.days} days",
    CheckState.OFF: "checks are off",
}
"""What is said of points without a check."""


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """How a point stands, and its check if there is one and the journal still has it."""

    state: CheckState
    check: Check | None = None

    @property
    def words(self) -> str:
        """The state for people, with the first reason. It never says that a point can be restored."""
        check = self.check
        name = self.state.value.replace("-", " ")
        if check is None:
            return WITHOUT_CHECK.get(self.state, name)
        if self.state is CheckState.ACCEPTED:
            return f"accepted by {check.accepted_by}: {check.because}"
        return f"{name}: {check.reasons[0]}" if check.reasons else name


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who said that a suspicious point is as it should be, and why."""

    by: str
    because: str


@dataclass(frozen=True, slots=True)
class Checkable:
    """What decides about a point without a check. `slot` is aware UTC, None if its tags do not say."""

    state: PointState
    slot: datetime | None
    archived: bool = False
    is_copy: bool = False


def shown_check(point: Checkable, check: Check | None, on: bool, now: datetime) -> ShownCheck:
    """What to show of a point; `on` says whether the deployment checks points.

    A check outlives the setting and the move to the archive tier, because a snapshot never changes.
    """
    if check is not None:
        return ShownCheck(_state_of(check), check)
    return ShownCheck(_without_check(point, on, now))


def _state_of(check: Check) -> CheckState:
    return CheckState.ACCEPTED if check.accepted_by else CheckState(Verdict(check.verdict).value)


def _without_check(point: Checkable, on: bool, now: datetime) -> CheckState:
    if point.is_copy and point.state is PointState.READY:
        return CheckState.COPY
    if not on:
        return CheckState.OFF
    if point.state is not PointState.READY:
        return CheckState.NOT_READY
    if point.archived:
        return CheckState.ARCHIVED
    is_recent = point.slot is None or point.slot >= now - RECENT
    return CheckState.WAITING if is_recent else CheckState.TOO_OLD
