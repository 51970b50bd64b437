"""How aws-node-termination-handler's queue processor works through many notices at once.

One loop receives, ten messages at most every two seconds: 5 notices a second for each replica, and no setting
changes that. A second loop starts a worker for each notice, once a second. Workers share one client of the
Kubernetes API, and each is taken until its node is drained. From https://github.com/aws/aws-node-termination-handler
1.25: `cmd/node-termination-handler.go` (`time.Tick(time.Second * 2)`, `time.NewTicker(1 * time.Second)`),
`pkg/monitor/sqsevent/sqs-monitor.go` (`MaxNumberOfMessages: 10`, `WaitTimeSeconds: 20`),
`pkg/interruptionevent/draincordon/handler.go`, `pkg/config/config.go`.

Kinder than the real thing: messages come once although their visibility timeout (20 s) is shorter than a
drain, the Kubernetes API answers at once, and nodes are only cordoned, not tainted as well.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from bench.simulation.kernel import Simulation

RECEIVE_EVERY = 2.0
RECEIVED_AT_ONCE = 10
LONG_POLL = 20.0
DISPATCH_EVERY = 1.0

DESCRIBE_SECONDS = 0.1
"""One DescribeInstances for each message, inside the loop that receives."""
CALLS_BEFORE_CORDON = 4
"""Two for labels and pods, two for the cordon itself."""
CALLS = 10
"""Calls of the Kubernetes API for one notice, as its users counted:
https://github.com/aws/aws-node-termination-handler/issues/1280"""
GRACE_SECONDS = 30.0
"""Kubernetes' default termination grace period, which pods that ignore SIGTERM use up.
https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/"""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Its defaults: WORKERS, KUBE_API_QPS and KUBE_API_BURST."""

    workers: int = 10
    per_second: float = 5
    burst: int = 10


class TerminationHandler:
    """One replica. `received` and `cordoned` hold seconds since the notices arrived, in order."""

    def __init__(self, simulation: Simulation, tuning: Tuning, drain_seconds: float = GRACE_SECONDS) -> None:
        self.received: list[float] = []
        self.cordoned: list[float] = []
        self._simulation, self._tuning, self._drain = simulation, tuning, drain_seconds
        self._arrival = 0.0
        self._expected = 0
        self._queue = 0
        self._waiting: deque[float] = deque()
        self._busy = 0
        self._next_call = float("-inf")

    def run(self, notices: int, arrival: float = LONG_POLL / 2) -> None:
        """Work through notices that all arrive at `arrival`, by default in the middle of a long poll."""
        self._arrival, self._expected = arrival, notices
        self._simulation.after(arrival, lambda: setattr(self, "_queue", notices))
        self._simulation.start(self._receive, after=RECEIVE_EVERY)
        self._simulation.start(self._dispatch, after=DISPATCH_EVERY)
        self._simulation.run(lambda: len(self.cordoned) == notices, limit=24 * 3600)

    def _receive(self) -> None:
        while len(self.received) < self._expected:
            tick = self._simulation.seconds
            if not self._queue:
                self._simulation.sleep(min(LONG_POLL, max(0.0, self._arrival - tick)))
            batch = min(self._queue, RECEIVED_AT_ONCE)
            self._queue -= batch
            for _ in range(batch):
                self._simulation.sleep(DESCRIBE_SECONDS)
                self.received.append(self._since())
                self._waiting.append(self._simulation.seconds)
            self._simulation.sleep(self._until_tick(tick))

    def _until_tick(self, last: float) -> float:
        """Go's ticker keeps one tick for a slow reader and drops the others."""
        now = self._simulation.seconds
        kept = now // RECEIVE_EVERY > last // RECEIVE_EVERY
        return 0.0 if kept else RECEIVE_EVERY - now % RECEIVE_EVERY

    def _dispatch(self) -> None:
        while len(self.cordoned) < self._expected:
            while self._waiting and self._busy < self._tuning.workers:
                self._waiting.popleft()
                self._busy += 1
                self._simulation.start(self._work)
            self._simulation.sleep(DISPATCH_EVERY)

    def _work(self) -> None:
        self._call(CALLS_BEFORE_CORDON)
        self.cordoned.append(self._since())
        self._call(CALLS - CALLS_BEFORE_CORDON)
        self._simulation.sleep(self._drain)
        self._busy -= 1

    def _call(self, times: int) -> None:
        """Call the Kubernetes API; all workers share the client's token bucket, first come, first served."""
        rate = self._tuning.per_second
        for _ in range(times):
            now = self._simulation.seconds
            self._next_call = max(self._next_call, now - self._tuning.burst / rate) + 1 / rate
            self._simulation.sleep(max(0.0, self._next_call - now))

    def _since(self) -> float:
        return self._simulation.seconds - self._arrival
