"""Publishes what happened, as EventBridge events for machines and embedded metrics for alarms."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.aws.metrics import WorkCounter, count
from snapkeep.adapters.aws.session import our_errors
from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.metrics import SERVICE, Metric
from snapkeep.domain.policies import INTERRUPTION as INTERRUPTION_POLICY
from snapkeep.domain.report.announcements import Event, reading
from snapkeep.domain.troubles import Topic, Trouble, TroubleKind

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

    from snapkeep.domain.interruption.records import IncidentRecord
    from snapkeep.domain.messages import Change, FilesRead, ObjectsRead
    from snapkeep.domain.points import Point
    from snapkeep.domain.retention.deletion.brake_refusals import Refusal
    from snapkeep.domain.retention.deletion.orphans import Orphan

log = logging.getLogger(__name__)

SOURCE = SERVICE
VERSION = "1"
SHOWN_FAILURES = 50
"""The whole list is in the journal."""

NAMED_TROUBLES = 100
SHOWN_REASON = 300
"""The limits of one event: how many troubles it names, and characters per reason. They always fit, even if
JSON needs six bytes per character, so every trouble marked as announced was named."""

MOST_BYTES = 240_000
"""The largest detail: an entry of PutEvents and a message of SNS hold 256 KB, including the envelope.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html
"""

ENDS = {
    RunState.COMPLETED: Event.RUN_COMPLETED,
    RunState.PARTIALLY_FAILED: Event.RUN_PARTIALLY_FAILED,
    RunState.FAILED: Event.RUN_FAILED,
}

METRICS = {
    RunState.COMPLETED: Metric.RUNS_COMPLETED,
    RunState.PARTIALLY_FAILED: Metric.RUNS_PARTIALLY_FAILED,
    RunState.FAILED: Metric.RUNS_FAILED,
}

TROUBLES = {kind: Event(f"Snapkeep {kind.title()}") for kind in TroubleKind}
"""The events about lasting troubles, each named after its kind."""

NO_CLUSTER = "none"
"""The dimension of metrics that concern no configured cluster."""

ALL_POLICIES = "all"
"""The dimension of metrics that concern a whole cluster."""


class EventAnnouncer(WorkCounter):
    """Publishes to one event bus, and writes metrics into the function's log (EMF, no API call).

    Dimensions are service, cluster and policy only: one per volume would cost more than the backups. Each
    metric is also written for the service alone, so that one alarm covers all of them.
    """

    def __init__(self, events: EventBridgeClient, bus: str) -> None:
        self._events = events
        self._bus = bus

    def run_closed(
        self, run: Run, failures: Sequence[Point], skews: Mapping[str, float], late: Sequence[Point] = ()
    ) -> None:
        """Publish how a run ended: totals, the first failures with their reasons, each group's skew."""
        count(METRICS[run.state], 1, run.cluster, run.policy)
        count(Metric.POINTS_READY, run.ready, run.cluster, run.policy)
        count(Metric.POINTS_FAILED, run.failed, run.cluster, run.policy)
        if late:  # a metric costs money only while it is counted
            count(Metric.POINTS_LATE, len(late), run.cluster, run.policy)
        self.put(
            ENDS[run.state],
            {
                "run": run.id,
                "cluster": run.cluster,
                "policy": run.policy,
                "slot": run.slot.isoformat(),
                "state": run.state.value,
                "total": run.total,
                "ready": run.ready,
                "failed": run.failed,
                "degraded": run.degraded,
                "left": dict(run.skipped),
                "late": len(late),
                "failures": [_failure(point) for point in failures[:SHOWN_FAILURES]],
                "late_points": [
                    _failure(point) | {"snapshot": point.snapshot_id} for point in late[:SHOWN_FAILURES]
                ],
                "groups": dict(skews),
            },
        )

    def late_points_ended(self, run: Run, ended: int) -> None:
        """Publish that late points of a closed run ended, with the run's new totals."""
        detail = {"run": run.id, "cluster": run.cluster, "policy": run.policy, "slot": run.slot.isoformat()}
        counts = {"total": run.total, "ready": run.ready, "failed": run.failed, "late": run.late}
        self.put(Event.LATE_POINTS_ENDED, {**detail, **counts, "ended": ended})

    def slot_missed(self, cluster: str, policy: str, slot: datetime, reason: str) -> None:
        detail = {"cluster": cluster, "policy": policy, "slot": slot.isoformat(), "reason": reason}
        count(Metric.SLOTS_MISSED, 1, cluster, policy)
        self.put(Event.SLOT_MISSED, detail)

    def slot_refused(self, cluster: str, policy: str, slot: datetime, reason: str) -> None:
        """Publish that a slot gets no run, and who asked for it."""
        detail = {"cluster": cluster, "policy": policy, "slot": slot.isoformat(), "reason": reason}
        count(Metric.SLOTS_REFUSED, 1, cluster, policy)
        self.put(Event.SLOT_REFUSED, detail)

    def freshness(self, cluster: str, policy: str, age: timedelta, late: Sequence[str]) -> None:
        """Measure the age of the newest run with a ready point, in seconds, and count the claims that are
        owed a point.
        """
        count(Metric.NEWEST_GOOD_AGE, age.total_seconds(), cluster, policy)
        count(Metric.CLAIMS_LATE, len(late), cluster, policy)
        if late:
            some = ", ".join(late[:SHOWN_FAILURES])
            log.warning("policy %s of %s owes recovery points to: %s", policy, cluster, some)

    def trouble(self, topic: Topic, due: Sequence[Trouble], total: int) -> int:
        """Publish troubles that are new or due for a reminder, as many as one event can name; returns how
        many."""
        shown = _troubles(due[:NAMED_TROUBLES])
        detail = {"cluster": topic.cluster, "about": topic.about, "told": len(shown), "total": total}
        self.put(TROUBLES[topic.kind], {**detail, "troubles": shown})
        return len(shown)

    def not_locked(self, point: Point, reason: str) -> None:
        """Publish that a point is ready without the lock its policy requires, so it can be deleted."""
        detail = {"cluster": point.claim.cluster, "policy": point.policy, "snapshot": point.snapshot_id}
        count(Metric.POINTS_NOT_LOCKED, 1, point.claim.cluster, point.policy)
        self.put(Event.POINT_NOT_LOCKED, {**detail, **_failure(point), "reason": reason})

    def orphans_found(
        self, cluster: str, counts: Mapping[str, int], dollars_a_month: float, some: Sequence[Orphan]
    ) -> None:
        """Publish the orphans that a sweep found, the first ones with their reasons, and their maximum
        cost."""
        shown = [{"kind": item.kind.value, "name": item.name, "reason": item.reason} for item in some]
        detail = {"cluster": cluster, "counts": dict(counts), "dollars_a_month_at_most": dollars_a_month}
        count(Metric.ORPHANS, sum(counts.values()), cluster or NO_CLUSTER, ALL_POLICIES)
        self.put(Event.ORPHANS_FOUND, {**detail, "orphans": shown[:SHOWN_FAILURES]})

    def cluster_gone(self, cluster: str, reason: str) -> None:
        self.put(Event.CLUSTER_GONE, {"cluster": cluster, "reason": reason})

    def policy_orphaned(self, cluster: str, policy: str, points: int) -> None:
        """Publish that a policy which the config no longer names still has points."""
        reason = (
            f"snapkeep.yaml does not name policy {policy} for {cluster} any more: its {points} points stay "
            "until somebody deletes them or restores the policy"
        )
        detail = {"cluster": cluster, "policy": policy, "points": points, "reason": reason}
        self.put(Event.POLICY_ORPHANED, detail)

    def changed(self, change: Change) -> None:
        self.put(Event.CHANGED, dataclasses.asdict(change))

    def files_read(self, files: FilesRead) -> None:
        self.put(Event.FILES_READ, dataclasses.asdict(files))

    def objects_read(self, objects: ObjectsRead) -> None:
        self.put(Event.OBJECTS_READ, dataclasses.asdict(objects))

    def interruption(
        self, record: IncidentRecord, step: str, reason: str, figures: Mapping[Metric, float]
    ) -> None:
        """Publish a step of an incident with its timeline so far, and its figures as metrics.

        Missed volumes are also published as a separate event, so that every incident notifies somebody: an
        alarm fires only once for incidents minutes apart.
        """
        now = record.timeline[-1] if record.timeline else None
        detail = {
            "instance": record.instance,
            "cluster": record.cluster,
            "node": record.node,
            "step": step,
            "reason": reason,
            "seconds_left": now.seconds_left if now else None,
            "run": record.run,
            "figures": dict(figures),
            "timeline": [
                {"at": moment.at.isoformat(), "text": moment.text, "seconds_left": moment.seconds_left}
                for moment in record.timeline[-SHOWN_FAILURES:]
            ],
        }
        for metric, value in figures.items():
            count(metric, value, record.cluster or NO_CLUSTER, INTERRUPTION_POLICY)
        self.put(Event.INTERRUPTION, detail)
        if any(figures.get(metric) for metric in (Metric.VOLUMES_MISSED, Metric.INTERRUPTIONS_MISSED)):
            self.put(Event.INTERRUPTION_MISSED, detail)

    def unknown_notice(self, source: str, kind: str) -> None:
        """Count an event of a kind we do not know; the log says which."""
        log.info("nothing to do for %r of %r: its kind is unknown", kind, source)
        count(Metric.NOTICES_UNKNOWN, 1, NO_CLUSTER, INTERRUPTION_POLICY)

    def prune_braked(self, refusal: Refusal) -> None:
        """Publish what the brake refused to delete, and the token that confirms it."""
        count(Metric.PRUNES_BRAKED, 1, refusal.cluster, ALL_POLICIES)
        self.put(
            Event.PRUNE_BRAKED,
            {
                "cluster": refusal.cluster,
                "of": refusal.kind.value,
                "reason": refusal.reason,
                "since": refusal.since.isoformat(),
                "deletions": len(refusal.names),
                "snapshots": sorted(refusal.names)[:SHOWN_FAILURES],
                "confirm": refusal.token,
            },
        )

    def put(self, event: Event, detail: Mapping[str, Any]) -> None:
        """Publish an event. Call it after the metrics, which need no API call and cannot fail."""
        with our_errors(f"publish {event.value!r}"):
            answer = self._events.put_events(
                Entries=[
                    {
                        "Source": SOURCE,
                        "DetailType": event.value,
                        "Detail": bounded({"version": VERSION, **reading(event, detail), **detail}),
                        "EventBusName": self._bus,
                    }
                ]
            )
        if answer.get("FailedEntryCount"):
            entry = answer["Entries"][0]
            why = f"{entry.get('ErrorCode')}: {entry.get('ErrorMessage')}"
            raise TemporaryError(f"EventBridge did not accept {event.value!r}: {why}")


def bounded(detail: Mapping[str, Any]) -> str:
    """The detail as JSON of at most MOST_BYTES. If it is larger, the largest field is halved until it fits;
    `cut` names such fields with their original size: entries of a list or map, characters of a text."""
    found, cut = dict(detail), dict[str, int]()
    while len(text := json.dumps(found | ({"cut": cut} if cut else {}))) > MOST_BYTES:
        name = max(found, key=lambda key: len(json.dumps(found[key])))
        value = found[name]
        cut.setdefault(name, len(value))
        half = len(value) // 2
        found[name] = dict(islice(value.items(), half)) if isinstance(value, Mapping) else value[:half]
    return text


def _troubles(due: Sequence[Trouble]) -> list[dict[str, str | bool]]:
    return [
        {
            "subject": trouble.subject,
            "reason": trouble.reason[:SHOWN_REASON],
            "since": trouble.since.isoformat(),
            "reminder": trouble.told_at is not None,
        }
        for trouble in due
    ]


def _failure(point: Point) -> dict[str, str]:
    return {
        "namespace": point.claim.namespace,
        "claim": point.claim.name,
        "point": point.id,
        "reason": point.reason,
    }
