"""The stack of one Region: assembles constructs, and defines nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from constructs import Construct

from infra import permissions
from infra.constructs.api import Api
from infra.constructs.archive_points import ArchivePoints
from infra.constructs.back_up_file_systems import BackUpFileSystems
from infra.constructs.check_points import CheckPoints
from infra.constructs.cluster_access import ClusterAccess
from infra.constructs.copies import Copies
from infra.constructs.dashboard import Shown
from infra.constructs.finish_restores import FinishRestores
from infra.constructs.interruption import Interruption
from infra.constructs.job_queue import JobQueue
from infra.constructs.prune import Prune
from infra.constructs.prune_copies import PruneCopies
from infra.constructs.prune_file_systems import PruneFileSystems
from infra.constructs.python_function import PythonFunction
from infra.constructs.read_files import ReadFiles
from infra.constructs.reconcile import Reconcile
from infra.constructs.report import Report, ReportBucket
from infra.constructs.restore_file_systems import RestoreFileSystems
from infra.constructs.save_objects import SaveObjects
from infra.constructs.scheduled_backup import ScheduledBackup
from infra.constructs.served_clusters import ServedClusters
from infra.constructs.snapshot_completion import SnapshotCompletion
from infra.constructs.try_config import TryConfig
from infra.deployment_config import DeploymentConfig
from infra.packaging.assets import Assets
from infra.platform import Platform
from infra.stacks.regional_stack import RegionalStack
from snapkeep.domain.copies.places import divided
from snapkeep.domain.policies import Deployment

STAYS = (
    "Every backup: EBS snapshots with their locks, VolumeSnapshots, and what `snapkeep manifests` created. "
    "The journal: DynamoDB table {table}, protected from deletion. The report pages: bucket {bucket}. "
    "Saved Kubernetes objects, if a policy saves any: their bucket. "
    "Backups of file systems, if a policy makes any: a vault of AWS Backup."
)
"""What `cdk destroy` leaves, shown where people look before they run it."""


class SnapkeepStack(RegionalStack):
    """Everything that Snapkeep runs in the clusters' Region."""

    def __init__(self, scope: Construct, *, config: DeploymentConfig, assets: Assets) -> None:
        super().__init__(
            scope,
            config=config,
            assets=assets,
            description="Snapkeep: backups of Kubernetes volumes on Amazon EKS",
        )
        platform = self.platform
        jobs = JobQueue(self, "JobQueue", platform=platform)
        backup = ScheduledBackup(self, "ScheduledBackup", platform=platform, jobs=jobs)
        completion = SnapshotCompletion(self, "Completion", platform=platform)
        reconcile = Reconcile(self, "Reconcile", platform=platform, jobs=jobs, plan_backup=backup.function)
        prune = Prune(self, "Prune", platform=platform)
        finish_restores = FinishRestores(self, "FinishRestores", platform=platform)
        pages = ReportBucket(self, "Reports")
        report = Report(self, "Report", platform=platform, pages=pages)
        trial = TryConfig(self, "TryConfig", platform=platform).function
        copies, files = self._copies(platform), self._files(platform, pages)
        saving, file_systems = self._objects(platform), self._file_systems(platform)
        restoring = self._restores_of(file_systems, platform)
        prunes = self._prunes_file_systems(platform, file_systems)
        asked = (backup.function, prune.function, trial, *copies[1:], *files, *restoring, *prunes)
        vault = file_systems.vault.name if file_systems else ""
        api = Api(self, "Api", platform=platform, asked=asked, pages=pages, objects=saving, vault=vault)
        interruption = Interruption(
            self, "Interruption", platform=platform, jobs=jobs, snap_start=config.snap_start == "on"
        )
        with_access = [
            *(each.function for each in (backup, jobs, reconcile, prune, finish_restores, report)),
            trial,
            api.function,
            *interruption.functions,
            *(each.function for each in (saving, file_systems) if each),
        ]
        self._let_in(platform, with_access)
        others = [completion.function, *copies, *self._checks(platform), *self._archives(platform), *files]
        topic = self.watch([*with_access, *others, *restoring, *prunes], *_shown(config.deployment))
        self.say(
            JournalTableName=platform.journal.name,
            JobsQueueUrl=jobs.url,
            ScheduleGroupName=config.prefix,
            ApiUrl=api.url,
            LifecycleQueueArn=interruption.lifecycle.queue.queue_arn,
            FailureTopicArn=topic.topic_arn,
            StaysAfterDestroy=STAYS.format(table=platform.journal.name, bucket=pages.name),
        )

    def _copies(self, platform: Platform) -> Sequence[PythonFunction]:
        """What copies points to places, and what prunes the copies in those of this account; nothing without
        places."""
        if not platform.deployment.places:
            return ()
        takes = Copies(self, "Copies", platform=platform).function
        own, _ = divided(platform.deployment.places)
        if not own:
            return (takes,)
        marks = permissions.copies_of(self, platform.owner)
        prunes = PruneCopies(self, "PruneCopies", platform=platform, marks=marks, places=own)
        return takes, prunes.function

    def _checks(self, platform: Platform) -> Sequence[PythonFunction]:
        """What looks into points; nothing unless the config asks for checks."""
        rules = platform.deployment.checks
        return (CheckPoints(self, "CheckPoints", platform=platform, rules=rules).function,) if rules else ()

    def _objects(self, platform: Platform) -> SaveObjects | None:
        """What saves Kubernetes objects; None unless a policy asks for it."""
        saves = platform.deployment.saves_objects
        return SaveObjects(self, "SaveObjects", platform=platform) if saves else None

    def _file_systems(self, platform: Platform) -> BackUpFileSystems | None:
        """What backs up EFS file systems; None unless a policy asks for it."""
        policies = platform.deployment.file_system_policies
        if not policies:
            return None
        return BackUpFileSystems(self, "FileSystems", platform=platform, policies=policies)

    def _restores_of(
        self, file_systems: BackUpFileSystems | None, platform: Platform
    ) -> Sequence[PythonFunction]:
        """What restores EFS file systems; nothing where none is backed up."""
        if file_systems is None:
            return ()
        role = file_systems.vault.role.role_arn
        return (RestoreFileSystems(self, "RestoreFileSystems", platform=platform, role_arn=role).function,)

    def _prunes_file_systems(
        self, platform: Platform, backups: BackUpFileSystems | None
    ) -> Sequence[PythonFunction]:
        """What prunes the recovery points of file systems; nothing without any."""
        if backups is None:
            return ()
        return (PruneFileSystems(self, "PruneFileSystems", platform=platform, vault=backups.vault).function,)

    def _archives(self, platform: Platform) -> Sequence[PythonFunction]:
        """What archives points; nothing unless a policy asks for it."""
        deployment = platform.deployment
        if not any(policy.archive_after for policy in deployment.policies):
            return ()
        keys = deployment.checks.keys if deployment.checks else ()
        return (ArchivePoints(self, "ArchivePoints", platform=platform, keys=keys).function,)

    def _files(self, platform: Platform, pages: ReportBucket) -> Sequence[PythonFunction]:
        """What reads files out of points; nothing unless the config lets people do that."""
        rules = platform.deployment.files
        if not rules:
            return ()
        return (ReadFiles(self, "ReadFiles", platform=platform, rules=rules, pages=pages).function,)

    def _let_in(self, platform: Platform, functions: Sequence[PythonFunction]) -> None:
        """Access to the clusters, created only if no other deployment serves them."""
        clusters = platform.clusters
        served = ServedClusters(self, "ServedClusters", deployment=platform.prefix, clusters=clusters)
        access = ClusterAccess(self, "ClusterAccess", clusters=clusters, functions=functions)
        access.node.add_dependency(served)


def _shown(deployment: Deployment) -> Iterator[Shown]:
    """What the dashboard shows of it."""
    yield Shown.BACKUPS
    if deployment.places:
        yield Shown.COPIES
    if deployment.checks:
        yield Shown.CHECKS
