"""What the use cases need of the world, in our words.

Every method raises `TemporaryError` when a later attempt may succeed and `PermanentError` when
it cannot; nothing of boto3 or the Kubernetes client passes through.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.backup.jobs import Job
    from snapkeep.domain.backup.runs import Run, RunState
    from snapkeep.domain.backup.slot_record import SlotRecord
    from snapkeep.domain.changes import Change
    from snapkeep.domain.claims import Claim, ScratchVolume
    from snapkeep.domain.interruption.instances import Instance
    from snapkeep.domain.interruption.nodes import Attachment, Node, NodeChange, NodeEvent, Pod
    from snapkeep.domain.interruption.notices import Hook
    from snapkeep.domain.interruption.records import IncidentRecord
    from snapkeep.domain.points import Point, PointState, Snapshot, SnapshotState
    from snapkeep.domain.policies import Lock, Schedule
    from snapkeep.domain.report.catalogue import Entry
    from snapkeep.domain.report.link import ReportLink
    from snapkeep.domain.restore.holds import Hold
    from snapkeep.domain.restore.operations import RestoreOperation
    from snapkeep.domain.restore.progress import RestoredClaim
    from snapkeep.domain.restore.targets import TargetFacts
    from snapkeep.domain.retention.candidates import Protection
    from snapkeep.domain.retention.deletion.absences import Absence
    from snapkeep.domain.retention.deletion.brake_refusals import Refusal
    from snapkeep.domain.retention.deletion.deletions import (
        Announced,
        Deletion,
        DeletionStep,
        LastPrune,
        Leftover,
        PruneLease,
        SnapshotContent,
        Withdrawn,
    )
    from snapkeep.domain.retention.deletion.orphans import ListedContent, ListedSnapshot, Orphan
    from snapkeep.domain.retention.history import RetentionVersion
    from snapkeep.domain.retention.prune_plans import PrunePlan
    from snapkeep.domain.troubles import Topic, Trouble

Clock = Callable[[], datetime]
"""Gives the present, aware UTC."""

Nonce = Callable[[], str]
"""Gives another text each time that nobody can guess: 16 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class SnapshotSupport:
    """Whether a cluster can take VolumeSnapshots of ours now, and if not, why.

    `installed` is False where nobody installed what every VolumeSnapshot needs.
    """

    available: bool
    reason: str = ""
    installed: bool = True


@dataclass(frozen=True, slots=True)
class VolumeSnapshot:
    """What a VolumeSnapshot's status says. `snapshot_id` is empty until the content is bound and handled.

    `restore_size_bytes` is the larger of its restoreSize and its content's, 0 when neither says; `driver`
    is its content's, "" without one.
    """

    name: str
    namespace: str
    bound: bool
    ready: bool
    snapshot_id: str = ""
    error: str = ""
    restore_size_bytes: int = 0
    driver: str = ""


