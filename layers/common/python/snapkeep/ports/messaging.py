"""Queues and functions that are asked to work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.backup.jobs import Job
    from snapkeep.domain.retention.prune_plans import PrunePlan


class Queue(Protocol):
    """The queue of jobs for take_snapshots."""

    def send(self, jobs: Iterable[Job], delay: timedelta = timedelta()) -> None:
        """Send jobs, in batches, to be seen after `delay` (at most 15 minutes)."""


class IncidentQueue(Protocol):
    """A queue of incidents to go on with."""

    def send(self, instance: str, delay: timedelta = timedelta()) -> None:
        """Ask for the incident of an instance to be looked at after `delay` (at most 15 minutes)."""


class Starter(Protocol):
    """Starts runs out of turn."""

    def start_run(self, cluster: str, policy: str, slot: datetime) -> None:
        """Ask plan_backup, without waiting, to run a slot."""


class Pruner(Protocol):
    """Asks for prunes."""

    def rehearse(self, cluster: str) -> PrunePlan:
        """What prune would do in a cluster now. Raises TookTooLong."""

    def prune(self, cluster: str, token: str) -> None:
        """Ask, without waiting, for exactly the plan of that token."""
