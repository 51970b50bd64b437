"""Scheduler follows the sandbox clock, in the schedule's time zone, and sets the context attributes.

AWS: see sandbox/aws/schedule_slots.py; `<aws.scheduler.scheduled-time>` and its three sisters in a target's
input are replaced (User guide, "Adding context attributes"); Scheduler assumes the target's role; a bad
expression or time zone is a ValidationException.
ministack: a thread checks every 10 s of real time, time zones and DST are ignored, the attributes stay
unreplaced, the role is never checked. Scheduled EventBridge rules are off here; this project uses Scheduler.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import eventbridge, scheduler

from sandbox.aws import schedules
from sandbox.aws.private import require
from sandbox.aws.schedule_slots import slots
from sandbox.aws.world import World

Answer = tuple[int, dict[str, str], bytes]


def install(world: World) -> None:
    """Silence ministack's own tickers and take over creating and changing schedules."""
    require(
        scheduler,
        "start_scheduler",
        "_now",
        "_create_schedule",
        "_update_schedule",
        "_schedules",
        "_to_epoch",
    )
    require(scheduler, "_schedule_arn", "_error")
    require(eventbridge, "start_scheduler", "_parse_rate_seconds", "_parse_cron_fields", "_cron_next_fire")
    scheduler.start_scheduler = eventbridge.start_scheduler = lambda: None
    scheduler._now = lambda: world.clock.now().timestamp()
    scheduler._create_schedule = _checked(world, scheduler._create_schedule)
    scheduler._update_schedule = _checked(world, scheduler._update_schedule)


def _checked(
    world: World, write: Callable[[str, dict[str, Any]], Answer]
) -> Callable[[str, dict[str, Any]], Answer]:
    def written(name: str, body: dict[str, Any]) -> Answer:
        now = world.clock.now()
        zone = body.get("ScheduleExpressionTimezone") or "UTC"
        try:
            slots(body.get("ScheduleExpression") or "", zone, now, now, now)
        except ValueError as error:
            refused: Answer = scheduler._error(400, "ValidationException", str(error))
            return refused
        answer = write(name, body)
        if answer[0] == 200:
            schedules.remember(world, scheduler._schedule_arn(body.get("GroupName", "default"), name))
        return answer

    return written
