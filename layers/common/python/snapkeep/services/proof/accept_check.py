"""Accepts a suspicious point: somebody has looked at it, and it is as it should be."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.errors import Invalid, NotFound
from snapkeep.domain.proof.checks import Check
from snapkeep.ports.checks import Checks, Suspicions

MOST_BECAUSE = 500
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class AcceptCheck:
    """Ends suspicions. What only they kept is then subject to retention again."""

    checks: Checks
    suspicions: Suspicions

    def run(self, cluster: str, point_id: str, by: str, because: str) -> Check | None:
        """Accept a point; returns its check, or None when that is no longer known.

        Raises Invalid without a reason, and NotFound when the point raises no suspicion.
        """
        because = " ".join(because.split())
        if not 0 < len(because) <= MOST_BECAUSE:
            raise Invalid(f"say why {point_id} is good, in at most {MOST_BECAUSE} characters")
        found = next(
            (each for each in self.suspicions.suspicions(cluster) if each.subject.point_id == point_id), None
        )
        if found is None:
            raise NotFound(f"{point_id} of {cluster} is not suspicious, or it was accepted already")
        place = (found.subject.namespace, found.subject.claim, point_id)
        check = self.checks.checks(cluster, [place]).get(point_id)
        if check is not None:
            check = check.accepted(by, because)
            self.checks.write_check(check)
        self.suspicions.drop_suspicion(found)
        return check
