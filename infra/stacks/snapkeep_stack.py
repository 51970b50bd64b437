"""The stack of one Region: constructs put together, nothing defined here."""

from __future__ import annotations

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Environment, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.api import Api
from infra.constructs.cluster_access import ClusterAccess
from infra.constructs.customer_key import encrypt
from infra.constructs.dashboard import Dashboard
from infra.constructs.finish_restores import FinishRestores
from infra.constructs.interruption import Interruption
from infra.constructs.job_queue import JobQueue
from infra.constructs.journal_table import JournalTable
from infra.constructs.network import Network
from infra.constructs.notifications import Notifications
from infra.constructs.prune import Prune
from infra.constructs.python_function import Platform
from infra.constructs.reconcile import Reconcile
from infra.constructs.report import Report, ReportBucket
from infra.constructs.scheduled_backup import ScheduledBackup
from infra.constructs.schedules import Schedules
from infra.constructs.served_clusters import ServedClusters
from infra.constructs.shared_layers import SharedLayers
from infra.constructs.snapshot_completion import SnapshotCompletion
from infra.deployment_config import SNAP_START_RUNTIMES, DeploymentConfig
from infra.packaging.assets import Assets

EVENT_BUS = "default"

STAYS = (
    "Every backup: EBS snapshots with their locks, VolumeSnapshots, and what `snapkeep manifests` made. "
    "The journal: DynamoDB table {table}, protected from deletion. The report pages: bucket {bucket}."
)
"""What `cdk destroy` leaves, said where somebody looks who is about to run it."""


class SnapkeepStack(Stack):
    """Everything Snapkeep runs in the clusters' Region."""

    def __init__(self, scope: Construct, *, config: DeploymentConfig, assets: Assets) -> None:
        super().__init__(
            scope,
            config.stack,
            description="Snapkeep: backups of Kubernetes volumes on Amazon EKS",
            env=Environment(region=config.region),
            # The CLI checks the bootstrap version itself; the template stays deployable without one.
            synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        options = config.options
        self.node.set_context("runbooks", options.runbooks)
        if options.permissions_boundary:
            iam.PermissionsBoundary.of(self).apply(
                iam.ManagedPolicy.from_managed_policy_arn(self, "Boundary", options.permissions_boundary)
            )
        clusters = [cluster.name for cluster in config.deployment.clusters]
        platform = self._platform(config, assets)
        journal = JournalTable(self, "Journal")
        schedules = Schedules(self, "Schedules", prefix=config.prefix)
        jobs = JobQueue(
            self, "JobQueue", platform=platform, journal=journal, event_bus=EVENT_BUS, clusters=clusters
        )
        backup = ScheduledBackup(
            self,
            "ScheduledBackup",
            platform=platform,
            journal=journal,
            jobs=jobs,
            schedules=schedules,
            event_bus=EVENT_BUS,
            deployment=config.deployment,
        )
        completion = SnapshotCompletion(
            self,
            "Completion",
            platform=platform,
            journal=journal,
            event_bus=EVENT_BUS,
            clusters=clusters,
            policies=config.deployment.policies,
        )
        reconcile = Reconcile(
            self,
            "Reconcile",
            platform=platform,
            journal=journal,
            jobs=jobs,
            schedules=schedules,
            plan_backup=backup.function,
            event_bus=EVENT_BUS,
            clusters=clusters,
            policies=config.deployment.policies,
        )
        prune = Prune(
            self,
            "Prune",
            platform=platform,
            journal=journal,
            schedules=schedules,
            event_bus=EVENT_BUS,
            clusters=clusters,
        )
        finish_restores = FinishRestores(
            self,
            "FinishRestores",
            platform=platform,
            journal=journal,
            event_bus=EVENT_BUS,
            schedules=schedules,
            clusters=clusters,
        )
        pages = ReportBucket(self, "Reports")
        report = Report(
            self,
            "Report",
            platform=platform,
            journal=journal,
            schedules=schedules,
            pages=pages,
            clusters=clusters,
        )
        api = Api(
            self,
            "Api",
            platform=platform,
            journal=journal,
            event_bus=EVENT_BUS,
            clusters=clusters,
            plan_backup=backup.function,
            prune=prune.function,
            pages=pages,
        )
        interruption = Interruption(
            self,
            "Interruption",
            platform=platform,
            journal=journal,
            jobs=jobs,
            schedules=schedules,
            event_bus=EVENT_BUS,
            clusters=clusters,
            snap_start=config.snap_start == "on",
        )
        with_access = [
            backup.function,
            jobs.function,
            reconcile.function,
            prune.function,
            finish_restores.function,
            report.function,
            api.function,
            *interruption.functions,
        ]
        served = ServedClusters(self, "ServedClusters", deployment=config.prefix, clusters=clusters)
        access = ClusterAccess(self, "ClusterAccess", clusters=clusters, functions=with_access)
        access.node.add_dependency(served)
        functions = [*with_access, completion.function]
        topic = Notifications(self, "Notifications", event_bus=EVENT_BUS).topic
        Dashboard(self, "Dashboard", name=config.prefix, functions=functions)
        CfnOutput(self, "JournalTableName", value=journal.name)
        CfnOutput(self, "JobsQueueUrl", value=jobs.url)
        CfnOutput(self, "ScheduleGroupName", value=config.prefix)
        CfnOutput(self, "ApiUrl", value=api.url)
        CfnOutput(self, "LifecycleQueueArn", value=interruption.lifecycle.queue.queue_arn)
        CfnOutput(self, "FailureTopicArn", value=topic.topic_arn)
        CfnOutput(self, "StaysAfterDestroy", value=STAYS.format(table=journal.name, bucket=pages.name))
        if options.kms_key:
            encrypt(self, options.kms_key, [*(each.role for each in functions), *schedules.roles])

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
            config.prefix,
            runtime,
            architecture,
            layers.layers,
            assets.handlers,
            config.options,
            Network(self, "Network", vpc=vpc) if vpc else None,
        )
