"""Accepts a suspicious point: somebody has looked at it, and it is as it should be."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.errors import Invalid, NotFound, PermanentError
from snapkeep.domain.proof.checks import Check
from snapkeep.domain.proof.shown import Acceptance
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep.ports.checks import Checks, Suspicions
from snapkeep.ports.ec2 import Snapshots

MOST_BECAUSE = 500
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class AcceptCheck:
    """Ends suspicions. What only they kept is then subject to retention again."""

    checks: Checks
    suspicions: Suspicions
    snapshots: Snapshots

    def run(self, cluster: str, point_id: str, by: str, because: str) -> Acceptance:
        """Accept a point and its copies. Repeating an acceptance with the same reason changes nothing.

        Raises Invalid without a reason, NotFound when the point is not suspicious, and PermanentError when it
        was accepted for another reason.
        """
        because = " ".join(because.split())
        if not 0 < len(because) <= MOST_BECAUSE:
            raise Invalid(f"say why {point_id} is good, in at most {MOST_BECAUSE} characters")
        found = [each for each in self.suspicions.suspicions(cluster) if each.subject.point_id == point_id]
        if not found:
            return self._accepted_before(cluster, point_id, because)
        for each in found:
            self._accept(each, by, because)
        return Acceptance(by, because)

    def _accept(self, found: Suspicion, by: str, because: str) -> None:
        """Accept the check, and only then end the suspicion; the check may be known no longer."""
        subject = found.subject
        place = (subject.namespace, subject.claim, subject.point_id)
        check = self.checks.checks(subject.cluster, [place], subject.place).get(subject.point_id)
        if check is not None:
            self.checks.write_check(check.accepted(by, because))
        self.suspicions.drop_suspicion(found)

    def _accepted_before(self, cluster: str, point_id: str, because: str) -> Acceptance:
        check = self._check(cluster, point_id)
        if check is None or not check.accepted_by:
            raise NotFound(
                f"no check of {cluster} found {point_id} suspicious: `snapkeep describe point {point_id}` "
                "says what was looked at"
            )
        if check.because != because:
            raise PermanentError(
                f"{point_id} was accepted already, by {check.accepted_by}: {check.because}. "
                "That stays; nothing more is to do"
            )
        return Acceptance(check.accepted_by, check.because)

    def _check(self, cluster: str, point_id: str) -> Check | None:
        """The check of a point whose snapshot still exists."""
        wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster, tags.POINT: point_id}
        for snapshot in self.snapshots.find(wanted):
            if claim := tags.claim_facts_of(snapshot.tags):
                place = (claim.namespace, claim.name, point_id)
                return self.checks.checks(cluster, [place]).get(point_id)
        return None
