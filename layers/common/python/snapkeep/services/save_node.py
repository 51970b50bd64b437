"""The two minutes after the cordon: snapshots first, then evictions against the deadline, then the hooks."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from snapkeep.domain.claims import Claim
from snapkeep.domain.errors import NotFound, SnapkeepError, TemporaryError
from snapkeep.domain.interruption.drains import DrainPlan, drainer, plan_drain
from snapkeep.domain.interruption.incidents import incident
from snapkeep.domain.interruption.machines import Machine
from snapkeep.domain.interruption.nodes import Node, Pod, Said
from snapkeep.domain.interruption.notices import Kind, Notice, spot_deadline
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.interruption.rules import Reaction
from snapkeep.domain.interruption.saves import SavePlan, plan_save
from snapkeep.domain.interruption.urgency import LIFECYCLE_LIMIT, Urge, urgency
from snapkeep.domain.policies import Deployment
from snapkeep.domain.selection import Taken, decide
from snapkeep.ports import (
    Clock,
    IncidentQueue,
    Incidents,
    InterruptionNews,
    LifecycleHooks,
    Machines,
    NodeClusters,
    Nodes,
)
from snapkeep.services.save_volumes import Saved, SaveVolumes

EVICT_AGAIN = timedelta(seconds=5)
HOOK_AGAIN = timedelta(seconds=20)
"""How often a pod that a budget blocks is tried again, and a lifecycle hook is given a heartbeat."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NodePlan:
    """What is done for a node: by volume and by pod, each with its reason."""

    instance: str
    cluster: str
    node: str
    cordon: str
    save: SavePlan
    drained_by: str
    drain: DrainPlan


@dataclass
class SaveReport:
    """What one look at an incident did. `again` is the seconds until the next one, None after the last."""

    instance: str
    reason: str = ""
    snapshots: list[str] = field(default_factory=list)
    missed: dict[str, str] = field(default_factory=dict)
    evicted: list[str] = field(default_factory=list)
    blocked: dict[str, str] = field(default_factory=dict)
    hooks: dict[str, str] = field(default_factory=dict)
    again: float | None = None


@dataclass(frozen=True)
class Scene:
    """What a look at instance, node and pods showed."""

    machine: Machine
    node: Node
    nodes: Nodes
    pods: Sequence[Pod]
    claims: Sequence[Claim]
    reaction: Reaction


