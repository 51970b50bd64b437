"""Says of each namespace whether it is restorable whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.objects.saved import Saved
from snapkeep.domain.objects.view.wholeness import SETTLED, ClaimPoints, NamespaceStands, stands
from snapkeep.domain.policies import ON_DEMAND, Deployment
from snapkeep.domain.report.coverage import Coverage, CoverageReport, CoveredClaim
from snapkeep.domain.times import moment
from snapkeep.ports.clock import Clock
from snapkeep.ports.objects import SavedObjects

RUNS = 10
"""How many of a policy's newest runs are searched for objects of a namespace."""

Slots = Mapping[str, Mapping[str, set[datetime]]]
"""Claim (namespace/name) to the slots (aware UTC) of its good points, by policy."""

Claims = Mapping[str, Sequence[CoveredClaim]]
"""The claims of each namespace."""


@dataclass(frozen=True, slots=True)
class ShowNamespaces:
    """Reads the records of saved objects: mostly one call for each policy that asks for them, and one for
    backups on demand."""

    deployment: Deployment
    saved: SavedObjects
    clock: Clock

    def add(self, report: CoverageReport, slots: Slots, namespace: str) -> CoverageReport:
        """The report with how its namespaces stand, if a policy of its cluster saves objects; `slots` are
        those of the good points of its claims.

        Namespaces whose claims are all gone are among them if their objects are there. What cannot be read is
        named, and nothing else suffers from it.
        """
        asking = [
            each.name for each in self.deployment.policies if each.objects and report.cluster in each.clusters
        ]
        if not asking:
            return report
        claims = _by_namespace(report)
        left = {name.partition("/")[0] for name in report.gone} - {*claims}
        wanted = {each for each in (*claims, *left) if namespace in ("", each)}
        try:
            archives = self._archives(report.cluster, (*asking, ON_DEMAND), wanted)
        except SnapkeepError as error:
            return replace(report, objects_unasked=error.reason)
        found = [
            *self._of_claims(claims, archives, slots, asking),
            *(self._of_gone(name, archives[name]) for name in left if name in archives),
        ]
        return replace(report, namespaces=tuple(sorted(found, key=lambda each: each.namespace)))

    def _of_claims(
        self,
        claims: Claims,
        archives: Mapping[str, Sequence[Saved]],
        slots: Slots,
        asking: Collection[str],
    ) -> Iterator[NamespaceStands]:
        for name, here in claims.items():
            asked = any(policy in asking for claim in here for policy in claim.policies)
            points = [self._points(claim, slots) for claim in here]
            yield stands(name, archives.get(name, ()), points, asked, self.clock())

    def _of_gone(self, namespace: str, archives: Sequence[Saved]) -> NamespaceStands:
        return replace(stands(namespace, archives, (), True, self.clock()), gone=True)

    def _points(self, claim: CoveredClaim, slots: Slots) -> ClaimPoints:
        """The points of a claim, by its name: a restore finds them by it, too."""
        by_policy = {policy: frozenset(found) for policy, found in slots.get(claim.name, {}).items()}
        of_files = {policy.name for policy in self.deployment.file_system_policies}
        return ClaimPoints(
            claim.claim, by_policy, _why(claim), any(good.policy in of_files for good in claim.good)
        )

    def _archives(
        self, cluster: str, policies: Sequence[str], wanted: Collection[str]
    ) -> Mapping[str, Sequence[Saved]]:
        """What the newest runs of policies saved of these namespaces, up to one that has settled."""
        found: dict[str, list[Saved]] = defaultdict(list)
        for policy in policies:
            missing, runs = {*wanted}, set[str]()
            for saved in self.saved.newest_saved(cluster, policy):
                subject = saved.subject
                runs.add(subject.run)
                if not missing or len(runs) > RUNS:
                    break
                if subject.namespace in missing:
                    found[subject.namespace].append(saved)
                    if subject.slot <= self.clock() - SETTLED:
                        missing.discard(subject.namespace)
        return {name: _still_count(archives) for name, archives in found.items()}


def _still_count(archives: Sequence[Saved]) -> Sequence[Saved]:
    """Without those on demand that are older than what a schedule has saved since."""
    since = max((each.subject.slot for each in archives if _is_scheduled(each)), default=None)
    return [each for each in archives if since is None or each.subject.slot >= since or _is_scheduled(each)]


def _is_scheduled(saved: Saved) -> bool:
    return saved.subject.policy != ON_DEMAND


def _by_namespace(report: CoverageReport) -> Claims:
    """The claims by namespace, without the volumes of pods that have none."""
    found: dict[str, list[CoveredClaim]] = defaultdict(list)
    for claim in report.claims:
        if ":" not in claim.claim:
            found[claim.namespace].append(claim)
    return found


def _why(claim: CoveredClaim) -> str:
    """Why a run may lack a point of a claim."""
    if claim.state is Coverage.PROTECTED and claim.last_good:
        return f"its newest is of {moment(claim.last_good.slot)}, by policy {claim.last_good.policy}"
    return claim.reason
