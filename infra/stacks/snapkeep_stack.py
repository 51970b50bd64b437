"""The stack of one Region: assembles constructs, and defines nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Environment, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.api import Api
from infra.constructs.cluster_access import ClusterAccess
from infra.constructs.copies import Copies
from infra.constructs.customer_key import encrypt
from infra.constructs.dashboard import Dashboard
from infra.constructs.finish_restores import FinishRestores
from infra.constructs.interruption import Interruption
from infra.constructs.job_queue import JobQueue
from infra.constructs.journal_table import JournalTable
from infra.constructs.network import Network
from infra.constructs.notifications import Notifications
from infra.constructs.prune import Prune
from infra.constructs.prune_copies import PruneCopies
from infra.constructs.python_function import PythonFunction
from infra.constructs.reconcile import Reconcile
from infra.constructs.report import Report, ReportBucket
from infra.constructs.scheduled_backup import ScheduledBackup
from infra.constructs.schedules import Schedules
from infra.constructs.served_clusters import ServedClusters
from infra.constructs.shared_layers import SharedLayers
from infra.constructs.snapshot_completion import SnapshotCompletion
from infra.constructs.try_config import TryConfig
from infra.deployment_config import SNAP_START_RUNTIMES, DeploymentConfig
from infra.packaging.assets import Assets
from infra.platform import Platform
from snapkeep.domain.copies.places import divided
from snapkeep_cli.config.stack_options import StackOptions

EVENT_BUS = "default"

STAYS = (
    "Every backup: EBS snapshots with their locks, VolumeSnapshots, and what `snapkeep manifests` created. "
    "The journal: DynamoDB table {table}, protected from deletion. The report pages: bucket {bucket}."
)
"""What `cdk destroy` leaves, shown where people look before they run it."""


class SnapkeepStack(Stack):
    """Everything that Snapkeep runs in the clusters' Region."""

    def __init__(self, scope: Construct, *, config: DeploymentConfig, assets: Assets) -> None:
        super().__init__(
            scope,
            config.stack,
            description="Snapkeep: backups of Kubernetes volumes on Amazon EKS",
            env=Environment(region=config.region),
            # The CLI checks the bootstrap version itself; the template stays deployable without one.
            synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        self._apply(config.options)
        platform = self._platform(config, assets)
        jobs = JobQueue(self, "JobQueue", platform=platform)
        backup = ScheduledBackup(self, "ScheduledBackup", platform=platform, jobs=jobs)
        completion = SnapshotCompletion(self, "Completion", platform=platform)
        reconcile = Reconcile(self, "Reconcile", platform=platform, jobs=jobs, plan_backup=backup.function)
        prune = Prune(self, "Prune", platform=platform)
        finish_restores = FinishRestores(self, "FinishRestores", platform=platform)
        pages = ReportBucket(self, "Reports")
        report = Report(self, "Report", platform=platform, pages=pages)
        trial = TryConfig(self, "TryConfig", platform=platform).function
        copies = self._copies(platform)
        asked = (backup.function, prune.function, trial, *copies[1:])
        api = Api(self, "Api", platform=platform, asked=asked, pages=pages)
        interruption = Interruption(
            self, "Interruption", platform=platform, jobs=jobs, snap_start=config.snap_start == "on"
        )
        with_access = [
            backup.function,
            jobs.function,
            reconcile.function,
            prune.function,
            finish_restores.function,
            report.function,
            trial,
            api.function,
            *interruption.functions,
        ]
        self._let_in(platform, with_access)
        functions = [*with_access, completion.function, *copies]
        topic = self._watch(config, functions, platform)
        self._say(
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
        return (takes, PruneCopies(self, "PruneCopies", platform=platform).function) if own else (takes,)

    def _watch(
        self, config: DeploymentConfig, functions: Sequence[PythonFunction], platform: Platform
    ) -> sns.ITopic:
        """Alarms and the dashboard over everything created so far, and the customer's key for it; returns
        the topic.
        """
        topic = Notifications(self, "Notifications", event_bus=EVENT_BUS).topic
        copies = bool(config.deployment.places)
        Dashboard(self, "Dashboard", name=config.prefix, functions=functions, copies=copies)
        if key := config.options.kms_key:
            encrypt(self, key, [*(each.role for each in functions), *platform.schedules.roles])
        return topic

    def _apply(self, options: StackOptions) -> None:
        """Settings for everything in the stack; called first."""
        self.node.set_context("runbooks", options.runbooks)
        if options.permissions_boundary:
            iam.PermissionsBoundary.of(self).apply(
                iam.ManagedPolicy.from_managed_policy_arn(self, "Boundary", options.permissions_boundary)
            )

    def _platform(self, config: DeploymentConfig, assets: Assets) -> Platform:
        runtime = lambda_.Runtime(
            config.runtime,
            lambda_.RuntimeFamily.PYTHON,
            supports_snap_start=config.runtime in SNAP_START_RUNTIMES,
        )
        architecture = lambda_.Architecture.custom(config.architecture)
        layers = SharedLayers(self, "Layers", assets=assets, runtime=runtime, architecture=architecture)
        vpc = config.options.vpc
        return Platform(
            prefix=config.prefix,
            deployment=config.deployment,
            options=config.options,
            runtime=runtime,
            architecture=architecture,
            layers=layers.layers,
            handlers=assets.handlers,
            network=Network(self, "Network", vpc=vpc) if vpc else None,
            journal=JournalTable(self, "Journal"),
            schedules=Schedules(self, "Schedules", prefix=config.prefix),
            event_bus=EVENT_BUS,
        )

    def _let_in(self, platform: Platform, functions: Sequence[PythonFunction]) -> None:
        """Access to the clusters, created only if no other deployment serves them."""
        clusters = platform.clusters
        served = ServedClusters(self, "ServedClusters", deployment=platform.prefix, clusters=clusters)
        access = ClusterAccess(self, "ClusterAccess", clusters=clusters, functions=functions)
        access.node.add_dependency(served)

    def _say(self, **outputs: str) -> None:
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