@dataclass(frozen=True)
class SaveNode:
    """Saves what is on a node that is about to die."""

    deployment: Deployment
    machines: Machines
    clusters: NodeClusters
    incidents: Incidents
    volumes: SaveVolumes
    hooks: LifecycleHooks
    queue: IncidentQueue
    news: InterruptionNews
    clock: Clock

    def run(self, instance: str, owner: str) -> SaveReport:
        """Do what the incident asks for now, and ask to be called again for what is left.

        `owner` must be unique to this invocation. Raises TemporaryError when something did not answer.
        """
        record = self.incidents.incident(instance)
        if record is None or record.closed_at is not None:
            return SaveReport(instance, "there is no open incident")
        scene = self._look(record)
        if scene is None:
            return self._only_hooks(record, "its node is gone")
        asked = urgency(record.incident, scene.reaction, self.clock())
        if asked.urge is not Urge.ACT or asked.notice is None:
            return SaveReport(instance, asked.reason)
        report = SaveReport(instance, asked.reason)
        record = self._save(record, scene, asked.notice, owner, report)
        record = self._drain(record, scene, asked.notice, report)
        record = self._answer_hooks(record, scene.nodes, report)
        self._go_on(record, report)
        return report

    def plan(self, cluster: str, instance: str) -> NodePlan:
        """What a spot interruption warning of this moment would lead to; nothing is changed.

        Raises PermanentError (NotFound) when there is no such node.
        """
        now = self.clock()
        record = IncidentRecord(instance, cluster, "")
        scene = self._look(record)
        if scene is None:
            raise NotFound(f"{cluster} has no node with the providerID of {instance}")
        notice = Notice("dry-run", Kind.SPOT, instance, now, "terminate", spot_deadline("terminate", now))
        who = drainer(scene.reaction, notice, scene.node.labels)
        pods = scene.pods if who.ours else ()
        return NodePlan(
            instance=instance,
            cluster=cluster,
            node=scene.node.name,
            cordon="is cordoned" if scene.reaction.cordon else "stays schedulable (cordon: false)",
            save=self._plan_save(scene),
            drained_by=who.reason,
            drain=plan_drain(pods, notice.deadline, now),
        )

    def _look(self, record: IncidentRecord) -> Scene | None:
        machine = self.machines.machine(record.instance)
        if machine is None:
            return None
        nodes = self.clusters.open(record.cluster)
        node = nodes.find(record.instance, record.node or machine.private_dns)
        if node is None:
            return None
        pods = nodes.pods(node.name)
        reaction = self.deployment.interruption.reaction(record.cluster, node.labels)
        return Scene(machine, node, nodes, pods, nodes.claims_of(pods), reaction)

    def _plan_save(self, scene: Scene) -> SavePlan:
        policies = self.deployment.policies
        protected = {
            claim.uid: any(isinstance(decide(claim, policy, policies), Taken) for policy in policies)
            for claim in scene.claims
        }
        return plan_save(scene.machine.volumes, scene.claims, protected, scene.reaction.snapshot)

    def _save(
        self, record: IncidentRecord, scene: Scene, notice: Notice, owner: str, report: SaveReport
    ) -> IncidentRecord:
        """Snapshots of the data volumes; that they fail must not keep the pods from being evicted."""
        if notice.kind is Kind.STATE and notice.action in ("stopping", "stopped"):
            return record
        plan = self._plan_save(scene)
        try:
            record = self._claim_run(record) if record.needs_save(self.clock()) else record
            saved = self.volumes.take(record, plan.claims, owner)
        except SnapkeepError as error:
            log.warning("the volumes of %s are not saved yet: %s", record.instance, error.reason)
            report.missed["all"] = error.reason
            return self._noted(record, f"snapshots: {error.reason}")
        report.snapshots = list(saved.claims)
        report.missed = {each.volume: each.reason for each in plan.missed} | dict(saved.missed)
        record = self._noted(record, *_save_lines(saved, plan))
        if saved.is_new:
            self._publish_save(record, scene, saved, report)
        return record

    def _claim_run(self, record: IncidentRecord) -> IncidentRecord:
        """Journal the run before anything is created: whoever comes second joins it."""
        now = self.clock().replace(microsecond=0)
        return self._write(replace(record, saved_at=now, run=self.volumes.run_of(record, now)))

    def _publish_save(self, record: IncidentRecord, scene: Scene, saved: Saved, report: SaveReport) -> None:
        deadline = record.incident.deadline
        in_time = len(saved.claims) if deadline is None or self.clock() < deadline else 0
        figures = {"SnapshotsInTime": in_time, "VolumesMissed": len(report.missed)}
        self._tell(record, "saved", f"{len(saved.claims)} volumes snapshotted", figures)
        for claim in scene.claims:
            if str(claim) in saved.claims:
                point = saved.claims[str(claim)]
                text = f"its node {scene.node.name} is dying; recovery point {point} is made"
                self._say(
                    scene.nodes,
                    Said(
                        "PersistentVolumeClaim",
                        claim.namespace,
                        claim.name,
                        claim.uid,
                        "SnapkeepSaved",
                        text,
                        False,
                    ),
                )

    def _drain(
        self, record: IncidentRecord, scene: Scene, notice: Notice, report: SaveReport
    ) -> IncidentRecord:
        who = drainer(scene.reaction, notice, scene.node.labels)
        record = self._noted(record, f"drain: {who.reason}")
        if not who.ours:
            return record
        plan = plan_drain(scene.pods, record.incident.deadline, self.clock())
        for leaving in plan.leaving:
            try:
                ended = scene.nodes.evict(leaving.pod, leaving.grace_seconds)
            except TemporaryError as error:
                report.blocked[str(leaving.pod)] = error.reason
                continue
            if ended.blocked_by:
                report.blocked[str(leaving.pod)] = ended.blocked_by
            else:
                report.evicted.append(str(leaving.pod))
        return self._told_drain(record, scene, report)

    def _told_drain(self, record: IncidentRecord, scene: Scene, report: SaveReport) -> IncidentRecord:
        lines = [f"evicted {', '.join(report.evicted)}"] if report.evicted else []
        lines += [f"{pod} is blocked: {why}" for pod, why in report.blocked.items()]
        noted = self._noted(record, *lines)
        if noted.revision != record.revision:
            figures = {"PodsEvicted": len(report.evicted), "PodsBlocked": len(report.blocked)}
            self._tell(noted, "drained", "; ".join(lines), figures)
            for pod in scene.pods:
                if str(pod) in report.blocked:
                    text = f"its node is dying, and it cannot be evicted: {report.blocked[str(pod)]}"
                    said = Said("Pod", pod.namespace, pod.name, pod.uid, "SnapkeepEvictionBlocked", text)
                    self._say(scene.nodes, said)
        return noted

    def _only_hooks(self, record: IncidentRecord, reason: str) -> SaveReport:
        report = SaveReport(record.instance, reason)
        if record.hooks:
            nodes = self.clusters.open(record.cluster)
            self._go_on(self._answer_hooks(record, nodes, report), report)
        return report

    def _answer_hooks(self, record: IncidentRecord, nodes: Nodes, report: SaveReport) -> IncidentRecord:
        """Keep a lifecycle hook waiting until the volumes are detached or the time is over, then let go."""
        hooks = record.hooks
        if not hooks:
            return record
        held = [each for each in nodes.attachments() if each.node == record.node]
        over = self.clock() >= _hook_end(record)
        for hook in hooks:
            try:
                if held and not over:
                    waits = self.hooks.heartbeat(hook, record.instance)
                    report.hooks[hook.name] = f"{len(held)} volumes are attached; asked for more time"
                else:
                    waits = self.hooks.complete(hook, record.instance)
                    report.hooks[hook.name] = "completed" if waits else "it does not wait any more"
                if not (held and not over) or not waits:
                    record = self._write(
                        replace(record, answered=(*record.answered, hook.token)).noted(
                            self.clock(), f"lifecycle hook {hook.name}: {report.hooks[hook.name]}"
                        )
                    )
            except SnapkeepError as error:
                report.hooks[hook.name] = error.reason
        return record

    def _go_on(self, record: IncidentRecord, report: SaveReport) -> None:
        """Another look soon, as long as there is time and something to do."""
        now, deadline = self.clock(), record.incident.deadline
        ends = deadline or _hook_end(record)
        waits = (
            [EVICT_AGAIN] if (report.blocked or "all" in report.missed) and now + EVICT_AGAIN < ends else []
        )
        waits += [HOOK_AGAIN] if record.hooks else []
        if waits:
            report.again = min(waits).total_seconds()
            self.queue.send(record.instance, min(waits))

    def _noted(self, record: IncidentRecord, *lines: str) -> IncidentRecord:
        noted = record
        for line in lines:
            noted = noted.noted(self.clock(), line)
        return self._write(noted) if noted != record else record

    def _write(self, record: IncidentRecord) -> IncidentRecord:
        """Write; when an announcement came in between, write on top of that."""
        try:
            return self.incidents.write_incident(record)
        except TemporaryError:
            known = self.incidents.incident(record.instance)
            if known is None:
                raise
            mine = replace(record, revision=known.revision).told_of(known.notices)
            return self.incidents.write_incident(replace(mine, closed_at=known.closed_at, again=known.again))

    def _say(self, nodes: Nodes, said: Said) -> None:
        try:
            nodes.say(said)
        except SnapkeepError as error:
            log.warning("no Kubernetes Event on %s %s: %s", said.kind, said.name, error.reason)

    def _tell(self, record: IncidentRecord, step: str, reason: str, figures: Mapping[str, float]) -> None:
        try:
            self.news.interruption(record, step, reason, figures)
        except SnapkeepError as error:
            log.warning("the incident of %s was not published: %s", record.instance, error.reason)


def _hook_end(record: IncidentRecord) -> datetime:
    """When a hook is answered although volumes are still attached."""
    whole = incident(record.instance, record.notices)
    first = min(notice.announced_at for notice in record.notices)
    return min(whole.deadline or first + LIFECYCLE_LIMIT, first + LIFECYCLE_LIMIT)


def _save_lines(saved: Saved, plan: SavePlan) -> list[str]:
    lines = [f"snapshot of {claim}: {point}" for claim, point in saved.claims.items()]
    lines += [f"{each.volume} {each.claim} is not snapshotted: {each.reason}" for each in plan.missed]
    return lines + [f"{claim} is not snapshotted yet: {why}" for claim, why in saved.missed.items()]
