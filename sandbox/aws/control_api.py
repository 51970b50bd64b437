"""The control endpoint: what a demo or a test may do to the sandbox's AWS from outside.

All routes are under /_sandbox/ on the AWS port, JSON in and out, no credentials; the server listens on
127.0.0.1 only. Times are ISO 8601 with a zone, durations seconds. An error answers {"error": text}, status
400 or 404. `sandbox.aws.control.AwsControl` has one method per route.

    GET    /_sandbox/state               account, region, endpoint, interpreter, workers, now, offset_seconds
    POST   /_sandbox/clock               {"advance": seconds} or {"to": time}, "only": glob of schedule names
                                         -> now, fired: [{schedule, scheduled_time, execution_id}]
    GET    /_sandbox/settings            the switches, see sandbox.aws.world.Settings
    PATCH  /_sandbox/settings            change some of them
    GET    /_sandbox/schedules           name, region, group, state, expression, zone, next of each
    POST   /_sandbox/events              put {source, detail_type, detail, resources, time, id, copies,
                                         region} on the default bus; any source, `aws.*` included
    GET    /_sandbox/calls               counters by action: calls that reached their service
    GET    /_sandbox/calls/REGION        the same in one Region
    DELETE /_sandbox/calls               set them to 0
    GET    /_sandbox/faults              faults still to happen
    POST   /_sandbox/faults              add one, see sandbox.aws.world.Fault
    DELETE /_sandbox/faults              forget them
    POST   /_sandbox/snapshots/fail      {"volume": id or "*", "times": n}: its next snapshots end in error
    POST   /_sandbox/snapshots/settle    {"snapshot": id, "state": "completed" or "error", "trouble": text}:
                                         end it now, in any Region; a copy shows the trouble
    POST   /_sandbox/copies/fail         {"source": snapshot id or "*", "times": n}: its next copies end in
                                         error
    POST   /_sandbox/tiers/fail          {"snapshot": id or "*", "times": n}: its next moves to or from the
                                         archive tier fail
    GET    /_sandbox/volumes/ID          {"text"}: what is written on it, see sandbox.aws.contents
    PUT    /_sandbox/volumes/ID          {"text": ...}: write that on it
    PUT    /_sandbox/volumes/ID/image    {"path": ...}: let it hold the blocks of a sparse image file
    GET    /_sandbox/file-systems/ID     {path: text}: what is in an EFS file system
    PUT    /_sandbox/file-systems/ID     {"path": ..., "text": ...}: write a file; null deletes it
    POST   /_sandbox/file-systems/ID/fail {"times": n}: its next AWS Backup jobs fail
    PUT    /_sandbox/keys                {"arn": ...}: a symmetric key, as if made long ago
    GET    /_sandbox/instances           each EC2 instance's state by id
    POST   /_sandbox/instances/ID/interrupt {"action": terminate, stop or hibernate, "dies": true}: announce
                                         a spot interruption, carried out two minutes later by this clock
    POST   /_sandbox/instances/ID/end    {"action": ...}: the same now, without an announcement
    POST   /_sandbox/instances/ID/run    {}: restart a stopped one
    GET    /_sandbox/functions           by NAME (elsewhere by NAME@REGION): invocations, errors,
                                         cold_starts, durations_ms, init_ms, cpu_ms, init_cpu_ms,
                                         peak_rss_bytes; `busy` counts what is waiting or running
    DELETE /_sandbox/functions           reset the figures
    POST   /_sandbox/workers             {}: start one for each function, in the background
    DELETE /_sandbox/workers             end every worker: functions start cold again
    POST   /_sandbox/queues/show         {}: deliver at once what waits for another attempt; only while no
                                         function runs, or what it works on comes twice
    GET    /_sandbox/functions/NAME/logs {"lines": [...]} of its CloudWatch log group, oldest first
    PUT    /_sandbox/clusters/NAME       register an EKS cluster: {endpoint, authority, region}
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import cloudwatch_logs, lambda_svc, scheduler

from sandbox.aws import contents, event_bus, instances, kms_keys, schedules, snapshots, tiers
from sandbox.aws.backup import file_systems
from sandbox.aws.functions.ahead import prepare_all
from sandbox.aws.functions.environment import INTERPRETER
from sandbox.aws.functions.work_left import show_hidden, work_left
from sandbox.aws.patches import backup, eks_cluster
from sandbox.aws.scope import request_scope
from sandbox.aws.world import Fault, World

Body = dict[str, Any]
Route = Callable[..., Any]


class ControlApi:
    """Answers the control routes for one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._routes: list[tuple[str, str, Route]] = [
            ("GET", "state", self._state),
            ("POST", "clock", self._move_clock),
            ("GET", "settings", lambda body: asdict(world.settings)),
            ("PATCH", "settings", self._change_settings),
            ("GET", "schedules", self._schedules),
            ("POST", "events", self._put_event),
            ("GET", "calls", lambda body: world.counted()),
            ("GET", "calls/([^/]+)", lambda body, region: world.counted(region)),
            ("DELETE", "calls", lambda body: world.calls.clear()),
            ("GET", "faults", lambda body: world.faults.waiting()),
            ("POST", "faults", lambda body: world.faults.add(Fault(**body))),
            ("DELETE", "faults", lambda body: world.faults.clear()),
            ("POST", "snapshots/fail", self._fail_snapshots),
            ("POST", "snapshots/settle", self._settle_snapshot),
            ("POST", "copies/fail", self._fail_copies),
            ("POST", "tiers/fail", self._fail_moves),
            ("GET", "volumes/([^/]+)", lambda body, name: {"text": contents.read(name)}),
            ("PUT", "volumes/([^/]+)", lambda body, name: contents.write(name, **body)),
            ("PUT", "volumes/([^/]+)/image", self._write_image),
            ("GET", "file-systems/([^/]+)", lambda body, name: file_systems.read(world, name)),
            (
                "PUT",
                "file-systems/([^/]+)",
                lambda body, name: file_systems.write(world, name, body["path"], body["text"]),
            ),
            (
                "POST",
                "file-systems/([^/]+)/fail",
                lambda body, name: file_systems.fail(world, name, int(body.get("times", 1))),
            ),
            ("PUT", "keys", lambda body: kms_keys.make(**body)),
            ("GET", "instances", lambda body: instances.states()),
            ("POST", "instances/([^/]+)/interrupt", self._interrupt),
            ("POST", "instances/([^/]+)/end", lambda body, name: instances.end(world, name, **body)),
            ("POST", "instances/([^/]+)/run", lambda body, name: instances.run_again(world, name)),
            ("GET", "functions", self._functions),
            ("DELETE", "functions", lambda body: world.functions.clear()),
            ("POST", "workers", lambda body: prepare_all()),
            ("DELETE", "workers", lambda body: lambda_runtime.reset()),
            ("GET", "functions/([^/@]+)(?:@([^/]+))?/logs", self._logs),
            ("POST", "queues/show", lambda body: show_hidden()),
            ("PUT", "clusters/([^/]+)", self._register_cluster),
        ]

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and JSON body for one request; `path` is the part after /_sandbox/."""
        try:
            for allowed, pattern, route in self._routes:
                match = re.fullmatch(pattern, path)
                if match and allowed == method:
                    result = route(json.loads(body or b"{}"), *match.groups())
                    return 200, json.dumps(result if result is not None else {}, default=_plain).encode()
        except (ValueError, TypeError, KeyError) as error:
            return 400, json.dumps({"error": f"{method} /_sandbox/{path}: {error}"}).encode()
        return 404, json.dumps({"error": f"no control {method} /_sandbox/{path}"}).encode()

    def _state(self, _body: Body) -> Body:
        world = self._world
        return {
            "account": world.account,
            "region": world.region,
            "endpoint": world.endpoint,
            "interpreter": INTERPRETER,
            "workers": world.places.limit,
            "now": world.clock.now(),
            "offset_seconds": world.clock.offset.total_seconds(),
        }

    def _move_clock(self, body: Body) -> Body:
        clock = self._world.clock
        if "to" in body:
            now = clock.advance_to(datetime.fromisoformat(body["to"]))
        else:
            now = clock.advance(timedelta(seconds=float(body["advance"])))
        snapshots.settle_due(self._world)
        tiers.settle_due(self._world)
        instances.settle_due(self._world)
        backup.settle_due(self._world)
        fired = schedules.fire_due(self._world, now, body.get("only", "*"))
        return {"now": now, "fired": [asdict(each) for each in fired]}

    def _change_settings(self, body: Body) -> Body:
        before, after = self._world.settings, self._world.settings.changed(body)
        self._world.settings = after
        if before.functions_follow_clock != after.functions_follow_clock:
            # A warm function has already read the other clock.
            lambda_runtime.reset()
        return asdict(self._world.settings)

    def _schedules(self, _body: Body) -> list[Body]:
        return [
            {
                "name": each["Name"],
                "region": each["Arn"].split(":")[3],
                "group": each["GroupName"],
                "state": each["State"],
                "expression": each["ScheduleExpression"],
                "zone": each["ScheduleExpressionTimezone"],
                "next": schedules.next_slot(self._world, each),
            }
            for each in scheduler._schedules._data.values()
        ]

    def _put_event(self, body: Body) -> Body:
        when = datetime.fromisoformat(body["time"]) if body.get("time") else None
        event = event_bus.new_event(
            self._world,
            body["source"],
            body["detail_type"],
            body["detail"],
            body.get("resources"),
            when,
            body.get("id"),
            (self._world.account, body.get("region") or self._world.region),
        )
        for _copy in range(int(body.get("copies", 1))):
            event_bus.deliver(self._world, event)
        return {"id": event["EventId"]}

    def _fail_snapshots(self, body: Body) -> None:
        with self._world.lock:
            self._world.snapshot_outcomes[body["volume"]] = int(body.get("times", 1))

    def _settle_snapshot(self, body: Body) -> None:
        record = self._world.pending.get(body["snapshot"])
        if record is None:
            raise ValueError(f"snapshot {body['snapshot']} is not pending")
        trouble = body.get("trouble") or snapshots.FAILED
        snapshots.settle(self._world, record, body.get("state", "completed"), trouble)

    def _fail_copies(self, body: Body) -> None:
        with self._world.lock:
            self._world.copy_outcomes[body["source"]] = int(body.get("times", 1))

    def _fail_moves(self, body: Body) -> None:
        with self._world.lock:
            self._world.tier_outcomes[body["snapshot"]] = int(body.get("times", 1))

    def _write_image(self, body: Body, volume: str) -> None:
        contents.write_image(self._world.blocks, volume, **body)

    def _interrupt(self, body: Body, name: str) -> Body:
        return {"id": instances.interrupt(self._world, name, **body)}

    def _functions(self, _body: Body) -> Body:
        with self._world.lock:
            records = {name: each.as_dict() for name, each in self._world.functions.items()}
        return {
            "functions": records,
            "busy": self._world.queued_events + work_left(self._world.settings.lost_regions),
        }

    def _logs(self, _body: Body, name: str, region: str | None) -> Body:
        with request_scope(self._world.account, region or self._world.region):
            function = lambda_svc._functions.get(name)
            named = ((function or {}).get("config", {}).get("LoggingConfig") or {}).get("LogGroup")
            group = cloudwatch_logs._log_groups.get(named or f"/aws/lambda/{name}") or {"streams": {}}
            events = [event for stream in group["streams"].values() for event in stream["events"]]
        return {"lines": [event["message"] for event in events]}

    def _register_cluster(self, body: Body, name: str) -> Body:
        return eks_cluster.register(self._world, name, **body)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
