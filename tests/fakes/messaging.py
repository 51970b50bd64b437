"""In-memory queue, pacer, announcer and starter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain.backup import pacing
from snapkeep.domain.backup.jobs import Job, job_from_json
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.messages import Change, FilesRead, ObjectsRead
from snapkeep.domain.points import Point
from snapkeep.domain.policies import Pace
from snapkeep.domain.proof.progress import Progress
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.domain.retention.deletion.orphans import Orphan
from tests.fakes.faults import Faults
from tests.fakes.troubles import FakeTroubleNews


class FakeQueue(Faults):
    """Jobs as they travel: through JSON, in sending order."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[Job, timedelta]] = []

    @property
    def jobs(self) -> list[Job]:
        """The jobs sent but not yet received."""
        return [job for job, _ in self.sent]

    def send(self, jobs: Iterable[Job], delay: timedelta = timedelta()) -> None:
        self._before("send")
        delay = min(delay, timedelta(minutes=15))
        self.sent.extend((job_from_json(job.to_json()), delay) for job in jobs)
        self._after("send")

    def receive(self) -> list[Job]:
        """Take all jobs off the queue, whatever their delay."""
        jobs, self.sent = self.jobs, []
        return jobs


class FakePacer(Faults):
    """One in-memory bucket; the default pace never makes anybody wait."""

    def __init__(self, pace: Pace | None = None) -> None:
        super().__init__()
        self.pace = pace or Pace(per_second=1000.0, burst=100_000, pending=100_000)
        self.bucket: pacing.Bucket | None = None

    def take(self, wanted: int, now: datetime, *, whole: bool = False) -> int:
        self._before("take")
        self.bucket, granted = pacing.grant(self._bucket(now), self.pace, wanted, now, whole=whole)
        return granted

    def wait(self, wanted: int, now: datetime) -> timedelta:
        self._before("wait")
        return pacing.wait(self._bucket(now), self.pace, wanted, now)

    def line_up(self, wanted: int, now: datetime) -> timedelta:
        self._before("line_up")
        self.bucket, delay = pacing.line_up(self._bucket(now), self.pace, wanted, now)
        return delay

    def finished(self, count: int) -> None:
        self._before("finished")
        if self.bucket:
            self.bucket = pacing.finished(self.bucket, count)

    def correct(self, pending: int) -> None:
        self._before("correct")
        if self.bucket:
            self.bucket = replace(self.bucket, pending=pending)

    def _bucket(self, now: datetime) -> pacing.Bucket:
        return self.bucket or pacing.full(self.pace, now)


@dataclass(frozen=True)
class ToldSlot:
    """The arguments of one `slot_missed` or `slot_refused` call."""

    cluster: str
    policy: str
    slot: datetime
    reason: str


class FakeAnnouncer(FakeTroubleNews):
    """Records announcements."""

    def __init__(self) -> None:
        super().__init__()
        self.closed: list[tuple[Run, tuple[Point, ...]]] = []
        self.late: dict[str, tuple[Point, ...]] = {}
        self.late_ended: list[tuple[Run, int]] = []
        self.skews: dict[str, float] = {}
        self.missed: list[ToldSlot] = []
        self.refused: list[ToldSlot] = []
        self.ages: dict[tuple[str, str], timedelta] = {}
        self.late_claims: dict[tuple[str, str], tuple[str, ...]] = {}
        self.unlocked: list[tuple[str, str]] = []
        self.orphans: list[tuple[str, dict[str, int], float]] = []
        self.gone: list[tuple[str, str]] = []
        self.orphaned: list[tuple[str, str, int]] = []
        self.braked: list[Refusal] = []
        self.changes: list[Change] = []
        self.files: list[FilesRead] = []
        self.objects: list[ObjectsRead] = []
        self.progress: dict[str, Progress] = {}

    def points_checked(self, cluster: str, progress: Progress) -> None:
        self._before("points_checked")
        self.progress[cluster] = progress

    def run_closed(
        self, run: Run, failures: Sequence[Point], skews: Mapping[str, float], late: Sequence[Point] = ()
    ) -> None:
        self._before("run_closed")
        self.closed.append((run, tuple(failures)))
        self.late[run.id] = tuple(late)
        self.skews.update(skews)
        self._after("run_closed")

    def late_points_ended(self, run: Run, ended: int) -> None:
        self._before("late_points_ended")
        self.late_ended.append((run, ended))

    def slot_missed(self, cluster: str, policy: str, slot: datetime, reason: str) -> None:
        self._before("slot_missed")
        self.missed.append(ToldSlot(cluster, policy, slot, reason))
        self._after("slot_missed")

    def slot_refused(self, cluster: str, policy: str, slot: datetime, reason: str) -> None:
        self._before("slot_refused")
        self.refused.append(ToldSlot(cluster, policy, slot, reason))
        self._after("slot_refused")

    def freshness(self, cluster: str, policy: str, age: timedelta, late: Sequence[str]) -> None:
        self._before("freshness")
        self.ages[cluster, policy] = age
        self.late_claims[cluster, policy] = tuple(late)

    def not_locked(self, point: Point, reason: str) -> None:
        self._before("not_locked")
        self.unlocked.append((point.id, reason))

    def orphans_found(
        self, cluster: str, counts: Mapping[str, int], dollars_a_month: float, some: Sequence[Orphan]
    ) -> None:
        self._before("orphans_found")
        self.orphans.append((cluster, dict(counts), dollars_a_month))

    def cluster_gone(self, cluster: str, reason: str) -> None:
        self._before("cluster_gone")
        self.gone.append((cluster, reason))
        self._after("cluster_gone")

    def policy_orphaned(self, cluster: str, policy: str, points: int) -> None:
        self._before("policy_orphaned")
        self.orphaned.append((cluster, policy, points))
        self._after("policy_orphaned")

    def changed(self, change: Change) -> None:
        self._before("changed")
        self.changes.append(change)

    def files_read(self, files: FilesRead) -> None:
        self._before("files_read")
        self.files.append(files)

    def objects_read(self, objects: ObjectsRead) -> None:
        self._before("objects_read")
        self.objects.append(objects)

    def prune_braked(self, refusal: Refusal) -> None:
        self._before("prune_braked")
        self.braked.append(refusal)


class FakeObjectsSaver(Faults):
    """Records the clusters whose objects are to be saved."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def save_objects(self, cluster: str) -> None:
        self._before("save_objects")
        self.asked.append(cluster)
        self._after("save_objects")


class FakeStarter(Faults):
    """Records requested runs, as (cluster, policy, slot)."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[tuple[str, str, datetime]] = []

    def start_run(self, cluster: str, policy: str, slot: datetime) -> None:
        self._before("start_run")
        self.started.append((cluster, policy, slot))
        self._after("start_run")
