"""Queues and function invocations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.backup.jobs import Job
    from snapkeep.domain.report.trials import Trial, TrialRequest
    from snapkeep.domain.retention.prune_plans import PrunePlan


class Queue(Protocol):
    """The queue of jobs for take_snapshots."""

    def send(self, jobs: Iterable[Job], delay: timedelta = timedelta()) -> None:
        """Send jobs, in batches, to be seen after `delay` (at most 15 minutes)."""


class IncidentQueue(Protocol):
    """A queue of incidents to process."""

    def send(self, instance: str, delay: timedelta = timedelta()) -> None:
        """Request another check of an instance's incident after `delay` (at most 15 minutes)."""


class Starter(Protocol):
    """Starts runs outside their schedule."""

    def start_run(self, cluster: str, policy: str, slot: datetime) -> None:
        """Invoke plan_backup for a slot, without waiting."""


class ObjectsSaver(Protocol):
    """Invokes save_objects."""

    def save_objects(self, cluster: str) -> None:
        """Have the objects beside the newest runs of a cluster saved, without waiting."""


class Pruner(Protocol):
    """Invokes prune."""

    def rehearse(self, cluster: str, place: str = "") -> PrunePlan:
        """What prune would do in a cluster now, or to its copies in a place. Raises TookTooLong."""

    def prune(self, cluster: str, token: str, place: str = "") -> None:
        """Start a prune that also confirms the refusal of that token, without waiting."""


class ConfigTrier(Protocol):
    """Invokes try_config."""

    def try_config(self, request: TrialRequest) -> Trial:
        """What these policies would do now. Raises TookTooLong, and TooLarge for an answer that does not
        fit."""
