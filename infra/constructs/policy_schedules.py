"""The schedules of policies: one for each, however many its clusters."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import Duration

from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.platform import Platform
from snapkeep.domain.naming import backup_schedule
from snapkeep.domain.policies import Policy, Schedule


def schedule_policies(platform: Platform, function: PythonFunction, policies: Iterable[Policy]) -> None:
    """Start the function at the slots of these policies."""
    for policy in policies:
        # A single cluster needs no second start: the first one plans its run.
        alone = {"cluster": policy.clusters[0]} if len(policy.clusters) == 1 else {}
        platform.schedules.add(
            backup_schedule(policy.name),
            description=f"Snapkeep: policy {policy.name}",
            target=function.target,
            function=function.name,
            timing=_timing(policy.schedule),
            input={**alone, "policy": policy.name, "scheduledTime": SCHEDULED_TIME},
        )


def _timing(schedule: Schedule) -> Timing:
    # Scheduler's retry age is the catch-up window: what has not started by then is reported as missed.
    return Timing(
        expression=schedule.expression,
        timezone=schedule.timezone,
        flexible_minutes=schedule.flexible_minutes,
        retry_for=Duration.seconds(int(schedule.catch_up.total_seconds())),
        enabled=schedule.enabled,
    )
