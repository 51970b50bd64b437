"""Whatever goes wrong in whatever order: one counted point per claim, a closed run, an empty pace."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from snapkeep.domain.backup.jobs import Job
from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.errors import TemporaryError, Throttled
from snapkeep.domain.policies import Method, Pace
from tests.fakes.faults import Crash, Faults
from tests.fakes.world import World, a_claim, a_policy, on_one_volume

NAMES = ("a", "b", "c")

METHODS = {
    "ebs": ("create", "create_group", "find", "get", "add_tags", "attachments", "data_volumes"),
    "journal": (
        "lease",
        "write_intent",
        "withdraw_intent",
        "write_empty_read",
        "write_created",
        "write_end",
        "finish",
        "close_run",
        "mark_announced",
        "points",
        "points_of",
        "find_point",
        "release",
        "run",
        "add_points",
        "start_run",
        "replan",
    ),
    "queue": ("send",),
    "announcer": ("run_closed",),
    "pacer": ("take", "wait"),
    "clusters": ("open",),
    "cluster": ("create_volume_snapshot", "volume_snapshot", "withdraw_volume_snapshot", "claims"),
}

HAPPENS = st.sampled_from(["throttled", "refused", "answer lost", "dies before", "dies after"])
FAULT = st.sampled_from([(port, method) for port, methods in METHODS.items() for method in methods])
STORY = st.lists(st.tuples(FAULT, HAPPENS), max_size=6)
SLOW = Pace(per_second=0.1, burst=2, pending=2)
PACES = st.sampled_from([None, SLOW])
LAGS = st.sampled_from([0, 45, 120])
DRIVERS = st.sampled_from([0, 0, 16, 31, 1000])
"""The minute from which the CSI driver works; fallback to ebs is allowed."""


def plan(port: Faults, method: str, what: str) -> None:
    match what:
        case "throttled":
            port.fail_next(method, Throttled(f"{method}: slow down"))
        case "refused":
            port.fail_next(method, TemporaryError(f"{method}: no answer"))
        case "answer lost":
            port.lose_answer(method)
        case "dies before":
            port.fail_next(method, Crash(method))
        case _:
            port.crash_after(method)


class Lively(World):
    """A world where SQS and Lambda deliver again what raised, as they do."""

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        self.redelivered: list[tuple[int, Job]] = []
        self.driver_from = 0

    def step(self, minute: int) -> None:
        for job in self.queue.receive():
            try:
                self.deliver(job)
            except (TemporaryError, Crash):
                self.redelivered.append((minute + 12, job))
        for due, job in [item for item in self.redelivered if item[0] <= minute]:
            self.redelivered.remove((due, job))
            self.queue.sent.append((job, timedelta()))
        if minute < self.driver_from:
            self.ebs.complete()
            for snapshot_id in list(self.ebs.all):
                self.event(snapshot_id)
        else:
            self.finish_snapshots()
        if minute % 15 == 14:
            self.starter.started.clear()
            self.try_reconcile()
            for _ in self.starter.started:
                self.try_backup()

    def is_over(self, run: Run | None) -> bool:
        """True when the run is announced and nothing follows: no job, no late point."""
        is_told = run is not None and run.announced and not run.late
        return is_told and not self.queue.sent and not self.redelivered

    def try_backup(self) -> None:
        try:
            self.backup()
        except (TemporaryError, Crash):
            return

    def try_reconcile(self) -> None:
        try:
            self.reconciler.run()
        except (TemporaryError, Crash):
            return


def a_world(method: str, lag: int, pace: Pace | None, shared: bool) -> Lively:
    """Three claims; when they share, the last is on the volume of the first."""
    labels = {"app": "x"} if method == "group" else {}
    policy = a_policy(
        method=Method.CSI if method == "csi" else Method.EBS,
        group_label="app",
        csi_fallback=True,
    )
    claims = [a_claim(name, labels=labels) for name in NAMES]
    if shared:
        claims = [claims[1], *on_one_volume("a", "c", labels=labels)]
    world = Lively(*claims, policy=policy, lag=timedelta(seconds=lag), pace=pace)
    for number, name in enumerate(NAMES):
        world.ebs.add_volume(f"vol-{name}", instance="i-1" if lag else f"i-{number}")
    world.ebs.pause, world.ebs.most_pending = timedelta(seconds=15), 5
    return world


CUT_SHORT = [
    (("journal", "write_intent"), "dies before"),
    (("journal", "write_intent"), "dies before"),
    (("ebs", "create"), "throttled"),
    (("ebs", "create"), "dies after"),
]
"""The group is tried for half an hour and then half taken: reconcile looks at it in the middle."""


TOLD_LATE = [(("ebs", "add_tags"), "throttled"), *[(("journal", "start_run"), "throttled")] * 4]
"""The run starts after an hour, and one throttle is enough for it to be closed with a late point."""


@settings(max_examples=120, deadline=None)
@example(method="group", lag=0, pace=SLOW, driver_from=0, shared=True, story=CUT_SHORT)
@example(method="csi", lag=45, pace=None, driver_from=0, shared=False, story=TOLD_LATE)
@given(st.sampled_from(["ebs", "csi", "group"]), LAGS, PACES, DRIVERS, st.booleans(), STORY)
def test_one_counted_point_a_claim_a_closed_run_and_an_empty_pace(
    method: str,
    lag: int,
    pace: Pace | None,
    driver_from: int,
    shared: bool,
    story: list[tuple[tuple[str, str], str]],
) -> None:
    world = a_world(method, lag, pace, shared)
    world.driver_from = driver_from
    for (port, name), what in story:
        if (method, name) != ("csi", "create"):  # there the driver creates, and it finds its own again
            plan(getattr(world, port), name, what)
    world.try_backup()
    if world.the_run() is None:  # Lambda retries an event that died before anything was written
        world.try_backup()
    for minute in range(300):
        world.step(minute)
        run = world.the_run()
        if world.is_over(run):
            break
        world.wait(minutes=1)
    run = world.the_run()
    assert run is not None and run.state in (RunState.COMPLETED, RunState.PARTIALLY_FAILED), run
    assert (run.ready, run.failed, run.total) == (3, 0, 3)
    for _ in range(3):
        world.wait(minutes=5)
        world.finish_snapshots()  # a driver that wakes up only now makes twins
        world.try_reconcile()
    assert {name: len(found) for name, found in world.counted().items()} == dict.fromkeys(NAMES, 1)
    assert world.pending_of_pace() == 0
