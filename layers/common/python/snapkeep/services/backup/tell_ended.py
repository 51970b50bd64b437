"""Telling of claims that were backed up until now and that every policy leaves: no run of theirs fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.backup.selection import EXCLUDE_LABEL, Code, SkippedClaim, Taken, decide
from snapkeep.domain.claims import Claim
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports import Clock, Journal, TroubleNews
from snapkeep.services.tell_troubles import TellTroubles

LOOK_BACK = timedelta(days=35)
"""How far back the run before this one is looked for: a month between two slots, and some days."""

MEANT = (Code.EXCLUDED, Code.DELETING, Code.OTHER_POLICY, Code.UNKNOWN_POLICY)
"""Left on purpose, taken by another policy, or told of already because of a label."""


@dataclass(frozen=True, slots=True)
class TellEnded:
    """Compares what a run leaves with what the run before it took."""

    deployment: Deployment
    journal: Journal
    news: TroubleNews
    clock: Clock

    def tell(self, run: Run, policy: Policy, left: Sequence[SkippedClaim]) -> None:
        """Tell of claims that the policy's last run took and no policy takes now, while they are there.

        Raises SnapkeepError when the journal does not answer.
        """
        topic = Topic(TroubleKind.BACKUPS_ENDED, run.cluster, policy.name)
        known = self.journal.troubles(topic)
        claims: list[Claim] = []
        found: dict[str, str] = {}
        for item in left:
            claim = item.subject
            if isinstance(claim, Claim) and item.code not in MEANT and self._is_nobodys(claim, policy):
                found[str(claim)] = (
                    f'{item.reason}; if that is meant, set its label {EXCLUDE_LABEL} to "true"'
                )
                claims.append(claim)
        new = self._taken_before(run, [claim for claim in claims if str(claim) not in known])
        ended = {name: why for name, why in found.items() if name in known or name in new}
        TellTroubles(self.journal, self.news, self.clock).tell(topic, ended)

    def _is_nobodys(self, claim: Claim, policy: Policy) -> bool:
        policies = self.deployment.policies
        others = (item for item in policies if item.name != policy.name and claim.cluster in item.clusters)
        return not any(isinstance(decide(claim, other, policies), Taken) for other in others)

    def _taken_before(self, run: Run, claims: Sequence[Claim]) -> set[str]:
        """The names of those that have a point in the policy's run before this one."""
        if not claims:
            return set()
        runs = self.journal.runs_of(run.cluster, run.policy, run.slot - LOOK_BACK)
        before = max((item for item in runs if item.slot < run.slot and item.total), key=_slot, default=None)
        if before is None:
            return set()
        wanted = {claim.uid: str(claim) for claim in claims}
        points = self.journal.points_of(before.id)
        return {wanted[point.claim.uid] for point in points if point.claim.uid in wanted}


def _slot(run: Run) -> float:
    return run.slot.timestamp()
