"""Reads EC2's events about copies that ended, which are forwarded from other Regions and queued.

Only the envelope's account and Region are trusted; EC2 there says what became of a copy.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from snapkeep.inbound.errors import MalformedMessage

TRIES = 3
"""How often an event waits while another invocation works on its place. The schedule's next turn would also
settle the copy."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CopyEnded:
    """A copy in a Region ended. `incremental` says whether only changed blocks were copied; None if the event
    does not say, as for one that failed."""

    account: str
    region: str
    snapshot_id: str
    incremental: bool | None = None


@dataclass(slots=True)
class Batch:
    """Messages of one Region: the copies that ended there (snapshot ids), what is said of some, and which
    messages may wait for their turn."""

    named: set[str] = field(default_factory=set)
    incremental: dict[str, bool] = field(default_factory=dict)
    patient: list[str] = field(default_factory=list)


def copy_ended(body: str) -> CopyEnded | None:
    """The message in an EventBridge event that came as the body of an SQS message; None for other events.

    Raises MalformedMessage when it is no event, or names no copy.
    """
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedMessage(f"the body is not JSON: {body[:200]!r}") from error
    detail = event.get("detail") if isinstance(event, Mapping) else None
    if not isinstance(detail, Mapping):
        raise MalformedMessage(f"the body is not an EventBridge event: {body[:200]!r}")
    if event.get("source") != "aws.ec2" or detail.get("event") != "copySnapshot":
        return None
    return CopyEnded(
        account=_text(event, "account"),
        region=_text(event, "region"),
        snapshot_id=_id(detail.get("snapshot_id")),
        incremental=_flag(detail.get("incremental", detail.get("Incremental"))),
    )


def by_region(messages: Sequence[Mapping[str, Any]], account: str) -> tuple[dict[str, Batch], list[str]]:
    """The messages of a batch by Region, and the ids of those that cannot be read.

    Events of other accounts than ours are dropped.
    """
    batches: dict[str, Batch] = {}
    unreadable: list[str] = []
    for message in messages:
        try:
            ended = copy_ended(message["body"])
        except MalformedMessage:
            log.exception("message %s goes back to its queue", message["messageId"])
            unreadable.append(message["messageId"])
            continue
        if ended is None or ended.account != account:
            log.info("nothing to do for message %s: it is not about a copy of ours", message["messageId"])
            continue
        batch = batches.setdefault(ended.region, Batch())
        batch.named.add(ended.snapshot_id)
        if ended.incremental is not None:
            batch.incremental[ended.snapshot_id] = ended.incremental
        if may_wait(message):
            batch.patient.append(message["messageId"])
    return batches, unreadable


def may_wait(message: Mapping[str, Any]) -> bool:
    """True for a message that may go back to its queue while another invocation works on its place."""
    return int(message.get("attributes", {}).get("ApproximateReceiveCount", 1)) < TRIES


def _text(event: Mapping[str, Any], key: str) -> str:
    value = event.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedMessage(f"the event's {key} is {value!r}")
    return value


def _id(arn: object) -> str:
    """The snapshot id at the end of an ARN; AWS documents three forms, which end the same way."""
    name = str(arn or "").rsplit("/", 1)[-1]
    if not name.startswith("snap-"):
        raise MalformedMessage(f"{arn!r} names no snapshot")
    return name


def _flag(value: object) -> bool | None:
    """EC2 writes a flag as text."""
    return {"true": True, "false": False}.get(str(value).lower())
