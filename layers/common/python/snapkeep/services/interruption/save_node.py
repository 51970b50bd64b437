"""The two minutes after the cordon: snapshots first, then evictions against the deadline, then the hooks."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta

from snapkeep.domain.backup.selection import Taken, decide
from snapkeep.domain.errors import NotFound, SnapkeepError
from snapkeep.domain.interruption.drains import DrainPlan, drainer, plan_drain
from snapkeep.domain.interruption.instances import InstanceState
from snapkeep.domain.interruption.nodes import NodeEvent
from snapkeep.domain.interruption.notices import Kind, Notice, spot_deadline
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.interruption.saves import SavePlan, plan_save
from snapkeep.domain.interruption.urgency import LIFECYCLE_LIMIT, Action, assess
from snapkeep.domain.metrics import Metric
from snapkeep.domain.policies import Deployment
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Instances, LifecycleHooks
from snapkeep.ports.incidents import Incidents
from snapkeep.ports.kubernetes import NodeClusters, Nodes
from snapkeep.ports.messaging import IncidentQueue
from snapkeep.ports.news import InterruptionNews
from snapkeep.services.interruption.drain import DrainNode
from snapkeep.services.interruption.incident_log import IncidentLog
from snapkeep.services.interruption.lifecycle_hooks import AnswerHooks
from snapkeep.services.interruption.node_state import LookAtNode, NodeState
from snapkeep.services.interruption.save_volumes import Saved, SaveVolumes
from snapkeep.services.interruption.verify_drain import VerifyDrain

EVICT_AGAIN = timedelta(seconds=5)
HOOK_AGAIN = timedelta(seconds=20)
"""How often a pod blocked by a budget is retried, and a lifecycle hook gets a heartbeat."""

HURRY = timedelta(minutes=5)
"""While more time than this is left, blocked pods are retried only as often as hooks."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NodePlan:
    """The plan for a node, by volume and by pod, each with its reason."""

    instance: str
    cluster: str
    node: str
    cordon: str
    save: SavePlan
    drained_by: str
    drain: DrainPlan


@dataclass
class SaveReport:
    """What one check of an incident did. `undrained` are pods that the node's drainer has not evicted;
    `verify_in` is the time in seconds until that is checked, `again` until the next check of any kind, None
    after the last."""

    instance: str
    reason: str = ""
    snapshots: list[str] = field(default_factory=list)
    missed: dict[str, str] = field(default_factory=dict)
    unfinished: bool = False
    evicted: list[str] = field(default_factory=list)
    blocked: dict[str, str] = field(default_factory=dict)
    forced: dict[str, str] = field(default_factory=dict)
    hooks: dict[str, str] = field(default_factory=dict)
    undrained: list[str] = field(default_factory=list)
    verify_in: float | None = None
    again: float | None = None