class Cluster(Protocol):
    """One Kubernetes cluster."""

    def claims(self) -> Iterator[Claim]:
        """All claims with their volumes, listed in pages."""

    def claim_uids(self) -> Iterator[str]:
        """The UIDs of all claims, listed in pages: what is missing of a complete listing is gone."""

    def scratch_volumes(self) -> Iterator[ScratchVolume]:
        """All emptyDir and hostPath volumes of running pods, listed in pages."""

    def snapshot_support(self, driver: str) -> SnapshotSupport:
        """Whether the snapshot CRDs and our VolumeSnapshotClass for the driver of that name are there."""

    def create_volume_snapshot(self, point: Point) -> str:
        """Create the VolumeSnapshot of the point; returns its UID.

        One that exists is success when it carries the point's nonce and run and is of its claim and class;
        another one raises NameTaken.
        """

    def volume_snapshot(self, namespace: str, name: str) -> VolumeSnapshot | None:
        """The VolumeSnapshot's status, or None when there is none of that name."""

    def delete_volume_snapshot(self, namespace: str, name: str, uid: str = "") -> None:
        """Delete a VolumeSnapshot; one that is gone already, or has another UID now, is success.

        Raises PermanentError when its content would take the EBS snapshot along, and TemporaryError when the
        content cannot be read.
        """

    def withdraw_volume_snapshot(self, point: Point, useless: str = "") -> Withdrawn:
        """Ask for the deletion of the point's own VolumeSnapshot and its content, and tell what is left.

        Where the content names another snapshot than the `useless` one nothing is deleted. Raises
        PermanentError for a content that would take its snapshot along, or when the cluster refuses.
        """

    def volume_snapshot_left(self, namespace: str, name: str) -> Leftover | None:
        """What is left of a VolumeSnapshot whose deletion was asked for; None once it is gone."""

    def listed_contents(self) -> Iterator[ListedContent]:
        """All VolumeSnapshotContents with what tells whose they are, listed in pages."""

    def listed_snapshots(self) -> Iterator[ListedSnapshot]:
        """All VolumeSnapshots of ours, listed in pages."""

    def snapshot_contents(self) -> Iterator[SnapshotContent]:
        """All VolumeSnapshotContents that name a snapshot, listed in pages."""

    def delete_snapshot_content(self, name: str, uid: str = "") -> None:
        """Delete a VolumeSnapshotContent; one that is gone already, or has another UID now, is success.

        Raises PermanentError when it would take the EBS snapshot along.
        """

    def snapshot_content_left(self, name: str) -> Leftover | None:
        """What is left of a VolumeSnapshotContent whose deletion was asked for; None once it is gone."""

    def restore_target(self, namespace: str, claim: str, region: str) -> TargetFacts:
        """What the cluster says of the place a claim is to be restored to; `region` is passed on."""

    def import_snapshot(self, restore: RestoreOperation) -> None:
        """Create the content (Retain) and VolumeSnapshot that bring an EBS snapshot into a namespace.

        Those that name this restore are success; others of the name raise NameTaken.
        """

    def create_restored_claim(self, restore: RestoreOperation) -> None:
        """Create the claim of a restore; one that names it is success, another one raises NameTaken."""

    def restored_claim(self, restore: RestoreOperation) -> RestoredClaim | None:
        """The claim under the restore's target name as it is now, whoever made it; None without one."""

    def remove_imported_snapshot(self, restore: RestoreOperation) -> None:
        """Delete what `import_snapshot` made, if it names this restore; what is gone is success.

        Raises PermanentError when a content would take the EBS snapshot along.
        """

    def remove_restored_claim(self, restore: RestoreOperation) -> None:
        """Delete the claim of a restore if it names it and no volume was made for it yet."""


class Clusters(Protocol):
    """The clusters of the deployment."""

    def open(self, name: str) -> Cluster:
        """The cluster of that name; raises ClusterUnreachable when it cannot be described."""


