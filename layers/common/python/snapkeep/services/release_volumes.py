"""After death: a node's volumes are released as soon as EC2 confirms that its machine is gone, not before."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain.errors import SnapkeepError, TemporaryError
from snapkeep.domain.interruption.aftermath import Aftermath, Step, aftermath
from snapkeep.domain.interruption.machines import Machine
from snapkeep.domain.interruption.nodes import Attachment, Node, Pod
from snapkeep.domain.interruption.notices import Notice
from snapkeep.domain.interruption.ownership import owner
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.policies import Deployment
from snapkeep.ports import (
    Clock,
    IncidentQueue,
    Incidents,
    InterruptionNews,
    Machines,
    NodeClusters,
    Nodes,
    Snapshots,
)

LOOK_AGAIN = timedelta(seconds=10)
GIVE_UP_AFTER = timedelta(minutes=30)
"""How long the volumes of a dead machine are followed; Kubernetes itself needs 6 minutes, rarely up to 25."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Released:
    """What one look did, and whether another one was asked for."""

    instance: str
    step: str
    reason: str
    attachments: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True)
class ReleaseVolumes:
    """Takes the volumes off nodes whose machines EC2 has terminated."""

    deployment: Deployment
    machines: Machines
    clusters: NodeClusters
    snapshots: Snapshots
    incidents: Incidents
    queue: IncidentQueue
    news: InterruptionNews
    clock: Clock

    def run(self, instance: str, notices: tuple[Notice, ...] = ()) -> Released:
        """Take the next step for an instance that is said to be dead, by these announcements among others.

        Raises TemporaryError when EC2, the cluster or the journal did not answer.
        """
        machine = self.machines.machine(instance)
        record = self.incidents.incident(instance)
        cluster = self._cluster(machine, record)
        if not cluster:
            return Released(instance, "not ours", "no incident and no tag names a cluster of ours")
        nodes = self.clusters.open(cluster)
        node = nodes.find(instance, record.node if record else "")
        name = node.name if node else (record.node if record else "")
        attachments = _of(nodes.attachments(), instance, name)
        pods = self._pods(nodes, node, name)
        held = self._held(nodes, attachments)
        next_step = aftermath(instance, machine, node, attachments, held, pods)
        if record is None and next_step.step in (Step.DONE, Step.HANDS_OFF):
            return Released(instance, next_step.step.value, next_step.reason)
        record = (record or IncidentRecord(instance, cluster, name)).told_of(notices)
        return self._take(record, nodes, node, next_step)

    def _cluster(self, machine: Machine | None, record: IncidentRecord | None) -> str:
        if record:
            return record.cluster
        named = owner(machine.tags) if machine else None
        return named.cluster if named and self.deployment.cluster(named.cluster) else ""

    def _pods(self, nodes: Nodes, node: Node | None, name: str) -> Sequence[Pod]:
        """Pods bound to the dead node; none once another machine has its name."""
        if not name or (node is None and nodes.named(name) is not None):
            return ()
        return nodes.pods(name)

    def _held(self, nodes: Nodes, attachments: Sequence[Attachment]) -> dict[str, str]:
        """By attachment the instance that EC2 says its volume is attached to, "" for none."""
        volumes = nodes.volume_ids([each.volume for each in attachments])
        attached = self.snapshots.attachments(sorted(set(volumes.values()))) if volumes else {}
        return {each.name: attached.get(volumes.get(each.volume, ""), "") for each in attachments}

    def _take(self, record: IncidentRecord, nodes: Nodes, node: Node | None, planned: Aftermath) -> Released:
        if planned.change is not None and node is not None and not nodes.write(node, planned.change):
            self.queue.send(record.instance, timedelta(seconds=1))
            return Released(record.instance, "wait", f"{node.name} was changed meanwhile", again=True)
        for attachment in planned.attachments:
            nodes.delete_attachment(attachment)
        for pod in planned.pods:
            nodes.delete_now(pod)
        closes = planned.step in (Step.DONE, Step.UNTAINT)
        record = self._note(record, planned.reason, closes)
        again = self._again(record, planned, closes)
        if planned.step in (Step.TAINT, Step.DETACH) or closes:
            self._tell(record, "over" if closes else "released", planned.reason, _figures(record, closes))
        return Released(
            record.instance,
            planned.step.value,
            planned.reason,
            tuple(each.name for each in planned.attachments),
            tuple(map(str, planned.pods)),
            again,
        )

    def _again(self, record: IncidentRecord, planned: Aftermath, closes: bool) -> bool:
        if closes or planned.step is Step.HANDS_OFF:
            return False
        if self.clock() - _began(record) > GIVE_UP_AFTER:
            log.warning("%s is not followed any longer: %s", record.instance, planned.reason)
            return False
        self.queue.send(record.instance, LOOK_AGAIN)
        return True

    def _note(self, record: IncidentRecord, reason: str, closes: bool) -> IncidentRecord:
        """The record with this line, closed if it is the last; on another's write once more on top of it."""
        known = self.incidents.incident(record.instance)
        for _ in range(3):
            now = self.clock()
            noted = record.noted(now, reason)
            noted = replace(noted, closed_at=now) if closes and noted.closed_at is None else noted
            if noted == known:
                return noted
            try:
                return self.incidents.write_incident(noted)
            except TemporaryError:
                known = self.incidents.incident(record.instance)
                record = known.told_of(record.notices) if known else record
        raise TemporaryError(f"the incident of {record.instance} is written by many at once")

    def _tell(self, record: IncidentRecord, step: str, reason: str, figures: Mapping[str, float]) -> None:
        try:
            self.news.interruption(record, step, reason, figures)
        except SnapkeepError as error:
            log.warning("the incident of %s was not published: %s", record.instance, error.reason)


def _of(attachments: Sequence[Attachment], instance: str, node: str) -> list[Attachment]:
    """Those of the dead machine: by its id, which the driver noted, or by its node where it noted none."""
    return [
        each
        for each in attachments
        if each.instance == instance or (not each.instance and node and each.node == node)
    ]


def _began(record: IncidentRecord) -> datetime:
    """When the end was announced, as far as it was."""
    ends = [
        notice.announced_at for notice in record.notices if notice.action in ("terminated", "shutting-down")
    ]
    return max(ends) if ends else record.timeline[-1].at


def _figures(record: IncidentRecord, closes: bool) -> dict[str, float]:
    if not closes:
        return {}
    return {"SecondsToRelease": max(0.0, (record.timeline[-1].at - _began(record)).total_seconds())}