@dataclass(frozen=True)
class SaveNode:
    """Saves the data on a node that is about to die."""

    deployment: Deployment
    instances: Instances
    clusters: NodeClusters
    incidents: Incidents
    volumes: SaveVolumes
    hooks: LifecycleHooks
    queue: IncidentQueue
    news: InterruptionNews
    clock: Clock

    def run(self, instance: str, owner: str) -> SaveReport:
        """Do what the incident calls for now, and request another call for the rest.

        `owner` must be unique to this invocation. Raises TemporaryError when something did not answer.
        """
        record = self.incidents.incident(instance)
        if record is None or record.closed_at is not None:
            return SaveReport(instance, "there is no open incident")
        state = self._eyes.look(record)
        if state is None:
            return self._only_hooks(self._left_behind(record), "its node is gone")
        asked = assess(record.incident, state.rules, self.clock())
        if asked.action is not Action.ACT or asked.notice is None:
            return SaveReport(instance, asked.reason)
        report = SaveReport(instance, asked.reason)
        record = self._save(record, state, asked.notice, owner, report)
        record = self._drain(record, state, asked.notice, report)
        record = self._answer_hooks(record, state, report)
        self._go_on(record, asked.notice, report)
        return report

    @property
    def _log(self) -> IncidentLog:
        return IncidentLog(self.incidents, self.news, self.clock)

    @property
    def _eyes(self) -> LookAtNode:
        return LookAtNode(self.deployment, self.instances, self.clusters)

    @property
    def _hooks(self) -> AnswerHooks:
        return AnswerHooks(self.hooks, self._log, self.clock)

    def plan(self, cluster: str, instance: str) -> NodePlan:
        """What a spot interruption warning would lead to right now; changes nothing.

        Raises NotFound when there is no such node.
        """
        now = self.clock()
        record = IncidentRecord(instance, cluster, "")
        state = self._eyes.look(record)
        if state is None:
            raise NotFound(f"{cluster} has no node with the providerID of {instance}")
        notice = Notice("dry-run", Kind.SPOT, instance, now, "terminate", spot_deadline("terminate", now))
        who = drainer(state.rules, notice, state.node.labels)
        pods = state.pods if who.ours else ()
        return NodePlan(
            instance=instance,
            cluster=cluster,
            node=state.node.name,
            cordon="is cordoned" if state.rules.cordon else "stays schedulable (cordon: false)",
            save=self._plan_save(state),
            drained_by=who.reason,
            drain=plan_drain(pods, notice.deadline, now),
        )

    def _left_behind(self, record: IncidentRecord) -> IncidentRecord:
        """The record with the volumes still attached to a node that is gone."""
        left = self._eyes.left_behind(record) if record.unlooked else None
        return record if left is None else self._log.change(record, lambda one: one.left_behind(left))

    def _plan_save(self, state: NodeState) -> SavePlan:
        policies = self.deployment.policies
        protected = {
            claim.uid: any(isinstance(decide(claim, policy, policies), Taken) for policy in policies)
            for claim in state.claims
        }
        return plan_save(state.volumes, state.claims, protected, state.rules.snapshot)

    def _save(
        self, record: IncidentRecord, state: NodeState, notice: Notice, owner: str, report: SaveReport
    ) -> IncidentRecord:
        """Snapshot the data volumes; a failure must not prevent the eviction of the pods."""
        if notice.kind is Kind.STATE and notice.action in ("stopping", "stopped"):
            return record
        plan = self._plan_save(state)
        try:
            record = self._claim_run(record, notice)
            saved = self.volumes.take(record, plan.claims, owner)
        except SnapkeepError as error:
            log.warning("the volumes of %s are not saved yet: %s", record.instance, error.reason)
            report.missed["all"], report.unfinished = error.reason, True
            return self._log.note(record, f"snapshots: {error.reason}")
        report.snapshots = list(saved.claims)
        report.missed = plan.missed_by_volume() | dict(saved.missed)
        report.unfinished = saved.unfinished
        lines = _save_lines(saved, plan)
        record = self._log.change(record, lambda one: self._log.noted(one, *lines).saved())
        if saved.is_new:
            self._publish_save(record, state, saved)
        return record

    def _claim_run(self, record: IncidentRecord, notice: Notice) -> IncidentRecord:
        """Journal the run before anything is created, so that a second invocation joins it."""
        now = self.clock()

        def claim(one: IncidentRecord) -> IncidentRecord:
            if not one.needs_save(now, notice.acts_at):
                return one
            slot = now.replace(microsecond=0)
            return replace(one, saved_at=slot, run=self.volumes.run_of(one, slot))

        return self._log.change(record, claim)

    def _publish_save(self, record: IncidentRecord, state: NodeState, saved: Saved) -> None:
        left = record.seconds_left(self.clock())
        in_time = len(saved.claims) if left is None or left > 0 else 0
        figures: dict[Metric, float] = {Metric.SNAPSHOTS_IN_TIME: in_time, Metric.VOLUMES_MISSED: saved.lost}
        self._log.tell(record, "saved", f"{len(saved.claims)} volumes snapshotted", figures)
        for claim in state.claims:
            if str(claim) in saved.claims:
                point = saved.claims[str(claim)]
                text = f"its node {state.node.name} is dying; recovery point {point} is being taken"
                kind = "PersistentVolumeClaim"
                said = NodeEvent(kind, claim.namespace, claim.name, claim.uid, "SnapkeepSaved", text, False)
                self._say(state.nodes, said)

    def _drain(
        self, record: IncidentRecord, state: NodeState, notice: Notice, report: SaveReport
    ) -> IncidentRecord:
        who = drainer(state.rules, notice, state.node.labels)
        record = self._log.note(record, f"drain: {who.reason}")
        if who.other and state.machine.state is InstanceState.RUNNING:
            check = VerifyDrain(state.nodes, self._log, self.clock)
            record, seen = check.run(record, state.node, state.pods, state.rules, notice, who.other)
            report.undrained = [str(pod) for pod in seen.left]
            report.verify_in = seen.wait.total_seconds() if seen.wait else None
            who = replace(who, ours=seen.evict)
        if not who.ours:
            return record
        deadline = notice.drained_until(self.clock()) or record.hooks_end(self.clock())
        drain = DrainNode(state.nodes, self._log, self.clock)
        record, drained = drain.run(record, state.pods, deadline)
        report.evicted, report.blocked, report.forced = drained.evicted, drained.blocked, drained.forced
        return record

    def _answer_hooks(self, record: IncidentRecord, state: NodeState, report: SaveReport) -> IncidentRecord:
        """Answer hooks only where Snapkeep drains: a managed node group, for example, answers its own."""
        called = next((notice for notice in record.notices if notice.hook in record.hooks), None)
        who = drainer(state.rules, called, state.node.labels)
        if not who.ours:
            return self._hooks.leave(record, who.reason)
        record, told = self._hooks.run(record, state.nodes)
        report.hooks = dict(told)
        return record

    def _only_hooks(self, record: IncidentRecord, reason: str) -> SaveReport:
        report = SaveReport(record.instance, reason)
        if record.hooks:
            record, told = self._hooks.run(record, self.clusters.open(record.cluster))
            report.hooks = dict(told)
            self._go_on(record, None, report)
        return report

    def _go_on(self, record: IncidentRecord, notice: Notice | None, report: SaveReport) -> None:
        """Check again soon while there is time and something to do; afterwards handle_interruption takes
        over."""
        now = self.clock()
        patience = notice.acts_at + LIFECYCLE_LIMIT if notice else now
        ends = record.incident.deadline(now) or record.hooks_end(now) or patience
        waits = [HOOK_AGAIN] if record.hooks else []
        if report.blocked and now + EVICT_AGAIN < ends:
            waits.append(EVICT_AGAIN if ends - now < HURRY else HOOK_AGAIN)
        if report.unfinished and now < max(ends, patience):
            waits.append(EVICT_AGAIN)
        if report.verify_in is not None:
            waits.append(timedelta(seconds=report.verify_in))
        if waits:
            report.again = min(waits).total_seconds()
            self.queue.send(record.instance, min(waits))

    def _say(self, nodes: Nodes, said: NodeEvent) -> None:
        try:
            nodes.record_event(said)
        except SnapkeepError as error:
            log.warning("no Kubernetes Event on %s %s: %s", said.kind, said.name, error.reason)


def _save_lines(saved: Saved, plan: SavePlan) -> list[str]:
    lines = [f"snapshot of {claim}: {point}" for claim, point in saved.claims.items()]
    lines += [f"{each.volume} {each.claim} is not snapshotted: {each.reason}" for each in plan.missed]
    lines += [f"{claim}: {text}" for claim, text in plan.shared()]
    return lines + [f"{claim} is not snapshotted yet: {why}" for claim, why in saved.missed.items()]
