"""Reports claims that were backed up until now but that no policy takes any more; no run fails because of
that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain import object_labels
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.backup.selection import (
    Code,
    Selected,
    SkippedClaim,
    Taken,
    decide,
    misread_exclusion,
)
from snapkeep.domain.claims import Claim
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.policies import Deployment
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.points import Points
from snapkeep.ports.runs import Runs
from snapkeep.ports.troubles import Troubles
from snapkeep.services.tell_troubles import TellTroubles

LOOK_BACK = timedelta(days=35)
"""How far back to search for the previous run: a month between two slots, and some days."""

log = logging.getLogger(__name__)

MEANT = (Code.EXCLUDED, Code.DELETING, Code.OTHER_POLICY, Code.UNKNOWN_POLICY)
"""Codes of claims that are skipped on purpose, taken by another policy, or already reported because of a
label.
"""


@dataclass(frozen=True, slots=True)
class TellEnded:
    """Compares what a run skips with what earlier runs took."""

    deployment: Deployment
    runs: Runs
    points: Points
    troubles: Troubles
    tell_troubles: TellTroubles

    def tell(self, run: Run, skipped: Sequence[SkippedClaim]) -> None:
        """Report existing claims that the policy's last run took and that no policy takes now.

        Raises SnapkeepError when the journal does not answer. The run is then journaled with `ends_untold`,
        so that the next one reports them.
        """
        topic = Topic(TroubleKind.BACKUPS_ENDED, run.cluster, run.policy)
        known = self.troubles.troubles(topic)
        claims: list[Claim] = []
        found: dict[str, str] = {}
        for item in skipped:
            claim = item.subject
            if isinstance(claim, Claim) and item.code not in MEANT and self._is_nobodys(claim, run.policy):
                found[str(claim)] = (
                    f'{item.reason}; if that is intended, set its label {object_labels.EXCLUDE} to "true"'
                )
                claims.append(claim)
        new = self._taken_before(run, [claim for claim in claims if str(claim) not in known])
        ended = {name: why for name, why in found.items() if name in known or name in new}
        self.tell_troubles.tell(topic, ended)

    def _is_nobodys(self, claim: Claim, policy: str) -> bool:
        policies = self.deployment.policies
        others = (item for item in policies if item.name != policy and claim.cluster in item.clusters)
        return not any(isinstance(decide(claim, other, policies), Taken) for other in others)

    def _taken_before(self, run: Run, claims: Sequence[Claim]) -> set[str]:
        """The names of claims with a point in the policy's previous run, or in an earlier run whose ended
        claims were not reported."""
        if not claims:
            return set()
        wanted = {claim.uid: str(claim) for claim in claims}
        found: set[str] = set()
        for before in self._not_compared(run):
            points = self.points.points_of(before.id)
            found |= {wanted[point.claim.uid] for point in points if point.claim.uid in wanted}
        return found

    def _not_compared(self, run: Run) -> Iterator[Run]:
        """The policy's earlier runs, newest first, back to one whose ended claims were reported."""
        runs = self.runs.runs_of(run.cluster, run.policy, run.slot - LOOK_BACK)
        earlier = [item for item in runs if item.slot < run.slot and item.total]
        for before in sorted(earlier, key=_slot, reverse=True):
            yield before
            if not before.ends_untold:
                return


@dataclass(frozen=True, slots=True)
class TellUnmeant:
    """Reports claims that a run takes or skips, perhaps against their owners' intent. A failure to report
    never fails the run.
    """

    tell_ended: TellEnded
    tell_troubles: TellTroubles

    def tell(self, run: Run, selected: Selected) -> bool:
        """Report claims taken although a label seems to exclude them, and claims that no policy takes (any
        more) because their label names an unknown one.

        False when the next run must report the claims whose backups end with this one.
        """
        taken = {str(item.claim): why for item in selected.taken if (why := misread_exclusion(item.claim))}
        nobodys = {
            str(item.subject): item.reason for item in selected.skipped if item.code is Code.UNKNOWN_POLICY
        }
        tell = self.tell_troubles.tell
        is_told = _tried(run, lambda: self.tell_ended.tell(run, selected.skipped))
        _tried(run, lambda: tell(Topic(TroubleKind.LABEL_MISREAD, run.cluster, run.policy), taken))
        # The same for every policy of the cluster: reported under one topic, and so only once.
        _tried(
            run, lambda: tell(Topic(TroubleKind.LABEL_MISREAD, run.cluster, object_labels.POLICY), nobodys)
        )
        return is_told


def _tried(run: Run, tell: Callable[[], object]) -> bool:
    """Whether the report succeeded."""
    try:
        tell()
    except SnapkeepError as error:
        log.warning("could not report what policy %s skips: %s", run.policy, error.reason)
        return False
    return True


def _slot(run: Run) -> float:
    return run.slot.timestamp()
