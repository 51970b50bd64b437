"""The services that delete: prune and the sweep of orphans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from snapkeep.wiring.troubles import give_up

if TYPE_CHECKING:
    from snapkeep.domain.messages import PruneRequest
    from snapkeep.ports.ec2 import DeletableSnapshots, Snapshots
    from snapkeep.services.retention.decide import DecidePrune
    from snapkeep.services.retention.deletion.checks import Ours
    from snapkeep.services.retention.deletion.delete import DeletePoints
    from snapkeep.services.retention.deletion.sweep_orphans import SweepOrphans
    from snapkeep.services.retention.deletion.tell_lost import TellLost
    from snapkeep.services.retention.deletion.tell_refusals import TellRefusals
    from snapkeep.services.retention.prune import Prune, Scope
    from snapkeep.services.retention.read_cluster import GoneClaimsFinder, ReadCluster
    from snapkeep.services.retention.snapshot_objects import Objects
    from snapkeep.wiring.ports import Ports


def prune(ports: Ports) -> Prune:
    """The service that deletes points that retention does not keep."""
    from snapkeep.services.retention.cluster_points import ClusterPoints

    def scopes(request: PruneRequest) -> Sequence[Scope]:
        return [
            ClusterPoints(
                cluster.name,
                ports.deployment,
                ports.clusters,
                ports.snapshots,
                read_cluster(ports),
                decide_prune(ports, ports.snapshots),
                _deleter(ports, ports.snapshots),
                ports.clock,
                ports.pause,
            )
            for cluster in ports.deployment.clusters
            if request.cluster in ("", cluster.name)
        ]

    return prune_scopes(ports, "prune", scopes)


def prune_scopes(ports: Ports, function: str, scopes: Callable[[PruneRequest], Sequence[Scope]]) -> Prune:
    """What prunes these scopes, for that function."""
    from snapkeep.services.retention.carry_out import CarryOut
    from snapkeep.services.retention.news import PruneNews
    from snapkeep.services.retention.prune import PATIENCE, Prune

    journal = ports.journal
    return Prune(
        scopes,
        journal.prunes,
        CarryOut(journal.deletions, journal.prunes, journal.refusals),
        PruneNews(journal.prunes, journal.troubles, ports.retention_news, ports.clock),
        _tell_refusals(ports),
        give_up(ports, ports.retention_news, function, PATIENCE),
        ports.clock,
    )


def sweep_orphans(ports: Ports) -> SweepOrphans:
    """The service that deletes snapshots that no journal knows, so it looks at those of all deployments."""
    from snapkeep.services.retention.deletion.find_orphans import FindOrphans
    from snapkeep.services.retention.deletion.sweep_orphans import SweepOrphans

    journal, listed = ports.journal, ports.everybodys_snapshots
    finder = FindOrphans(
        ports.deployment,
        ports.clusters,
        listed,
        journal.runs,
        journal.points,
        journal.restores,
        journal.deletions,
        ports.clock,
    )
    return SweepOrphans(
        ports.deployment,
        ports.clusters,
        listed,
        journal.deletions,
        journal.prunes,
        journal.refusals,
        finder,
        _tell_refusals(ports),
        give_up(ports, ports.retention_news, "sweep_orphans", timedelta()),
        ports.retention_news,
        ports.clock,
        _deleter(ports, listed),
    )


def read_cluster(ports: Ports, gone_claims: GoneClaimsFinder | None = None) -> ReadCluster:
    """The service that reads what a prune is based on, by default asking the cluster which claims are
    gone."""
    from snapkeep.services.find_volumes import FindVolumes
    from snapkeep.services.retention.gone_claims import FindGoneClaims
    from snapkeep.services.retention.read_cluster import ReadCluster
    from snapkeep.services.retention.sync_catalogue import SyncCatalogue

    journal = ports.journal

    def sync(cluster: str, now: datetime) -> SyncCatalogue:
        tell_lost = partial(
            _tell_lost, ports
        )  # a rehearsal announces nothing, and its function has no event bus
        return SyncCatalogue(journal.catalogue, journal.absences, tell_lost, cluster, now)

    return ReadCluster(
        ports.deployment,
        ports.snapshots,
        journal.runs,
        journal.prunes,
        journal.retentions,
        journal.suspicions,
        FindVolumes(ports.snapshots, journal.points),
        gone_claims or FindGoneClaims(ports.clusters, journal.retentions),
        sync,
    )


def decide_prune(ports: Ports, snapshots: DeletableSnapshots) -> DecidePrune:
    """The service that decides what a prune deletes of these snapshots."""
    from snapkeep.services.retention.decide import DecidePrune

    journal = ports.journal
    return DecidePrune(snapshots, journal.deletions, journal.absences, journal.refusals)


def _tell_lost(ports: Ports) -> TellLost:
    from snapkeep.services.retention.deletion.tell_lost import TellLost
    from snapkeep.services.tell_troubles import TellTroubles

    journal = ports.journal
    return TellLost(
        ports.snapshots,
        journal.deletions,
        journal.troubles,
        TellTroubles(journal.troubles, ports.retention_news, ports.clock),
        ports.clock,
    )


def _tell_refusals(ports: Ports) -> TellRefusals:
    from snapkeep.services.retention.deletion.tell_refusals import TellRefusals

    return TellRefusals(ports.journal.refusals, ports.retention_news, ports.clock)


def _deleter(ports: Ports, snapshots: Snapshots) -> Callable[[str, Objects], DeletePoints]:
    """Gives what deletes the points of a cluster with these objects."""
    from snapkeep.services.retention.deletion.checks import OurPoints

    def deleter(cluster: str, objects: Objects) -> DeletePoints:
        return deleter_of(ports, cluster, OurPoints(ports.deployment.name, cluster), snapshots, objects)

    return deleter


def deleter_of(
    ports: Ports,
    scope: str,
    ours: Ours,
    snapshots: DeletableSnapshots,
    objects: Objects,
    keeper: str = "EC2",
) -> DeletePoints:
    """What deletes the snapshots of a scope with these objects; `keeper` is what AWS calls itself there."""
    from snapkeep.services.retention.deletion.delete import DeletePoints

    return DeletePoints(
        scope,
        ours,
        snapshots,
        ports.journal.deletions,
        ports.journal.absences,
        ports.journal.restores,
        ports.journal.holds,
        ports.journal.suspicions,
        ports.clock,
        ports.pause,
        ports.deployment.pace,
        objects,
        keeper,
    )
