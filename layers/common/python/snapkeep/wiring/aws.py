"""Turns a function's settings into its ports: the only module that knows all adapters.

Ports are cached for the life of the process, so that warm invocations reuse connections, tokens and facts
about clusters. A client is created on its first call: no function calls all of them.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import Any

import botocore.session
from botocore.config import Config

from snapkeep.adapters.aws.ec2 import Ec2Snapshots
from snapkeep.adapters.aws.events import EventAnnouncer
from snapkeep.adapters.aws.instances import Ec2Instances
from snapkeep.adapters.aws.kms import KmsKeys
from snapkeep.adapters.aws.lambda_pruner import PATIENCE, LambdaPruner
from snapkeep.adapters.aws.lambda_starter import LambdaStarter
from snapkeep.adapters.aws.lifecycle_hooks import AutoScalingHooks
from snapkeep.adapters.aws.s3_reports import S3Reports
from snapkeep.adapters.aws.session import CALLS, CREATES
from snapkeep.adapters.aws.sqs import SqsIncidents, SqsQueue
from snapkeep.adapters.calendar import CronCalendar
from snapkeep.adapters.dynamodb import DynamoPacer, dynamo_journal
from snapkeep.adapters.kubernetes.cluster import EksClusters
from snapkeep.adapters.kubernetes.connections import EksConnections
from snapkeep.adapters.kubernetes.nodes import EksNodes
from snapkeep.adapters.kubernetes.quick_transport import quick_transport
from snapkeep.deployment import load_deployment
from snapkeep.settings import Settings
from snapkeep.wiring.basics import clock
from snapkeep.wiring.ports import Ports
from snapkeep.wiring.runtime import nonce, pause, share_log

PATIENT = CREATES.merge(Config(read_timeout=PATIENCE.total_seconds()))
"""Waits for a function's answer as long as an API caller may wait, and asks once."""

SIGNED = CALLS.merge(Config(signature_version="s3v4"))
"""What a presigned URL needs in every Region."""


class Client:
    """A botocore client, created on its first call."""

    def __init__(self, service: str, config: Config) -> None:
        self._service, self._config = service, config

    @cached_property
    def _client(self) -> Any:
        return session().create_client(self._service, config=self._config)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@cache
def session() -> botocore.session.Session:
    """The function's own credentials and Region; all of a stack's clusters are in this Region.

    Plain botocore: boto3 would only slow down a cold start.
    """
    share_log()
    return botocore.session.get_session()


def client(service: str, config: Config = CALLS) -> Any:
    """A client for that service, not created yet."""
    return Client(service, config)


@cache
def ports(settings: Settings) -> Ports:
    """The ports of the function with these settings; ports they do not name belong to other functions."""
    named = _Named(settings)
    deployment, region = load_deployment(), str(session().get_config_variable("region"))
    connections, ec2, dynamodb, sqs = _connections(region), client("ec2"), client("dynamodb"), client("sqs")
    creator = client("ec2", CREATES)
    own = Ec2Snapshots(ec2, creator, deployment.name)
    announcer = EventAnnouncer(client("events"), named.event_bus)
    return Ports(
        deployment=deployment,
        clusters=EksClusters(connections, clock),
        nodes=EksNodes(connections, clock),
        snapshots=own,
        everybodys_snapshots=Ec2Snapshots(ec2, creator),
        volumes=own,
        instances=Ec2Instances(ec2),
        hooks=AutoScalingHooks(client("autoscaling")),
        keys=KmsKeys(client("kms")),
        pacer=DynamoPacer(dynamodb, named.journal_table, f"{region}/CreateSnapshot", deployment.pace),
        journal=dynamo_journal(dynamodb, named.journal_table),
        jobs=SqsQueue(sqs, named.jobs_queue_url),
        to_save=SqsIncidents(sqs, named.save_queue_url),
        to_release=SqsIncidents(sqs, named.release_queue_url),
        starter=LambdaStarter(client("lambda"), named.plan_backup_function, _function(settings)),
        pruner=LambdaPruner(client("lambda", PATIENT), named.prune_function),
        announcer=announcer,
        retention_news=announcer,
        changes=announcer,
        incident_news=announcer,
        pages=S3Reports(client("s3", SIGNED), named.reports_bucket, clock),
        calendar=CronCalendar(),
        clock=clock,
        nonce=nonce,
        pause=pause,
    )


def _connections(region: str) -> EksConnections:
    credentials = session().get_credentials()
    if credentials is None:
        raise RuntimeError("no AWS credentials: a function has those of its role")
    return EksConnections(client("eks"), region, credentials, clock, quick_transport)


class _Named:
    """Settings by name, "" for those that a function lacks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __getattr__(self, name: str) -> str:
        return str(getattr(self._settings, name, ""))


def _function(settings: Settings) -> str:
    """The name of the function that owns these settings: `take_snapshots` has TakeSnapshotsSettings."""
    words = re.findall("[A-Z][a-z]+", type(settings).__name__.removesuffix("Settings"))
    return "_".join(words).lower()
