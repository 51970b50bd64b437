"""What is in the vault and belongs to no backup is reported, and stays."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.efs.jobs import StoredState
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.messages import PruneRequest
from snapkeep.services.retention.deletion.sweep_orphans import OrphanReport
from snapkeep.wiring import recovery_points
from tests.unit.snapkeep.services.efs.pruning.prune_world import PruneWorld


def sweep(world: PruneWorld, *, dry_run: bool = False) -> OrphanReport:
    request = PruneRequest(orphans=True, dry_run=dry_run)
    (report,) = recovery_points.sweep_vault(world.ports()).run(request)
    return report


def test_our_own_points_are_no_orphans_with_or_without_a_journal() -> None:
    world = PruneWorld()
    world.nights(4)
    assert (sweep(world).orphans, world.announcer.orphans) == ([], [])
    world.forget()
    assert sweep(world).orphans == []


def test_what_belongs_to_no_backup_is_told_once_a_sweep_and_stays() -> None:
    world = PruneWorld()
    world.nights(2)
    strange = world.put(1, size_bytes=100 * 2**30)
    edited = world.good()[0].arn
    world.forget(edited)
    world.backup.tag(edited, policy="weekly")
    odd = world.good()[1]
    world.backup.stored[odd.arn] = replace(odd, state=StoredState.UNUSABLE)
    world.clock.forward(days=2)

    report = sweep(world)

    assert {each.name for each in report.orphans} == {strange.arn, edited, odd.arn}
    assert report.counts == {"recovery point of AWS Backup": 3}
    assert (report.gib, report.dollars_a_month) == (100 + 1 + 1, 5.1)
    assert world.announcer.orphans == [("file systems", report.counts, 5.1)]
    assert world.journal.prunes.last_sweep("file systems") == world.clock()
    assert {strange.arn, edited, odd.arn} <= set(world.backup.stored)


def test_what_came_today_is_no_orphan_yet_and_a_rehearsal_tells_nobody() -> None:
    world = PruneWorld()
    world.put(1)
    assert sweep(world).orphans == []
    world.clock.forward(days=2)
    assert len(sweep(world, dry_run=True).orphans) == 1
    assert world.announcer.orphans == []


def test_a_listing_that_ends_early_is_given_up() -> None:
    world = PruneWorld()
    world.backup.fail_next("points", TemporaryError("no answer"))

    report = sweep(world)

    assert "no answer" in report.refused
    assert world.journal.prunes.last_sweep("file systems") is None
