"""Runs: one policy, one slot, one cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from snapkeep.domain.backup.on_demand import OnDemandRequest, spec_of
from snapkeep.domain.policies import BackupSpec, Deployment
from snapkeep.domain.times import compact


class RunState(StrEnum):
    """The state of a run; the last three are final."""

    PLANNING = "planning"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIALLY_FAILED = "partially_failed"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """True when the run is closed."""
        return self not in (RunState.PLANNING, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A claim or scratch volume that a run skipped, as text: which, the reason's code and the reason."""

    subject: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Run:
    """What the journal knows about a run.

    `total`, `ready` and `failed` count points. `late` counts those that were overdue but still pending when
    the run was closed, and have not ended since. `degraded` says why the run could not do everything (such as
    an unreachable cluster); such a run ends `partially_failed` at best. `skipped` counts what was skipped by
    reason code. A run of the policy `on-demand` holds its `request`. `deployment` is the name of the
    deployment that takes it, which is part of its points' ids; "" in runs from before that name existed.
    `ends_untold` says that claims whose backups end with this run could not be reported.
    """

    id: str
    cluster: str
    policy: str
    slot: datetime
    accepted_at: datetime
    state: RunState = RunState.PLANNING
    total: int = 0
    ready: int = 0
    failed: int = 0
    degraded: str = ""
    skipped: Mapping[str, int] = field(default_factory=dict)
    closed_at: datetime | None = None
    announced: bool = False
    request: OnDemandRequest | None = None
    late: int = 0
    deployment: str = ""
    ends_untold: bool = False

    @property
    def is_settled(self) -> bool:
        """True when every point of the run is ready or failed."""
        return self.state is RunState.RUNNING and self.ready + self.failed >= self.total


def run_id(cluster: str, policy: str, slot: datetime) -> str:
    """The id of the run of a policy at a slot (aware) in a cluster: the same for every duplicate event."""
    return f"{cluster}.{policy}.{compact(slot)}"


def spec_of_run(run: Run, deployment: Deployment) -> BackupSpec | None:
    """What a run takes and how, from its policy or on-demand request; None if the config lacks the policy."""
    return spec_of(run.request, run.cluster, deployment) if run.request else deployment.policy(run.policy)


def outcome(run: Run) -> RunState:
    """The final state of a run that is closed now: failed if there was something to take but nothing is
    ready.

    Late and lost points are not ready. A degraded run without points fails too, because it could not see what
    there was to take.
    """
    if (run.total or run.degraded) and not run.ready:
        return RunState.FAILED
    if run.ready < run.total or run.degraded:
        return RunState.PARTIALLY_FAILED
    return RunState.COMPLETED
