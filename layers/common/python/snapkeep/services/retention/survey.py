"""Surveying a cluster for prune: its lineages from one complete listing, and their plans."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from snapkeep.domain import tags
from snapkeep.domain.backup.claim_volumes import ClaimVolumes, Lineages, settle
from snapkeep.domain.points import PointState, Snapshot
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.deletion.brake import LineageChange
from snapkeep.domain.retention.deletion.deletions import LastPrune
from snapkeep.domain.retention.duplicates import Slots
from snapkeep.domain.retention.lineages import ORPHANED, Lineage, LineagePlan, PolicyRetention, plan_lineages
from snapkeep.domain.retention.plan import AGE_WAITS, Kept
from snapkeep.domain.retention.turnover import Tally, tallies
from snapkeep.domain.snapshot_tags import Unreadable, is_away, read

Volumes = Callable[[Iterable[str]], Mapping[str, str]]
"""Claims (UID) to the volume of each, of those for which it is known."""


def unknown(_: Iterable[str]) -> Mapping[str, str]:
    """Nobody tells which volume is a claim's."""
    return {}


Runs = Callable[[Collection[str]], Collection[str]]
"""Those of some runs (ids) that the journal knows."""


LONGEST_GAP = timedelta(days=8)
"""What is older than this is not new, however long nobody pruned."""

RUNS_KNOWN_FOR = timedelta(days=80)
"""A run that is younger than this is in the journal, which forgets runs 90 days after they were closed."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A snapshot that the plan deletes, why, and the good point that must still be there then."""

    snapshot_id: str
    reason: str
    shield: str
    lineage: str
    counts: bool


