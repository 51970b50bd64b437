"""Telling the world: events, metrics, and what rings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.backup.runs import Run
    from snapkeep.domain.changes import Change
    from snapkeep.domain.interruption.records import IncidentRecord
    from snapkeep.domain.points import Point
    from snapkeep.domain.retention.deletion.brake_refusals import Refusal
    from snapkeep.domain.retention.deletion.orphans import Orphan
    from snapkeep.domain.troubles import Topic, Trouble


class TroubleNews(Protocol):
    """Tells people of troubles that last."""

    def trouble(self, topic: Topic, due: Sequence[Trouble], total: int) -> int:
        """Publish one event about troubles that are new or to be reminded of, out of so many in all.

        Returns how many of them it names, from the first on: at least one.
        """


class WorkNews(Protocol):
    """Counts what functions give up."""

    def parts_given_up(self, function: str, count: int) -> None:
        """Count how many parts of its work a pass of a scheduled function gave up; 0 is a sign of life."""


class GivenUpNews(TroubleNews, WorkNews, Protocol):
    """Counts what a function gives up, and tells people once it lasts."""


class Announcer(GivenUpNews, Protocol):
    """Tells the world what happened: events and metrics."""

    def run_closed(
        self, run: Run, failures: Sequence[Point], skews: Mapping[str, float], late: Sequence[Point] = ()
    ) -> None:
        """Publish that a run ended, with what failed and why, and what is `late`: pending past its time.

        `skews` holds, per group, the seconds between its first and its last snapshot (0 when one
        call took them all).
        """

    def late_points_ended(self, run: Run, ended: int) -> None:
        """Publish that so many late points of a closed run became ready or failed; `run` counts them."""

    def slot_missed(self, cluster: str, policy: str, slot: datetime, reason: str) -> None:
        """Publish that a slot will not be run any more."""

    def slot_refused(self, cluster: str, policy: str, slot: datetime, reason: str) -> None:
        """Publish that somebody asked for a slot that the policy's schedule does not have now."""

    def freshness(self, cluster: str, policy: str, age: timedelta, late: Sequence[str]) -> None:
        """Count how old the newest run with a ready point is, and which claims are late."""

    def not_locked(self, point: Point, reason: str) -> None:
        """Publish that a point is ready without the lock its policy asks for."""

    def orphans_found(
        self, cluster: str, counts: Mapping[str, int], dollars_a_month: float, some: Sequence[Orphan]
    ) -> None:
        """Publish what a sweep found (`cluster` "" for what belongs to none), and what it costs at most."""

    def cluster_gone(self, cluster: str, reason: str) -> None:
        """Publish that EKS has a cluster no more: its backups stay, retention is frozen."""

    def policy_orphaned(self, cluster: str, policy: str, points: int) -> None:
        """Publish that points are left of a policy that the config does not name any more: they stay."""

    def changed(self, change: Change) -> None:
        """Publish what somebody changed through the API."""

    def prune_braked(self, refusal: Refusal) -> None:
        """Publish what the brake refused to delete, and the token that confirms it."""


class InterruptionNews(GivenUpNews, Protocol):
    """Tells the world of incidents."""

    def interruption(
        self, record: IncidentRecord, step: str, reason: str, figures: Mapping[str, float]
    ) -> None:
        """Publish a step of an incident and its figures as metrics."""

    def unknown_notice(self, source: str, kind: str) -> None:
        """Count an event of a kind that we do not know."""
