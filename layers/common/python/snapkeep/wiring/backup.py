"""The services that take backups, from the slot to the end of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.wiring.troubles import give_up, tell_troubles

if TYPE_CHECKING:
    from snapkeep.services.backup.check_slot import CheckSlot
    from snapkeep.services.backup.close_run import CloseRun
    from snapkeep.services.backup.complete import CompletePoints
    from snapkeep.services.backup.healing.reconcile import Reconcile
    from snapkeep.services.backup.plan import PlanBackup
    from snapkeep.services.backup.start_runs import StartRuns
    from snapkeep.services.backup.taking.take import TakeSnapshots
    from snapkeep.services.backup.tell_ended import TellUnmeant
    from snapkeep.wiring.ports import Ports


def check_slot(ports: Ports, function: str = "plan_backup") -> CheckSlot:
    """The service that refuses a slot that is not in the schedule, for a function that slots start."""
    from snapkeep.services.backup.check_slot import CheckSlot

    return CheckSlot(
        ports.deployment,
        ports.journal.runs,
        ports.journal.slots,
        ports.calendar,
        ports.announcer,
        ports.clock,
        function,
    )


def plan_backup(ports: Ports) -> PlanBackup:
    """The service that plans a slot's run."""
    from snapkeep.services.backup.plan import PlanBackup

    return PlanBackup(
        ports.deployment,
        ports.clusters,
        ports.snapshots,
        ports.volumes,
        ports.journal.runs,
        ports.journal.points,
        ports.jobs,
        _tell_unmeant(ports),
        close_run(ports),
        ports.clock,
    )


def start_runs(ports: Ports) -> StartRuns:
    """The service that starts a run for each of a policy's clusters."""
    from snapkeep.services.backup.start_runs import StartRuns

    return StartRuns(ports.deployment, ports.starter)


def take_snapshots(ports: Ports) -> TakeSnapshots:
    """The service that works on a run's jobs."""
    from snapkeep.services.backup.taking.take import TakeSnapshots

    return TakeSnapshots(
        ports.deployment,
        ports.clusters,
        ports.snapshots,
        ports.volumes,
        ports.journal.runs,
        ports.journal.points,
        ports.journal.creations,
        ports.jobs,
        ports.pacer,
        close_run(ports),
        ports.clock,
        ports.nonce,
    )


def complete_points(ports: Ports) -> CompletePoints:
    """The service that settles points whose snapshots have ended."""
    from snapkeep.services.backup.complete import CompletePoints

    return CompletePoints(
        ports.journal.points,
        ports.journal.creations,
        ports.journal.catalogue,
        ports.snapshots,
        ports.pacer,
        ports.announcer,
        close_run(ports),
        ports.clock,
        ports.deployment,
    )


def close_run(ports: Ports) -> CloseRun:
    """The service that closes runs."""
    from snapkeep.services.backup.close_run import CloseRun

    return CloseRun(ports.journal.runs, ports.journal.points, ports.announcer, ports.clock)


def reconcile(ports: Ports) -> Reconcile:
    """The service that recovers what lost events may have missed."""
    from snapkeep.services.backup.healing.check_policy import CheckPolicy
    from snapkeep.services.backup.healing.find_late import FindLate
    from snapkeep.services.backup.healing.heal import HealPoints
    from snapkeep.services.backup.healing.heal_run import HealRun
    from snapkeep.services.backup.healing.missed_slots import MissedSlots
    from snapkeep.services.backup.healing.named_duplicates import NamedDuplicates
    from snapkeep.services.backup.healing.reconcile import PATIENCE, Reconcile

    completer = complete_points(ports)
    heal = HealPoints(
        ports.deployment,
        ports.clusters,
        ports.snapshots,
        ports.journal.runs,
        ports.journal.points,
        ports.journal.creations,
        ports.jobs,
        ports.pacer,
        completer,
        ports.clock,
    )
    duplicates = NamedDuplicates(ports.clusters, ports.snapshots, completer)
    missed = MissedSlots(
        ports.journal.runs,
        ports.journal.slots,
        ports.calendar,
        ports.starter,
        ports.announcer,
        ports.clock,
    )
    runs, points, troubles = ports.journal.runs, ports.journal.points, tell_troubles(ports, ports.announcer)
    late = FindLate(points, missed, ports.clock)
    closer = close_run(ports)
    return Reconcile(
        ports.deployment,
        runs,
        ports.journal.prunes,
        heal,
        HealRun(runs, points, heal, closer, ports.starter, ports.announcer, ports.clock),
        missed,
        CheckPolicy(runs, ports.journal.slots, late, troubles, ports.announcer, ports.clock),
        duplicates,
        give_up(ports, ports.announcer, "reconcile", PATIENCE),
        ports.clock,
    )


def _tell_unmeant(ports: Ports) -> TellUnmeant:
    from snapkeep.services.backup.tell_ended import TellEnded, TellUnmeant

    tell, journal = tell_troubles(ports, ports.announcer), ports.journal
    ended = TellEnded(ports.deployment, journal.runs, journal.points, journal.troubles, tell)
    return TellUnmeant(ended, tell)
