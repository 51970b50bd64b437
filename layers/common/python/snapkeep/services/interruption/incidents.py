"""Incidents: every announcement is journaled, acted on, watched, and taken back when nothing came of it."""

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
"""What three looks in a row could not do is told."""

LOOK_AGAIN = timedelta(minutes=15)

GOING = (InstanceState.SHUTTING_DOWN, InstanceState.TERMINATED)
DOWN = (InstanceState.STOPPING, InstanceState.STOPPED)

FAILED = "failed"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Handled:
    """What an announcement, or a look at an open incident, led to."""

    instance: str
    outcome: str
    reason: str
    cluster: str = ""
    node: str = ""
    seconds_to_cordon: float | None = None


@dataclass(frozen=True)
class HandleInterruption:
    """Journals sightings, sends nodes to be saved, and looks after open incidents.

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

    def record(self, sighting: Triage) -> Handled:
        """Journal what was seen, and send the node on when it is to be saved.

        Raises TemporaryError when the journal or the queue did not answer: the same event may come again.
        """
        notice = sighting.notice
        if sighting.node is None:
            return self._without_node(sighting)
        known = self.incidents.incident(notice.instance)
        first = known or IncidentRecord(notice.instance, sighting.cluster, sighting.node.name)
        sighting = self._still_cordoned(sighting, known)
        record = self._log.change(first, lambda one: self._seen(one, sighting))
        asked = assess(record.incident, sighting.reaction, self.clock())
        if asked.action is Action.ACT:
            self.to_save.send(notice.instance)
            self._say(sighting, record)
        if known is None or record.revision != known.revision:
            self._log.tell(record, asked.action.value, asked.reason, sighting.figures)
        if self._is_undone(record, asked):
            return self._advance(record)
        reason = sighting.plan.reason if sighting.plan else asked.reason
        return Handled(
            notice.instance,
            asked.action.value,
            reason,
            record.cluster,
            record.node,
            sighting.seconds_to_cordon,
        )

    def tick(self) -> Sequence[Handled]:
        """Look at every open incident whose time has come; trouble with one never stops the others."""
        handled, given_up = [], dict[str, str]()
        for record in self.incidents.open_incidents():
            if record.again and self.clock() < record.again:
                continue
            name = record.instance
            with part_of_a_pass(f"the look at the incident of {name}", given_up, name):
                handled.append(self._advance(record))
            if name in given_up:
                handled.append(Handled(name, FAILED, given_up[name], record.cluster, record.node))
        self.give_up.report(given_up)
        return handled

    @property
    def _log(self) -> IncidentLog:
        return IncidentLog(self.incidents, self.news, self.clock)

    def _without_node(self, sighting: Triage) -> Handled:
        """A foreign instance, or news of an incident that may be known."""
        notice = sighting.notice
        known = self.incidents.incident(notice.instance) if _may_be_known(sighting) else None
        if known is None:
            if not self._may_lose_volumes(sighting):
                return Handled(notice.instance, "not ours", sighting.reason or "nobody waits for this news")
            known = IncidentRecord(notice.instance, sighting.cluster, "")
        record = self._log.change(known, lambda one: self._told_without_node(one, sighting))
        if record.unlooked:
            self.to_save.send(notice.instance)
        if record.closed_at is None:
            return self._advance(record)
        return Handled(notice.instance, "noted", "its incident is over", record.cluster, record.node)

    def _may_lose_volumes(self, sighting: Triage) -> bool:
        """Whether an instance whose node the cluster does not have any more may have data volumes: EC2 shows
        some, or it was interrupted and is dead already, when EC2 shows none."""
        notice, machine = sighting.notice, sighting.machine
        if machine is None:
            return False
        is_too_late = machine.state is InstanceState.TERMINATED and notice.kind in (Kind.SPOT, Kind.CAPACITY)
        if not machine.volumes and not is_too_late:
            return False
        heard = incident(sighting.notice.instance, (sighting.notice,))
        return assess(heard, sighting.reaction, self.clock()).action is Action.ACT

    def _told_without_node(self, record: IncidentRecord, sighting: Triage) -> IncidentRecord:
        notice, machine = sighting.notice, sighting.machine
        told = self._log.noted(record.with_notices((notice,)), notice.in_words)
        is_told = record.incident.terminated  # its end was, and what was missed
        if machine is None or is_told or not self._may_lose_volumes(sighting):
            return told
        return told.to_be_saved(machine.volumes, sighting.reaction, notice, self.clock())

    def _still_cordoned(self, sighting: Triage, known: IncidentRecord | None) -> Triage:
        """Look again at a cordon of ours that the journal does not know: it may be lifted at this moment."""
        node, plan = sighting.node, sighting.plan
        journaled = known is not None and known.cordoned_at is not None
        if node is None or plan is None or plan.change is not None or not plan.ours or journaled:
            return sighting
        plan = self.cordoner.cordon_again(sighting.cluster, node, sighting.notice)
        return replace(sighting, plan=plan, cordoned_at=self.clock())

    def _seen(self, record: IncidentRecord, sighting: Triage) -> IncidentRecord:
        notice, now = sighting.notice, self.clock()
        told = record.with_notices((notice,))
        if told != record:
            told = told.noted(now, notice.in_words)
            if notice.standing(now) is Standing.TOO_LATE:
                late = int((now - (notice.window_end or notice.deadline or now)).total_seconds())
                told = told.noted(now, f"the announcement came {late} s after its deadline")
        if sighting.plan and sighting.cordoned_at and told.cordoned_at is None:
            told = told.noted(sighting.cordoned_at, f"cordon: {sighting.plan.reason}")
            told = replace(told, cordoned_at=sighting.cordoned_at, ours=sighting.plan.ours, closed_at=None)
        if told == record:
            return record
        asked = assess(told.incident, sighting.reaction, now)
        if asked.action is not Action.ACT:
            told = told.noted(now, asked.reason)
        elif sighting.machine is not None:
            told = told.to_be_saved(sighting.machine.volumes, sighting.reaction, notice, now)
        return replace(told, again=asked.again or now + LOOK_AGAIN)

    def _is_undone(self, record: IncidentRecord, asked: Urgency) -> bool:
        """Whether the notice alone asked for more than all that is known of the instance together."""
        if record.closed_at is not None or asked.action is Action.ACT:
            return False
        return record.ours or asked.action is not Action.WAIT

    def _advance(self, record: IncidentRecord) -> Handled:
        """What is due for an open incident now, by what EC2 and the cluster show."""
        machine = self.instances.instance(record.instance)
        if machine is None or machine.state in GOING:
            return self._send_to_release(record)
        record = self._told_what_ec2_shows(record, machine)
        node = self.clusters.open(record.cluster).find(record.instance, record.node)
        reaction = self.cordoner.deployment.interruption.rules_for(
            record.cluster, node.labels if node else {}
        )
        asked = assess(record.incident, reaction, self.clock())
        if machine.state in DOWN:
            return self._wait(record, asked, f"it is {machine.state}; looked at again when it runs")
        if asked.action is Action.ACT and asked.notice is not None:
            if node is None:
                return self._wait(record, asked, "its node is gone; EC2 will say when it ends")
            seen = Triage(asked.notice, "", record.cluster, node, machine, reaction)
            return self._act(record, asked, seen)
        if asked.action is Action.WAIT:
            return self._wait(self._lifted(record, asked)[0], asked, asked.reason)
        return self._end(record, asked)

    def _told_what_ec2_shows(self, record: IncidentRecord, machine: Instance) -> IncidentRecord:
        """The record with the news that it runs, where the event of that was lost or came out of order."""
        now, since = self.clock(), record.incident.dies_since
        if since is None or machine.state is not InstanceState.RUNNING or now < since + GONE_WITHIN:
            return record
        shown = Notice(f"seen/{now.isoformat()}", Kind.STATE, record.instance, now, "running")
        return self._log.change(
            record, lambda one: self._log.noted(one.with_notices((shown,)), "EC2 shows it running")
        )

    def _act(self, record: IncidentRecord, asked: Urgency, sighting: Triage) -> Handled:
        assert sighting.node is not None and asked.notice is not None
        if sighting.machine is not None:
            volumes, notice, at = sighting.machine.volumes, asked.notice, self.clock()
            record = self._log.change(
                record, lambda one: one.to_be_saved(volumes, sighting.reaction, notice, at)
            )
        if sighting.reaction.cordon and record.cordoned_at is None:
            nodes = self.clusters.open(record.cluster)
            plan = self.cordoner.cordon(nodes, sighting.node, asked.notice)
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
        """Look again after a while, or when what is known now asks for something else."""
        soon = self.clock() + LOOK_AGAIN
        again = asked.again if asked.again and asked.action is Action.WAIT else min(asked.again or soon, soon)
        self._log.change(record, lambda one: replace(one, again=again))
        return Handled(record.instance, asked.action.value, reason, record.cluster, record.node)

    def _lifted(self, record: IncidentRecord, asked: Urgency) -> tuple[IncidentRecord, str]:
        """The record after its cordon was lifted, if it is ours, and the reason."""
        plan = self.cordoner.uncordon(record.cluster, record.instance, record.node) if record.ours else None
        if plan is None:
            return record, asked.reason
        reason, now = f"{asked.reason}: {plan.reason}", self.clock()
        return self._log.change(
            record, lambda one: replace(one.noted(now, reason), cordoned_at=None, ours=False)
        ), reason

    def _end(self, record: IncidentRecord, asked: Urgency) -> Handled:
        """Take back what was done, and close the incident unless there are news of it meanwhile."""
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
            self._log.tell(closed, "withdrawn", reason, {"InterruptionsWithdrawn": 1})
        return Handled(record.instance, "withdrawn", reason, record.cluster, record.node)

    def _send_to_release(self, record: IncidentRecord) -> Handled:
        """The news of its end may have been lost: release_volumes looks for itself."""
        self.to_release.send(record.instance)
        soon = self.clock() + LOOK_AGAIN
        self._log.change(record, lambda one: replace(one, again=soon))
        reason = "EC2 says that it is gone or going; its volumes are released"
        return Handled(record.instance, "released", reason, record.cluster, record.node)

    def _say(self, sighting: Triage, record: IncidentRecord) -> None:
        """A Kubernetes Event on the node, for whoever describes it; trouble with it is only logged."""
        node = sighting.node
        if node is None or sighting.plan is None or sighting.plan.change is None:
            return
        left = record.left(self.clock())
        ending = "" if left is None else f"; {left:.0f} s left"
        text = f"{sighting.notice.in_words}: {sighting.plan.reason}{ending}"
        try:
            self.clusters.open(sighting.cluster).record_event(
                NodeEvent("Node", "", node.name, node.name, "SnapkeepCordoned", text)
            )
        except SnapkeepError as error:
            log.warning("no Kubernetes Event on %s: %s", node.name, error.reason)


def _may_be_known(sighting: Triage) -> bool:
    """A foreign instance costs no call of the journal's; one that lost its node or only has news may."""
    return not sighting.reason or sighting.machine is not None
