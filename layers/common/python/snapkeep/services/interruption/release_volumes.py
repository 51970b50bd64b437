"""Releases the volumes of a dead node as soon as EC2 confirms that its instance is terminated, not before."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain.interruption.aftermath import Aftermath, Step, aftermath
from snapkeep.domain.interruption.instances import Instance
from snapkeep.domain.interruption.nodes import Attachment, Node
from snapkeep.domain.interruption.notices import Notice
from snapkeep.domain.interruption.ownership import owner
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.metrics import Metric
from snapkeep.domain.policies import Deployment
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Instances, Volumes
from snapkeep.ports.incidents import Incidents
from snapkeep.ports.kubernetes import NodeClusters, Nodes
from snapkeep.ports.messaging import IncidentQueue
from snapkeep.ports.news import InterruptionNews
from snapkeep.services.interruption.incident_log import IncidentLog

LOOK_AGAIN = timedelta(seconds=10)
GIVE_UP_AFTER = timedelta(minutes=30)
"""How long the volumes of a dead instance are checked closely; Kubernetes itself needs 6 minutes, rarely up
to 25. After that they are checked along with all open incidents."""

MISSED = (Metric.VOLUMES_MISSED, Metric.INTERRUPTIONS_MISSED)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Released:
    """What one step did, and whether another was requested."""

    instance: str
    step: str
    reason: str
    attachments: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True)
class ReleaseVolumes:
    """Detaches volumes from nodes whose instances EC2 has terminated."""

    deployment: Deployment
    instances: Instances
    clusters: NodeClusters
    volumes: Volumes
    incidents: Incidents
    queue: IncidentQueue
    news: InterruptionNews
    clock: Clock

    def run(self, instance: str, notices: tuple[Notice, ...] = ()) -> Released:
        """Take the next step for an instance that is reported dead, by these notices among others.

        Raises TemporaryError when EC2, the cluster or the journal did not answer.
        """
        machine = self.instances.instance(instance)
        named = self._named(machine)
        if machine is not None and not named:
            return Released(instance, "not ours", f"no tag of {instance} names a configured cluster")
        record = self.incidents.incident(instance)
        cluster = record.cluster if record else named
        if not cluster:
            return Released(instance, "not ours", f"neither EC2 nor the journal knows {instance}")
        nodes = self.clusters.open(cluster)
        node = nodes.find(instance, record.node if record else "")
        name = self._name(nodes, node, record)
        attachments = _of(nodes.attachments(), instance, name)
        pods = nodes.pods(name) if name else ()
        volumes = nodes.volume_ids([each.volume for each in attachments])
        held = self._held(attachments, volumes)
        next_step = aftermath(instance, machine, node, attachments, held, pods)
        if record is None and next_step.step in (Step.DONE, Step.HANDS_OFF):
            return Released(instance, next_step.step.value, next_step.reason)
        record = record or IncidentRecord(instance, cluster, name)
        is_dying = next_step.step is not Step.HANDS_OFF
        if record.unlooked and is_dying and (attachments or node is not None):
            left = tuple(volumes.get(each.volume, each.volume) for each in attachments)
            record = self._log.change(record, lambda one: one.left_behind(left))
        return self._take(record, notices, nodes, node, next_step)

    @property
    def _log(self) -> IncidentLog:
        return IncidentLog(self.incidents, self.news, self.clock)

    def _named(self, machine: Instance | None) -> str:
        """The configured cluster that the instance names; "" for none."""
        named = owner(machine.tags) if machine else None
        return named.cluster if named and self.deployment.cluster(named.cluster) else ""

    def _name(self, nodes: Nodes, node: Node | None, record: IncidentRecord | None) -> str:
        """The present or former name of the node; "" once another instance has that name."""
        if node is not None:
            return node.name
        name = record.node if record else ""
        return name if name and nodes.named(name) is None else ""

    def _held(self, attachments: Sequence[Attachment], volumes: Mapping[str, str]) -> dict[str, str]:
        """By attachment name, the instance that its volume is attached to in EC2, "" for none."""
        attached = self.volumes.attachments(sorted(set(volumes.values()))) if volumes else {}
        return {each.name: attached.get(volumes.get(each.volume, ""), "") for each in attachments}

    def _take(
        self,
        known: IncidentRecord,
        notices: tuple[Notice, ...],
        nodes: Nodes,
        node: Node | None,
        planned: Aftermath,
    ) -> Released:
        if planned.change is not None and node is not None and not nodes.write(node, planned.change):
            self.queue.send(known.instance, timedelta(seconds=1))
            return Released(known.instance, "wait", f"{node.name} was changed meanwhile", again=True)
        # Journaled first: after a crash during the deletions nothing is left in the cluster, and only the
        # journal knows.
        record = self._log.change(
            known, lambda one: self._log.noted(one.with_notices(notices), planned.reason)
        )
        for attachment in planned.attachments:
            nodes.delete_attachment(attachment)
        for pod in planned.pods:
            nodes.delete_now(pod)
        closes = planned.step in (Step.DONE, Step.UNTAINT)
        again = self._again(record, planned, closes)
        if closes:
            record = self._close(record, planned.reason)
        elif record.timeline != known.timeline and planned.step in (Step.TAINT, Step.DETACH):
            self._log.tell(record, "released", planned.reason, {})
        return Released(
            record.instance,
            planned.step.value,
            planned.reason,
            tuple(each.name for each in planned.attachments),
            tuple(map(str, planned.pods)),
            again,
        )

    def _close(self, record: IncidentRecord, reason: str) -> IncidentRecord:
        """Publish that the incident is over and what was missed, then close the record: it is published at
        least once.

        The record stays open, to be checked again, while publishing fails or when more turns out to be
        missed. It is written before it is published: otherwise a journal that refuses writes would raise the
        alarm at every check.
        """
        if record.closed_at is not None:
            return record
        now = self.clock()

        def last(one: IncidentRecord) -> IncidentRecord:
            return replace(self._log.noted(one, *filter(None, (one.why_missed,))), again=now + LOOK_AGAIN)

        told = self._log.change(record, last)
        figures, why = _figures(told), "; ".join(filter(None, (reason, told.why_missed)))
        if not self._log.tell(told, "over", why, figures) and any(figures[each] for each in MISSED):
            return told

        def close(one: IncidentRecord) -> IncidentRecord:
            return replace(one.saved(), closed_at=now) if one.missed <= told.missed else one

        return self._log.change(told, close)

    def _again(self, record: IncidentRecord, planned: Aftermath, closes: bool) -> bool:
        is_dead = record.incident.terminated  # an EC2 event said so, although describes may lag
        if closes or (planned.step is Step.HANDS_OFF and not is_dead):
            return False
        if self.clock() - _began(record) > GIVE_UP_AFTER:
            log.warning("%s is no longer checked closely: %s", record.instance, planned.reason)
            return False
        self.queue.send(record.instance, LOOK_AGAIN)
        return True


def _of(attachments: Sequence[Attachment], instance: str, node: str) -> list[Attachment]:
    """The dead instance's attachments: by the instance id that the driver recorded, or by node where it
    recorded none."""
    return [
        each
        for each in attachments
        if each.instance == instance or (not each.instance and node and each.node == node)
    ]


def _began(record: IncidentRecord) -> datetime:
    """When the end of the instance was announced; None if it was not."""
    ends = [
        notice.announced_at for notice in record.notices if notice.action in ("terminated", "shutting-down")
    ]
    return max(ends) if ends else record.timeline[-1].at


def _figures(record: IncidentRecord) -> dict[Metric, float]:
    return {
        Metric.SECONDS_TO_RELEASE: max(0.0, (record.timeline[-1].at - _began(record)).total_seconds()),
        Metric.INTERRUPTIONS_MISSED: int(record.is_untouched),
        Metric.VOLUMES_MISSED: record.missed,
    }
