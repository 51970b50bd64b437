"""Reads the copies of a cluster's points in a place for prune, and the retention of their rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.copies import Copy, CopyState, read_copy
from snapkeep.domain.copies.lineages import KEEP_ALL, policies_there, spacing_there
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.retention import sort_copies
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import RESERVED_NAMES, Deployment
from snapkeep.domain.retention.deletion.deletions import LastPrune
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.rules import parse_retention
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.prunes import Prunes, Retentions
from snapkeep.ports.runs import Runs
from snapkeep.services.copies.place_copies import PlaceCopies, key_of, sorted_out
from snapkeep.services.retention.listing import LONGEST_GAP, RUNS_KNOWN_FOR, Found
from snapkeep.services.retention.read_cluster import Known, Reading, retention_in_force, strange
from snapkeep.services.retention.report import Progress


@dataclass(frozen=True, slots=True)
class ReadCopies:
    """Reads copies; a rehearsal writes nothing meanwhile. `snapshots` are those of the place's Region."""

    deployment: Deployment
    place: Place
    cluster: str
    snapshots: Snapshots
    records: CopyRecords
    runs: Runs
    prunes: Prunes
    retentions: Retentions

    def read(self, now: datetime, progress: Progress) -> Reading:
        """Everything that the plan for these copies is based on.

        Whether a claim is gone is what the last prune of its points found out.
        """
        listed, runs = self._listed()
        copies = {copy.snapshot_id: copy for copy in listed.copies}
        last = self.prunes.last_prune(progress.cluster)
        new, since = self._new(copies, last, now)
        unknown = self._of_unknown_runs(new, copies, runs, now)
        sorted_ = sort_copies(listed.copies, self.place, journaled=self._journaled(listed.copies))
        found = Found(
            lineages={(key.whose, key.policy): some for key, some in sorted_.lineages.items()},
            unreadable=[*listed.unreadable, *sorted_.unreadable],
            pending=sorted_.pending,
            labels=sorted_.labels,
            away=sorted_.away,
            new=new - unknown,
            since=since,
            strange=unknown,
            leftovers=sorted_.leftovers,
            points=sorted_.points,
        )
        progress.notes += strange(found)
        gone = self.retentions.gone_claims(self.cluster)
        return Reading(
            found,
            self._policies(found, now, progress),
            {f"{self.cluster}/{claim}": at for claim, at in gone.items()},
        )

    def _listed(self) -> tuple[PlaceCopies, Mapping[str, str]]:
        """The copies that EC2 shows, and their runs by id."""
        wanted = copy_tags.found_by(self.place.name) | {tags.CLUSTER: self.cluster}
        runs: dict[str, str] = {}
        found = []
        for snapshot in self.snapshots.find(wanted):
            found.append(
                read_copy(snapshot) if copy_tags.COPY_FROM in snapshot.tags else _of_nowhere(snapshot)
            )
            runs[snapshot.id] = snapshot.tags.get(tags.RUN, "")
        return sorted_out(found), runs

    def _new(
        self, copies: Mapping[str, Copy], last: LastPrune | None, now: datetime
    ) -> tuple[frozenset[str], datetime | None]:
        """The copies (ids) that became ready since the last prune, and when that was, if it is known."""
        if last is None or last.at > now:
            return frozenset(), None
        since = max(last.at - self.deployment.consistency_wait, now - LONGEST_GAP)
        recent = [copy for copy in copies.values() if copy.started_at > now - LONGEST_GAP]
        new = (copy.snapshot_id for copy in recent if copy.started_at > since)
        ended = (copy.snapshot_id for copy in recent if copy.snapshot_id in last.pending)
        return frozenset((*new, *ended)), since

    def _of_unknown_runs(
        self, new: frozenset[str], copies: Mapping[str, Copy], runs: Mapping[str, str], now: datetime
    ) -> frozenset[str]:
        """The new copies (ids) whose runs the journal does not know, although it should."""
        recent = {name: runs[name] for name in new if copies[name].taken > now - RUNS_KNOWN_FOR}
        known = self.runs.known_runs(set(recent.values())) if recent else ()
        return frozenset(name for name, run in recent.items() if run not in known)

    def _journaled(self, copies: Sequence[Copy]) -> Mapping[str, CopyStage]:
        """The stages of the records that name failed, second and cancelled copies (ids), or the copies of the
        same points that count instead."""
        some = [copy for copy in copies if copy.state is CopyState.FAILED or copy.duplicate or copy.cancelled]
        records = self.records.copies(self.place.name, [key_of(copy) for copy in some]) if some else {}
        points = {copy.snapshot_id: key_of(copy) for copy in copies}
        found = {}
        for copy in some:
            record = records.get(key_of(copy))
            in_doubt = record is not None and not record.snapshot_id and copy.state is CopyState.FAILED
            if record is not None and (record.snapshot_id == copy.snapshot_id or in_doubt):
                found[copy.snapshot_id] = record.stage
            elif record is not None and points.get(record.snapshot_id) == key_of(copy):
                found[record.snapshot_id] = record.stage
        return found

    def _policies(self, found: Found, now: datetime, progress: Progress) -> Mapping[str, PolicyRetention]:
        """The retention of the rules that copy this cluster's points to the place."""
        policies = [policy for policy in self.deployment.policies if self.cluster in policy.clusters]
        here = replace(self.deployment, policies=tuple(policies))
        repeated = found.repeated()
        in_force = dict.fromkeys(RESERVED_NAMES, PolicyRetention(parse_retention(KEEP_ALL)))
        for name, policy in policies_there(here, self.place.name).items():
            known = Known(name in repeated, bool(found.strange))
            spacing = spacing_there(policy, self.place.name)
            retention = retention_in_force(self.retentions, policy, now, known, progress, spacing)
            if retention is None:
                continue
            # A place that retires gets no more copies, so none is late there.
            in_force[name] = replace(retention, spacing=timedelta()) if self.place.retire else retention
        return in_force


def _of_nowhere(snapshot: Snapshot) -> Unreadable:
    return Unreadable(snapshot.id, f"its tag {copy_tags.COPY_FROM}, which says whose copy it is, is missing")
