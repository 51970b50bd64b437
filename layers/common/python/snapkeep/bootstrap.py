"""Settings become adapters, adapters become services: the only module that knows both sides.

Each builder is called by one function and remembered for the life of its process, so that warm
invocations reuse connections, tokens and what is known of clusters.
"""

from __future__ import annotations

import dataclasses
import json
import secrets
import time
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer, DynamoDBPersistenceLayer
from botocore.config import Config

from snapkeep.adapters.aws.ec2 import Ec2Snapshots
from snapkeep.adapters.aws.events import EventAnnouncer
from snapkeep.adapters.aws.instances import Ec2Instances
from snapkeep.adapters.aws.kms import KmsKeys
from snapkeep.adapters.aws.lambda_pruner import PATIENCE, LambdaPruner
from snapkeep.adapters.aws.lambda_starter import LambdaStarter
from snapkeep.adapters.aws.lifecycle_hooks import AutoScalingHooks
from snapkeep.adapters.aws.metrics import WorkCounter
from snapkeep.adapters.aws.own_snapshots import OwnSnapshots
from snapkeep.adapters.aws.s3_reports import S3Reports
from snapkeep.adapters.aws.session import CALLS, CREATES
from snapkeep.adapters.aws.sqs import SqsIncidents, SqsQueue
from snapkeep.adapters.calendar import CronCalendar
from snapkeep.adapters.dynamodb import DynamoPacer, dynamo_journal
from snapkeep.adapters.kubernetes.cluster import EksClusters
from snapkeep.adapters.kubernetes.connections import EksConnections
from snapkeep.adapters.kubernetes.nodes import EksNodes
from snapkeep.adapters.kubernetes.official_transport import official_transport
from snapkeep.deployment import load_deployment
from snapkeep.domain.backup.object_names import NONCE_BYTES
from snapkeep.inbound.api.actions import Actions
from snapkeep.ports.journal import Journal
from snapkeep.services.backup.check_slot import CheckSlot
from snapkeep.services.backup.complete import CompletePoints
from snapkeep.services.backup.healing.heal import HealPoints
from snapkeep.services.backup.healing.missed_slots import MissedSlots
from snapkeep.services.backup.healing.named_duplicates import NamedDuplicates
from snapkeep.services.backup.healing.reconcile import Reconcile
from snapkeep.services.backup.plan import PlanBackup
from snapkeep.services.backup.request import RequestBackup
from snapkeep.services.backup.show import ShowBackup
from snapkeep.services.backup.start_runs import StartRuns
from snapkeep.services.backup.take import TakeSnapshots
from snapkeep.services.interruption.release_volumes import ReleaseVolumes
from snapkeep.services.interruption.save_node import SaveNode
from snapkeep.services.interruption.save_volumes import LEASE, SaveVolumes
from snapkeep.services.report.coverage import ShowCoverage
from snapkeep.services.report.gather import GatherReport
from snapkeep.services.report.list_points import ListPoints
from snapkeep.services.report.show import ShowReport
from snapkeep.services.report.write import WriteReport
from snapkeep.services.restore.carry_out import Restore
from snapkeep.services.restore.finish import FinishRestores
from snapkeep.services.restore.holds import HoldPoints
from snapkeep.services.restore.plan import PlanRestore
from snapkeep.services.restore.requests import Restores
from snapkeep.services.restore.restored_claims import RestoredClaims
from snapkeep.services.retention.deletion.sweep_orphans import SweepOrphans
from snapkeep.services.retention.prune import Prune
from snapkeep.services.retention.request import RequestPrune
from snapkeep.settings import (
    ApiSettings,
    FinishRestoresSettings,
    PlanBackupSettings,
    PruneSettings,
    ReconcileSettings,
    RecordCompletionSettings,
    ReleaseVolumesSettings,
    SaveNodeSettings,
    TakeSnapshotsSettings,
    WriteReportSettings,
)

logger = Logger()


def clock() -> datetime:
    """The present, aware UTC; only what wires functions reads it."""
    return datetime.now(UTC)


def nonce() -> str:
    """A random text that nobody can guess; read anew each time, also after a restored start."""
    return secrets.token_hex(NONCE_BYTES)


def log_report(report: Any) -> dict[str, Any]:
    """A report as JSON-ready data, logged: what a function answers is what its log says."""
    document: dict[str, Any] = json.loads(json.dumps(report, default=_plain))
    logger.info("done", extra={"report": document})
    return document


@cache
def plan_backup(settings: PlanBackupSettings) -> PlanBackup:
    """What plan_backup needs."""
    return PlanBackup(
        load_deployment(),
        _clusters(),
        _snapshots(),
        _journal(settings.journal_table),
        _queue(settings.jobs_queue_url),
        _announcer(settings.event_bus),
        clock,
    )


