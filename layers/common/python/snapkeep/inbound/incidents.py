"""The messages to the incident functions: notices, ids of incidents to process, rehearsals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from snapkeep.inbound.errors import MalformedMessage
from snapkeep.inbound.interruptions import INSTANCE, notices_in_body

if TYPE_CHECKING:
    from snapkeep.domain.interruption.notices import Notice


@dataclass(frozen=True)
class IncidentMessage:
    """An instance to check, with its notices from the same message."""

    instance: str
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Rehearsal:
    """A dry run for an instance of a cluster."""

    cluster: str
    instance: str


def concerns(body: str) -> tuple[IncidentMessage, ...]:
    """The instances that an SQS message is about; its body is our own id message or an EventBridge event.

    Raises MalformedMessage when it is neither.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedMessage(f"the body is not JSON: {body[:200]!r}") from error
    if isinstance(document, dict) and set(document) == {"instance"}:
        return (IncidentMessage(_instance(document)),)
    found = notices_in_body(body)
    if found is None:
        raise MalformedMessage(f"the body names no instance: {body[:200]!r}")
    return tuple(IncidentMessage(notice.instance, (notice,)) for notice in found)


def rehearsal(event: Mapping[str, Any]) -> Rehearsal | None:
    """The rehearsal requested with `dry_run`, `cluster` and `instance`; else None."""
    if event.get("dry_run") is not True:
        return None
    cluster = event.get("cluster")
    if not isinstance(cluster, str) or not cluster:
        raise MalformedMessage(f"'cluster' must name the cluster of the instance, got {cluster!r}")
    return Rehearsal(cluster, _instance(event))


def is_tick(event: Mapping[str, Any]) -> bool:
    """True for a message from Scheduler: our own document with its scheduled time."""
    return "scheduledTime" in event


def _instance(fields: Mapping[str, Any]) -> str:
    instance = fields.get("instance")
    if not isinstance(instance, str) or not INSTANCE.fullmatch(instance):
        raise MalformedMessage(f"'instance' names no instance: {instance!r}")
    return instance
