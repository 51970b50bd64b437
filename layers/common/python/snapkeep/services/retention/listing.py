"""Reads the snapshots of one cluster for prune: its points by lineage, from one complete listing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from snapkeep.domain import tags
from snapkeep.domain.backup.claim_volumes import ClaimVolumes, Lineages, settle
from snapkeep.domain.points import PointState, Snapshot
from snapkeep.domain.retention.candidates import Candidate, Protection
from snapkeep.domain.retention.deletion.deletions import LastPrune, PlannedDeletion
from snapkeep.domain.retention.duplicates import SlotIndex
from snapkeep.domain.retention.snapshot_tags import ReadablePoint, Unreadable, is_away, read

LONGEST_GAP = timedelta(days=8)
"""A point older than this does not count as new, however long ago the last prune was."""

RUNS_KNOWN_FOR = timedelta(days=80)
"""A run younger than this must be in the journal, which forgets runs 90 days after they were closed."""


@dataclass(slots=True)
class Listing:
    """What a listing of EC2 shows for a cluster: its points by lineage, and the snapshots without one.

    `labels` names lineages for people, `away` are the snapshots in the archive tier or the Recycle Bin.
    `disputed` are the claims (UID to name) whose points come from several volumes, `runs` holds the runs of
    the points (ids) since the last prune: both are then looked up in the journal. `checked` has the tags of
    what was looked into, by id.
    """

    lineages: Lineages = field(default_factory=lambda: defaultdict(list))
    unreadable: list[Unreadable] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    away: list[str] = field(default_factory=list)
    disputed: Mapping[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    checked: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """The listing after consulting the journal: lineages without snapshots of other volumes.

    `new` are the points (ids) that became ready since the last prune, at `since` (None: unknown). `strange`
    are those since then whose runs the journal does not know, because it is an old copy. `checked` has the
    tags of what was looked into.
    """

    lineages: Lineages
    unreadable: list[Unreadable]
    pending: list[str]
    labels: dict[str, str]
    away: list[str]
    new: frozenset[str] = frozenset()
    since: datetime | None = None
    strange: frozenset[str] = frozenset()
    leftovers: Sequence[PlannedDeletion] = ()
    points: Mapping[str, str] = field(default_factory=dict)
    checked: Mapping[str, str] = field(default_factory=dict)

    def protect(self, protected: Mapping[str, Protection]) -> None:
        """Keep these snapshots (ids), whatever the rules say."""
        for points in self.lineages.values() if protected else ():
            for number, point in enumerate(points):
                if protection := protected.get(point.id):
                    points[number] = replace(point, protections=(*point.protections, protection))

    def newest(self) -> dict[str, datetime]:
        """Claim UID to the time of its newest point under any policy."""
        newest: dict[str, datetime] = {}
        for (claim, _), points in self.lineages.items():
            latest = max(point.time for point in points)
            newest[claim] = max(latest, newest.get(claim, latest))
        return newest

    def repeated(self) -> set[str]:
        """The policies with more than one point of a claim, which must have run before."""
        return {policy for (_, policy), points in self.lineages.items() if len(points) > 1}


class ListingReader:
    """Reads the snapshots of one cluster."""

    def __init__(self, cluster: str, last: LastPrune | None, lag: timedelta, now: datetime) -> None:
        """`last` and `lag` (how far EC2's listings may lag) say which points are new."""
        self._cluster = cluster
        self._now = now
        self._pruned_at = last.at - lag if last and last.at <= now else None
        self._since = max(last.at - lag, now - LONGEST_GAP) if last and last.at <= now else None
        self._were_pending = frozenset(last.pending if last else ())

    def read(self, snapshots: Iterable[Snapshot]) -> Listing:
        """Compact candidates by lineage, without marked and unmarked duplicates.

        Errors of the listing pass through, because a partial listing must not be planned.
        """
        listing, slots, seen = Listing(), SlotIndex(), ClaimVolumes()
        for snapshot in snapshots:
            if tags.DUPLICATE in snapshot.tags or not tags.are_ours(snapshot.tags):
                continue
            if snapshot.state == "pending":
                listing.pending.append(snapshot.id)
            if is_away(snapshot):
                listing.away.append(snapshot.id)
            found = read(snapshot, self._cluster)
            if isinstance(found, Unreadable):
                if snapshot.state != "pending":  # else its tags are still being completed
                    listing.unreadable.append(found)
                continue
            if found.candidate.state is PointState.PENDING and snapshot.id not in listing.pending[-1:]:
                listing.pending.append(snapshot.id)
            seen.add(found)
            if not found.candidate.counts(self._now) or slots.admits(found):
                self._add(found, snapshot, listing)
        listing.unreadable += slots.settle(listing.lineages)
        listing.disputed = seen.disputed
        return listing

    def settle(
        self,
        listing: Listing,
        volumes: Mapping[str, str] = MappingProxyType({}),
        known_runs: Collection[str] | None = None,
    ) -> Found:
        """Evaluate the listing: snapshots of another volume than their claim's belong to no lineage.

        `volumes` holds the known volumes of disputed claims (UID), and `known_runs` the listing's runs that
        the journal knows (None: all).
        """
        strangers = settle(listing.lineages, listing.disputed, volumes)
        runs = listing.runs.items()
        strange = frozenset(name for name, run in runs if known_runs is not None and run not in known_runs)
        points = (point for some in listing.lineages.values() for point in some)
        new = frozenset(point.id for point in points if point.id not in strange and self._is_new(point))
        return Found(
            lineages=listing.lineages,
            unreadable=[*listing.unreadable, *strangers],
            pending=listing.pending,
            labels=listing.labels,
            away=listing.away,
            new=new,
            since=self._since,
            strange=strange,
            checked=listing.checked,
        )

    def _add(self, found: ReadablePoint, snapshot: Snapshot, listing: Listing) -> None:
        listing.lineages[found.claim, found.policy].append(found.candidate)
        if tags.CHECKED in snapshot.tags:
            listing.checked[snapshot.id] = snapshot.tags[tags.CHECKED]
        listing.labels[f"{found.claim}/{found.policy}"] = f"{found.name} (policy {found.policy})"
        if self._must_know_run(found.candidate):
            listing.runs[snapshot.id] = snapshot.tags.get(tags.RUN, "")

    def _must_know_run(self, candidate: Candidate) -> bool:
        """True for a point since the last prune that is recent enough for the journal to know its run."""
        pruned_at = self._pruned_at
        return pruned_at is not None and candidate.time > max(pruned_at, self._now - RUNS_KNOWN_FOR)

    def _is_new(self, point: Candidate) -> bool:
        if self._since is None or point.time <= self._now - LONGEST_GAP:
            return False
        return point.time > self._since or point.id in self._were_pending
