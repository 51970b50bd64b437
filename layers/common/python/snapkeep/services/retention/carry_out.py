"""Carries out a prune: journals all intents, then deletes one after another, as far as possible."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.errors import Throttled
from snapkeep.domain.retention.deletion.deletions import Deletion, LastPrune, PlannedDeletion
from snapkeep.ports.deletions import Deletions
from snapkeep.ports.prunes import Prunes, Refusals
from snapkeep.services.retention.decide import Decision
from snapkeep.services.retention.deletion.delete import Deleted, DeletePoints
from snapkeep.services.retention.report import SHOWN, Progress
from snapkeep.services.retention.survey import Survey

log = logging.getLogger(__name__)

DELETIONS_PER_RUN = 1000
"""Per cluster; at the default pace they take 7 minutes. The next prune continues."""

BEGUN = "kept: the journal has a record of its deletion that this version cannot read"


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Carries out decisions."""

    deletions: Deletions
    prunes: Prunes
    refusals: Refusals

    def carry_out(
        self, decision: Decision, deleter: DeletePoints, until: datetime, progress: Progress
    ) -> list[Deleted]:
        """Journal all intents, resume open deletions, then begin those of the plan; none after `until`.

        Returns the result of each. Throttling by EC2 or the cluster counts as a part given up.
        """
        survey, scope = decision.survey, deleter.scope
        begun = self._let_through(decision, scope)
        progress.notes += [f"{name}: {BEGUN}" for name in begun[:SHOWN]]
        if decision.braked.confirmed:  # everything it names is journaled as intended
            self.refusals.remove_refusal(scope, decision.braked.confirmed.token)
        going = [item for item in survey.deletions if item.snapshot_id not in begun]
        planned = {item.snapshot_id for item in going}
        left_open = [name for name in sorted(decision.opened) if name not in planned]
        unkept = [name for name in left_open if not _is_kept(name, survey)]
        shown = deleter.shown(unkept)
        gone = {name for name in unkept if name not in shown and deleter.is_gone(name)}
        withdrawn = [name for name in left_open if name not in gone]
        ended = [deleter.withdraw(name) for name in withdrawn]
        wanted = [PlannedDeletion(name) for name in left_open if name in gone]
        wanted += going[:DELETIONS_PER_RUN]
        try:
            for item in deleter.run(wanted, until):
                ended.append(item)  # deletions before a throttle count, too
        except Throttled as error:
            log.warning("prune of %s: the next prune continues: %s", scope, error.reason)
            progress.given_up["pace"] = f"{deleter.keeper} or the cluster throttles: {error.reason}"
        return ended

    def _let_through(self, decision: Decision, scope: str) -> Sequence[str]:
        """Journal all intents, so that permitted deletions need no second permission to continue.

        Returns the ids that stay because a newer version began to delete them.
        """
        survey = decision.survey
        new = [item for item in survey.deletions if item.snapshot_id not in decision.opened]
        begun = self.deletions.intend_deletions(
            [Deletion(item.snapshot_id, scope, item.reason, decision.at) for item in new]
        )
        self.prunes.write_last_prune(LastPrune(scope, decision.at, tuple(survey.pending)))
        return begun


def _is_kept(snapshot_id: str, survey: Survey) -> bool:
    """True if the plan keeps it for any reason other than that it is already being deleted."""
    reasons = survey.kept.get(snapshot_id, ())
    return bool(reasons) and not any("Recycle Bin" in reason for reason in reasons)
