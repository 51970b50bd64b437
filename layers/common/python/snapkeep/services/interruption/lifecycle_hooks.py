"""Keeps Auto Scaling lifecycle hooks waiting while volumes are attached, then completes them; never
ABANDON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.interruption.notices import Hook
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import LifecycleHooks
from snapkeep.ports.kubernetes import Nodes
from snapkeep.services.interruption.incident_log import IncidentLog


@dataclass(frozen=True)
class AnswerHooks:
    """Answers the hooks of one incident."""

    hooks: LifecycleHooks
    log: IncidentLog
    clock: Clock

    def run(self, record: IncidentRecord, nodes: Nodes) -> tuple[IncidentRecord, Mapping[str, str]]:
        """Answer each waiting hook; returns the answers by hook name.

        The answer is CONTINUE once no volume is attached to the node, or the time is up; until then a
        heartbeat. A failed answer is retried at the next check.
        """
        end, told = record.hooks_end(self.clock()), dict[str, str]()
        if end is None:
            return record, told
        held = sum(each.node == record.node for each in nodes.attachments())
        keep = held if self.clock() < end else 0
        for hook in record.hooks:
            try:
                is_over, told[hook.name] = self._answer(hook, record.instance, keep)
            except SnapkeepError as error:
                told[hook.name] = error.reason
                continue
            if is_over:
                record = self._answered(record, hook, told[hook.name])
        return record, told

    def leave(self, record: IncidentRecord, reason: str) -> IncidentRecord:
        """Answer no hook, because whoever drains the node also answers its hooks."""
        for hook in record.hooks:
            record = self._answered(record, hook, f"is left to others: {reason}")
        return record

    def _answer(self, hook: Hook, instance: str, held: int) -> tuple[bool, str]:
        if held:
            waits = self.hooks.heartbeat(hook, instance)
            text = f"{held} volumes are attached; asked for more time"
            return (False, text) if waits else (True, "it no longer waits")
        waits = self.hooks.complete(hook, instance)
        return True, "completed" if waits else "it no longer waits"

    def _answered(self, record: IncidentRecord, hook: Hook, text: str) -> IncidentRecord:
        def answered(one: IncidentRecord) -> IncidentRecord:
            tokens = (*one.answered, hook.token) if hook.token not in one.answered else one.answered
            return self.log.noted(replace(one, answered=tokens), f"lifecycle hook {hook.name}: {text}")

        return self.log.change(record, answered)
