"""How the claims of a cluster stand in the places that their policies copy to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from snapkeep.domain import tags
from snapkeep.domain.copies.lineages import rule_to
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.copies.view.standing import CopiedTo, copied_to
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.policies import Deployment
from snapkeep.domain.report.coverage import CoverageReport, CoveredClaim
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.ec2 import Regions
from snapkeep.services.find_copies import copies_there

Lineage = tuple[str, str]
"""A claim (UID) under a policy."""


@dataclass(frozen=True, slots=True)
class InPlace:
    """When the data of the newest ready copies in a place were taken, and why newer ones were given up."""

    newest: Mapping[Lineage, datetime]
    troubles: Mapping[tuple[str, str, str], CopyRecord]


@dataclass(frozen=True, slots=True)
class ShowCopied:
    """Asks each place once; without places it calls nobody."""

    deployment: Deployment
    regions: Regions
    records: CopyRecords

    def add(
        self, report: CoverageReport, points: Mapping[Lineage, Sequence[datetime]], namespace: str
    ) -> CoverageReport:
        """The report with how each claim stands in each place; `points` says when its good points were taken.

        It costs a DescribeSnapshots call per thousand copies. Places that do not answer are named.
        """
        if not any(policy.copies for policy in self.deployment.policies):
            return report
        known: dict[str, InPlace] = {}
        unasked = []
        for place in self.deployment.places:
            try:
                known[place.name] = self._in_place(place, report.cluster, namespace)
            except SnapkeepError as error:
                unasked.append(f"{place.name} ({place.region}) did not answer: {error.reason}")
        claims = tuple(
            replace(claim, copies=tuple(self._stands(claim, points, known, report.at)))
            for claim in report.claims
        )
        return replace(report, claims=claims, copies_unasked="; ".join(unasked))

    def _in_place(self, place: Place, cluster: str, namespace: str) -> InPlace:
        newest: dict[Lineage, datetime] = {}
        if place.is_vault:
            for record in self.records.copies_of(place.name, cluster):
                if record.stage is CopyStage.READY:
                    key = record.claim_uid, record.policy
                    newest[key] = max(newest.get(key, record.taken), record.taken)
        else:
            narrower = {tags.NAMESPACE: namespace} if namespace else {}
            for copy in copies_there(self.regions, place, cluster, narrower):
                if copy.is_good:
                    key = copy.claim.uid, copy.policy
                    newest[key] = max(newest.get(key, copy.taken), copy.taken)
        troubles: dict[tuple[str, str, str], CopyRecord] = {}
        for record in self.records.failed_copies(place.name):
            name = record.namespace, record.claim, record.policy
            if record.cluster == cluster and record.stage is CopyStage.GIVEN_UP:
                known = troubles.get(name, record)
                troubles[name] = max(known, record, key=lambda item: item.taken)
        return InPlace(newest, troubles)

    def _stands(
        self,
        claim: CoveredClaim,
        points: Mapping[Lineage, Sequence[datetime]],
        known: Mapping[str, InPlace],
        now: datetime,
    ) -> list[CopiedTo]:
        found = []
        for name in claim.policies:
            policy = self.deployment.policy(name)
            for place in self.deployment.places if policy else ():
                rule = rule_to(policy, place.name) if policy else None
                there = known.get(place.name)
                if rule is None or there is None or place.retire:
                    continue
                last = there.newest.get((claim.uid, name))
                failed = there.troubles.get((claim.namespace, claim.claim, name))
                counts = failed is not None and (last is None or failed.taken.replace(microsecond=0) > last)
                trouble = f"given up: {failed.reason}" if failed and counts else ""
                times = points.get((claim.uid, name), ())
                found.append(copied_to(place.name, name, rule.every, times, last, trouble, now))
        return found
