"""What the API can do, in words of the domain. `bootstrap` hands in the services that do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from snapkeep.domain.changes import Change
from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.domain.restore.operations import RestoreOperation
from snapkeep.domain.restore.plans import RestorePlan
from snapkeep.domain.restore.progress import Progress
from snapkeep.domain.restore.requests import RestoreRequest


class Restores(Protocol):
    """Restores on demand."""

    def plan(self, request: RestoreRequest) -> RestorePlan:
        """What would be made, with all findings. Raises NotFound without such a cluster or point."""

    def start(self, plan: RestorePlan, operation_id: str, caller: str) -> RestoreOperation:
        """Carry out a plan that is not refused."""

    def resume(self, operation_id: str) -> RestoreOperation | None:
        """Go on with a restore that was begun; None when there is none of that id."""

    def status(self, cluster: str, namespace: str, restore_id: str) -> tuple[RestoreOperation, Progress]:
        """A restore and how it stands now. Raises NotFound without it in this namespace."""

    def page(
        self, cluster: str, namespace: str, limit: int, after: str
    ) -> tuple[Sequence[RestoreOperation], str]:
        """Restores into a namespace, newest first, and what to ask the next page by ("" at the end)."""


class Audit(Protocol):
    """Keeps what people changed."""

    def changed(self, change: Change) -> None:
        """Publish a change that was made through the API."""


@dataclass(frozen=True, slots=True)
class Actions:
    """Everything the routes call."""

    deployment: Deployment
    restores: Restores
    audit: Audit

    def clusters(self) -> Sequence[Cluster]:
        """The clusters of the config."""
        return self.deployment.clusters