class Snapshots(Protocol):
    """EBS snapshots and the volumes they are cut from, in one account and Region."""

    def create(self, volume_id: str, tags: Mapping[str, str], description: str) -> Snapshot:
        """CreateSnapshot of one volume, tagged in the same call.

        Raises Throttled when EC2 certainly created nothing, and another TemporaryError when the
        answer was lost and a snapshot may exist.
        """

    def create_group(
        self, instance_id: str, exclude: Sequence[str], tags: Mapping[str, str], description: str
    ) -> tuple[Snapshot, ...]:
        """CreateSnapshots of an instance's data volumes but `exclude`; raises GroupRefused."""

    def find(
        self,
        tags: Mapping[str, str],
        volume_ids: Sequence[str] = (),
        state: SnapshotState | None = None,
    ) -> Iterator[Snapshot]:
        """Our snapshots with all these tags (of these volumes, in this state), read page by page.

        EC2 lags: a snapshot created minutes ago may be missing.
        """

    def get(self, snapshot_id: str) -> Snapshot | None:
        """The snapshot of that id, or None when EC2 knows none (yet)."""

    def get_many(self, snapshot_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """Our snapshots of these ids, by id; those that EC2 does not know (yet) are absent."""

    def add_tags(self, snapshot_id: str, tags: Mapping[str, str]) -> None:
        """Add tags of ours to a snapshot of ours."""

    def remove_tags(self, snapshot_id: str, tags: Mapping[str, str]) -> None:
        """Take these tags off a snapshot where they have these values; what has none of them is success."""

    def delete(self, snapshot_id: str) -> None:
        """Delete a snapshot; one that is gone already is success."""

    def lock(self, snapshot_id: str, lock: Lock) -> None:
        """Lock a snapshot from now on; one that is locked already stays as it is.

        Raises PermanentError when EC2 will not, and TemporaryError when it knows no such snapshot (yet).
        """

    def in_bin(self, snapshot_id: str) -> bool:
        """True when the snapshot was deleted and lies in the Recycle Bin."""

    def protections(self, snapshot_ids: Sequence[str]) -> Mapping[str, tuple[Protection, ...]]:
        """The EC2 locks on these snapshots and the AMIs made of them; free ones are absent."""

    def attachments(self, volume_ids: Sequence[str]) -> Mapping[str, str]:
        """Volume id to the instance id it is attached to ("" when to none); missing volumes are absent."""

    def made_from(self, volume_id: str) -> str | None:
        """The snapshot (its id) that a volume was made from, "" for none; None when EC2 shows no volume."""

    def data_volumes(self, instance_id: str) -> tuple[str, ...]:
        """The ids of an instance's volumes other than its boot volume."""


class Keys(Protocol):
    """The keys that encrypt snapshots."""

    def trouble(self, key: str) -> str:
        """Why nothing encrypted with this key can be read; "" when it can or nobody can tell."""


class Queue(Protocol):
    """The queue of jobs for take_snapshots."""

    def send(self, jobs: Iterable[Job], delay: timedelta = timedelta()) -> None:
        """Send jobs, in batches, to be seen after `delay` (at most 15 minutes)."""


class Pacer(Protocol):
    """Permission to create snapshots, shared by everything that creates them in an account and Region."""

    def take(self, wanted: int, now: datetime) -> int:
        """How many of the wanted creates may go now (0 … wanted)."""

    def wait(self, wanted: int, now: datetime) -> timedelta:
        """How long until the next creates may go."""

    def line_up(self, wanted: int, now: datetime) -> timedelta:
        """How long until the wanted creates may go when everybody who waits comes back in turn."""

    def finished(self, count: int) -> None:
        """Tell that pending snapshots finished."""

    def correct(self, pending: int) -> None:
        """Set the number of pending snapshots to what EC2 says."""


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


class TroubleJournal(Protocol):
    """What people were told of."""

    def troubles(self, topic: Topic) -> Mapping[str, Trouble]:
        """The troubles of a topic, by subject."""

    def write_troubles(self, topic: Topic, troubles: Mapping[str, Trouble], now: datetime) -> None:
        """Replace what is known of a topic's troubles."""


class GivenUpJournal(TroubleJournal, Protocol):
    """What a function needs to tell of what it gives up."""

    def unreadable(self) -> Sequence[str]:
        """The names of records that were passed over since this was asked last, each once."""


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


class Calendar(Protocol):
    """Reads schedules."""

    def due(
        self, schedule: Schedule, after: datetime, until: datetime, anchor: datetime
    ) -> Iterator[datetime]:
        """The slots (aware UTC) after `after` and up to `until` that should have been run.

        Unlike Scheduler it counts a local time that a DST gap skips, at the instant the gap ends
        for it: nobody wants to lose a daily backup once a year. `rate(...)` counts from `anchor`.
        An expression that cannot be evaluated here (`L`, `W`, `#`) gives nothing.
        """


class ReportPages(Protocol):
    """Where the pages of reports are kept."""

    def write(self, cluster: str, page: str) -> None:
        """Keep a page as the newest of its cluster."""

    def link(self, cluster: str, lasts: timedelta) -> ReportLink | None:
        """A link to the newest page of a cluster, good for so long; None when there is none."""


class Starter(Protocol):
    """Starts runs out of turn."""

    def start_run(self, cluster: str, policy: str, slot: datetime) -> None:
        """Ask plan_backup, without waiting, to run a slot."""


class Pruner(Protocol):
    """Asks for prunes."""

    def rehearse(self, cluster: str) -> PrunePlan:
        """What prune would do in a cluster now. Raises TookTooLong."""

    def prune(self, cluster: str, token: str) -> None:
        """Ask, without waiting, for exactly the plan of that token."""


@dataclass(frozen=True, slots=True)
class Left:
    """A claim or scratch volume that a run did not take, as journaled for reports."""

    subject: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Creation:
    """What a create call gave for one point.

    `snapshot_id` is empty for a VolumeSnapshot whose EBS snapshot is not known yet; `driver_mark` is then by
    which tag it will be known, if it comes without tags of ours. `note`, when given, becomes the point's
    `method_reason`.
    """

    point_id: str
    snapshot_id: str
    started_at: datetime | None = None
    size_bytes: int = 0
    note: str = ""
    driver_mark: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a point ended."""

    state: PointState
    at: datetime
    reason: str = ""
    snapshot_id: str = ""
    size_bytes: int = 0


class Journal(GivenUpJournal, Protocol):
    """The record of runs and points. Losing it loses no backup.

    What gives one record raises UnreadableRecord when this version cannot read it, and so does every write
    over one. Iterators, and `points`, pass over such records.
    """

    def open_run(self, run: Run, owner: str, until: datetime, now: datetime) -> Run | None:
        """Write the run if it is new and take its planning lease.

        Returns the run as it stands, or None when somebody else holds the lease. A run that is
        past planning is returned as it is, without a lease.
        """

    def accept_run(self, run: Run, request_id: str) -> Run | None:
        """Write a run that somebody asked for; the request's own one when it has one already.

        Returns None, and nothing is written, when another request has a run of this id.
        """

    def requested_run(self, request_id: str) -> Run | None:
        """The run that a request was accepted as."""

    def add_points(self, points: Sequence[Point]) -> None:
        """Write points that are not there yet; those that are stay untouched."""

    def add_left(self, run_id: str, left: Sequence[Left]) -> None:
        """Write what a run did not take and why, replacing what an earlier attempt wrote."""

    def left(self, run_id: str) -> Sequence[Left]:
        """What a run did not take."""

    def start_run(self, run: Run) -> None:
        """Mark a planned run `running` with its total, degraded, left, ends_untold; its jobs have been sent.

        The counts of ready and failed points belong to `finish` and stay untouched.
        """

    def run(self, run_id: str) -> Run | None:
        """The run of that id."""

    def known_runs(self, run_ids: Collection[str]) -> Collection[str]:
        """Those of the ids that the journal has a run of, as it is now; closed ones stay for 90 days."""

    def open_runs(self) -> Iterator[Run]:
        """Runs that are not closed or not announced yet, or have late points."""

    def runs_of(self, cluster: str, policy: str, since: datetime) -> Iterator[Run]:
        """Runs of a policy in a cluster whose slot is at or after `since`."""

    def points(self, run_id: str, ids: Sequence[str]) -> Sequence[Point]:
        """These points of a run, in the order asked; unknown ids are left out."""

    def points_of(self, run_id: str) -> Iterator[Point]:
        """All points of a run."""

    def page_of_points(self, run_id: str, limit: int, after: str = "") -> Sequence[Point]:
        """At most `limit` points of a run in the order of their ids, those after an id."""

    def find_point(self, point_id: str) -> Point | None:
        """A point by its id alone (a lagging index: a point of the last seconds may be missing)."""

    def point_marked(self, mark: str) -> Point | None:
        """The point whose snapshot a driver marks so, without tags of ours; None when no point of ours is."""

    def lease(self, point: Point, owner: str, until: datetime, now: datetime) -> Point | None:
        """Take the lease of a lead point; returns it as it stands, None when somebody else holds it."""

    def write_intent(self, point: Point, owner: str, now: datetime, nonce: str = "") -> Point:
        """Journal that a create is about to be called. Raises TemporaryError when the lease was lost.

        `nonce` becomes the point's, unless it has one: what was made by it must be found again.
        """

    def withdraw_intent(self, point: Point, owner: str) -> Point:
        """Journal that the create was certainly refused: the point is planned again."""

    def write_empty_read(self, point: Point, owner: str, now: datetime) -> Point:
        """Journal that a look for the created snapshot found nothing."""

    def write_created(self, run_id: str, creations: Sequence[Creation]) -> None:
        """Journal the snapshots of points, all or none: they are pending from now on.

        A point that has a snapshot id already, or is final, stays as it is. A pending point without
        one (its VolumeSnapshot was created) takes the id.
        """

    def write_end(self, point: Point, now: datetime) -> bool:
        """Journal that EC2 told of the end of a point's snapshot, which its describes do not show yet.

        True the first time; False when it was told before, or the point is final.
        """

    def replace_snapshot(self, point: Point, by: Snapshot) -> None:
        """Let a ready point have another snapshot than the one that `point` names.

        Nothing changes when it has that one already. Raises TemporaryError when it is not ready, or has a
        third one by now.
        """

    def replan(self, point: Point, reason: str) -> None:
        """Turn an unfinished csi point into a planned ebs point, with the reason."""

    def release(self, point: Point, owner: str) -> None:
        """Give the lease of a lead point back."""

    def finish(self, point: Point, outcome: Outcome) -> bool:
        """Move a point to ready or failed and count it in its run, at once.

        Returns False, and nothing changes, when the point was final already or has another snapshot
        than the outcome's: the first id wins.
        """

    def revive(self, point: Point, creation: Creation) -> bool:
        """Give a failed point without a snapshot this one: it is pending again, and no failure of its run.

        A run that is closed already counts it as late and is open again. False, and nothing changes, when
        the point is not failed or has a snapshot.
        """

    def write_withdrawn(self, point: Point) -> None:
        """Journal that the point's VolumeSnapshot is gone with nothing cut for it."""

    def close_run(self, run_id: str, state: RunState, now: datetime) -> bool:
        """Close a settled run; False when somebody else closed it already."""

    def mark_announced(self, run_id: str) -> None:
        """Journal that the closing of a run was published."""

    def write_late(self, run_id: str, late: int) -> None:
        """Journal how many points of a run are pending past their time; one with any stays open."""

    def first_seen(self, cluster: str, policy: str, now: datetime) -> datetime:
        """When a policy was first seen by reconcile (now, on the first call): no slot before is missed."""

    def slot_record(self, cluster: str, policy: str) -> SlotRecord:
        """What is remembered of a policy's slots; an empty record when nothing is."""

    def write_slot_record(self, record: SlotRecord) -> bool:
        """Write a record over the version that it was made from; False when that was written over before."""

    def intend_deletions(self, deletions: Sequence[Deletion]) -> Sequence[str]:
        """Journal deletions before anything is done; those under way already stay as they are.

        Returns the snapshots whose deletion is known and cannot be read: they must be left alone.
        """

    def open_deletions(self, cluster: str) -> Iterator[Deletion]:
        """Deletions of a cluster that are not ended (a lagging index)."""

    def move_deletion(self, snapshot_id: str, step: DeletionStep) -> None:
        """Journal that a step of an open deletion was taken."""

    def end_deletion(self, snapshot_id: str, outcome: str, now: datetime) -> None:
        """Journal how a deletion ended, in words; it is not open any more."""

    def knows_deletion(self, snapshot_id: str) -> bool:
        """True when a deletion of that snapshot was intended, whatever became of it."""

    def write_absences(self, absences: Sequence[Absence]) -> None:
        """Write absences over what was known of these snapshots."""

    def absences(self, snapshot_ids: Sequence[str]) -> Mapping[str, Absence]:
        """The absences of these snapshots, by id; those that were never away are absent."""

    def last_prune(self, cluster: str) -> LastPrune | None:
        """The last prune of a cluster whose plan was let through."""

    def write_last_prune(self, prune: LastPrune) -> None:
        """Journal that the plan of a prune was let through."""

    def last_sweep(self, cluster: str) -> datetime | None:
        """When a sweep of a cluster came to its end last; None while nobody journaled any."""

    def write_last_sweep(self, cluster: str, at: datetime) -> None:
        """Journal that a sweep of a cluster came to its end."""

    def refusals(self, cluster: str) -> Sequence[Refusal]:
        """The open refusals of the brake in a cluster, oldest first."""

    def write_refusal(self, refusal: Refusal) -> None:
        """Journal a refusal; it replaces the one of its token. A crash may leave names that it lost."""

    def remove_refusal(self, cluster: str, token: str) -> None:
        """Forget a refusal; one that is gone already is no error."""

    def lease_prune(self, lease: PruneLease, now: datetime) -> PruneLease:
        """Take the lease of a cluster's prune unless another owner's has not ended; the one that holds."""

    def release_prune(self, cluster: str, owner: str) -> None:
        """Give the lease of a cluster's prune back; somebody else's stays."""

    def announced(self, cluster: str) -> Announced:
        """What the world was told of a cluster last; nothing yet is an empty one."""

    def record_announced(self, told: Announced) -> None:
        """Journal what the world was told of a cluster."""

    def gone_claims(self, cluster: str) -> Mapping[str, datetime]:
        """The claims (UIDs) of a cluster that prune found deleted, and since when (aware UTC)."""

    def write_gone_claims(self, cluster: str, since: Mapping[str, datetime]) -> None:
        """Replace what is known of a cluster's deleted claims."""

    def retention_history(self, cluster: str, policy: str) -> Sequence[RetentionVersion]:
        """The retentions that prune saw for a policy, oldest first."""

    def write_retention_history(self, cluster: str, policy: str, history: Sequence[RetentionVersion]) -> None:
        """Replace what is known of a policy's retentions."""

    def write_hold(self, hold: Hold) -> None:
        """Write a holder's hold unless the same holder's lasts longer; one given back is replaced."""

    def holds(self, snapshot_id: str) -> Sequence[Hold]:
        """The holds on a snapshot, by holder; also those given back whose tag is not taken away yet."""

    def lift_hold(self, hold: Hold) -> None:
        """Journal that a holder gives a hold back (`lifted_at` says when), known or not."""

    def remove_hold(self, hold: Hold) -> None:
        """Forget a hold unless it changed since it was read; one that is not there is success."""

    def ended_holds(self, now: datetime) -> Iterator[Hold]:
        """Holds that were given back or whose time is over, not removed yet (a lagging index)."""

    def put_entries(self, cluster: str, entries: Sequence[Entry]) -> None:
        """Write places of recovery points into the catalogue of a cluster."""

    def remove_entries(self, cluster: str, entries: Sequence[Entry]) -> None:
        """Forget entries of a catalogue; those that are gone already are success."""

    def entries(self, cluster: str, prefix: str, after: str, limit: int) -> Sequence[Entry]:
        """The next entries, in order, whose place begins with `prefix` and follows `after`: one call."""

    def all_entries(self, cluster: str) -> Iterator[Entry]:
        """The whole catalogue of a cluster, in order."""

    def catalogue_complete_since(self, cluster: str) -> datetime | None:
        """When the catalogue was last compared with a complete listing; None when it never was."""

    def mark_catalogue_complete(self, cluster: str, at: datetime) -> None:
        """Journal that the catalogue holds all that EC2 has."""

    def add_restore(self, restore: RestoreOperation) -> RestoreOperation:
        """Write a restore if its id is new; returns it as it stands."""

    def write_restore(self, restore: RestoreOperation) -> RestoreOperation:
        """Replace a restore by its next revision, which is returned.

        Raises TemporaryError when somebody else wrote it meanwhile.
        """

    def restore(self, restore_id: str) -> RestoreOperation | None:
        """The restore of that id."""

    def open_restores(self, *, whole: bool = False) -> Iterator[RestoreOperation]:
        """Restores with something left to do (a lagging index).

        A `whole` list is for whoever concludes from what is not in it: it raises UnreadableRecord instead of
        passing over a restore.
        """

    def restores_of(
        self, cluster: str, namespace: str, after: RestoreOperation | None = None
    ) -> Iterator[RestoreOperation]:
        """The restores into a namespace, newest first, read as they are asked for (a lagging index).

        With `after`, those that follow it.
        """

    def incident(self, instance: str) -> IncidentRecord | None:
        """The incident of an instance."""

    def write_incident(self, record: IncidentRecord) -> IncidentRecord:
        """Write a new incident (revision 0) or the next revision of a known one, which is returned.

        Raises TemporaryError when somebody else wrote it meanwhile.
        """

    def open_incidents(self) -> Iterator[IncidentRecord]:
        """Incidents that are not closed (a lagging index)."""

    def incidents_of(self, cluster: str, since: datetime) -> Iterator[IncidentRecord]:
        """The incidents of a cluster that were first announced at or after `since` (a lagging index)."""


class Incidents(GivenUpJournal, Protocol):
    """The part of the journal that a function needs which only looks after incidents."""

    def incident(self, instance: str) -> IncidentRecord | None:
        """As `Journal.incident`."""

    def write_incident(self, record: IncidentRecord) -> IncidentRecord:
        """As `Journal.write_incident`."""

    def open_incidents(self) -> Iterator[IncidentRecord]:
        """As `Journal.open_incidents`."""


class Instances(Protocol):
    """EC2 instances of one account and Region."""

    def instance(self, instance: str) -> Instance | None:
        """The instance, by one call; None when EC2 does not know it (any more)."""


@dataclass(frozen=True, slots=True)
class Evicted:
    """How an eviction ended. `gone`: there was nothing to evict. `blocked_by`: what a budget said, if any."""

    gone: bool = False
    blocked_by: str = ""


class Nodes(Protocol):
    """The nodes of one cluster and what is on them."""

    def find(self, instance: str, hint: str = "") -> Node | None:
        """The node whose providerID names the instance; one call when it is called `hint`."""

    def named(self, name: str) -> Node | None:
        """The node of that name, whichever instance it is."""

    def write(self, node: Node, change: NodeChange) -> bool:
        """Change a node; False when somebody changed it since it was read. Raises NotFound."""

    def record_event(self, event: NodeEvent) -> None:
        """Write a Kubernetes Event."""

    def pods(self, node: str) -> Sequence[Pod]:
        """The pods bound to the node of that name."""

    def claims_of(self, pods: Sequence[Pod]) -> Sequence[Claim]:
        """The claims these pods use, with their volumes; those that are gone are left out."""

    def claims_behind(self, volumes: Sequence[str]) -> Sequence[Claim]:
        """The claims bound to these PersistentVolumes; those that are gone or free are left out."""

    def evict(self, pod: Pod, grace_seconds: int) -> Evicted:
        """Ask for the pod's eviction, and of this pod only: one of the same name made since is left."""

    def delete_now(self, pod: Pod, grace_seconds: int = 0) -> None:
        """Delete this pod whatever budgets say; one that is gone is success.

        Without a grace it is removed without waiting for a kubelet: for pods whose node is gone only.
        """

    def attachments(self) -> Sequence[Attachment]:
        """All attachments of the EBS CSI driver."""

    def volume_ids(self, volumes: Sequence[str]) -> Mapping[str, str]:
        """EC2 volume id by the name of the PersistentVolume; those that are gone are left out."""

    def delete_attachment(self, attachment: Attachment) -> None:
        """Delete an attachment; one that is gone is success."""


class NodeClusters(Protocol):
    """The clusters of the deployment, as far as nodes go."""

    def open(self, name: str) -> Nodes:
        """The nodes of the cluster of that name; raises what `Clusters.open` raises."""


class IncidentQueue(Protocol):
    """A queue of incidents to go on with."""

    def send(self, instance: str, delay: timedelta = timedelta()) -> None:
        """Ask for the incident of an instance to be looked at after `delay` (at most 15 minutes)."""


class LifecycleHooks(Protocol):
    """Actions of Auto Scaling that wait for an answer."""

    def heartbeat(self, hook: Hook, instance: str) -> bool:
        """Ask for more time; False when the action does not wait any more."""

    def complete(self, hook: Hook, instance: str) -> bool:
        """Let the instance go (CONTINUE); False when the action does not wait any more."""


class InterruptionNews(GivenUpNews, Protocol):
    """Tells the world of incidents."""

    def interruption(
        self, record: IncidentRecord, step: str, reason: str, figures: Mapping[str, float]
    ) -> None:
        """Publish a step of an incident and its figures as metrics."""

    def unknown_notice(self, source: str, kind: str) -> None:
        """Count an event of a kind that we do not know."""
