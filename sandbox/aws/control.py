"""Client for the control endpoint: one method per control. Standard library only."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sandbox.aws.control_calls import ControlCalls, ControlError


@dataclass(frozen=True)
class Fired:
    """A schedule that fired while the clock moved."""

    schedule: str
    scheduled_time: datetime


@dataclass(frozen=True)
class ScheduleView:
    """A schedule as Scheduler sees it; `next` is its next slot in UTC, None if there is none."""

    name: str
    group: str
    state: str
    expression: str
    zone: str
    next: datetime | None
    region: str


@dataclass(frozen=True)
class FunctionUsage:
    """A function's figures since they were last reset, in ms; `init_…` are those of its cold starts."""

    invocations: int
    errors: int
    cold_starts: int
    durations_ms: tuple[float, ...]
    init_ms: tuple[float, ...]
    cpu_ms: tuple[float, ...]
    init_cpu_ms: tuple[float, ...]
    peak_rss_bytes: int


class AwsControl(ControlCalls):
    """The sandbox's AWS from outside. Every method raises ControlError if the endpoint refuses."""

    def state(self) -> dict[str, Any]:
        """Return account, region, endpoint, interpreter, workers (how many queued invocations run at once),
        now and offset_seconds.
        """
        return self.call("GET", "state")

    def now(self) -> datetime:
        """Return the sandbox's time, aware UTC."""
        return datetime.fromisoformat(self.state()["now"])

    def advance(self, by: timedelta, only: str = "*") -> list[Fired]:
        """Move the clock forward; return what fired, oldest first. Schedules that do not match the glob
        pass unfired.
        """
        return _fired(self.call("POST", "clock", {"advance": by.total_seconds(), "only": only}))

    def advance_to(self, moment: datetime, only: str = "*") -> list[Fired]:
        """Move the clock forward to `moment`; a past moment only fires what is still due."""
        return _fired(self.call("POST", "clock", {"to": moment.isoformat(), "only": only}))

    def schedules(self) -> list[ScheduleView]:
        """Return every schedule with its next slot."""
        found: Any = self.call("GET", "schedules")
        return [ScheduleView(**{**each, "next": _time(each["next"])}) for each in found]

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change switches of `sandbox.aws.world.Settings` (none: just read) and return them all."""
        return self.call("PATCH", "settings", changes)

    def put_event(
        self,
        source: str,
        detail_type: str,
        detail: dict[str, Any],
        *,
        resources: list[str] | None = None,
        time: datetime | None = None,
        event_id: str | None = None,
        copies: int = 1,
        region: str = "",
    ) -> str:
        """Put an event from any source on the default bus of a Region (by default the sandbox's); return its
        id. `copies` delivers the same event more than once.
        """
        body = {
            "source": source,
            "detail_type": detail_type,
            "detail": detail,
            "resources": resources or [],
            "time": time.isoformat() if time else None,
            "id": event_id,
            "copies": copies,
            "region": region,
        }
        return str(self.call("POST", "events", body)["id"])

    def calls(self, region: str = "") -> dict[str, int]:
        """Return how many calls of each action, such as `ec2:CreateSnapshot`, reached their service, in one
        Region or in all.
        """
        return self.call("GET", f"calls/{region}" if region else "calls")

    def forget_calls(self) -> None:
        """Set the counters to 0."""
        self.call("DELETE", "calls")

    def fail_call(
        self,
        action: str,
        code: str,
        *,
        times: int = 1,
        message: str = "Injected by the sandbox.",
        status: int = 400,
        after: bool = False,
        resource: str = "",
        region: str = "",
    ) -> None:
        """Make the next `times` calls of `action` return the error `code`.

        `after`: carry the call out and lose its answer. `resource`: only calls that name this id. `region`:
        only calls in this Region.
        """
        body = {
            "action": action,
            "code": code,
            "times": times,
            "message": message,
            "status": status,
            "after": after,
            "resource": resource,
            "region": region,
        }
        self.call("POST", "faults", body)

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults still to happen."""
        found: Any = self.call("GET", "faults")
        return list(found)

    def forget_faults(self) -> None:
        """Cancel every fault."""
        self.call("DELETE", "faults")

    def fail_snapshots(self, volume: str = "*", times: int = 1) -> None:
        """Make a volume's next snapshots (`*`: any volume's) end in the state `error`."""
        self.call("POST", "snapshots/fail", {"volume": volume, "times": times})

    def settle_snapshot(self, snapshot: str, state: str = "completed", trouble: str = "") -> None:
        """End a pending snapshot or copy now, `completed` or `error`; `trouble` is a copy's StateMessage."""
        body = {"snapshot": snapshot, "state": state, "trouble": trouble}
        self.call("POST", "snapshots/settle", body)

    def fail_copies(self, source: str = "*", times: int = 1) -> None:
        """Make a snapshot's next copies (`*`: any snapshot's) end in the state `error`."""
        self.call("POST", "copies/fail", {"source": source, "times": times})

    def fail_moves(self, snapshot: str = "*", times: int = 1) -> None:
        """Make a snapshot's next moves (`*`: any snapshot's) to or from the archive tier fail."""
        self.call("POST", "tiers/fail", {"snapshot": snapshot, "times": times})

    def write_volume(self, volume: str, text: str) -> None:
        """Replace what is written on a volume, in any Region. ControlError if there is no such volume."""
        self.call("PUT", f"volumes/{volume}", {"text": text})

    def read_volume(self, volume: str) -> str:
        """What is written on a volume, or was on the one whose snapshot or copy it was made from."""
        return str(self.call("GET", f"volumes/{volume}")["text"])

    def write_image(self, volume: str, path: Path) -> None:
        """Let a volume hold the blocks that a sparse image file has now; the EBS direct APIs read them from
        its snapshots. ControlError if there is no such volume or file, or if the image is larger.
        """
        self.call("PUT", f"volumes/{volume}/image", {"path": str(path.resolve())})

    def write_file(self, file_system: str, path: str, text: str | None) -> None:
        """Write a file on an EFS file system, as a pod that has mounted it would; None deletes it."""
        self.call("PUT", f"file-systems/{file_system}", {"path": path, "text": text})

    def files(self, file_system: str) -> dict[str, str]:
        """Return the text of each file on an EFS file system by its path from the root."""
        return self.call("GET", f"file-systems/{file_system}")

    def fail_backups(self, file_system: str = "*", times: int = 1) -> None:
        """Make the next AWS Backup jobs for a file system (`*`: for any) fail."""
        self.call("POST", f"file-systems/{file_system}/fail", {"times": times})

    def make_key(self, arn: str) -> None:
        """Have a symmetric key of this ARN, as if its account had made it long ago."""
        self.call("PUT", "keys", {"arn": arn})

    def instances(self) -> dict[str, str]:
        """Return each EC2 instance's state by id."""
        return self.call("GET", "instances")

    def interrupt(self, instance: str, action: str = "terminate", *, dies: bool = True) -> str:
        """Announce a spot interruption; return the event's id.

        The instance ends two minutes later on the sandbox's clock (at once for `hibernate`), or never if
        `dies` is false.
        """
        asked = {"action": action, "dies": dies}
        return str(self.call("POST", f"instances/{instance}/interrupt", asked)["id"])

    def end_instance(self, instance: str, action: str = "terminate") -> None:
        """Terminate, stop or hibernate an instance now, unannounced."""
        self.call("POST", f"instances/{instance}/end", {"action": action})

    def run_instance(self, instance: str) -> None:
        """Restart a stopped instance."""
        self.call("POST", f"instances/{instance}/run", {})

    def functions(self) -> dict[str, FunctionUsage]:
        """Return each function's figures, by NAME or, outside the sandbox's own Region, by NAME@REGION."""
        found: dict[str, dict[str, Any]] = self.call("GET", "functions")["functions"]
        usages = {}
        for name, each in found.items():
            values: Any = {key: tuple(item) if isinstance(item, list) else item for key, item in each.items()}
            usages[name] = FunctionUsage(**values)
        return usages

    def forget_functions(self) -> None:
        """Reset the functions' figures."""
        self.call("DELETE", "functions")

    def prepare_workers(self) -> None:
        """Start a worker for each function in the background, as Lambda may ahead of invocations."""
        self.call("POST", "workers", {})

    def stop_workers(self) -> None:
        """End every worker, so that each function starts cold next time. No worker may be busy."""
        self.call("DELETE", "workers")

    def wait_idle(self, limit: float = 240.0) -> None:
        """Wait until no function runs and no event or visible message is waiting for one.

        ControlError after `limit` seconds.
        """
        deadline = time.monotonic() + limit
        while busy := self.call("GET", "functions")["busy"]:
            if time.monotonic() > deadline:
                raise ControlError(f"{busy} invocations run or wait after {limit:.0f} s; read their logs")
            time.sleep(0.05)

    def show_hidden(self) -> None:
        """Deliver at once what queues would deliver again minutes later. Nothing may be running."""
        self.call("POST", "queues/show", {})

    def function_logs(self, name: str) -> list[str]:
        """Return the lines of a function's log group, oldest first; `name` as in `functions`."""
        return list(self.call("GET", f"functions/{quote(name, safe='@')}/logs")["lines"])

    def register_cluster(self, name: str, endpoint: str, authority: str, region: str = "") -> dict[str, Any]:
        """Register an EKS cluster in a Region, by default the sandbox's; `authority` is its CA's PEM in
        base64. Return DescribeCluster's answer.
        """
        body = {"endpoint": endpoint, "authority": authority, "region": region}
        return self.call("PUT", f"clusters/{name}", body)


def _fired(answer: dict[str, Any]) -> list[Fired]:
    found = answer["fired"]
    return [Fired(each["schedule"], datetime.fromisoformat(each["scheduled_time"])) for each in found]


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
