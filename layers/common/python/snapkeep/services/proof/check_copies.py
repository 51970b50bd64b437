"""Checks new copies in the places of this account, after the points that they were made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.copies.copies import Copy
from snapkeep.domain.copies.places import Place
from snapkeep.domain.policies import Deployment
from snapkeep.domain.proof.checks import Check, Subject, Verdict
from snapkeep.domain.proof.copied import differences, judge_copy
from snapkeep.domain.proof.looks import Seen
from snapkeep.domain.proof.rules import RECENT
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep.domain.times import compact
from snapkeep.ports.checks import Checks, Suspicions
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Regions
from snapkeep.services.copies_there import copies_there
from snapkeep.services.give_up import part_of_a_pass
from snapkeep.services.proof.report import CheckReport, note, portions
from snapkeep.services.proof.surviving_looks import Looker

FOR_ITS_SOURCE = timedelta(days=1)
"""How long a copy waits for the check of its source, which may be gone or not be looked into at all."""


@dataclass(frozen=True, slots=True)
class CheckCopies:
    """Looks into copies that were never checked, and takes over what people accept about their sources.

    Copies in other accounts (vaults) cannot be read from here. `looker_in` gives what looks into copies in a
    Region.
    """

    deployment: Deployment
    regions: Regions
    checks: Checks
    suspicions: Suspicions
    looker_in: Callable[[str], Looker]
    clock: Clock

    def run(self, cluster: str, until: datetime, report: CheckReport) -> None:
        """One pass over the copies of a cluster's points. No copy is begun after `until` (aware UTC)."""
        for place in self.deployment.places:
            if not place.is_vault:
                with part_of_a_pass(f"copies in {place.name}", report.given_up, f"copies in {place.name}"):
                    self._place(cluster, place, until, report)

    def _place(self, cluster: str, place: Place, until: datetime, report: CheckReport) -> None:
        since = self.clock() - RECENT
        copies = [
            each
            for each in copies_there(self.regions, place, cluster, {})
            if each.is_good and each.started_at >= since
        ]
        copies.sort(key=lambda each: (each.started_at, each.snapshot_id))
        for some in portions(copies):
            points = [(each.claim.namespace, each.claim.name, each.point_id) for each in some]
            sources = self.checks.checks(cluster, points)
            known = self.checks.checks(cluster, points, place.name)
            for copy in some:
                if self.clock() >= until:
                    report.waiting += copy.point_id not in known
                    continue
                name = f"{copy.point_id} in {place.name}"
                with part_of_a_pass(name, report.given_up, name):
                    self._copy(place, copy, sources.get(copy.point_id), known.get(copy.point_id), report)

    def _copy(
        self, place: Place, copy: Copy, source: Check | None, known: Check | None, report: CheckReport
    ) -> None:
        if known and known.subject.snapshot_id == copy.snapshot_id:
            if known.look and _was_accepted(source, known):
                self._write(place, judge_copy(known.subject, known.look, source, self.clock()), report)
            return
        if source is None and copy.started_at > self.clock() - FOR_ITS_SOURCE:
            return
        subject = _subject(copy)
        seen = self._seen(place, copy, report)
        if seen is None:
            return
        check = judge_copy(subject, seen, source, self.clock())
        differs = source is not None and source.look is not None and any(differences(seen, source.look))
        is_alone = source is None or source.verdict is Verdict.NOT_LOOKED_AT
        if check.verdict is Verdict.SUSPICIOUS and (differs or is_alone):
            self.suspicions.write_suspicion(Suspicion(subject, check.reasons[0]))
        self._write(place, check, report)

    def _seen(self, place: Place, copy: Copy, report: CheckReport) -> Seen | None:
        """What is in a copy; None if it is gone."""
        snapshot = self.regions.snapshots(place.region).get(copy.snapshot_id)
        if snapshot is None or snapshot.archived:
            return None
        policy = self.deployment.policy(copy.policy)
        return self.looker_in(place.region).run(snapshot, policy.expect if policy else (), "", report.cost)

    def _write(self, place: Place, check: Check, report: CheckReport) -> None:
        self.checks.write_check(check)
        note(check, report)
        said = {tags.CHECKED: f"{check.verdict} {compact(check.at)}"}
        self.regions.snapshots(place.region).add_tags(check.subject.snapshot_id, said)


def _was_accepted(source: Check | None, known: Check) -> bool:
    """True if somebody has accepted the source since its copy was found suspicious."""
    is_open = known.verdict is Verdict.SUSPICIOUS and not known.accepted_by
    return is_open and source is not None and bool(source.accepted_by)


def _subject(copy: Copy) -> Subject:
    return Subject(
        point_id=copy.point_id,
        snapshot_id=copy.snapshot_id,
        cluster=copy.claim.cluster,
        namespace=copy.claim.namespace,
        claim=copy.claim.name,
        claim_uid=copy.claim.uid,
        taken=copy.taken,
        place=copy.place,
    )
