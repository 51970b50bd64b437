"""Fire schedules as the sandbox clock passes their slots.

Nothing fires unexpectedly: in the setting `stepped` (the default) a schedule fires when the clock is advanced
past its slot, with that slot as its scheduled time. The next advance catches up on slots that real time
passed meanwhile, so none is lost and none fires twice. In `live` they also fire as time passes.
"""

import fnmatch
import json
import logging
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import scheduler

from sandbox.aws.patches.lambda_async import invoke_function, send_to_queue
from sandbox.aws.schedule_slots import slots
from sandbox.aws.scope import request_scope
from sandbox.aws.world import World

log = logging.getLogger("sandbox.scheduler")
Schedule = dict[str, Any]
HORIZON = timedelta(days=400)


@dataclass(frozen=True)
class Firing:
    """One start of a target by a schedule."""

    schedule: str
    scheduled_time: datetime
    execution_id: str


def remember(world: World, arn: str) -> None:
    """Make a created or changed schedule fire from now on."""
    with world.lock:
        world.fired_until[arn] = world.clock.now()


def next_slot(world: World, schedule: Schedule) -> datetime | None:
    """Return when a schedule is next due, or None if never."""
    after = world.fired_until.get(schedule["Arn"], world.clock.now())
    horizon = timedelta(days=2)
    while horizon <= HORIZON * 2:
        due = _due(schedule, after, after + horizon)
        if due:
            return due[0]
        horizon *= 8
    return None


def fire_due(world: World, until: datetime, only: str = "*") -> list[Firing]:
    """Fire every enabled schedule whose name matches `only` (a glob) for each slot up to `until`, oldest
    first.

    Slots of disabled schedules, of those that do not match and of lost Regions pass unfired.
    """
    due: list[tuple[datetime, tuple[str, str], Schedule]] = []
    for (account, region, _key), schedule in list(scheduler._schedules._data.items()):
        with world.lock:
            after = world.fired_until.get(schedule["Arn"], until)
            world.fired_until[schedule["Arn"]] = max(after, until)
        is_on = schedule["State"] == "ENABLED" and region not in world.settings.lost_regions
        if is_on and fnmatch.fnmatchcase(schedule["Name"], only):
            due += [(slot, (account, region), schedule) for slot in _due(schedule, after, until)]
    due.sort(key=lambda each: each[0])
    firings = []
    for slot, scope, schedule in due:
        with request_scope(*scope):
            firings.append(_fire(schedule, slot))
    return firings


def _due(schedule: Schedule, after: datetime, until: datetime) -> list[datetime]:
    start, end = scheduler._to_epoch(schedule.get("StartDate")), scheduler._to_epoch(schedule.get("EndDate"))
    anchor = datetime.fromtimestamp(int(start or schedule["CreationDate"]), UTC)
    if start:
        after = max(after, datetime.fromtimestamp(start, UTC) - timedelta(microseconds=1))
    if end:
        until = min(until, datetime.fromtimestamp(end, UTC))
    zone = schedule.get("ScheduleExpressionTimezone") or "UTC"
    return slots(schedule["ScheduleExpression"], zone, after, until, anchor)


def _fire(schedule: Schedule, slot: datetime) -> Firing:
    firing = Firing(schedule["Name"], slot, str(uuid.uuid4()))
    target = schedule["Target"]
    body = _input(schedule, firing)
    refusal = _refusal(target)
    if refusal is None:
        delivered = _deliver(target["Arn"], body)
        refusal = None if delivered else ("ResourceNotFoundException", f"{target['Arn']} does not exist")
    if refusal:
        _dead_letter(schedule, firing, body, refusal)
    return firing


def _input(schedule: Schedule, firing: Firing) -> str:
    when = firing.scheduled_time.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = schedule["Target"].get("Input") or json.dumps(
        {
            "version": "0",
            "id": firing.execution_id,
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": schedule["Arn"].split(":")[4],
            "time": when,
            "region": schedule["Arn"].split(":")[3],
            "resources": [schedule["Arn"]],
            "detail": "{}",
        }
    )
    attributes = {
        "scheduled-time": when,
        "schedule-arn": schedule["Arn"],
        "execution-id": firing.execution_id,
        "attempt-number": "1",
    }
    for name, value in attributes.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return str(text)


def _refusal(target: dict[str, Any]) -> tuple[str, str] | None:
    """Return why the schedule's role may not start the target, or None: Scheduler acts in that role."""
    action = "lambda:InvokeFunction" if ":lambda:" in target["Arn"] else "sqs:SendMessage"
    role = target["RoleArn"]
    account, name = role.split(":")[4], role.rsplit("/", 1)[-1]
    context = iam_evaluator.EvalContext(
        principal_arn=role,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=target["Arn"],
        region=target["Arn"].split(":")[3],
    )
    decision = iam_evaluator.evaluate(context, iam_evaluator._gather_role_policies(name, account)).decision
    if decision == "Allow":
        return None
    return "AccessDeniedException", f"{role} is not authorized to perform {action} on {target['Arn']}"


def _deliver(arn: str, body: str) -> bool:
    if ":lambda:" in arn:
        return invoke_function(arn, json.loads(body))
    if ":sqs:" in arn:
        return send_to_queue(arn, body, {})
    log.warning("the sandbox's Scheduler starts Lambda functions and SQS queues only, not %s", arn)
    return False


def _dead_letter(schedule: Schedule, firing: Firing, body: str, refusal: tuple[str, str]) -> None:
    code, message = refusal
    log.warning("schedule %s could not start its target: %s", firing.schedule, message)
    queue = (schedule["Target"].get("DeadLetterConfig") or {}).get("Arn")
    if queue:
        attributes = {
            "ERROR_CODE": code,
            "ERROR_MESSAGE": message,
            "EXECUTION_ID": firing.execution_id,
            "RETRY_ATTEMPTS": "0",
            "SCHEDULE_ARN": schedule["Arn"],
            "TARGET_ARN": schedule["Target"]["Arn"],
        }
        send_to_queue(queue, body, attributes)
