"""What the journal says about backups of file systems, for reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.efs.as_points import as_points
from snapkeep.domain.efs.as_runs import as_runs, failures_of
from snapkeep.domain.efs.backups import EfsBackup, EfsClaim, newest_of
from snapkeep.domain.efs.handles import file_system_of
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Deployment
from snapkeep.domain.report.claims import Failure, Name, ReportedClaim
from snapkeep.domain.report.coverage import LastGood
from snapkeep.domain.report.points import ReportedPoint
from snapkeep.domain.restore.commands import restore_command
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.suggestions import Suggestion, names_for
from snapkeep.ports.efs import EfsBackups

BEHIND = (timedelta(hours=25), timedelta(days=35), timedelta(days=400))
"""How far back to search, further each time: the journal forgets older backups."""

CAVEAT = "not of one moment: files that changed while AWS Backup read them may be as of different times"
"""What everybody who relies on a backup of a file system must know.
https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html
"""


@dataclass(frozen=True, slots=True)
class GoodOnEfs:
    """The newest good backup of a claim under a policy, with the claim as it was then."""

    claim: EfsClaim
    good: LastGood
    file_system: str

    @property
    def name(self) -> Name:
        """The claim's namespace and name."""
        return self.claim.namespace, self.claim.name


@dataclass(frozen=True, slots=True)
class ShowOnEfs:
    """Reads backups by policy and cluster."""

    deployment: Deployment
    backups: EfsBackups

    def has(self, policy: str) -> bool:
        """True if a policy of that name saves file systems."""
        return any(each.name == policy for each in self.deployment.file_system_policies)

    def good(
        self, cluster: str, wanted: Collection[tuple[str, str]] | None, now: datetime, namespace: str = ""
    ) -> list[GoodOnEfs]:
        """The newest good backup of each claim (of one namespace, unless "") under each policy.

        Looks back until the `wanted` ones, each a policy and a claim's UID, are found; for 35 days if it is
        not known which are (None).
        """
        found = self._everywhere(cluster, wanted, now)
        return [each for each in found if namespace in ("", each.claim.namespace)]

    def points(self, cluster: str, now: datetime, namespace: str = "", name: str = "") -> list[ReportedPoint]:
        """The backups of claims (of one namespace, and of that name, unless "") as recovery points, newest
        first: of each claim the newest good one of 35 days under each policy, and what came after it."""
        since = now - BEHIND[1]
        found = [
            point
            for policy in self._policies(cluster)
            for point in as_points(cluster, self.backups.backups_of(policy, since), CAVEAT)
            if namespace in ("", point.namespace) and name in ("", point.claim)
        ]
        return sorted(found, key=lambda point: point.slot, reverse=True)

    def restore(self, cluster: str, claim: ReportedClaim, taken: Collection[str]) -> Suggestion | None:
        """How to restore a claim from a backup of its file system, under a name that is not `taken`; None if
        its newest good point is none."""
        last = [point for point in claim.points if point.id == claim.to_restore]
        if not any(point.file_system for point in last):
            return None
        name = next(name for name in names_for(claim.claim) if name not in taken)
        request = RestoreRequest(cluster, claim.namespace, name, claim=claim.claim)
        return Suggestion(f"{restore_command(request)} --look")

    def runs(self, cluster: str, policy: str, since: datetime) -> list[Run]:
        """The backups of a policy from a slot on, as runs in a cluster, oldest first."""
        return as_runs(cluster, self.backups.backups_of(policy, since))

    def newest(self, cluster: str, policy: str, now: datetime) -> Run | None:
        """The newest slot of a policy whose backups have ended; None if there was none in 35 days."""
        for window in BEHIND[:2]:
            ended = [run for run in self.runs(cluster, policy, now - window) if run.state.is_final]
            if ended:
                return ended[-1]
        return None

    def ended(self, run: Run) -> Iterator[tuple[Name, PointState]]:
        """The claims of a run that `runs` returned, and how their backups ended."""
        for backup in self._at(run):
            for claim in backup.claims:
                if claim.cluster == run.cluster:
                    yield (claim.namespace, claim.name), backup.state

    def failures(self, run: Run) -> Iterator[Failure]:
        """The claims of a run that `runs` returned whose backups failed, with the reason."""
        yield from failures_of(run.cluster, self._at(run))

    def _policies(self, cluster: str) -> Iterator[str]:
        """The policies that save file systems of a cluster, and those that did before they were renamed."""
        for name in self.backups.policies():
            policy = self.deployment.policy(name)
            if policy is None or policy.method.is_of_volumes or cluster in policy.clusters:
                yield name

    def _at(self, run: Run) -> Iterator[EfsBackup]:
        for backup in self.backups.backups_of(run.policy, run.slot):
            if backup.slot == run.slot:
                yield backup

    def _everywhere(
        self, cluster: str, wanted: Collection[tuple[str, str]] | None, now: datetime
    ) -> Iterator[GoodOnEfs]:
        for policy in self._policies(cluster):
            found: dict[str, GoodOnEfs] = {}
            its = {uid for name, uid in wanted or () if name == policy}
            for window in BEHIND if its else BEHIND[1:2]:
                found = dict(self._good(cluster, policy, now - window))
                if found.keys() >= its:
                    break
            yield from found.values()

    def _good(self, cluster: str, policy: str, since: datetime) -> Iterator[tuple[str, GoodOnEfs]]:
        for backup, claim in newest_of(self.backups.backups_of(policy, since)):
            if claim.cluster == cluster:
                good = LastGood(backup.id, policy, backup.slot)
                yield claim.uid, GoodOnEfs(claim, good, backup.file_system)


def by_claim(found: Iterable[GoodOnEfs]) -> dict[str, list[LastGood]]:
    """The newest good backups by the UID of their claim."""
    claims: dict[str, list[LastGood]] = defaultdict(list)
    for each in found:
        claims[each.claim.uid].append(each.good)
    return claims


def where_claims_are(found: Iterable[GoodOnEfs], handles: Mapping[str, str]) -> list[GoodOnEfs]:
    """Those of the file system on which their claim is now; `handles` has those of the volumes of all claims
    that the cluster has, by UID."""
    return [
        each
        for each in found
        if each.claim.uid not in handles or file_system_of(handles[each.claim.uid]) == each.file_system
    ]


def caveats(found: Iterable[GoodOnEfs]) -> dict[str, str]:
    """By claim (namespace/name), what its owner must know about its backups."""
    return {str(each.claim): CAVEAT for each in found}
