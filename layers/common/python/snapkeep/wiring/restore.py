"""The services that restore claims, and hold the points they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.wiring.troubles import give_up

if TYPE_CHECKING:
    from snapkeep.services.restore.carry_out import Restore
    from snapkeep.services.restore.find_copies import FindCopies
    from snapkeep.services.restore.finish import FinishRestores
    from snapkeep.services.restore.holds import HoldPoints
    from snapkeep.services.restore.lend_tags import LendTags
    from snapkeep.services.restore.plan import PlanRestore
    from snapkeep.services.restore.restored_claims import RestoredClaims
    from snapkeep.services.restore.returns import ReturnPoints
    from snapkeep.services.restore.suggest import SuggestRestore
    from snapkeep.wiring.ports import Ports


def hold_points(ports: Ports) -> HoldPoints:
    """The service that keeps points from being pruned."""
    from snapkeep.services.restore.holds import HoldPoints

    return HoldPoints(ports.snapshots, ports.journal.holds, ports.journal.restores, ports.clock)


def lend_tags(ports: Ports) -> LendTags:
    """The service that lends drivers' tags to copies."""
    from snapkeep.services.restore.lend_tags import LendTags

    return LendTags(ports.snapshots, ports.journal.holds, ports.journal.restores)


def restore(ports: Ports, *, may_delete: bool = True) -> Restore:
    """The service that creates a restore's objects; the API's may not delete any."""
    from snapkeep.services.restore.carry_out import Restore

    return Restore(
        ports.clusters,
        ports.journal.restores,
        hold_points(ports),
        lend_tags(ports),
        ports.clock,
        may_delete=may_delete,
    )


def plan_restore(ports: Ports) -> PlanRestore:
    """The service that plans restores."""
    from snapkeep.services.restore.plan import PlanRestore

    return PlanRestore(
        ports.deployment,
        ports.clusters,
        ports.snapshots,
        ports.journal.points,
        ports.keys,
        find_copies(ports),
        ports.journal.suspicions,
    )


def find_copies(ports: Ports) -> FindCopies:
    """The service that finds copies in the deployment's Region."""
    from snapkeep.services.restore.find_copies import FindCopies

    return FindCopies(ports.deployment, ports.everybodys_snapshots)


def suggest_restore(ports: Ports) -> SuggestRestore:
    """The service that suggests the commands of restores."""
    from snapkeep.services.restore.suggest import SuggestRestore

    return SuggestRestore(ports.deployment, plan_restore(ports))


def restored_claims(ports: Ports) -> RestoredClaims:
    """The service that reads what became of restored claims."""
    from snapkeep.services.restore.restored_claims import RestoredClaims

    return RestoredClaims(ports.clusters, ports.snapshots, ports.volumes)


def return_points(ports: Ports) -> ReturnPoints:
    """The service that brings archived points of restores back."""
    from snapkeep.services.restore.returns import ReturnPoints
    from snapkeep.wiring.archive import bring_back

    return ReturnPoints(bring_back(ports), restore(ports), ports.journal.restores, ports.clock)


def finish_restores(ports: Ports) -> FinishRestores:
    """The service that completes restores."""
    from snapkeep.services.restore.finish import PATIENCE, FinishRestores
    from snapkeep.services.restore.sweep_holds import SweepHolds
    from snapkeep.services.restore.sweep_lent import SweepLent

    holds = hold_points(ports)
    return FinishRestores(
        restored_claims(ports),
        ports.journal.restores,
        give_up(ports, ports.announcer, "finish_restores", PATIENCE),
        restore(ports),
        holds,
        SweepLent(ports.deployment, ports.everybodys_snapshots, lend_tags(ports), holds, ports.clock),
        SweepHolds(ports.deployment, ports.snapshots, ports.everybodys_snapshots, holds, ports.clock),
        return_points(ports),
        ports.clock,
    )
