"""An SQS queue with a Lambda function behind it: delays, visibility, concurrency, partial batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count

from bench.simulation.kernel import Simulation
from snapkeep.domain.backup.jobs import Job

Handler = Callable[[Sequence[str], str], Iterable[int]]
"""Processes a batch's bodies, under the name of its invocation; returns the positions to retry."""

COLD_START = 1.0
"""Seconds that a new environment needs to start."""


@dataclass(slots=True)
class _Message:
    body: str
    receives: int = 0


@dataclass(slots=True)
class LambdaQueue:
    """Messages in the order they become visible; those that fail `max_receives` times are `dead`."""

    simulation: Simulation
    name: str
    batch_size: int
    concurrency: int
    visibility: float
    max_receives: int = 5
    handler: Handler | None = None
    invocations: int = 0
    busy_seconds: float = 0.0
    dead: list[str] = field(default_factory=list)
    _visible: deque[_Message] = field(default_factory=deque)
    _running: int = 0
    _warm: int = 0
    _owners: count[int] = field(default_factory=count)

    def put(self, body: str, delay: float = 0.0) -> None:
        """Send a message that is visible after `delay` seconds."""
        self._show(_Message(body), delay)

    def _show(self, message: _Message, delay: float) -> None:
        def visible() -> None:
            self._visible.append(message)
            self._poll()

        self.simulation.after(delay, visible)

    def _poll(self) -> None:
        while self._visible and self._running < self.concurrency:
            size = min(self.batch_size, len(self._visible))
            batch = [self._visible.popleft() for _ in range(size)]
            self._running += 1
            self.simulation.start(partial(self._invoke, batch))

    def _invoke(self, batch: list[_Message]) -> None:
        assert self.handler is not None, f"nobody works on {self.name}"
        began = self.simulation.seconds
        if self._running > self._warm:
            self._warm += 1
            self.simulation.sleep(COLD_START)
        self.invocations += 1
        owner = f"{self.name}-{next(self._owners)}"
        failed = set(self.handler([message.body for message in batch], owner))
        took = self.simulation.seconds - began
        self.busy_seconds += took
        self._running -= 1
        for place in failed:
            self._retry(batch[place], self.visibility - took)
        self.simulation.after(0, self._poll)

    def _retry(self, message: _Message, delay: float) -> None:
        message.receives += 1
        if message.receives < self.max_receives:
            self._show(message, delay)
        else:
            self.dead.append(message.body)


class JobQueue:
    """The Queue port over a LambdaQueue."""

    def __init__(self, queue: LambdaQueue) -> None:
        self._queue = queue

    def send(self, jobs: Iterable[Job], delay: timedelta = timedelta()) -> None:
        """Send the jobs; SQS delays in whole seconds, at most 15 minutes."""
        seconds = float(-(-min(delay, timedelta(minutes=15)) // timedelta(seconds=1)))
        for job in jobs:
            self._queue.put(job.to_json(), seconds)
