"""Reads the recovery points of file systems for prune: the vault's listing, and of which backups they are.

The listing shows no tags, and AWS Backup shows those of one point at a time. So the journal says which
backups the points are of, and only points that it does not know are asked for their tags.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from snapkeep.domain.efs.jobs import Stored, StoredState
from snapkeep.domain.efs.recovery_points import STATES, EfsPoint, as_snapshot, read_point
from snapkeep.domain.messages import FILE_SYSTEMS
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Deployment, Method
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.deletion.deletions import LastPrune, PlannedDeletion
from snapkeep.domain.retention.history import version_of
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.snapshot_tags import STATES as POINT_STATES
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.ports.backup_vault import BackupVault
from snapkeep.ports.deletions import Deletions
from snapkeep.ports.efs import EfsBackups
from snapkeep.ports.prunes import Prunes, Retentions
from snapkeep.services.copies.pruning.rules_there import KEPT
from snapkeep.services.retention.listing import LONGEST_GAP, Found
from snapkeep.services.retention.read_cluster import (
    GoneClaimsFinder,
    Known,
    Reading,
    retention_in_force,
    strange,
)
from snapkeep.services.retention.report import Progress

MOST_UNKNOWN = 2000
"""For how many points that the journal does not know one prune reads the tags, which takes minutes."""

UNREAD = "the journal does not know it, and this prune had no time to read its tags"
UNUSABLE = "AWS Backup does not call it completed, so it counts as no backup: delete it yourself"
EXPIRED = "AWS Backup was to delete it, and could not: see the role in which it works"
SECOND = "{} is a recovery point of the same backup, and counts instead"


@dataclass(slots=True)
class _Sorted:
    """The points of a vault by file system and policy, and the others."""

    lineages: dict[tuple[str, str], list[Candidate]] = field(default_factory=lambda: defaultdict(list))
    unreadable: list[Unreadable] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    by_tags: set[str] = field(default_factory=set)
    _counting: dict[str, str] = field(default_factory=dict)

    def add(self, stored: Stored, point: EfsPoint, *, by_tags: bool) -> None:
        """Add a point of a backup; of two ready ones of one backup, the first that comes counts."""
        if stored.state is StoredState.READY:
            counting = self._counting.setdefault(point.backup, stored.arn)
            if counting != stored.arn:
                self.unreadable.append(Unreadable(stored.arn, SECOND.format(counting)))
                return
        elif stored.state is StoredState.CREATING:
            self.pending.append(stored.arn)
        if by_tags:
            self.by_tags.add(stored.arn)
        self.lineages[stored.file_system, point.policy].append(_candidate(stored))


@dataclass(frozen=True, slots=True)
class ReadRecoveryPoints:
    """Reads the vault of a deployment; a rehearsal writes nothing meanwhile."""

    deployment: Deployment
    vault: BackupVault
    backups: EfsBackups
    prunes: Prunes
    retentions: Retentions
    deletions: Deletions
    find_gone: GoneClaimsFinder

    def read(self, now: datetime, progress: Progress) -> Reading:
        """Everything that the plan is based on. Raises SnapkeepError when the listing is incomplete."""
        opened = {item.snapshot_id for item in self.deletions.open_deletions(progress.cluster)}
        found = self._sorted(self._listed(), opened)
        new, since = self._new(found, self.prunes.last_prune(progress.cluster), now)
        unknown = new & found.by_tags
        whole = Found(
            lineages=found.lineages,
            unreadable=found.unreadable,
            pending=found.pending,
            labels={f"{name}/{policy}": f"{name} (policy {policy})" for name, policy in found.lineages},
            away=found.away,
            new=new - unknown,
            since=since,
            strange=unknown,
            leftovers=[PlannedDeletion(arn, "its deletion has begun") for arn in found.away if arn in opened],
        )
        progress.notes += strange(whole)
        policies = self._in_force(whole, now, progress)
        return Reading(whole, policies, self._gone(whole, policies, now, progress))

    def _gone(
        self, found: Found, policies: Mapping[str, PolicyRetention], now: datetime, progress: Progress
    ) -> Mapping[str, datetime]:
        """Which file systems are gone, if a policy needs to know; none when EFS does not answer."""
        if not any(each.rules.after_claim_deleted or each.rules.max_age for each in policies.values()):
            return {}
        gone = self.find_gone.find(progress.cluster, found.newest(), now, rehearse=progress.dry_run)
        if gone.unknown:
            progress.notes.append(
                "after_claim_deleted and max_age wait: it is unknown which file systems are gone: "
                f"{gone.unknown}"
            )
        return gone.since

    def strangers(self) -> Sequence[tuple[Stored, str]]:
        """The recovery points that belong to no backup of ours, each with why, the newest first. Raises
        SnapkeepError when the listing is incomplete."""
        opened = {item.snapshot_id for item in self.deletions.open_deletions(FILE_SYSTEMS)}
        listed = {each.arn: each for each in self._listed()}
        found = self._sorted(list(listed.values()), opened).unreadable
        return [(listed[each.snapshot_id], each.reason) for each in found if each.reason != UNREAD]

    def _listed(self) -> Sequence[Stored]:
        return sorted(self.vault.points(), key=lambda each: (each.started_at, each.arn), reverse=True)

    def _sorted(self, listed: Sequence[Stored], opened: Collection[str]) -> _Sorted:
        """The points by what they are of: first those that the journal knows, the newest first. Those that
        AWS Backup did not delete as asked are away, too, and are deleted again."""
        found, unknown = _Sorted(), []
        known = self._known({each.file_system for each in listed})
        for stored in listed:
            asked = stored.state is StoredState.EXPIRED and stored.arn in opened
            if asked or stored.state is StoredState.DELETING:
                found.away.append(stored.arn)
            elif stored.state is StoredState.EXPIRED:
                found.unreadable.append(Unreadable(stored.arn, EXPIRED))
            elif stored.state is StoredState.UNUSABLE:
                found.unreadable.append(Unreadable(stored.arn, UNUSABLE))
            elif stored.arn in known:
                found.add(stored, known[stored.arn], by_tags=False)
            else:
                unknown.append(stored)
        for stored in unknown[:MOST_UNKNOWN]:
            self._add_by_tags(stored, found)
        found.unreadable += [Unreadable(each.arn, UNREAD) for each in unknown[MOST_UNKNOWN:]]
        return found

    def _known(self, file_systems: set[str]) -> Mapping[str, EfsPoint]:
        """What the journal says about recovery points (ARNs)."""
        backups = (backup for name in sorted(file_systems) for backup in self.backups.backups_on(name))
        return {backup.arn: EfsPoint(backup.id, backup.policy) for backup in backups if backup.arn}

    def _add_by_tags(self, stored: Stored, found: _Sorted) -> None:
        tags = self.vault.tags(stored.arn)
        if tags is None:  # it went meanwhile
            return
        read = read_point(as_snapshot(replace(stored, tags=tags)), self.deployment.name)
        if isinstance(read, Unreadable):
            found.unreadable.append(read)
        else:
            found.add(stored, read, by_tags=True)

    def _new(
        self, found: _Sorted, last: LastPrune | None, now: datetime
    ) -> tuple[frozenset[str], datetime | None]:
        """The points (ids) that became ready since the last prune, and when that was, if it is known."""
        if last is None or last.at > now:
            return frozenset(), None
        since = max(last.at, now - LONGEST_GAP)
        points = (point for some in found.lineages.values() for point in some)
        recent = [point for point in points if point.time > now - LONGEST_GAP]
        return frozenset(p.id for p in recent if p.time > since or p.id in last.pending), since

    def _in_force(self, found: Found, now: datetime, progress: Progress) -> Mapping[str, PolicyRetention]:
        """The rules of the policies that take file systems, or that did."""
        in_force, repeated = dict(KEPT), found.repeated()
        with_points = {policy for _, policy in found.lineages}
        for policy in self.deployment.policies:
            if policy.method is not Method.AWS_BACKUP and policy.name not in with_points:
                continue
            known = Known(policy.name in repeated, bool(found.strange))
            present = version_of(policy, now)
            retention = retention_in_force(self.retentions, policy.name, present, known, progress)
            in_force |= {policy.name: retention} if retention else {}
        return in_force


def _candidate(stored: Stored) -> Candidate:
    state: PointState = POINT_STATES[STATES[stored.state]]
    return Candidate(stored.arn, stored.started_at, state, volume=stored.file_system)
