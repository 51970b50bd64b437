"""Verifies a drain that is left to others: reports if nobody drains, and steps in if the rules say so."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.interruption.nodes import Node, NodeEvent, Pod
from snapkeep.domain.interruption.notices import Notice
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.interruption.rules import NodeRules
from snapkeep.domain.interruption.verification import VERIFY_AFTER, Verdict, steps_in, verdict, verifies_at
from snapkeep.domain.metrics import Metric
from snapkeep.ports.clock import Clock
from snapkeep.ports.kubernetes import Nodes
from snapkeep.services.interruption.incident_log import IncidentLog

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verified:
    """Whether Snapkeep evicts, the pods that nobody has evicted, and the time until they are checked."""

    evict: bool = False
    left: tuple[Pod, ...] = ()
    wait: timedelta | None = None


@dataclass(frozen=True)
class VerifyDrain:
    """Verifies the drain of one node."""

    nodes: Nodes
    log: IncidentLog
    clock: Clock

    def run(
        self,
        record: IncidentRecord,
        node: Node,
        pods: Sequence[Pod],
        rules: NodeRules,
        notice: Notice,
        other: str,
    ) -> tuple[IncidentRecord, Verified]:
        """What to do in place of `other`, which should drain the node.

        The finding that nobody drains is journaled before any eviction: a second invocation, or one after a
        crash, then continues, even when only pods without claims are left. Returns the record with the
        finding.
        """
        now, due = self.clock(), verifies_at(notice)
        if notice.deadline and now >= notice.deadline:
            return record, Verified()
        if now < due:
            return record, Verified(wait=min(due - now, VERIFY_AFTER))
        if record.undrained == notice.key:
            return record, Verified(steps_in(rules, notice))
        found = verdict(other, rules, notice, pods, now)
        if not found.left:
            return self.log.note(record, found.reason), Verified()
        record = self._told(record, node, notice, found)
        return record, Verified(steps_in(rules, notice), found.left)

    def _told(self, record: IncidentRecord, node: Node, notice: Notice, found: Verdict) -> IncidentRecord:
        """Journal that nobody drains; the first invocation to do so also publishes it."""
        is_first = False

        def mark(one: IncidentRecord) -> IncidentRecord:
            nonlocal is_first
            is_first = one.undrained != notice.key
            return self.log.noted(replace(one, undrained=notice.key), found.reason) if is_first else one

        record = self.log.change(record, mark)
        if is_first:
            self.log.tell(record, "undrained", found.reason, {Metric.NODES_UNDRAINED: 1})
            self._say(node, found.reason)
        return record

    def _say(self, node: Node, text: str) -> None:
        """Write a Kubernetes Event about the node; a failure is only logged."""
        try:
            self.nodes.record_event(NodeEvent("Node", "", node.name, node.name, "SnapkeepUndrained", text))
        except SnapkeepError as error:
            log.warning("no Kubernetes Event on %s: %s", node.name, error.reason)
