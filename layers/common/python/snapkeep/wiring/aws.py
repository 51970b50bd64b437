"""Turns a function's settings into its ports: with `wiring.elsewhere`, the only module that knows all
adapters.

Ports are cached for the life of the process, so that warm invocations reuse connections, tokens and facts
about clusters. A port is built, and its adapter imported, when a service first asks for it: no function uses
all of them, and what a function does not import cannot slow down its cold start.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from snapkeep.adapters.aws.session import CREATES
from snapkeep.deployment import load_deployment
from snapkeep.lazy import lazy
from snapkeep.settings import Settings
from snapkeep.wiring import runtime
from snapkeep.wiring.basics import clock
from snapkeep.wiring.clients import client, connections, region
from snapkeep.wiring.points_data import SIGNED, PointsDataPorts

if TYPE_CHECKING:
    from snapkeep.adapters.aws.ec2 import Ec2Snapshots
    from snapkeep.adapters.aws.events import EventAnnouncer
    from snapkeep.domain.policies import Deployment
    from snapkeep.ports.backup_vault import BackupJobs, BackupVault
    from snapkeep.ports.clock import Calendar, Clock, Nonce
    from snapkeep.ports.ec2 import Instances, Keys, LifecycleHooks, Pacer, Snapshots, Volumes
    from snapkeep.ports.journal import Journal
    from snapkeep.ports.kubernetes import Clusters, NodeClusters
    from snapkeep.ports.loans import Lender, LoanNews
    from snapkeep.ports.messaging import ConfigTrier, IncidentQueue, ObjectsSaver, Pruner, Queue, Starter
    from snapkeep.ports.news import (
        BackupNews,
        ChangeNews,
        CheckNews,
        CopyNews,
        InterruptionNews,
        RetentionNews,
        WorkNews,
    )
    from snapkeep.ports.objects import Envelopes, ObjectArchives, ObjectClusters
    from snapkeep.ports.reports import ReportPages
    from snapkeep.wiring.ports import Ports


@cache
def ports(settings: Settings) -> Ports:
    """The ports of the function with these settings."""
    runtime.share_log()
    return AwsPorts(settings)


class AwsPorts(PointsDataPorts):
    """Each port on AWS, built when it is first used.

    A port raises SettingsError if it needs a setting that the function does not have.
    """

    @lazy
    def deployment(self) -> Deployment:
        return load_deployment()

    @lazy
    def clusters(self) -> Clusters:
        from snapkeep.adapters.kubernetes.cluster import EksClusters

        return EksClusters(connections(), clock)

    @lazy
    def nodes(self) -> NodeClusters:
        from snapkeep.adapters.kubernetes.nodes import EksNodes

        return EksNodes(connections(), clock)

    @lazy
    def object_clusters(self) -> ObjectClusters:
        from snapkeep.adapters.kubernetes.objects import EksObjects

        return EksObjects(connections())

    @lazy
    def object_archives(self) -> ObjectArchives:
        from snapkeep.adapters.aws.s3_objects import S3Objects

        return S3Objects(client("s3", SIGNED), self._setting("objects_bucket"), clock)

    @lazy
    def envelopes(self) -> Envelopes:
        from snapkeep.adapters.aws.envelopes import KmsEnvelopes

        return KmsEnvelopes(client("kms"))

    @lazy
    def backup_vault(self) -> BackupVault:
        from snapkeep.adapters.aws.backup_vault import AwsBackup

        return AwsBackup(client("backup"), self._setting("backup_vault"))

    @lazy
    def backup_jobs(self) -> BackupJobs:
        from snapkeep.adapters.aws.backup_vault import AwsBackup

        names = (self._setting(name) for name in ("backup_vault", "backup_role", "file_systems"))
        return AwsBackup(client("backup"), *names)

    @lazy
    def snapshots(self) -> Snapshots:
        return self._own_snapshots

    @lazy
    def everybodys_snapshots(self) -> Snapshots:
        return self._snapshots()

    @lazy
    def volumes(self) -> Volumes:
        return self._own_snapshots

    @lazy
    def instances(self) -> Instances:
        from snapkeep.adapters.aws.instances import Ec2Instances

        return Ec2Instances(client("ec2"))

    @lazy
    def hooks(self) -> LifecycleHooks:
        from snapkeep.adapters.aws.lifecycle_hooks import AutoScalingHooks

        return AutoScalingHooks(client("autoscaling"))

    @lazy
    def keys(self) -> Keys:
        from snapkeep.adapters.aws.kms import KmsKeys

        return KmsKeys(client("kms"))

    @lazy
    def pacer(self) -> Pacer:
        from snapkeep.adapters.dynamodb.pacer import DynamoPacer

        table, counter = self._setting("journal_table"), f"{region()}/CreateSnapshot"
        return DynamoPacer(client("dynamodb"), table, counter, self.deployment.pace)

    @lazy
    def journal(self) -> Journal:
        from snapkeep.adapters.dynamodb.journal import dynamo_journal

        return dynamo_journal(client("dynamodb"), self._setting("journal_table"))

    @lazy
    def jobs(self) -> Queue:
        from snapkeep.adapters.aws.sqs import SqsQueue

        return SqsQueue(client("sqs"), self._setting("jobs_queue_url"))

    @lazy
    def to_save(self) -> IncidentQueue:
        return self._incidents("save_queue_url")

    @lazy
    def to_release(self) -> IncidentQueue:
        return self._incidents("release_queue_url")

    @lazy
    def starter(self) -> Starter:
        from snapkeep.adapters.aws.lambda_starter import LambdaStarter

        function, caller = self._setting("plan_backup_function"), self._settings.function
        return LambdaStarter(client("lambda"), function, caller)

    @lazy
    def objects_saver(self) -> ObjectsSaver:
        from snapkeep.adapters.aws.lambda_saver import LambdaObjectsSaver

        return LambdaObjectsSaver(client("lambda"), self._setting("save_objects_function"))

    @lazy
    def pruner(self) -> Pruner:
        from snapkeep.adapters.aws.lambda_pruner import LambdaPruner

        names = ("prune_function", "prune_copies_function", "prune_file_systems_function")
        return LambdaPruner(_patient_lambda(), *map(self._setting, names))

    @lazy
    def trier(self) -> ConfigTrier:
        from snapkeep.adapters.aws.lambda_trier import LambdaTrier

        return LambdaTrier(_patient_lambda(), self._setting("try_config_function"))

    @lazy
    def announcer(self) -> BackupNews:
        return self._events

    @lazy
    def retention_news(self) -> RetentionNews:
        return self._events

    @lazy
    def copy_news(self) -> CopyNews:
        from snapkeep.adapters.aws.copy_events import CopyAnnouncer

        return CopyAnnouncer(client("events"), self._setting("event_bus"))

    @lazy
    def loan_news(self) -> LoanNews:
        from snapkeep.adapters.aws.loan_events import LoanAnnouncer

        return LoanAnnouncer(client("events"), self._setting("event_bus"))

    @lazy
    def lender(self) -> Lender:
        from snapkeep.adapters.aws.lambda_lender import LambdaLender

        return LambdaLender(_patient_lambda(), self._setting("lend_copies_function"))

    @lazy
    def changes(self) -> ChangeNews:
        return self._events

    @lazy
    def check_news(self) -> CheckNews:
        return self._events

    @lazy
    def incident_news(self) -> InterruptionNews:
        return self._events

    @lazy
    def work_news(self) -> WorkNews:
        from snapkeep.adapters.aws.metrics import WorkCounter

        return WorkCounter()

    @lazy
    def pages(self) -> ReportPages:
        from snapkeep.adapters.aws.s3_reports import S3Reports

        return S3Reports(client("s3", SIGNED), self._setting("reports_bucket"), clock)

    @lazy
    def calendar(self) -> Calendar:
        from snapkeep.adapters.calendar import CronCalendar

        return CronCalendar()

    @lazy
    def clock(self) -> Clock:
        return clock

    @lazy
    def nonce(self) -> Nonce:
        return runtime.nonce

    @lazy
    def pause(self) -> Callable[[timedelta], None]:
        return runtime.pause

    @lazy
    def _own_snapshots(self) -> Ec2Snapshots:
        return self._snapshots(self.deployment.name)

    @lazy
    def _events(self) -> EventAnnouncer:
        from snapkeep.adapters.aws.events import EventAnnouncer

        return EventAnnouncer(client("events"), self._setting("event_bus"))

    def _snapshots(self, owner: str = "") -> Ec2Snapshots:
        from snapkeep.adapters.aws.ec2 import Ec2Snapshots

        return Ec2Snapshots(client("ec2"), client("ec2", CREATES), owner)

    def _incidents(self, setting: str) -> IncidentQueue:
        from snapkeep.adapters.aws.sqs import SqsIncidents

        return SqsIncidents(client("sqs"), self._setting(setting))


def _patient_lambda() -> Any:
    """Waits for a function's answer as long as an API caller may wait, and asks once."""
    from snapkeep.adapters.aws.lambda_calls import PATIENCE

    return client("lambda", CREATES.merge(Config(read_timeout=PATIENCE.total_seconds())))
