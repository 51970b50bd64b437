"""Drains a dying node: evicts pods before the deadline, deletes blocked ones shortly before it, and names
each blocker.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from snapkeep.domain.errors import ClusterUnreachable, SnapkeepError
from snapkeep.domain.interruption.drains import Leaving, is_last_moment, plan_drain
from snapkeep.domain.interruption.nodes import NodeEvent, Pod
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.metrics import Metric
from snapkeep.ports.clock import Clock
from snapkeep.ports.kubernetes import Nodes
from snapkeep.services.interruption.incident_log import IncidentLog

log = logging.getLogger(__name__)


@dataclass
class Drained:
    """The result by pod name: `blocked` and `forced` say what blocked the eviction."""

    evicted: list[str] = field(default_factory=list)
    blocked: dict[str, str] = field(default_factory=dict)
    forced: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DrainNode:
    """Drains one node."""

    nodes: Nodes
    log: IncidentLog
    clock: Clock

    def run(
        self, record: IncidentRecord, pods: Sequence[Pod], deadline: datetime | None
    ) -> tuple[IncidentRecord, Drained]:
        """Evict the pods that leave; in the last moments before the deadline, delete blocked ones.

        Trouble with one pod never stops the others. Returns the record with what was done.
        """
        drained = Drained()
        for leaving in plan_drain(pods, deadline, self.clock()).leaving:
            try:
                self._evict(leaving, deadline, drained)
            except ClusterUnreachable as error:  # each further pod would cost the whole timeout
                drained.blocked[str(leaving.pod)] = error.reason
                break
            except SnapkeepError as error:
                drained.blocked[str(leaving.pod)] = error.reason
        return self._told(record, pods, drained), drained

    def _evict(self, leaving: Leaving, deadline: datetime | None, drained: Drained) -> None:
        pod = leaving.pod
        why = self.nodes.evict(pod, leaving.grace_seconds).blocked_by
        if not why:
            drained.evicted.append(str(pod))
        elif is_last_moment(deadline, self.clock()):
            self.nodes.delete_now(pod, leaving.grace_seconds)
            drained.forced[str(pod)] = why
        else:
            drained.blocked[str(pod)] = why

    def _told(self, record: IncidentRecord, pods: Sequence[Pod], drained: Drained) -> IncidentRecord:
        lines = [f"evicted {', '.join(drained.evicted)}"] if drained.evicted else []
        lines += [f"{pod} is blocked: {why}" for pod, why in drained.blocked.items()]
        lines += [f"{pod} was blocked until the last moment and is deleted" for pod in drained.forced]
        noted = self.log.note(record, *lines)
        if noted.revision == record.revision:
            return record
        figures: dict[Metric, float] = {
            Metric.PODS_EVICTED: len(drained.evicted),
            Metric.PODS_BLOCKED: len(drained.blocked),
            Metric.PODS_FORCED: len(drained.forced),
        }
        self.log.tell(noted, "drained", "; ".join(lines), figures)
        for pod in pods:
            self._say(pod, drained)
        return noted

    def _say(self, pod: Pod, drained: Drained) -> None:
        """Write a Kubernetes Event about the pod, which outlives it; a failure is only logged."""
        name, node = str(pod), "its node is dying"
        if name in drained.evicted:
            said = _said(pod, "SnapkeepEvicted", f"{node}; it is evicted", warning=False)
        elif name in drained.blocked:
            why = drained.blocked[name]
            said = _said(pod, "SnapkeepEvictionBlocked", f"{node}, and it cannot be evicted: {why}")
        elif name in drained.forced:
            why = drained.forced[name]
            said = _said(
                pod,
                "SnapkeepDeleted",
                f"{node} within seconds; it is deleted, although it cannot be evicted: {why}",
            )
        else:
            return
        try:
            self.nodes.record_event(said)
        except SnapkeepError as error:
            log.warning("no Kubernetes Event on %s: %s", pod, error.reason)


def _said(pod: Pod, reason: str, text: str, *, warning: bool = True) -> NodeEvent:
    return NodeEvent("Pod", pod.namespace, pod.name, pod.uid, reason, text, warning)
