"""What the machines of the nodes do: a kubelet lives and dies with its machine, and only EC2 knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from sandbox.driver.snapshot_words import Object

TERMINATED = "terminated"
DEAD = ("shutting-down", TERMINATED, "stopping", "stopped")


def instance_of(node: Object | None) -> str:
    """The EC2 instance of a node, from `aws:///zone/i-1`; "" for nodes that are none."""
    provider_id = node["spec"].get("providerID", "") if node else ""
    return str(provider_id).rpartition("/")[2]


class Machines:
    """The EC2 instances that do not run, as last looked at."""

    def __init__(self, look: Callable[[], Mapping[str, str]] = dict) -> None:
        self._look = look
        self._states: dict[str, str] = {}
        self._died: dict[str, float] = {}

    def look(self) -> bool:
        """See what they do now; True when one died, came back or got further on its way out."""
        before = self._states
        self._states = {name: state for name, state in self._look().items() if state in DEAD}
        self._died = {name: self._died.get(name, time.monotonic()) for name in self._states}
        return before != self._states

    def is_dead(self, instance: str) -> bool:
        """Whether nothing runs on it any more. One that was never seen is taken to run."""
        return instance in self._died

    def is_terminated(self, instance: str) -> bool:
        """Whether it never comes back."""
        return self._states.get(instance) == TERMINATED

    def dead_for(self, instance: str) -> float:
        """Seconds since it died, 0.0 while it runs."""
        return time.monotonic() - self._died[instance] if instance in self._died else 0.0