@cache
def check_slot(settings: PlanBackupSettings) -> CheckSlot:
    """What plan_backup needs to check a slot before it plans its run."""
    return CheckSlot(
        load_deployment(),
        _journal(settings.journal_table),
        CronCalendar(),
        _announcer(settings.event_bus),
        clock,
    )


@cache
def start_runs(settings: PlanBackupSettings) -> StartRuns:
    """What plan_backup needs to start itself for each cluster of a policy."""
    return StartRuns(load_deployment(), _starter(settings.plan_backup_function, "plan_backup"))


@cache
def take_snapshots(settings: TakeSnapshotsSettings) -> TakeSnapshots:
    """What take_snapshots needs."""
    return TakeSnapshots(
        load_deployment(),
        _clusters(),
        _snapshots(),
        _journal(settings.journal_table),
        _queue(settings.jobs_queue_url),
        _pacer(settings.journal_table),
        _announcer(settings.event_bus),
        clock,
        nonce,
    )


@cache
def complete_points(settings: RecordCompletionSettings) -> CompletePoints:
    """What record_completion needs."""
    return _complete_points(settings.journal_table, settings.event_bus)


@cache
def reconcile(settings: ReconcileSettings) -> Reconcile:
    """What reconcile needs."""
    deployment = load_deployment()
    journal = _journal(settings.journal_table)
    announcer = _announcer(settings.event_bus)
    starter = _starter(settings.plan_backup_function, "reconcile")
    completer = _complete_points(settings.journal_table, settings.event_bus)
    heal_points = HealPoints(
        deployment,
        _clusters(),
        _snapshots(),
        journal,
        _queue(settings.jobs_queue_url),
        _pacer(settings.journal_table),
        completer,
        clock,
    )
    named_duplicates = NamedDuplicates(_clusters(), _snapshots(), completer)
    missed_slots = MissedSlots(journal, CronCalendar(), starter, announcer, clock)
    return Reconcile(
        deployment, journal, heal_points, named_duplicates, missed_slots, starter, announcer, clock
    )


@cache
def prune(settings: PruneSettings) -> Prune:
    """What prune needs."""
    return Prune(
        load_deployment(),
        _clusters(),
        _snapshots(),
        _journal(settings.journal_table),
        _announcer(settings.event_bus),
        clock,
        lambda duration: time.sleep(duration.total_seconds()),
    )


@cache
def sweep_orphans(settings: PruneSettings) -> SweepOrphans:
    """What prune needs to sweep orphans."""
    return SweepOrphans(
        load_deployment(),
        _clusters(),
        _everybodys_snapshots(),
        _journal(settings.journal_table),
        _announcer(settings.event_bus),
        clock,
        lambda duration: time.sleep(duration.total_seconds()),
    )


@cache
def finish_restores(settings: FinishRestoresSettings) -> FinishRestores:
    """What finish_restores needs."""
    journal = _journal(settings.journal_table)
    clusters, snapshots = _clusters(), _snapshots()
    holds = HoldPoints(snapshots, journal, clock)
    restore = Restore(clusters, journal, holds, clock)
    claims, news = RestoredClaims(clusters, snapshots), _announcer(settings.event_bus)
    return FinishRestores(claims, journal, restore, holds, news, clock)


@cache
def write_report(settings: WriteReportSettings) -> WriteReport:
    """What write_report needs."""
    from snapkeep.adapters.report_page import render  # Jinja is only worth its start where it renders

    deployment, snapshots, calendar = load_deployment(), _snapshots(), CronCalendar()
    coverage = ShowCoverage(deployment, _clusters(), snapshots, calendar, clock)
    journal = _journal(settings.journal_table)
    reports = GatherReport(deployment, coverage, snapshots, journal, calendar, clock)
    return WriteReport(deployment, reports, render, _reports(settings.reports_bucket), WorkCounter())


@cache
def actions(settings: ApiSettings) -> Actions:
    """What the API can do."""
    deployment = load_deployment()
    clusters, snapshots = _clusters(), _snapshots()
    journal = _journal(settings.journal_table)
    holds = HoldPoints(snapshots, journal, clock)
    restore = Restore(clusters, journal, holds, clock, may_delete=False)
    coverage = ShowCoverage(deployment, clusters, snapshots, CronCalendar(), clock)
    return Actions(
        deployment=deployment,
        restores=Restores(
            PlanRestore(deployment, clusters, snapshots, journal, _keys()),
            restore,
            RestoredClaims(clusters, snapshots),
            journal,
            clock,
        ),
        points=ListPoints(deployment, snapshots, journal),
        holds=holds,
        coverage=coverage,
        backups=RequestBackup(
            deployment, clusters, journal, _starter(settings.plan_backup_function, "api"), clock
        ),
        backup_status=ShowBackup(journal),
        prune=RequestPrune(deployment, LambdaPruner(_patient_lambda(), settings.prune_function)),
        reports=GatherReport(deployment, coverage, snapshots, journal, CronCalendar(), clock),
        report_pages=ShowReport(deployment, _reports(settings.reports_bucket)),
        audit=_announcer(settings.event_bus),
    )


