"""The schedules of a deployment: one EventBridge Scheduler group, one failure queue, a role per target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import Duration, RemovalPolicy, Stack, TimeZone
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from infra import permissions
from infra.constructs.failure_queue import failure_queue
from snapkeep.domain.naming import label_value
from snapkeep_cli.config.role_names import role_name, role_path, starter

SCHEDULED_TIME = scheduler.ContextAttribute.scheduled_time
"""Scheduler replaces it with the time a schedule was due, in UTC: the slot."""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When a schedule fires, and how late a start is still worthwhile."""

    expression: str
    timezone: str = "UTC"
    flexible_minutes: int = 0
    retry_for: Duration = field(default_factory=lambda: Duration.minutes(15))
    enabled: bool = True


class Schedules(Construct):
    """The schedule group; `add` puts a schedule into it."""

    def __init__(self, scope: Construct, id: str, *, prefix: str) -> None:
        super().__init__(scope, id)
        self._prefix = prefix
        self.group = scheduler.ScheduleGroup(self, "Group", schedule_group_name=prefix)
        # CDK would retain it, and the next deployment would find its name taken.
        self.group.apply_removal_policy(RemovalPolicy.DESTROY)
        self.failures = failure_queue(self, "Failures")
        self._roles: dict[str, iam.Role] = {}

    def add(
        self,
        name: str,
        *,
        description: str,
        target: lambda_.IFunction,
        function: str,
        timing: Timing,
        input: Mapping[str, str | bool],
    ) -> scheduler.Schedule:
        """A schedule that starts `target`, which is the function of that name or its alias, with this input.

        Scheduler allows 64 characters in a name and letters, digits, `-`, `_` and `.`: what a label allows.
        https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
        """
        return scheduler.Schedule(
            self,
            name,
            schedule_name=label_value(name),
            schedule_group=self.group,
            description=description,
            schedule=scheduler.ScheduleExpression.expression(timing.expression, TimeZone.of(timing.timezone)),
            time_window=_window(timing.flexible_minutes),
            enabled=timing.enabled,
            target=targets.LambdaInvoke(
                target,
                dead_letter_queue=self.failures,
                input=scheduler.ScheduleTargetInput.from_object(dict(input)),
                max_event_age=timing.retry_for,
                role=self._role_for(function, target).without_policy_updates(),
            ),
        )

    @property
    def roles(self) -> tuple[iam.Role, ...]:
        """The roles that Scheduler assumes."""
        return tuple(self._roles.values())

    def _role_for(self, function: str, target: lambda_.IFunction) -> iam.Role:
        # CDK's own role may invoke every version of the function; ours only the schedules' targets.
        if function not in self._roles:
            role = iam.Role(
                self,
                f"SchedulerRole-{function}",
                path=role_path(self._prefix),
                role_name=role_name(self._prefix, Stack.of(self).region, starter(function)),
                description=f"Lets EventBridge Scheduler start {function}",
                assumed_by=self._principal(),
            )
            role.add_to_policy(permissions.invoke(target.function_arn))
            role.add_to_policy(permissions.send_messages(self.failures.queue_arn))
            self._roles[function] = role
        return self._roles[function]

    def _principal(self) -> iam.ServicePrincipal:
        # Only Scheduler of this account, for schedules of this group.
        # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        return iam.ServicePrincipal(
            "scheduler.amazonaws.com",
            conditions={
                "StringEquals": {
                    "aws:SourceAccount": Stack.of(self).account,
                    "aws:SourceArn": self.group.schedule_group_arn,
                }
            },
        )


def _window(minutes: int) -> scheduler.TimeWindow:
    return scheduler.TimeWindow.flexible(Duration.minutes(minutes)) if minutes else scheduler.TimeWindow.off()