@dataclass(slots=True)
class Survey:
    """The plan of a cluster: what goes, what stays (id to reasons), and what could not be judged.

    `by_rules` tells the policy of those that the rules in force keep, `refused` counts by lineage what
    stays only because the brake refused to delete it, and `spared_by_age` by policy what `max_age` would
    let go if backups did not fail. `away` are those in the archive tier or the Recycle Bin.
    """

    deletions: list[Planned] = field(default_factory=list)
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)
    orphaned: Counter[str] = field(default_factory=Counter)
    pending: list[str] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    by_rules: dict[str, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    labels: dict[str, str] = field(default_factory=dict)
    spared_by_age: Counter[str] = field(default_factory=Counter)
    away: list[str] = field(default_factory=list)

    def leave(self, found: Unreadable) -> None:
        """Leave a snapshot alone that belongs to no lineage."""
        self.unreadable.append(found)
        self.kept[found.snapshot_id] = (found.reason,)

    def keep(self, reasons: Mapping[str, tuple[str, ...]]) -> None:
        """Let snapshots (id to reasons) stay after all."""
        self.deletions = [item for item in self.deletions if item.snapshot_id not in reasons]
        self.kept |= reasons

    def refuse(self, refused: Mapping[str, str]) -> None:
        """Let what the brake refused to delete (id to why) stay."""
        staying = [item for item in self.deletions if item.snapshot_id in refused]
        self.refused.update(item.lineage for item in staying if item.counts)
        self.keep({item.snapshot_id: (refused[item.snapshot_id],) for item in staying})

    def changes(
        self, let_through: Collection[str], confirmed: Collection[str] = ()
    ) -> Iterator[LineageChange]:
        """What the plan does to every lineage; deletions that a person confirmed weigh nothing.

        Nor do those that were let through before. Both are as good as gone, and give no room to lose more.
        Points that never counted (failed ones) may go without shrinking anything.
        """
        going: dict[str, list[str]] = defaultdict(list)
        leaving: Counter[str] = Counter()
        for planned in self.deletions:
            if not planned.counts:
                continue
            if planned.snapshot_id in let_through or planned.snapshot_id in confirmed:
                leaving[planned.lineage] += 1
            else:
                going[planned.lineage].append(planned.snapshot_id)
        for lineage, tally in self.tallies.items():
            change = tally.change(going[lineage], self.refused[lineage] + leaving[lineage])
            yield replace(change, lineage=self.labels.get(lineage, lineage))


@dataclass(frozen=True, slots=True)
class Found:
    """What a listing shows of a cluster: its points by lineage, and a survey that holds all others.

    `strange` are the points since the last prune whose runs the journal does not know: it is an old copy.
    """

    lineages: Lineages
    survey: Survey
    strange: frozenset[str] = frozenset()

    def newest(self) -> dict[str, datetime]:
        """Claim UID to the time of its newest point under any policy."""
        newest: dict[str, datetime] = {}
        for (claim, _), points in self.lineages.items():
            latest = max(point.time for point in points)
            newest[claim] = max(latest, newest.get(claim, latest))
        return newest

    def repeated(self) -> set[str]:
        """The policies that have more than one point of a claim, so they were at work before."""
        return {policy for (_, policy), points in self.lineages.items() if len(points) > 1}


class Surveyor:
    """Turns the snapshots of one cluster into a survey."""

    def __init__(
        self,
        cluster: str,
        last: LastPrune | None,
        lag: timedelta,
        now: datetime,
        known_runs: Runs = lambda runs: runs,
    ) -> None:
        """`last` and `lag` (how far EC2's listings may lag) say which points are new, if `known_runs` has
        their runs."""
        self._cluster = cluster
        self._now = now
        self._known_runs = known_runs
        self._runs: dict[str, str] = {}
        self._strange: frozenset[str] = frozenset()
        self._pruned_at = last.at - lag if last and last.at <= now else None
        self._since = max(last.at - lag, now - LONGEST_GAP) if last and last.at <= now else None
        self._were_pending = frozenset(last.pending if last else ())

    def read(self, snapshots: Iterable[Snapshot], volumes: Volumes = unknown) -> Found:
        """What a listing shows; whatever it raises passes through, because half of it plans nothing.

        `volumes` is asked for the claims whose points are of several volumes.
        """
        survey = Survey()
        lineages = self._read(snapshots, volumes, survey)
        known = self._known_runs(set(self._runs.values())) if self._runs else ()
        self._strange = frozenset(name for name, run in self._runs.items() if run not in known)
        return Found(lineages, survey, self._strange)

    def plan(
        self,
        found: Found,
        policies: Mapping[str, PolicyRetention],
        gone: Mapping[str, datetime] = MappingProxyType({}),
    ) -> Survey:
        """The plan by these policies; `gone` says since when the claims (UID) that are gone are gone."""
        ordered = (
            Lineage(claim, policy, found.lineages[claim, policy], gone.get(claim))
            for claim, policy in sorted(found.lineages)
        )
        claims: dict[str, list[LineagePlan]] = {}
        for planned in plan_lineages(ordered, policies, self._now):
            if planned.claim not in claims:
                self._settle(claims, policies, found.survey)
                claims = {planned.claim: []}
            claims[planned.claim].append(planned)
        self._settle(claims, policies, found.survey)
        found.survey.deletions.sort(key=lambda item: item.snapshot_id)
        return found.survey

    def _read(self, snapshots: Iterable[Snapshot], volumes: Volumes, survey: Survey) -> Lineages:
        """Small candidates by lineage; marked duplicates belong to none, nor do twins nobody marked, nor
        what is of another volume than its claim.
        """
        lineages: Lineages = defaultdict(list)
        slots, seen = Slots(), ClaimVolumes()
        for snapshot in snapshots:
            if tags.DUPLICATE in snapshot.tags or not tags.are_ours(snapshot.tags):
                continue
            if snapshot.state == "pending":
                survey.pending.append(snapshot.id)
            if is_away(snapshot):
                survey.away.append(snapshot.id)
            found = read(snapshot, self._cluster)
            if isinstance(found, Unreadable):
                if snapshot.state == "pending":
                    continue  # its tags are still being completed
                survey.leave(found)
            else:
                if found.candidate.state is PointState.PENDING and snapshot.id not in survey.pending[-1:]:
                    survey.pending.append(snapshot.id)
                seen.add(found)
                if not found.candidate.counts(self._now) or slots.admits(found):
                    lineages[found.claim, found.policy].append(found.candidate)
                    self._note_run(found.candidate, snapshot)
                    survey.labels[f"{found.claim}/{found.policy}"] = f"{found.name} (policy {found.policy})"
        for twin in slots.settle(lineages):
            survey.leave(twin)
        for stranger in settle(lineages, seen.disputed, volumes(seen.disputed)):
            survey.leave(stranger)
        return lineages

    def _note_run(self, candidate: Candidate, snapshot: Snapshot) -> None:
        """Remember the run of a point that came since the last prune, while the journal must know it."""
        if self._pruned_at and candidate.time > max(self._pruned_at, self._now - RUNS_KNOWN_FOR):
            self._runs[snapshot.id] = snapshot.tags.get(tags.RUN, "")

    def _settle(
        self,
        claims: Mapping[str, list[LineagePlan]],
        policies: Mapping[str, PolicyRetention],
        survey: Survey,
    ) -> None:
        """Take the plans of one claim over; each deletion is shielded by the newest good point that stays."""
        for plans in claims.values():
            anywhere = self._newest(kept for item in plans for kept in item.plan.keep)
            for item in plans:
                self._take(item, self._newest(item.plan.keep) or anywhere, survey)
            for tally in tallies(plans, self._is_new, policies, self._now, self._since):
                survey.tallies[tally.lineage] = tally

    def _take(self, item: LineagePlan, shield: str, survey: Survey) -> None:
        name = f"{item.claim}/{item.policy}"
        for kept in item.plan.keep:
            survey.kept[kept.point.id] = kept.reasons
            if kept.by_rules:
                survey.by_rules[kept.point.id] = item.policy
            if ORPHANED in kept.reasons:
                survey.orphaned[item.policy] += 1
            if any(reason.startswith(AGE_WAITS) for reason in kept.reasons):
                survey.spared_by_age[item.policy] += 1
        survey.deletions += [
            Planned(gone.point.id, gone.reason, shield, name, gone.point.counts(self._now))
            for gone in item.plan.delete
        ]

    def _newest(self, kept: Iterable[Kept]) -> str:
        good = [entry.point for entry in kept if entry.point.counts(self._now)]
        return max(good, key=lambda point: (point.time, point.id)).id if good else ""

    def _is_new(self, point: Candidate) -> bool:
        if self._since is None or point.time <= self._now - LONGEST_GAP or point.id in self._strange:
            return False
        return point.time > self._since or point.id in self._were_pending
