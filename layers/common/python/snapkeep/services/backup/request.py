"""Takes requests for a backup now: checks, journals, then starts them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.backup.backups import BackupPlan
from snapkeep.domain.backup.on_demand import OnDemandRequest, select_wanted, spec_of, unmet, why_no_spec
from snapkeep.domain.backup.runs import Run, RunState, run_id
from snapkeep.domain.errors import NotFound, SnapkeepError, Throttled
from snapkeep.domain.policies import ON_DEMAND, BackupSpec, Deployment
from snapkeep.ports.clock import Clock
from snapkeep.ports.kubernetes import Clusters
from snapkeep.ports.messaging import Starter
from snapkeep.ports.runs import RunRequests

log = logging.getLogger(__name__)

SECONDS_AHEAD = 60
"""A slot is a whole second; requests in the same second take the next free slots, up to this many seconds
ahead.
"""


@dataclass(frozen=True, slots=True)
class RequestBackup:
    """Accepts on-demand requests; the same functions that schedules start plan and take them."""

    deployment: Deployment
    clusters: Clusters
    requests: RunRequests
    starter: Starter
    clock: Clock

    def plan(self, cluster: str, request: OnDemandRequest) -> BackupPlan:
        """What the request would take now; nothing is written.

        Raises UnknownCluster, NotFound when the request names a policy that the cluster does not have, and
        TemporaryError or PermanentError when the cluster cannot be read.
        """
        spec = self._spec(cluster, request)
        found = self.clusters.open(cluster).claims()
        selected = select_wanted(request, spec, self.deployment, found)
        return BackupPlan(selected.taken, selected.skipped, spec.method, unmet(request, cluster, selected))

    def known(self, request_id: str) -> Run | None:
        """The run of this request if it was accepted earlier; if nobody plans it yet, it is started again."""
        run = self.requests.requested_run(request_id)
        if run is not None and run.state is RunState.PLANNING:
            self._start(run)
        return run

    def accept(self, cluster: str, request: OnDemandRequest, request_id: str) -> Run:
        """The run of this request, journaled and started; the same one for the same request id.

        Raises UnknownCluster and NotFound as `plan` does, and TemporaryError when the journal does not
        answer.
        """
        self._spec(cluster, request)
        run = self._write(cluster, request, request_id)
        self._start(run)
        return run

    def _spec(self, cluster: str, request: OnDemandRequest) -> BackupSpec:
        self.deployment.known_cluster(cluster)
        spec = spec_of(request, cluster, self.deployment)
        if spec is None:
            raise NotFound(why_no_spec(request, cluster, self.deployment))
        return spec

    def _write(self, cluster: str, request: OnDemandRequest, request_id: str) -> Run:
        now = self.clock()
        first = now.replace(microsecond=0)
        for seconds in range(SECONDS_AHEAD):
            slot = first + timedelta(seconds=seconds)
            name = run_id(cluster, ON_DEMAND, slot)
            wanted = Run(
                name, cluster, ON_DEMAND, slot, now, request=request, deployment=self.deployment.name
            )
            run = self.requests.accept_run(wanted, request_id)
            if run is not None:
                return run
        raise Throttled(
            f"{SECONDS_AHEAD} backups of cluster {cluster} were requested within a minute; try again "
            "in a minute",
            timedelta(seconds=SECONDS_AHEAD),
        )

    def _start(self, run: Run) -> None:
        """Start the run. If that fails the run stays accepted, and reconcile starts it."""
        try:
            self.starter.start_run(run.cluster, run.policy, run.slot)
        except SnapkeepError as error:
            log.warning("run %s is started by the next reconcile: %s", run.id, error.reason)
