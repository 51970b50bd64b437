"""Publishing: events, metrics, and notifications of troubles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.backup.runs import Run
    from snapkeep.domain.copies.records import CopyRecord
    from snapkeep.domain.interruption.records import IncidentRecord
    from snapkeep.domain.messages import Change, FilesRead, ObjectsRead
    from snapkeep.domain.metrics import Metric
    from snapkeep.domain.points import Point
    from snapkeep.domain.proof.progress import Progress
    from snapkeep.domain.retention.deletion.brake_refusals import Refusal
    from snapkeep.domain.retention.deletion.orphans import Orphan
    from snapkeep.domain.troubles import Topic, Trouble


class TroubleNews(Protocol):
    """Notifies people of lasting troubles."""

    def trouble(self, topic: Topic, due: Sequence[Trouble], total: int) -> int:
        """Publish one event about troubles that are new or due for a reminder, out of `total`.

        Returns how many of them it names, starting with the first: at least one.
        """


class WorkNews(Protocol):
    """Counts the work that functions give up on."""

    def parts_given_up(self, function: str, count: int) -> None:
        """Count the parts of its work that one pass of a scheduled function gave up; 0 is a sign of life."""


class GivenUpNews(TroubleNews, WorkNews, Protocol):
    """Counts the work that a function gives up on, and notifies people if that lasts."""


class CheckNews(GivenUpNews, Protocol):
    """Measures how far checks have come."""

    def points_checked(self, cluster: str, progress: Progress) -> None:
        """Measure how many points of a cluster were checked, how long the oldest one has waited, and how many
        are suspicious."""


class BackupNews(GivenUpNews, Protocol):
    """Publishes what became of runs, slots and points."""

    def run_closed(
        self, run: Run, failures: Sequence[Point], skews: Mapping[str, float], late: Sequence[Point] = ()
    ) -> None:
        """Publish that a run ended, with its failures and the reasons, and the `late` points, which are
        overdue but pending.

        `skews` holds, per group, the seconds between its first and its last snapshot (0 when one
        call took them all).
        """

    def late_points_ended(self, run: Run, ended: int) -> None:
        """Publish how many late points of a closed run became ready or failed; `run` has the new totals."""

    def slot_missed(self, cluster: str, policy: str, slot: datetime, reason: str) -> None:
        """Publish that a slot will no longer be run."""

    def slot_refused(self, cluster: str, policy: str, slot: datetime, reason: str) -> None:
        """Publish that somebody requested a slot that is not due in the policy's schedule."""

    def freshness(self, cluster: str, policy: str, age: timedelta, late: Sequence[str]) -> None:
        """Measure the age of the newest run with a ready point, and count the late claims."""

    def not_locked(self, point: Point, reason: str) -> None:
        """Publish that a point is ready without the lock its policy asks for."""


class RetentionNews(GivenUpNews, Protocol):
    """Publishes what prune refused, and what stays without a claim, a policy or a cluster."""

    def orphans_found(
        self, cluster: str, counts: Mapping[str, int], dollars_a_month: float, some: Sequence[Orphan]
    ) -> None:
        """Publish what a sweep found (`cluster` "" for snapshots of no configured cluster), and its maximum
        cost."""

    def cluster_gone(self, cluster: str, reason: str) -> None:
        """Publish that EKS no longer has a cluster: its backups stay, and retention is frozen."""

    def policy_orphaned(self, cluster: str, policy: str, points: int) -> None:
        """Publish that a policy which the config no longer names still has points, which stay."""

    def prune_braked(self, refusal: Refusal) -> None:
        """Publish the deletions that the brake refused, and the token that confirms them."""


class CopyNews(GivenUpNews, Protocol):
    """Publishes what became of copies."""

    def copy_ready(self, record: CopyRecord) -> None:
        """Publish that a copy is complete, and whether it is locked as its rule asks."""

    def copy_failed(self, record: CopyRecord) -> None:
        """Count a failed attempt to copy."""

    def copy_age(self, cluster: str, policy: str, place: str, age: timedelta) -> None:
        """Measure how old the data of the newest copy in a place is, for the claim that is worst off."""

    def copies_late(self, cluster: str, place: str, claims: int) -> None:
        """Count the claims whose copies in a place are late; 0 is a sign of life."""


class ChangeNews(Protocol):
    """Publishes what people change, and which files and saved objects they read."""

    def changed(self, change: Change) -> None:
        """Publish a change made through the API."""

    def files_read(self, files: FilesRead) -> None:
        """Publish that somebody asks to see files of recovery points."""

    def objects_read(self, objects: ObjectsRead) -> None:
        """Publish that somebody asks for links to saved objects."""


class InterruptionNews(GivenUpNews, Protocol):
    """Publishes incidents."""

    def interruption(
        self, record: IncidentRecord, step: str, reason: str, figures: Mapping[Metric, float]
    ) -> None:
        """Publish a step of an incident and its figures as metrics."""

    def unknown_notice(self, source: str, kind: str) -> None:
        """Count an event of an unknown kind."""
