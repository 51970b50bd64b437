"""What checks said about the points in a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Deployment
from snapkeep.domain.proof.checks import Check, Verdict
from snapkeep.domain.proof.rules import RECENT
from snapkeep.domain.proof.shown import Checkable, CheckState, ShownCheck, shown_check
from snapkeep.domain.proof.summary import summary
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep.domain.report.coverage import CoverageReport, CoveredClaim
from snapkeep.domain.report.points import ReportedPoint
from snapkeep.ports.checks import Checks, Suspicions
from snapkeep.ports.clock import Clock


@dataclass(frozen=True, slots=True)
class ShowChecked:
    """Reads checks and suspicions; without `checks` in the config only the suspicions that are left."""

    deployment: Deployment
    checks: Checks
    suspicions: Suspicions
    clock: Clock

    @property
    def on(self) -> bool:
        """True if the deployment checks points."""
        return self.deployment.checks is not None

    def add(self, report: CoverageReport, namespace: str) -> CoverageReport:
        """The report with how the newest good point of each claim stands.

        It costs a call per hundred claims. What cannot be read is named, and nothing else suffers from it.
        """
        try:
            open_ones = self.of_cluster(report.cluster)
            shown = self._newest(report) if self.on else {}
        except SnapkeepError as error:
            return replace(report, checks=summary(self.on, (), (), error.reason))
        here = [each for each in open_ones if namespace in ("", each.subject.namespace)]
        claims = tuple(replace(claim, check=shown.get(_id(claim))) for claim in report.claims)
        return replace(
            report, claims=claims, checks=summary(self.on, (claim.check for claim in claims), here)
        )

    def of_cluster(self, cluster: str) -> Sequence[Suspicion]:
        """The suspicions about points of a cluster that nobody has accepted."""
        return list(self.suspicions.suspicions(cluster))

    def of_points(self, cluster: str, points: Sequence[ReportedPoint]) -> list[ReportedPoint]:
        """The points with how each stands.

        The tag tells most of them; the journal is asked for reasons, and for new points without a tag.
        """
        asked = [point for point in points if self._needs_journal(point)]
        places = [(point.namespace, point.claim, point.id) for point in asked]
        found = self.checks.checks(cluster, places) if places else {}
        return [replace(point, check=self._of_point(point, found)) for point in points]

    def _needs_journal(self, point: ReportedPoint) -> bool:
        if point.checked:
            return point.checked != Verdict.CHECKED
        return self.on and point.state is PointState.READY and point.slot >= self.clock() - RECENT

    def _of_point(self, point: ReportedPoint, found: Mapping[str, Check]) -> ShownCheck:
        check = found.get(point.id)
        if check is None and point.checked in list(Verdict):
            return ShownCheck(CheckState(point.checked))
        return shown_check(Checkable(point.state, point.slot, point.archived), check, self.on, self.clock())

    def _newest(self, report: CoverageReport) -> dict[str, ShownCheck]:
        """How the newest good points (ids) stand; nobody looks into backups of file systems."""
        unread = {policy.name for policy in self.deployment.file_system_policies}
        good_ones = [(claim, good) for claim in report.claims if (good := claim.last_good)]
        newest = [(claim, good) for claim, good in good_ones if good.policy not in unread]
        places = [(claim.namespace, claim.claim, good.point_id) for claim, good in newest]
        found = self.checks.checks(report.cluster, places) if places else {}
        return {
            good.point_id: shown_check(
                Checkable(PointState.READY, good.slot), found.get(good.point_id), self.on, self.clock()
            )
            for _, good in newest
        }


def _id(claim: CoveredClaim) -> str:
    return claim.last_good.point_id if claim.last_good else ""
