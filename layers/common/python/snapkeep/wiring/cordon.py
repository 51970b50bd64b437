"""The parts of handle_interruption: first only the cordon, then everything else.

A node that is about to die has two minutes, and its announcement usually hits a cold function. So the
builders that run after the cordon import what it does not need (DynamoDB, SQS, EventBridge, Powertools)
inside their bodies.
"""

from __future__ import annotations

import json
import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

from snapkeep.adapters.aws.instances import Ec2Instances
from snapkeep.adapters.kubernetes.connections import EksConnections
from snapkeep.adapters.kubernetes.nodes import EksNodes
from snapkeep.adapters.kubernetes.quick_transport import quick_transport
from snapkeep.deployment import load_deployment
from snapkeep.services.interruption.cordon import CordonNode
from snapkeep.services.interruption.take_notices import TakeNotices
from snapkeep.wiring.basics import as_document, clock

if TYPE_CHECKING:
    from snapkeep.services.interruption.incidents import HandleInterruption
    from snapkeep.settings import HandleInterruptionSettings

QUICK = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})

logger = logging.getLogger("snapkeep")
logger.setLevel(logging.INFO)


@cache
def cordon_node() -> CordonNode:
    """The service that cordons a node."""
    return CordonNode(load_deployment(), _machines(), _nodes(), clock)


@cache
def incidents(settings: HandleInterruptionSettings) -> HandleInterruption:
    """The service that does everything that follows the cordon."""
    from snapkeep.adapters.aws.events import EventAnnouncer
    from snapkeep.adapters.aws.sqs import SqsIncidents
    from snapkeep.adapters.dynamodb.incidents import DynamoIncidents
    from snapkeep.adapters.dynamodb.table import Table
    from snapkeep.adapters.dynamodb.troubles import DynamoTroubles
    from snapkeep.wiring.incidents import handle_interruption

    queues, table = _client("sqs"), Table(_client("dynamodb"), settings.journal_table)
    return handle_interruption(
        cordon_node(),
        instances=_machines(),
        nodes=_nodes(),
        incidents=DynamoIncidents(table),
        troubles=DynamoTroubles(table),
        unreadable=table,
        to_save=SqsIncidents(queues, settings.save_queue_url),
        to_release=SqsIncidents(queues, settings.release_queue_url),
        news=EventAnnouncer(_client("events"), settings.event_bus),
        clock=clock,
    )


def take_notices(settings: HandleInterruptionSettings) -> TakeNotices:
    """The service that takes notices: it cordons first, then does the rest."""
    return TakeNotices(cordon_node(), lambda: incidents(settings))


def log_report(report: Any) -> dict[str, Any]:
    """Log a report as JSON-ready data and return it, so that a function's answer matches its log."""
    document = as_document(report)
    logger.info(json.dumps(document))
    return document


def live_through_snapshots() -> None:
    """With SnapStart, prepare everything before the snapshot, and renew all of it after each restore.

    Lambda's Python runtime provides the hooks.
    https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html
    """
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start":
        return
    from snapshot_restore_py import register_after_restore, register_before_snapshot

    register_before_snapshot(get_ready)
    register_after_restore(forget)
    register_after_restore(get_ready)


def get_ready() -> None:
    """Create what an invocation would create, without calling anything yet."""
    from snapkeep.settings import HandleInterruptionSettings

    cordon_node()
    incidents(HandleInterruptionSettings.from_environment(os.environ))


def forget() -> None:
    """Discard every client, connection, token and credential; later code creates new ones.

    For a process that was frozen in a snapshot and resumes elsewhere, hours later and many times at once.
    https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
    """
    for made in (cordon_node, incidents, _machines, _nodes, connections, _session):
        made.cache_clear()


@cache
def _session() -> botocore.session.Session:
    """Plain botocore: boto3 would only cost time here. Credentials come from botocore's own chain."""
    return botocore.session.get_session()


def _client(service: str) -> Any:
    return _session().create_client(service, config=QUICK)


@cache
def _machines() -> Ec2Instances:
    return Ec2Instances(_client("ec2"))


@cache
def _nodes() -> EksNodes:
    return EksNodes(connections(), clock)


@cache
def connections() -> EksConnections:
    """The connections to clusters."""
    session = _session()
    credentials = session.get_credentials()
    if credentials is None:
        raise RuntimeError("no AWS credentials: a function has those of its role")
    region = str(session.get_config_variable("region"))
    return EksConnections(_client("eks"), region, credentials, clock, quick_transport)
