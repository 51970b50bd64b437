"""The plan of a cluster: what is deleted, what stays, and the effect on each lineage."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from types import MappingProxyType

from snapkeep.domain.retention.deletion.brake import LineageChange
from snapkeep.domain.retention.deletion.deletions import PlannedDeletion
from snapkeep.domain.retention.lineages import ORPHANED, Lineage, LineagePlan, PolicyRetention, plan_lineages
from snapkeep.domain.retention.plan import AGE_WAITS, Kept
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.domain.retention.turnover import Tally, tallies
from snapkeep.services.retention.listing import Found


@dataclass(slots=True)
class Survey:
    """The plan of a cluster: what is deleted, what stays (id to reasons), and what could not be judged.

    `by_rules` holds the policy of points that the rules in force keep, `refused` counts by lineage the points
    kept only because the brake refused to delete them, and `spared_by_age` counts by policy the points that
    `max_age` would expire if backups did not fail. `away` are snapshots in the archive tier or the Recycle
    Bin.
    """

    deletions: list[PlannedDeletion] = field(default_factory=list)
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

    def keep(self, reasons: Mapping[str, tuple[str, ...]]) -> None:
        """Keep these snapshots (id to reasons) after all."""
        self.deletions = [item for item in self.deletions if item.snapshot_id not in reasons]
        self.kept |= reasons

    def refuse(self, refused: Mapping[str, str]) -> None:
        """Keep the snapshots that the brake refused to delete (id to reason)."""
        staying = [item for item in self.deletions if item.snapshot_id in refused]
        self.refused.update(item.lineage for item in staying if item.counts)
        self.keep({item.snapshot_id: (refused[item.snapshot_id],) for item in staying})

    def changes(
        self, let_through: Collection[str], confirmed: Collection[str] = ()
    ) -> Iterator[LineageChange]:
        """What the plan does to every lineage; confirmed deletions do not count.

        Nor do those that the brake let through before. Both count as gone, and do not raise the limit. Points
        that never counted (failed ones) may be deleted without reducing anything.
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


def survey_of(
    found: Found,
    policies: Mapping[str, PolicyRetention],
    now: datetime,
    gone: Mapping[str, datetime] = MappingProxyType({}),
) -> Survey:
    """The plan by these policies; `gone` maps deleted claims (UID) to the time since which they have been
    gone."""
    survey = Survey(
        kept={item.snapshot_id: (item.reason,) for item in found.unreadable},
        unreadable=found.unreadable,
        pending=found.pending,
        labels=found.labels,
        away=found.away,
        deletions=list(found.leftovers),
    )
    planned = plan_lineages(lineages_of(found, gone), policies, now)
    for _, of_claim in groupby(planned, key=lambda item: item.claim):
        plans = list(of_claim)
        anywhere = _newest((kept for item in plans for kept in item.plan.keep), now)
        for item in plans:
            _take(item, _newest(item.plan.keep, now) or anywhere, survey, now)
        for tally in tallies(plans, found.new, policies, now, found.since):
            survey.tallies[tally.lineage] = tally
    named = (replace(item, point=found.points.get(item.snapshot_id, item.point)) for item in survey.deletions)
    # A second copy goes before the one that shields it.
    survey.deletions = sorted(named, key=lambda item: (item.counts, item.snapshot_id))
    return survey


def lineages_of(found: Found, gone: Mapping[str, datetime]) -> Iterator[Lineage]:
    """The lineages of a listing, those of a claim one after the other."""
    for claim, policy in sorted(found.lineages):
        yield Lineage(claim, policy, found.lineages[claim, policy], gone.get(claim))


def _take(item: LineagePlan, shield: str, survey: Survey, now: datetime) -> None:
    """Add the plan of a lineage to the survey; `shield` is the newest good point at hand that stays."""
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
        PlannedDeletion(gone.point.id, gone.reason, shield, name, gone.point.counts(now))
        for gone in item.plan.delete
    ]


def _newest(kept: Iterable[Kept], now: datetime) -> str:
    good = [entry.point for entry in kept if entry.point.counts(now) and entry.point.is_at_hand]
    return max(good, key=lambda point: (point.time, point.id)).id if good else ""
