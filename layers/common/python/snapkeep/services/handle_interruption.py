"""Incidents: every announcement is journaled, acted on, watched, and taken back when nothing came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from snapkeep.domain.errors import SnapkeepError, TemporaryError
from snapkeep.domain.interruption.machines import MachineState
from snapkeep.domain.interruption.nodes import Said
from snapkeep.domain.interruption.notices import Kind, Notice, Standing
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.interruption.urgency import Urge, Urgency, urgency
from snapkeep.ports import Clock, IncidentQueue, Incidents, InterruptionNews, Machines, NodeClusters
from snapkeep.services.cordon_node import CordonNode, Sighting

WRITES = 8
"""How often a record that several events write at once is read and written again."""

LOOK_AGAIN = timedelta(minutes=15)

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
    machines: Machines
    clusters: NodeClusters
    incidents: Incidents
    to_save: IncidentQueue
    to_release: IncidentQueue
    news: InterruptionNews
    clock: Clock

    def record(self, sighting: Sighting) -> Handled:
        """Journal what was seen, and send the node on when it is to be saved.

        Raises TemporaryError when the journal or the queue did not answer: the same event may come again.
        """
        notice = sighting.notice
        if sighting.node is None:
            return self._without_node(sighting)
        record, is_news = self._write(sighting)
        asked = urgency(record.incident, sighting.reaction, self.clock())
        if asked.urge is Urge.ACT:
            self.to_save.send(notice.instance)
            self._say(sighting, record)
        if is_news:
            self._tell(record, asked.urge.value, asked.reason, _figures(sighting))
        return Handled(
            notice.instance,
            asked.urge.value,
            sighting.plan.reason if sighting.plan else asked.reason,
            record.cluster,
            record.node,
            _seconds(sighting),
        )

    def tick(self) -> Sequence[Handled]:
        """Look at every open incident whose time has come; trouble with one never stops the others."""
        handled = []
        for record in self.incidents.open_incidents():
            if record.again and self.clock() < record.again:
                continue
            try:
                handled.append(self._advance(record))
            except SnapkeepError as error:
                log.warning("the incident of %s stays open: %s", record.instance, error.reason)
                handled.append(Handled(record.instance, "failed", error.reason, record.cluster, record.node))
        return handled

    def _without_node(self, sighting: Sighting) -> Handled:
        """A foreign instance, or news of an incident that may be known."""
        notice = sighting.notice
        known = self.incidents.incident(notice.instance) if _may_be_known(sighting) else None
        if known is None:
            return Handled(notice.instance, "not ours", sighting.reason or "nobody waits for this news")
        record = self._change(known, lambda one: one.told_of((notice,)).noted(self.clock(), _heard(notice)))
        if record.closed_at is None:
            return self._advance(record)
        return Handled(notice.instance, "noted", "its incident is over", record.cluster, record.node)

    def _write(self, sighting: Sighting) -> tuple[IncidentRecord, bool]:
        """The record with this sighting in it, and whether that was news."""
        notice, node = sighting.notice, sighting.node
        assert node is not None
        known = self.incidents.incident(notice.instance)
        first = known or IncidentRecord(notice.instance, sighting.cluster, node.name)
        changed = self._change(first, lambda one: self._seen(one, sighting))
        return changed, known is None or changed.revision != known.revision

    def _seen(self, record: IncidentRecord, sighting: Sighting) -> IncidentRecord:
        notice, now = sighting.notice, self.clock()
        told = record.told_of((notice,))
        if told == record:
            return record
        told = told.noted(now, _heard(notice))
        if notice.standing(now) is Standing.TOO_LATE:
            late = int((now - (notice.deadline or now)).total_seconds())
            told = told.noted(now, f"the announcement came {late} s after its deadline")
        if sighting.plan and sighting.cordoned_at:
            told = told.noted(sighting.cordoned_at, f"cordon: {sighting.plan.reason}")
            at = told.cordoned_at or sighting.cordoned_at
            told = replace(told, cordoned_at=at, ours=told.ours or sighting.plan.ours)
        asked = urgency(told.incident, sighting.reaction, now)
        if asked.urge is not Urge.ACT:
            told = told.noted(now, asked.reason)
        return replace(told, again=asked.again or now + LOOK_AGAIN)

    def _change(
        self, record: IncidentRecord, change: Callable[[IncidentRecord], IncidentRecord]
    ) -> IncidentRecord:
        """Write the changed record; on another's write change what that one wrote."""
        for attempt in range(WRITES):
            changed = change(record)
            if changed == record and record.revision:
                return record
            try:
                return self.incidents.write_incident(changed)
            except TemporaryError:
                known = self.incidents.incident(record.instance)
                if known is None or attempt == WRITES - 1:
                    raise
                record = known
        raise AssertionError("the last attempt returns or raises")

    def _advance(self, record: IncidentRecord) -> Handled:
        """What is due for an open incident now."""
        nodes = self.clusters.open(record.cluster)
        node = nodes.find(record.instance, record.node)
        reaction = self.cordoner.deployment.interruption.reaction(record.cluster, node.labels if node else {})
        asked = urgency(record.incident, reaction, self.clock())
        if asked.urge is Urge.ACT and node is not None and asked.notice is not None:
            return self._act(record, asked, Sighting(asked.notice, "", record.cluster, node, None, reaction))
        if asked.urge is Urge.WAIT:
            return self._wait(record, asked)
        return self._end(record, asked)

    def _act(self, record: IncidentRecord, asked: Urgency, sighting: Sighting) -> Handled:
        assert sighting.node is not None and asked.notice is not None
        if sighting.reaction.cordon and record.cordoned_at is None:
            nodes = self.clusters.open(record.cluster)
            plan = self.cordoner.cordon(nodes, sighting.node, asked.notice)
            now = self.clock()
            record = self._change(
                record,
                lambda one: replace(
                    one.noted(now, f"cordon: {plan.reason}"), cordoned_at=now, ours=plan.ours
                ),
            )
        if self._has_died(record):
            return self._send_to_release(record)
        self.to_save.send(record.instance)
        return self._wait(record, asked)

    def _wait(self, record: IncidentRecord, asked: Urgency) -> Handled:
        soon = self.clock() + LOOK_AGAIN
        again = min(asked.again, soon) if asked.again and asked.urge is Urge.ACT else asked.again or soon
        self._change(record, lambda one: replace(one, again=again))
        return Handled(record.instance, asked.urge.value, asked.reason, record.cluster, record.node)

    def _end(self, record: IncidentRecord, asked: Urgency) -> Handled:
        """Take back what was done, unless the instance died or is only stopped."""
        machine = self.machines.machine(record.instance)
        if machine is None or machine.state in (MachineState.TERMINATED, MachineState.SHUTTING_DOWN):
            return self._send_to_release(record)
        if machine.state in (MachineState.STOPPING, MachineState.STOPPED):
            later = replace(asked, reason=f"{machine.id} is {machine.state}; looked at again when it runs")
            return self._wait(record, replace(later, again=None))
        plan = self.cordoner.lift(record.cluster, record.instance, record.node) if record.ours else None
        reason = f"{asked.reason}: {plan.reason}" if plan else asked.reason
        now = self.clock()
        closed = self._change(
            record,
            lambda one: replace(one.noted(now, reason), closed_at=now, cordoned_at=None, ours=False),
        )
        self._tell(closed, "withdrawn", reason, {"InterruptionsWithdrawn": 1})
        return Handled(record.instance, "withdrawn", reason, record.cluster, record.node)

    def _has_died(self, record: IncidentRecord) -> bool:
        return record.incident.terminated

    def _send_to_release(self, record: IncidentRecord) -> Handled:
        """The news of its end may have been lost: release_volumes looks for itself."""
        self.to_release.send(record.instance)
        soon = self.clock() + LOOK_AGAIN
        self._change(record, lambda one: replace(one, again=soon))
        reason = "EC2 says that it is gone; its volumes are released"
        return Handled(record.instance, "released", reason, record.cluster, record.node)

    def _say(self, sighting: Sighting, record: IncidentRecord) -> None:
        """A Kubernetes Event on the node, for whoever describes it; trouble with it is only logged."""
        node = sighting.node
        if node is None or sighting.plan is None or sighting.plan.change is None:
            return
        left = record.left(self.clock())
        text = f"{_heard(sighting.notice)}: {sighting.plan.reason}" + (
            f"; {left:.0f} s left" if left is not None else ""
        )
        try:
            self.clusters.open(sighting.cluster).say(
                Said("Node", "", node.name, node.name, "SnapkeepCordoned", text)
            )
        except SnapkeepError as error:
            log.warning("no Kubernetes Event on %s: %s", node.name, error.reason)

    def _tell(self, record: IncidentRecord, step: str, reason: str, figures: Mapping[str, float]) -> None:
        """Publish; trouble with it never stops the work."""
        try:
            self.news.interruption(record, step, reason, figures)
        except SnapkeepError as error:
            log.warning("the incident of %s was not published: %s", record.instance, error.reason)


def _may_be_known(sighting: Sighting) -> bool:
    """A foreign instance costs no call of the journal's; one that lost its node or only has news may."""
    return not sighting.reason or sighting.machine is not None


def _heard(notice: Notice) -> str:
    words = notice.action or notice.kind.value
    end = " withdrawn" if notice.withdrawn else ""
    return f"{notice.kind.value} announcement{end}: {words}"


def _seconds(sighting: Sighting) -> float | None:
    """From the time in the event (whole seconds) to the cordon."""
    if sighting.cordoned_at is None:
        return None
    return (sighting.cordoned_at - sighting.notice.announced_at).total_seconds()


def _figures(sighting: Sighting) -> dict[str, float]:
    seconds = _seconds(sighting)
    figures: dict[str, float] = {"Notices": 1}
    if sighting.notice.kind is Kind.SPOT and seconds is not None:
        figures["SecondsToCordon"] = max(0.0, seconds)
    return figures
