"""Checks new points one after the other, the oldest first, and remembers what is suspicious."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.points import PointState, Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.domain.proof.checks import Check, Subject, Verdict, base_of, judge
from snapkeep.domain.proof.progress import Progress
from snapkeep.domain.proof.rules import RECENT
from snapkeep.domain.proof.suspicions import suspicion_of
from snapkeep.domain.report.catalogue import Entry
from snapkeep.domain.retention.snapshot_tags import Unreadable, read
from snapkeep.domain.times import compact
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.catalogue import Catalogue
from snapkeep.ports.checks import Checks, Suspicions
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.news import CheckNews
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.proof.check_copies import CheckCopies
from snapkeep.services.proof.report import CheckReport, note, portions
from snapkeep.services.proof.surviving_looks import Looker
from snapkeep.services.tell_troubles import TellTroubles

log = logging.getLogger(__name__)

FUNCTION = "check_points"


@dataclass(frozen=True, slots=True)
class Recent:
    """The points of the last days: how many there are, how many were looked into, and those without a check,
    the oldest first."""

    points: int
    looked_into: int
    unchecked: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class CheckPoints:
    """Looks into points that were never checked, one at a time.

    A suspicion is journaled before its check, so a crash in between checks the point again and loses nothing.
    """

    deployment: Deployment
    snapshots: Snapshots
    catalogue: Catalogue
    checks: Checks
    suspicions: Suspicions
    looker: Looker
    copies: CheckCopies
    teller: TellTroubles
    give_up: GiveUp
    news: CheckNews
    clock: Clock

    def run(self, until: datetime) -> list[CheckReport]:
        """One pass over every cluster, then over the copies. None is begun after `until` (aware UTC)."""
        clusters = [cluster.name for cluster in self.deployment.clusters]
        passes = [self._points_of_cluster(cluster, until) for cluster in clusters]
        return [self._finished(report, waiting, until) for report, waiting in passes]

    def _points_of_cluster(self, cluster: str, until: datetime) -> tuple[CheckReport, Sequence[str]]:
        """What a pass over the points of a cluster did, and the points that it did not reach."""
        report = CheckReport(cluster)
        waiting: list[str] = []
        with part_of_a_pass(f"checks of {cluster}", report.given_up, cluster):
            recent = self._recent(cluster)
            for entry in recent.unchecked:
                if self.clock() >= until:
                    waiting.append(entry.point_id)
                    continue
                with part_of_a_pass(entry.point_id, report.given_up, entry.point_id):
                    self._check(cluster, entry, report)
            self._measure(cluster, recent, {*waiting, *report.given_up}, report)
        report.waiting = len(waiting)
        return report, waiting

    def _finished(self, report: CheckReport, waiting: Sequence[str], until: datetime) -> CheckReport:
        """The report with the copies of the cluster's points, and with all that was told."""
        cluster = report.cluster
        self.copies.run(cluster, until, report)
        with part_of_a_pass(f"suspicions of {cluster}", report.given_up, f"suspicions of {cluster}"):
            self._tell(cluster)
        report.given_up = self.give_up.report(report.given_up, cluster, waiting)
        return report

    def _recent(self, cluster: str) -> Recent:
        """The recent points, and which of them have a check."""
        since = self.clock() - RECENT
        entries = [each for each in self.catalogue.all_entries(cluster) if each.slot >= since]
        unchecked: list[Entry] = []
        looked_into = 0
        for some in portions(entries):
            places = [(each.namespace, each.claim, each.point_id) for each in some]
            known = self.checks.checks(cluster, places)
            unchecked += [each for each in some if each.point_id not in known]
            looked_into += sum(check.verdict is not Verdict.NOT_LOOKED_AT for check in known.values())
        unchecked.sort(key=lambda each: (each.slot, each.point_id))
        return Recent(len(entries), looked_into, unchecked)

    def _measure(self, cluster: str, recent: Recent, left: Collection[str], report: CheckReport) -> None:
        """Measure what is done, and say when points wait for too long."""
        waiting = [each.slot for each in recent.unchecked if each.point_id in left]
        progress = Progress(
            points=recent.points,
            looked_into=recent.looked_into + len(report.checked) + len(report.suspicious),
            done=len(report.checked) + len(report.suspicious) + len(report.not_looked_at),
            waiting=len(waiting),
            oldest=max(self.clock() - min(waiting), timedelta()) if waiting else timedelta(),
            suspicious=len(self.suspicions.suspicions(cluster)),
        )
        self.news.points_checked(cluster, progress)
        if progress.behind:
            report.given_up["points that wait"] = progress.behind

    def _check(self, cluster: str, entry: Entry, report: CheckReport) -> None:
        snapshot = self.snapshots.get(entry.snapshot_id)
        subject = _subject(snapshot, cluster, entry) if snapshot else None
        if snapshot is None or subject is None:
            return  # it is gone, in the archive tier, or no longer what the catalogue says
        base, before = self._before(subject)
        policy = self.deployment.policy(entry.policy)
        since = base.subject.snapshot_id if base else ""
        seen = self.looker.run(snapshot, policy.expect if policy else (), since, report.cost)
        check = judge(subject, seen, base, self.clock())
        if check.verdict is Verdict.SUSPICIOUS and (
            suspicion := suspicion_of(check, self._points(subject), before)
        ):
            self.suspicions.write_suspicion(suspicion)
        self.checks.write_check(check)
        note(check, report)
        self.snapshots.add_tags(snapshot.id, {tags.CHECKED: f"{check.verdict} {compact(check.at)}"})

    def _before(self, subject: Subject) -> tuple[Check | None, Mapping[str, Check]]:
        """The check with which that of a point is compared, and all checks of its claim, by point.

        Of the others only verdicts are kept: names of a year would take all memory.
        """
        base: Check | None = None
        known: dict[str, Check] = {}
        for each in self.checks.checks_of(subject.cluster, subject.namespace, subject.claim):
            base = base_of(subject, (each, base) if base else (each,))
            known[each.subject.point_id] = replace(each, look=None)
        return base, known

    def _points(self, subject: Subject) -> Iterator[Subject]:
        """The ready points of a claim that EC2 has, under any policy."""
        wanted = {
            tags.MANAGED: "true",
            tags.CLUSTER: subject.cluster,
            tags.NAMESPACE: subject.namespace,
            tags.CLAIM: subject.claim,
        }
        for snapshot in self.snapshots.find(wanted):
            if found := _subject_of(snapshot, subject.cluster):
                yield found

    def _tell(self, cluster: str) -> None:
        found = {each.subject.words: each.reason for each in self.suspicions.suspicions(cluster)}
        self.teller.tell(Topic(TroubleKind.POINTS_SUSPICIOUS, cluster, FUNCTION), found)


def _subject(snapshot: Snapshot, cluster: str, entry: Entry) -> Subject | None:
    """The point of an entry, if it can be looked into: EBS reads no archived snapshot.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-faq.html
    """
    found = None if snapshot.archived else _subject_of(snapshot, cluster)
    return found if found is not None and found.point_id == entry.point_id else None


def _subject_of(snapshot: Snapshot, cluster: str) -> Subject | None:
    """The ready point of a snapshot, in whichever tier; None for anything else."""
    facts = tags.claim_facts_of(snapshot.tags)
    if facts is None or tags.DUPLICATE in snapshot.tags or not tags.are_ours(snapshot.tags):
        return None
    found = read(snapshot, cluster)
    if isinstance(found, Unreadable) or found.candidate.state is not PointState.READY:
        return None
    return Subject(
        point_id=snapshot.tags[tags.POINT],
        snapshot_id=snapshot.id,
        cluster=cluster,
        namespace=facts.namespace,
        claim=facts.name,
        claim_uid=facts.uid,
        taken=snapshot.started_at,
    )
