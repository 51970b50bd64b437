"""How the claims of a cluster stand in the places that their policies copy to, and what the places hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from snapkeep.domain import tags
from snapkeep.domain.copies.lineages import rule_to
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.copies.rules import CopyRule
from snapkeep.domain.copies.view.lateness import lineage_name
from snapkeep.domain.copies.view.standing import CopiedTo, History, PlaceHolds, copied_to
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.policies import Deployment
from snapkeep.domain.report.coverage import CoverageReport, CoveredClaim
from snapkeep.domain.troubles import Topic, Trouble, TroubleKind
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.ec2 import Regions
from snapkeep.ports.troubles import Troubles
from snapkeep.services.copies_there import copies_there

Lineage = tuple[str, str]
"""A claim (UID) under a policy."""


@dataclass(frozen=True, slots=True)
class InPlace:
    """What is known of a cluster's claims in a place.

    `newest` says when the data of the newest ready copies was taken, `given_up` which newer ones were given
    up (by namespace, claim and policy), `late` what the journal remembers as late.
    """

    holds: PlaceHolds
    newest: Mapping[Lineage, datetime]
    given_up: Mapping[tuple[str, str, str], CopyRecord]
    late: Mapping[str, Trouble]


@dataclass(slots=True)
class Ready:
    """Counts ready copies and their bytes, and keeps when the newest of each lineage was taken."""

    copies: int = 0
    bytes: int = 0
    newest: dict[Lineage, datetime] = field(default_factory=dict)

    def add(self, lineage: Lineage, taken: datetime, size: int) -> None:
        """Add a ready copy."""
        self.copies += 1
        self.bytes += size
        self.newest[lineage] = max(self.newest.get(lineage, taken), taken)


@dataclass(frozen=True, slots=True)
class ShowCopied:
    """Asks each place once; without places it calls nobody."""

    deployment: Deployment
    regions: Regions
    records: CopyRecords
    troubles: Troubles

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
        holds = tuple(found.holds for found in known.values())
        return replace(report, claims=claims, places=holds, copies_unasked="; ".join(unasked))

    def _in_place(self, place: Place, cluster: str, namespace: str) -> InPlace:
        ready = self._ready(place, cluster, namespace)
        given_up: dict[tuple[str, str, str], CopyRecord] = {}
        for record in self.records.failed_copies(place.name):
            name = record.namespace, record.claim, record.policy
            if record.cluster == cluster and record.stage is CopyStage.GIVEN_UP:
                given_up[name] = max(given_up.get(name, record), record, key=lambda item: item.taken)
        late = self.troubles.troubles(Topic(TroubleKind.COPIES_LATE, cluster, place.name))
        return InPlace(self._holds(place, cluster, ready), ready.newest, given_up, late)

    def _ready(self, place: Place, cluster: str, namespace: str) -> Ready:
        """The ready copies in a place; those in a vault are known by the journal alone, without sizes."""
        ready = Ready()
        if place.is_vault:
            for record in self.records.copies_of(place.name, cluster):
                if record.stage is CopyStage.READY and namespace in ("", record.namespace):
                    ready.add((record.claim_uid, record.policy), record.taken, 0)
            return ready
        narrower = {tags.NAMESPACE: namespace} if namespace else {}
        for copy in copies_there(self.regions, place, cluster, narrower):
            if copy.is_good:
                ready.add((copy.claim.uid, copy.policy), copy.taken, copy.size_bytes)
        return ready

    def _holds(self, place: Place, cluster: str, ready: Ready) -> PlaceHolds:
        open_ = sum(record.cluster == cluster for record in self.records.open_copies(place.name))
        known = (each for each in self.records.places() if each.name == place.name)
        here = next((each for each in known if each.region == place.region), None)
        return PlaceHolds(
            place.name,
            place.region,
            place.account,
            copies=ready.copies,
            bytes=ready.bytes,
            in_progress=open_,
            waiting=sum(each.cluster == cluster for each in here.queue) if here else 0,
            last_turn=here.listed_at if here else None,
        )

    def _stands(
        self,
        claim: CoveredClaim,
        points: Mapping[Lineage, Sequence[datetime]],
        known: Mapping[str, InPlace],
        now: datetime,
    ) -> Iterator[CopiedTo]:
        for name in claim.policies:
            for place, rule in self._rules(name):
                if place.name in known:
                    there = _history(claim, name, points.get((claim.uid, name), ()), known[place.name])
                    yield copied_to(place.name, name, rule.every, there, now)

    def _rules(self, name: str) -> Iterator[tuple[Place, CopyRule]]:
        """The rules of a policy, each with its place; a place that retires promises nothing."""
        policy = self.deployment.policy(name)
        for place in self.deployment.places if policy else ():
            rule = rule_to(policy, place.name) if policy else None
            if rule and not place.retire:
                yield place, rule


def _history(claim: CoveredClaim, policy: str, points: Sequence[datetime], there: InPlace) -> History:
    last = there.newest.get((claim.uid, policy))
    failed = there.given_up.get((claim.namespace, claim.claim, policy))
    counts = failed is not None and (last is None or failed.taken.replace(microsecond=0) > last)
    given_up = f"given up: {failed.reason}" if failed and counts else ""
    return History(points, last, given_up, there.late.get(lineage_name(claim.namespace, claim.claim, policy)))
