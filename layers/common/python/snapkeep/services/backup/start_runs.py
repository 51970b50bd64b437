"""Starts one run per cluster for a schedule with several clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.backup.runs import run_id
from snapkeep.domain.errors import PermanentError, SnapkeepError, TemporaryError
from snapkeep.domain.policies import Deployment
from snapkeep.ports.messaging import Starter


@dataclass(frozen=True, slots=True)
class Started:
    """The ids of the requested runs."""

    started: Sequence[str]


@dataclass(frozen=True, slots=True)
class StartRuns:
    """Starts the run of a slot in each cluster of its policy."""

    deployment: Deployment
    starter: Starter

    def start(self, policy_name: str, slot: datetime) -> Started:
        """Request the run of a slot (aware) in each cluster; a run that is requested twice is still one run.

        A failure in one cluster does not affect the others: all are tried, then TemporaryError (or
        PermanentError, when no retry helps) names those that failed. Raises PermanentError when the
        deployment has no such policy.
        """
        policy = self.deployment.policy(policy_name)
        if policy is None:
            known = ", ".join(item.name for item in self.deployment.policies) or "none"
            raise PermanentError(
                f"the deployment has no policy {policy_name!r} (policies: {known}); "
                "deploy again so that schedules and config agree"
            )
        failures = {}
        for cluster in policy.clusters:
            try:
                self.starter.start_run(cluster, policy.name, slot)
            except SnapkeepError as error:
                failures[cluster] = error
        if failures:
            raise _together(failures, len(policy.clusters))
        return Started([run_id(cluster, policy.name, slot) for cluster in policy.clusters])


def _together(failures: dict[str, SnapkeepError], tried: int) -> SnapkeepError:
    words = "; ".join(f"{cluster}: {error.reason}" for cluster, error in failures.items())
    reason = f"{len(failures)} of {tried} clusters could not be started: {words}"
    can_help = any(isinstance(error, TemporaryError) for error in failures.values())
    return TemporaryError(reason) if can_help else PermanentError(reason)
