"""Carrying out a prune: intents first, then deletion by deletion, as far as they go now."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.errors import Throttled
from snapkeep.domain.retention.deletion.deletions import Deletion, LastPrune, PlannedDeletion
from snapkeep.ports.journal import Journal
from snapkeep.services.retention.decide import Decision
from snapkeep.services.retention.deletion.delete import Deleted, DeletePoints
from snapkeep.services.retention.report import SHOWN, Progress
from snapkeep.services.retention.survey import Survey

log = logging.getLogger(__name__)

DELETIONS_PER_RUN = 1000
"""Of a cluster; at the default pace they take 7 minutes. The next prune goes on."""

BEGUN = "its deletion was begun in a record of the journal that this version cannot read: kept"


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Carries out what was decided for one cluster."""

    journal: Journal
    deleter: DeletePoints
    now: datetime

    def carry_out(self, decision: Decision, until: datetime, progress: Progress) -> list[Deleted]:
        """Journal all intents, go on with open deletions, then begin those of the plan; none after `until`.

        Returns what became of each. That EC2 or the cluster wants a pause is a part that is given up.
        """
        survey = decision.survey
        begun = self._let_through(decision)
        progress.notes += [f"{name}: {BEGUN}" for name in begun[:SHOWN]]
        if decision.braked.confirmed:  # all that it names is journaled as intended
            self.journal.refusals.remove_refusal(self.deleter.cluster, decision.braked.confirmed.token)
        going = [item for item in survey.deletions if item.snapshot_id not in begun]
        planned = {item.snapshot_id for item in going}
        left_open = [name for name in sorted(decision.opened) if name not in planned]
        withdrawn = [name for name in left_open if _is_kept(name, survey) or not self.deleter.is_gone(name)]
        ended = [self.deleter.withdraw(name) for name in withdrawn]
        wanted = [PlannedDeletion(name) for name in left_open if name not in set(withdrawn)]
        wanted += going[:DELETIONS_PER_RUN]
        try:
            for item in self.deleter.run(wanted, until):
                ended.append(item)  # those before a throttle happened, too
        except Throttled as error:
            log.warning("prune of %s: the next prune goes on: %s", self.deleter.cluster, error.reason)
            progress.given_up["pace"] = f"EC2 or the cluster wants a pause: {error.reason}"
        return ended

    def _let_through(self, decision: Decision) -> Sequence[str]:
        """Journal all intents first: what was let through needs no second permission to go on.

        Returns what stays (ids), because a newer version began to delete it.
        """
        survey, cluster = decision.survey, self.deleter.cluster
        new = [item for item in survey.deletions if item.snapshot_id not in decision.opened]
        begun = self.journal.deletions.intend_deletions(
            [Deletion(item.snapshot_id, cluster, item.reason, self.now) for item in new]
        )
        self.journal.prunes.write_last_prune(LastPrune(cluster, self.now, tuple(survey.pending)))
        return begun


def _is_kept(snapshot_id: str, survey: Survey) -> bool:
    """True when the plan keeps it for another reason than being deleted already."""
    reasons = survey.kept.get(snapshot_id, ())
    return bool(reasons) and not any("Recycle Bin" in reason for reason in reasons)