@cache
def _patient_lambda() -> Any:
    """Waits for the answer of a function as long as a caller of the API may wait, and asks once."""
    waits = CREATES.merge(Config(read_timeout=PATIENCE.total_seconds()))
    return _session().client("lambda", config=waits)


@cache
def answers(settings: ApiSettings) -> BasePersistenceLayer:
    """Where the API remembers its answers by Idempotency-Key: in the journal's table, until they expire."""
    return DynamoDBPersistenceLayer(
        settings.journal_table,
        key_attr="pk",
        sort_key_attr="sk",
        static_pk_value="ANSWERS",
        expiry_attr="expires_at",
        boto3_client=_session().client("dynamodb", config=CALLS),
    )


@cache
def save_node(settings: SaveNodeSettings) -> SaveNode:
    """What save_node needs."""
    deployment = load_deployment()
    journal = _journal(settings.journal_table)
    pacer, news = _pacer(settings.journal_table), _announcer(settings.event_bus)
    taker = TakeSnapshots(
        deployment,
        _clusters(),
        _snapshots(),
        journal,
        _queue(settings.jobs_queue_url),
        pacer,
        news,
        clock,
        nonce,
        LEASE,
    )
    return SaveNode(
        deployment,
        _machines(),
        _nodes(),
        journal.incidents,
        SaveVolumes(_snapshots(), journal, pacer, taker, clock),
        AutoScalingHooks(_session().client("autoscaling", config=CALLS)),
        _incident_queue(settings.save_queue_url),
        news,
        clock,
    )


@cache
def release_volumes(settings: ReleaseVolumesSettings) -> ReleaseVolumes:
    """What release_volumes needs."""
    return ReleaseVolumes(
        load_deployment(),
        _machines(),
        _nodes(),
        _snapshots(),
        _journal(settings.journal_table).incidents,
        _incident_queue(settings.release_queue_url),
        _announcer(settings.event_bus),
        clock,
    )


def _complete_points(table: str, bus: str) -> CompletePoints:
    return CompletePoints(
        _journal(table), _snapshots(), _pacer(table), _announcer(bus), clock, load_deployment()
    )


@cache
def _session() -> boto3.Session:
    """The function's own credentials and Region; the clusters of a stack are all in this Region."""
    copy_config_to_registered_loggers(source_logger=logger, include={"snapkeep"})
    return boto3.Session()


def _region() -> str:
    return _session().region_name


@cache
def _connections() -> EksConnections:
    credentials = _session().get_credentials()
    if credentials is None:
        raise RuntimeError("no AWS credentials: a function has those of its role")
    eks = _session().client("eks", config=CALLS)
    return EksConnections(eks, _region(), credentials, clock, official_transport)


@cache
def _clusters() -> EksClusters:
    return EksClusters(_connections(), clock)


@cache
def _nodes() -> EksNodes:
    return EksNodes(_connections(), clock)


@cache
def _machines() -> Ec2Instances:
    return Ec2Instances(_session().client("ec2", config=CALLS))


@cache
def _incident_queue(url: str) -> SqsIncidents:
    return SqsIncidents(_session().client("sqs", config=CALLS), url)


@cache
def _snapshots() -> OwnSnapshots:
    return OwnSnapshots(_everybodys_snapshots(), load_deployment().name)


@cache
def _everybodys_snapshots() -> Ec2Snapshots:
    return Ec2Snapshots(_session().client("ec2", config=CALLS), _session().client("ec2", config=CREATES))


@cache
def _keys() -> KmsKeys:
    return KmsKeys(_session().client("kms", config=CALLS))


@cache
def _journal(table: str) -> Journal:
    return dynamo_journal(_session().client("dynamodb", config=CALLS), table)


@cache
def _pacer(table: str) -> DynamoPacer:
    client = _session().client("dynamodb", config=CALLS)
    return DynamoPacer(client, table, f"{_region()}/CreateSnapshot", load_deployment().pace)


@cache
def _starter(function: str, caller: str) -> LambdaStarter:
    return LambdaStarter(_session().client("lambda", config=CALLS), function, caller)


@cache
def _reports(bucket: str) -> S3Reports:
    signed = CALLS.merge(Config(signature_version="s3v4"))  # what a presigned URL needs in every Region
    return S3Reports(_session().client("s3", config=signed), bucket, clock)


@cache
def _queue(url: str) -> SqsQueue:
    return SqsQueue(_session().client("sqs", config=CALLS), url)


@cache
def _announcer(bus: str) -> EventAnnouncer:
    return EventAnnouncer(_session().client("events", config=CALLS), bus)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value)
