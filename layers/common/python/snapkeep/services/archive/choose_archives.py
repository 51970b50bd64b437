"""Chooses what goes to the archive tier next, as retention plans the cluster now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.archive.records import Archive, ArchiveStage
from snapkeep.domain.archive.rules import parse_archive_after
from snapkeep.domain.archive.wanted import ArchivePolicy, NotWanted, Wanted, choose, room
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.lineages import LineagePlan, plan_lineages
from snapkeep.ports.checks import Suspicions
from snapkeep.ports.clock import Clock
from snapkeep.ports.restores import Restores
from snapkeep.services.archive.copies_needing import CopiesNeeding
from snapkeep.services.retention.read_cluster import ReadCluster, Reading
from snapkeep.services.retention.report import Progress
from snapkeep.services.retention.survey import lineages_of

BROUGHT_BACK = "somebody brought it back from the archive tier for good"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is wanted and what is not, the names of points for people (by snapshot), and how many more
    snapshots of each volume EC2 archives."""

    wanted: Sequence[Wanted]
    others: Sequence[NotWanted]
    subjects: Mapping[str, str]
    room: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ChooseArchives:
    """Reads a cluster as prune does, and writes nothing."""

    deployment: Deployment
    reader: ReadCluster
    restores: Restores
    suspicions: Suspicions
    copies: CopiesNeeding
    clock: Clock

    def archives_in(self, cluster: str) -> bool:
        """True if a policy of the cluster archives points."""
        return any(each.archive_after and cluster in each.clusters for each in self.deployment.policies)

    def run(self, cluster: str, known: Mapping[str, Archive]) -> Choice:
        """What to archive in a cluster of whose snapshots (ids) this is known. Raises SnapkeepError when
        something that may still need a snapshot cannot be asked."""
        now = self.clock()
        reading = self.reader.read(now, Progress(cluster, dry_run=True))
        plans = [*plan_lineages(lineages_of(reading.found, reading.gone), reading.policies, now)]
        moving = {name for name, record in known.items() if record.stage.is_open}
        needed = self._needed(cluster, known)
        chosen = [*choose(plans, self._policies(cluster, reading), now, needed, moving)]
        return Choice(
            [each for each in chosen if isinstance(each, Wanted)],
            [each for each in chosen if isinstance(each, NotWanted)],
            _subjects(plans, reading),
            room(plans, moving),
        )

    def _policies(self, cluster: str, reading: Reading) -> dict[str, ArchivePolicy]:
        """The policies that archive; one whose retention cannot be read archives nothing."""
        return {
            policy.name: ArchivePolicy(
                reading.policies[policy.name].rules, parse_archive_after(policy.archive_after)
            )
            for policy in self.deployment.policies
            if policy.archive_after and cluster in policy.clusters and policy.name in reading.policies
        }

    def _needed(self, cluster: str, known: Mapping[str, Archive]) -> dict[str, str]:
        archived = (name for name, record in known.items() if record.stage is ArchiveStage.ARCHIVED)
        failed = {
            name: f"archiving it failed {record.attempt} times: {record.reason}"
            for name, record in known.items()
            if record.stage is ArchiveStage.FAILED
        }
        restored = {
            restore.snapshot_id: f"restore {restore.id} needs it"
            for restore in self.restores.open_restores(whole=True)
        }
        suspicious = {
            each.subject.snapshot_id: f"it is suspicious, and nobody has accepted it ({each.reason})"
            for each in self.suspicions.suspicions(cluster)
        }
        needed = dict.fromkeys(archived, BROUGHT_BACK) | failed | self.copies.find(cluster)
        return needed | suspicious | restored


def _subjects(plans: Sequence[LineagePlan], reading: Reading) -> dict[str, str]:
    """Snapshot id to the point's name for people."""
    return {
        kept.point.id: f"{reading.found.labels[f'{plan.claim}/{plan.policy}']} {_day(kept.point.time)}"
        for plan in plans
        for kept in plan.plan.keep
    }


def _day(time: datetime) -> str:
    return f"of {time:%Y-%m-%d}"
