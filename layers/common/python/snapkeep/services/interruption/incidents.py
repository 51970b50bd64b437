"""Journals every notice, acts on it, watches the instance, and undoes the action if nothing happened."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.interruption.incidents import incident
from snapkeep.domain.interruption.instances import Instance, InstanceState
from snapkeep.domain.interruption.nodes import NodeEvent
from snapkeep.domain.interruption.notices import GONE_WITHIN, Kind, Notice, Standing
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.interruption.urgency import Action, Urgency, assess
from snapkeep.domain.metrics import Metric
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Instances
from snapkeep.ports.incidents import Incidents
from snapkeep.ports.kubernetes import NodeClusters
from snapkeep.ports.messaging import IncidentQueue
from snapkeep.ports.news import InterruptionNews
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.interruption.cordon import CordonNode, Triage
from snapkeep.services.interruption.incident_log import IncidentLog

PATIENCE = timedelta(minutes=40)
"""Work that failed in three checks in a row is reported."""

LOOK_AGAIN = timedelta(minutes=15)

GOING = (InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)
DOWN = (InstanceState.STOPPING, InstanceState.STOPPED)

FAILED = "failed"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handled:
    """What a notice, or a check of an open incident, led to."""

    instance: str
    outcome: str
    reason: str
    cluster: str = ""
    node: str = ""
    seconds_to_cordon: float | None = None


@dataclass(frozen=True)
class HandleInterruption:
    """Journals triaged notices, sends nodes to be saved, and watches open incidents.

    `to_save` feeds save_node, `to_release` feeds release_volumes.
    """

    cordoner: CordonNode
    instances: Instances
    clusters: NodeClusters
    incidents: Incidents
    give_up: GiveUp
    to_save: IncidentQueue
    to_release: IncidentQueue
    news: InterruptionNews
    clock: Clock

    def record(self, triage: Triage) -> Handled:
        """Journal a triaged notice, and send the node on if it must be saved.

        Raises TemporaryError when the journal or the queue did not answer, so that the event is retried.
        """
        notice = triage.notice
        if triage.node is None:
            return self._without_node(triage)
        known = self.incidents.incident(notice.instance)
        first = known or IncidentRecord(notice.instance, triage.cluster, triage.node.name)
        triage = self._still_cordoned(triage, known)
        record = self._log.change(first, lambda one: self._seen(one, triage))
        asked = assess(record.incident, triage.rules, self.clock())
        if asked.action is Action.ACT:
            self.to_save.send(notice.instance)
            self._say(triage, record)
        if known is None or record.revision != known.revision:
            self._log.tell(record, asked.action.value, asked.reason, triage.figures)
        if self._is_undone(record, asked):
            return self._advance(record)
        reason = triage.plan.reason if triage.plan else asked.reason
        return Handled(
            notice.instance,
            asked.action.value,
            reason,
            record.cluster,
            record.node,
            triage.seconds_to_cordon,
        )

    def tick(self) -> Sequence[Handled]:
        """Check every open incident that is due; trouble with one never stops the others."""
        handled, given_up = [], dict[str, str]()
        for record in self.incidents.open_incidents():
            if record.again and self.clock() < record.again:
                continue
            name = record.instance
            with part_of_a_pass(f"the check of the incident of {name}", given_up, name):
                handled.append(self._advance(record))
            if name in given_up:
                handled.append(Handled(name, FAILED, given_up[name], record.cluster, record.node))
        self.give_up.report(given_up)
        return handled

    @property
    def _log(self) -> IncidentLog:
        return IncidentLog(self.incidents, self.news, self.clock)

    def _without_node(self, triage: Triage) -> Handled:
        """Handle a foreign instance, or a notice for an incident that may be known."""
        notice = triage.notice
        known = self.incidents.incident(notice.instance) if _may_be_known(triage) else None
        if known is None:
            if not self._may_lose_volumes(triage):
                return Handled(notice.instance, "not ours", triage.reason or "no incident is open for it")
            known = IncidentRecord(notice.instance, triage.cluster, "")
        record = self._log.change(known, lambda one: self._told_without_node(one, triage))
        if record.unlooked:
            self.to_save.send(notice.instance)
        if record.closed_at is None:
            return self._advance(record)
        return Handled(notice.instance, "noted", "its incident is over", record.cluster, record.node)

    def _may_lose_volumes(self, triage: Triage) -> bool:
        """Whether an instance whose node is gone from the cluster may have data volumes: EC2 shows some, or
        the instance was interrupted and is already dead, when EC2 shows none."""
        notice, machine = triage.notice, triage.machine
        if machine is None:
            return False
        is_too_late = machine.state is InstanceState.TERMINATED and notice.kind in (Kind.SPOT, Kind.CAPACITY)
        if not machine.volumes and not is_too_late:
            return False
        heard = incident(triage.notice.instance, (triage.notice,))
        return assess(heard, triage.rules, self.clock()).action is Action.ACT

    def _told_without_node(self, record: IncidentRecord, triage: Triage) -> IncidentRecord:
        notice, machine = triage.notice, triage.machine
        told = self._log.noted(record.with_notices((notice,)), notice.in_words)
        is_told = record.incident.terminated  # its end and the missed volumes were published
        if machine is None or is_told or not self._may_lose_volumes(triage):
            return told
        return told.to_be_saved(machine.volumes, triage.rules, notice, self.clock())

    def _still_cordoned(self, triage: Triage, known: IncidentRecord | None) -> Triage:
        """Check again a cordon of ours that the journal does not know, because it may be about to be
        removed.
        """
        node, plan = triage.node, triage.plan
        journaled = known is not None and known.cordoned_at is not None
        if node is None or plan is None or plan.change is not None or not plan.ours or journaled:
            return triage
        plan = self.cordoner.cordon_again(triage.cluster, node, triage.notice)
        return replace(triage, plan=plan, cordoned_at=self.clock())

    def _seen(self, record: IncidentRecord, triage: Triage) -> IncidentRecord:
        notice, now = triage.notice, self.clock()
        told = record.with_notices((notice,))
        if told != record:
            told = told.noted(now, notice.in_words)
            if notice.standing(now) is Standing.TOO_LATE:
                late = int((now - (notice.window_end or notice.deadline or now)).total_seconds())
                told = told.noted(now, f"the notice came {late} s after its deadline")
        if triage.plan and triage.cordoned_at and told.cordoned_at is None:
            told = told.noted(triage.cordoned_at, f"cordon: {triage.plan.reason}")
            told = replace(told, cordoned_at=triage.cordoned_at, ours=triage.plan.ours, closed_at=None)
        if told == record:
            return record
        asked = assess(told.incident, triage.rules, now)
        if asked.action is not Action.ACT:
            told = told.noted(now, asked.reason)
        elif triage.machine is not None:
            told = told.to_be_saved(triage.machine.volumes, triage.rules, notice, now)
        return replace(told, again=asked.again or now + LOOK_AGAIN)

    def _is_undone(self, record: IncidentRecord, asked: Urgency) -> bool:
        """Whether the notice alone calls for more than all that is known about the instance."""
        if record.closed_at is not None or asked.action is Action.ACT:
            return False
        return record.ours or asked.action is not Action.WAIT

    def _advance(self, record: IncidentRecord) -> Handled:
        """Do what is due for an open incident, according to EC2 and the cluster."""
        machine = self.instances.instance(record.instance)
        if machine is None or machine.state in GOING:
            return self._send_to_release(record)
        record = self._told_what_ec2_shows(record, machine)
        node = self.clusters.open(record.cluster).find(record.instance, record.node)
        rules = self.cordoner.deployment.interruption.rules_for(record.cluster, node.labels if node else {})
        asked = assess(record.incident, rules, self.clock())
        if machine.state in DOWN:
            return self._wait(record, asked, f"it is {machine.state}; checked again when it runs")
        if asked.action is Action.ACT and asked.notice is not None:
            if node is None:
                return self._wait(record, asked, "its node is gone; EC2 will say when it ends")
            seen = Triage(asked.notice, "", record.cluster, node, machine, rules)
            return self._act(record, asked, seen)
        if asked.action is Action.WAIT:
            return self._wait(self._lifted(record, asked)[0], asked, asked.reason)
        return self._end(record, asked)

    def _told_what_ec2_shows(self, record: IncidentRecord, machine: Instance) -> IncidentRecord:
        """The record with a notice that the instance runs, if that event was lost or came out of order."""
        now, since = self.clock(), record.incident.dies_since
        if since is None or machine.state is not InstanceState.RUNNING or now < since + GONE_WITHIN:
            return record
        shown = Notice(f"seen/{now.isoformat()}", Kind.STATE, record.instance, now, "running")
        return self._log.change(
            record, lambda one: self._log.noted(one.with_notices((shown,)), "EC2 shows it running")
        )

    def _act(self, record: IncidentRecord, asked: Urgency, triage: Triage) -> Handled:
        assert triage.node is not None and asked.notice is not None
        if triage.machine is not None:
            volumes, notice, at = triage.machine.volumes, asked.notice, self.clock()
            record = self._log.change(record, lambda one: one.to_be_saved(volumes, triage.rules, notice, at))
        if triage.rules.cordon and record.cordoned_at is None:
            nodes = self.clusters.open(record.cluster)
            plan = self.cordoner.cordon(nodes, triage.node, asked.notice)
            now = self.clock()
            record = self._log.change(
                record,
                lambda one: replace(
                    one.noted(now, f"cordon: {plan.reason}"), cordoned_at=now, ours=plan.ours
                ),
            )
        self.to_save.send(record.instance)
        return self._wait(record, asked, asked.reason)

    def _wait(self, record: IncidentRecord, asked: Urgency, reason: str) -> Handled:
        """Check again after a while, or when the present notices ask for something different."""
        soon = self.clock() + LOOK_AGAIN
        again = asked.again if asked.again and asked.action is Action.WAIT else min(asked.again or soon, soon)
        self._log.change(record, lambda one: replace(one, again=again))
        return Handled(record.instance, asked.action.value, reason, record.cluster, record.node)

    def _lifted(self, record: IncidentRecord, asked: Urgency) -> tuple[IncidentRecord, str]:
        """The record after removing its cordon, if that is ours, and the reason."""
        plan = self.cordoner.uncordon(record.cluster, record.instance, record.node) if record.ours else None
        if plan is None:
            return record, asked.reason
        reason, now = f"{asked.reason}: {plan.reason}", self.clock()
        return self._log.change(
            record, lambda one: replace(one.noted(now, reason), cordoned_at=None, ours=False)
        ), reason

    def _end(self, record: IncidentRecord, asked: Urgency) -> Handled:
        """Undo what was done, and close the incident unless new notices came meanwhile."""
        decided_on = record.notices
        record, reason = self._lifted(record, asked)
        now = self.clock()

        def close(one: IncidentRecord) -> IncidentRecord:
            if one.notices != decided_on:
                return one
            return replace(one.noted(now, reason), closed_at=now, cordoned_at=None, ours=False).saved()

        closed = self._log.change(record, close)
        if closed.closed_at is None:
            return self._advance(closed)
        if asked.action is Action.TAKE_BACK:
            self._log.tell(closed, "withdrawn", reason, {Metric.INTERRUPTIONS_WITHDRAWN: 1})
        return Handled(record.instance, "withdrawn", reason, record.cluster, record.node)

    def _send_to_release(self, record: IncidentRecord) -> Handled:
        """Hand the instance to release_volumes, because the event of its end may have been lost."""
        self.to_release.send(record.instance)
        soon = self.clock() + LOOK_AGAIN
        self._log.change(record, lambda one: replace(one, again=soon))
        reason = "EC2 says that it is gone or going; its volumes are released"
        return Handled(record.instance, "released", reason, record.cluster, record.node)

    def _say(self, triage: Triage, record: IncidentRecord) -> None:
        """Write a Kubernetes Event about the node; a failure is only logged."""
        node = triage.node
        if node is None or triage.plan is None or triage.plan.change is None:
            return
        left = record.seconds_left(self.clock())
        ending = "" if left is None else f"; {left:.0f} s left"
        text = f"{triage.notice.in_words}: {triage.plan.reason}{ending}"
        try:
            self.clusters.open(triage.cluster).record_event(
                NodeEvent("Node", "", node.name, node.name, "SnapkeepCordoned", text)
            )
        except SnapkeepError as error:
            log.warning("no Kubernetes Event on %s: %s", node.name, error.reason)


def _may_be_known(triage: Triage) -> bool:
    """Whether the journal may know the instance; a foreign one must not cost a call."""
    return not triage.reason or triage.machine is not None
