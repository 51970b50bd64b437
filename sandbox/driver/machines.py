"""The machines behind the nodes: a kubelet lives and dies with its machine, and only EC2 knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from sandbox.driver.snapshot_words import Object

TERMINATED = "terminated"
DEAD = ("shutting-down", TERMINATED, "stopping", "stopped")


def instance_of(node: Object | None) -> str:
    """A node's EC2 instance, from `aws:///zone/i-1`; "" for a node without one."""
    provider_id = node["spec"].get("providerID", "") if node else ""
    return str(provider_id).rpartition("/")[2]


class Machines:
    """The EC2 instances that are not running, as of the last look."""

    def __init__(self, look: Callable[[], Mapping[str, str]] = dict) -> None:
        self._look = look
        self._states: dict[str, str] = {}
        self._died: dict[str, float] = {}

    def look(self) -> bool:
        """Read their present state; True if one died, came back or got closer to termination."""
        before = self._states
        self._states = {name: state for name, state in self._look().items() if state in DEAD}
        self._died = {name: self._died.get(name, time.monotonic()) for name in self._states}
        return before != self._states

    def is_dead(self, instance: str) -> bool:
        """Whether the instance has stopped running. One never seen counts as running."""
        return instance in self._died

    def is_terminated(self, instance: str) -> bool:
        """Whether the instance is gone for good."""
        return self._states.get(instance) == TERMINATED

    def dead_for(self, instance: str) -> float:
        """Seconds since the instance died, 0.0 while it runs."""
        return time.monotonic() - self._died[instance] if instance in self._died else 0.0
