"""Has the objects of a new run saved at once, as they are at its slot."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.objects.asking import asking
from snapkeep.domain.policies import Deployment
from snapkeep.ports.messaging import ObjectsSaver

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SaveBeside:
    """Starts save_objects after a run was planned; there is none unless a policy saves objects."""

    deployment: Deployment
    saver: ObjectsSaver | None

    def start(self, run: Run | None) -> None:
        """Start it if the run may save objects. Trouble is logged: the next tick saves them."""
        if self.saver is None or run is None or run.state is RunState.PLANNING:
            return
        if not asking(run, self.deployment):
            return
        try:
            self.saver.save_objects(run.cluster)
        except SnapkeepError as error:
            log.warning("the objects of %s will be saved with the next tick: %s", run.id, error.reason)
