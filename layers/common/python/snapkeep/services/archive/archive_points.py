"""Archives points, once a day: settles what was begun, chooses, measures, and begins what pays most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from snapkeep.domain.archive import refusals
from snapkeep.domain.archive.break_even import BreakEven
from snapkeep.domain.archive.records import Archive, ArchiveStage
from snapkeep.domain.archive.wanted import Wanted
from snapkeep.domain.errors import Forbidden, Invalid, Throttled
from snapkeep.domain.policies import Deployment
from snapkeep.ports.archives import Archives
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.services.archive.archive_point import ArchivePoint
from snapkeep.services.archive.choose_archives import Choice, ChooseArchives
from snapkeep.services.archive.measure import Measure
from snapkeep.services.archive.report import ArchiveReport
from snapkeep.services.archive.settle_archives import SettleArchives
from snapkeep.services.give_up import GiveUp, part_of_a_pass

FUNCTION = "archive_points"

AT_ONCE = 20
"""Moves that are in progress at a time. EC2 allows an account 25 in a Region, other tools' included.
https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html
"""

MOST_REFUSALS = 3
"""After so many refusals the account itself takes no more, not only one volume."""

TAKES_NO_MORE = f"EC2 archives no more for now: it refused {MOST_REFUSALS} snapshots in this pass"
NO_TIME = "the pass had no time to measure it"
NO_ROOM = f"{AT_ONCE} points are being archived, and no more are begun at a time"
NEXT_TIME = "another snapshot of its volume goes first: one a day, because each changes what the others save"


@dataclass(frozen=True, slots=True)
class ArchivePoints:
    """Works on cluster after cluster; trouble in one never stops the others."""

    deployment: Deployment
    snapshots: Snapshots
    archives: Archives
    settler: SettleArchives
    chooser: ChooseArchives
    measure: Measure
    archiver: ArchivePoint
    give_up: GiveUp
    clock: Clock

    def run(self, until: datetime) -> list[ArchiveReport]:
        """One pass over every cluster. Nothing is measured or begun after `until` (aware UTC)."""
        return [self._pass(cluster.name, until) for cluster in self.deployment.clusters]

    def settle(self, snapshot_ids: Sequence[str]) -> list[ArchiveReport]:
        """Settle these snapshots, whose moves ended as events say; unknown ones are not ours."""
        reports = []
        for cluster in self.deployment.clusters:
            report = ArchiveReport(cluster.name)
            with part_of_a_pass(f"archives of {cluster.name}", report.given_up, cluster.name):
                found = (self.archives.archive(cluster.name, each) for each in snapshot_ids)
                self.settler.run([each for each in found if each], report)
            reports.append(report)
        return reports

    def _pass(self, cluster: str, until: datetime) -> ArchiveReport:
        report = ArchiveReport(cluster)
        with part_of_a_pass(f"archives of {cluster}", report.given_up, cluster):
            self.settler.run([*self.archives.archives(cluster)], report)
            if self.chooser.archives_in(cluster):
                known = {each.snapshot_id: each for each in self.archives.archives(cluster)}
                report.given_up |= _failed(known)
                self._archive(cluster, known, until, report)
        report.given_up = self.give_up.report(report.given_up, cluster, report.waiting)
        return report

    def _archive(
        self, cluster: str, known: Mapping[str, Archive], until: datetime, report: ArchiveReport
    ) -> None:
        choice = self.chooser.run(cluster, known)
        report.staying.update(each.reason for each in choice.others)
        found = [*self._measured(cluster, choice, known, until, report)]
        paying = [(record, figures) for record, figures in found if figures.pays]
        report.too_dear = {
            record.subject: figures.in_words() for record, figures in found if not figures.pays
        }
        paying.sort(key=lambda item: (-item[1].saved_dollars, item[0].snapshot_id))
        busy = sum(record.stage.is_open for record in known.values())
        self._begin(paying, choice, busy, report)

    def _measured(
        self,
        cluster: str,
        choice: Choice,
        known: Mapping[str, Archive],
        until: datetime,
        report: ArchiveReport,
    ) -> Iterator[tuple[Archive, BreakEven]]:
        """The records of wanted points with their figures, measured now where their neighbours changed."""
        for wanted in choice.wanted:
            record, subject = known.get(wanted.snapshot_id), choice.subjects[wanted.snapshot_id]
            if record is None or not record.is_between(wanted.before, wanted.following):
                if self.clock() >= until:
                    report.waiting[subject] = NO_TIME
                    continue
                with part_of_a_pass(wanted.snapshot_id, report.given_up, subject):
                    record = self._measure(cluster, wanted, subject, record, report)
                if record is None or not record.is_between(wanted.before, wanted.following):
                    continue
            yield record, BreakEven(record.unique, record.full, wanted.stay)

    def _measure(
        self, cluster: str, wanted: Wanted, subject: str, known: Archive | None, report: ArchiveReport
    ) -> Archive | None:
        name = wanted.snapshot_id
        snapshot = self.snapshots.get(name)
        if snapshot is None:
            return None  # it was deleted since the listing
        try:
            unique = self.measure.unique_bytes(wanted.before, name, wanted.following)
            full = snapshot.full_bytes or self.measure.full_bytes(name, snapshot.size_bytes)
        except (Forbidden, Invalid) as error:
            report.staying[f"it cannot be measured: {error.reason}"] += 1
            return None
        measured = Archive(
            cluster, name, subject, wanted.policy, wanted.volume, wanted.before, wanted.following,
            unique, full, self.clock(),
        )  # fmt: skip
        if known is not None:
            measured = replace(measured, attempt=known.attempt, revision=known.revision)
        return self.archives.write_archive(measured)

    def _begin(
        self,
        paying: Sequence[tuple[Archive, BreakEven]],
        choice: Choice,
        busy: int,
        report: ArchiveReport,
    ) -> None:
        """Begin what saves most, one snapshot of a volume: then its others have new neighbours."""
        begun: set[str] = set()
        refused = 0
        for record, figures in paying:
            if refused == MOST_REFUSALS:
                report.waiting[record.subject] = TAKES_NO_MORE
                continue
            if reason := _waits(record, choice, begun, busy + len(begun)):
                report.waiting[record.subject] = reason
                continue
            with part_of_a_pass(record.snapshot_id, report.given_up, record.subject):
                if reason := self.archiver.why_not(record):
                    report.staying[reason] += 1
                    continue
                begun.add(record.volume)
                try:
                    ended = self.archiver.begin(record)
                except Throttled as error:
                    # Perhaps only this volume is full, with snapshots that nobody archived through us.
                    refused += 1
                    report.waiting[record.subject] = f"EC2 archives no more for now: {error.reason}"
                    continue
                except Invalid as error:
                    report.staying[error.reason] += 1
                    continue
                if ended.stage is ArchiveStage.ARCHIVING:
                    report.begun[record.subject] = figures.in_words()
                else:
                    report.given_up[record.subject] = ended.reason


def _waits(record: Archive, choice: Choice, begun: set[str], busy: int) -> str:
    """Why a point that pays is not archived in this pass; "" if it is."""
    if record.volume in begun:
        return NEXT_TIME
    if choice.room[record.volume] <= 0:
        return refusals.FULL
    return NO_ROOM if busy >= AT_ONCE else ""


def _failed(known: Mapping[str, Archive]) -> dict[str, str]:
    """The points that were given up, each with the reason."""
    return {
        record.subject: f"archiving {record.snapshot_id} failed {record.attempt} times: {record.reason}"
        for record in known.values()
        if record.stage is ArchiveStage.FAILED
    }
