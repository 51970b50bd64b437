"""An instance from its first announcement to its end, with queues, retries, EC2 and Kubernetes at work.

Whatever dies or is delivered twice on the way, the end is to be the same: `ending(story)` tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.interruption.aftermath import OUT_OF_SERVICE
from snapkeep.domain.interruption.notices import Kind, Notice
from snapkeep.domain.interruption.rules import Draining, NodeRules
from tests.fakes.dying import HOOK, INSTANCE, NODE, DyingWorld, a_notice
from tests.fakes.faults import Crash

STEP = timedelta(seconds=5)
DEATH = timedelta(seconds=120)
COMPLETION = timedelta(minutes=4)
EVENT_RETRY = timedelta(seconds=60)
"""How long Lambda waits before it runs an asynchronous event again."""
HIDDEN = timedelta(seconds=30)
"""How long SQS hides a message whose function died."""
EVERY = timedelta(minutes=15)
LONGEST = timedelta(minutes=70)


@dataclass
class Due:
    """Something that is to be done at a time, and how long after a death it is tried again."""

    at: datetime
    act: Callable[[], object]
    retry: timedelta


@dataclass
class Story:
    """A world in which time passes. `deaths` are the calls over which a function died.

    `saves`: whether save_node works. `vanishes`: the node goes with its pods and attachments when it dies.
    """

    world: DyingWorld
    due: list[Due] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)
    saves: bool = True
    vanishes: bool = False

    def announce(self, notices: Iterable[Notice]) -> None:
        """EventBridge will deliver these in this order, one in a second."""
        for number, notice in enumerate(notices):
            self.deliver(notice, timedelta(seconds=number))

    def deliver(self, notice: Notice, delay: timedelta) -> None:
        """EventBridge will deliver this one after a while."""
        self.later(delay, lambda: self._deliver(notice), EVENT_RETRY)

    def _deliver(self, notice: Notice) -> None:
        if notice.action == "terminated":
            self.world.releaser.run(INSTANCE, (notice,))
        else:
            self.world.announce(notice)

    def later(self, delay: timedelta, act: Callable[[], object], retry: timedelta = HIDDEN) -> None:
        """Do something after a while."""
        self.due.append(Due(self.world.clock() + delay, act, retry))

    def live(self, *, dies: bool = True) -> None:
        """Let time pass until nothing is left to do."""
        start = self.world.clock()
        ends = start + LONGEST
        if dies:
            self.later(DEATH, self._die)
        for number in range(1, LONGEST // EVERY + 1):
            self.later(number * EVERY, lambda: self.world.handler.tick())
            self.later(number * EVERY, self.world.backups.reconcile)
        while self.world.clock() < ends:
            self._work()
            self._kubernetes()
            if self.world.clock() - start >= COMPLETION:
                self.world.backups.finish_snapshots()
            busy = self.world.clock() - start < COMPLETION or self.world.to_release.sent
            self.world.wait(seconds=STEP.total_seconds() if busy else 60)

    def _die(self) -> None:
        at = self.world.clock()
        self.world.die()
        if self.vanishes:
            self.world.vanish()
        self.announce([a_notice(at, Kind.STATE, key="dead", action="terminated")])

    def _work(self) -> None:
        """Whatever is due: messages, jobs, events; one whose function died comes again."""
        self._receive()
        now = self.world.clock()
        ready = [each for each in self.due if each.at <= now]
        self.due = [each for each in self.due if each.at > now]
        for each in ready:
            try:
                each.act()
            except (Crash, SnapkeepError) as death:
                self.deaths.append(str(death))
                self.due.append(Due(now + each.retry, each.act, each.retry))

    def _receive(self) -> None:
        world = self.world
        for queue, run in ((world.to_save, self._save), (world.to_release, self._release)):
            sent, queue.sent = queue.sent, []
            for _, delay in sent:
                self.later(delay, run)
        jobs, world.backups.queue.sent = world.backups.queue.sent, []
        for job, delay in jobs:
            self.later(delay, lambda job=job: world.backups.deliver(job))  # type: ignore[misc]

    def _save(self) -> None:
        if self.saves:
            self.world.saver.run(INSTANCE, self.world.backups.owner())

    def _release(self) -> None:
        self.world.releaser.run(INSTANCE)

    def _kubernetes(self) -> None:
        """Evicted pods end and their volumes are detached; those of a node out of service at once."""
        nodes, world = self.world.nodes, self.world
        out = NODE in nodes.nodes and any(taint.key == OUT_OF_SERVICE for taint in world.node.taints)
        pods = nodes.all_pods[NODE]
        nodes.all_pods[NODE] = [pod for pod in pods if not pod.deleting and not (out and pod.claims)]
        used = {f"pv-{claim}" for pod in nodes.all_pods[NODE] for claim in pod.claims}
        nodes.all_attachments = [each for each in nodes.all_attachments if each.volume in used]


def a_story(wrap: Callable[[Any], Any] = lambda port: port, **reaction: Any) -> Story:
    """A world with this reaction; `wrap` may put a proxy around each port."""
    return Story(DyingWorld(NodeRules(**reaction), wrap=wrap))


def a_spot_death(story: Story) -> list[Notice]:
    """What is announced of a spot instance in an Auto Scaling group."""
    at = story.world.clock()
    return [
        a_notice(at, Kind.REBALANCE, key="advice"),
        a_notice(at),
        a_notice(at, Kind.LIFECYCLE, key=HOOK.token, action="terminate", hook=HOOK),
    ]


def ending(story: Story) -> dict[str, object]:
    """What counts of the end: backups, node, pods, hooks, and that the incident is over."""
    world = story.world
    counted = world.backups.counted()
    record = world.record
    return {
        "points": {claim: len(found) for claim, found in counted.items()},
        "runs": sorted(run.state for run in world.journal.runs.all.values()),
        "cordoned": world.node.unschedulable,
        "taints": [taint.key for taint in world.node.taints],
        "annotations": sorted(world.node.annotations),
        "pods": sorted(map(str, world.nodes.all_pods[NODE])),
        "attachments": [each.name for each in world.nodes.all_attachments],
        "notices": sorted(notice.key for notice in record.notices),
        "answered": record.answered,
        "waiting": record.hooks,
        "closed": record.closed_at is not None,
        "left over": [each.at for each in story.due],
    }


DRAINED = NodeRules(drain=Draining.ON)
