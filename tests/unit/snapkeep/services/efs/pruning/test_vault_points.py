"""What keeps recovery points from retention, and deletions that take a while."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.efs.jobs import StoredState
from snapkeep.domain.errors import Forbidden
from tests.unit.snapkeep.services.efs.pruning.prune_world import PruneWorld, why


def test_a_deletion_takes_a_while_and_the_next_prune_sees_it_gone() -> None:
    world = PruneWorld()
    world.nights(3)
    world.night(prune=False)
    oldest = world.good()[0].arn

    (report,) = world.pruner.run("one")
    assert world.backup.stored[oldest].state is StoredState.DELETING
    assert "AWS Backup still shows it" in why(report)[oldest]
    again = world.prune()
    assert again.counts["waiting"] == 2 and not again.given_up
    world.prune()
    assert world.journal.deletions.ended[oldest] == "deleted: AWS Backup no longer has it"
    assert world.prune().ended == []


def test_a_held_point_stays_and_the_plan_says_why() -> None:
    world = PruneWorld()
    world.nights(3)
    held = world.good()[0].arn
    world.backup.tag(held, hold="audit")
    world.night(prune=False)

    assert dict(world.prune(dry_run=True).keep)[held] == ("held by the tag snapkeep:hold",)
    world.nights(4)
    assert held in world.backup.stored
    world.backup.tag(held, hold=None)
    world.night()
    assert held not in world.backup.stored


def test_a_hold_between_plan_and_deletion_wins() -> None:
    world = PruneWorld()
    world.nights(3)
    world.night(prune=False)
    oldest = world.good()[0].arn
    world.journal.meanwhile("move_deletions", lambda: world.backup.tag(oldest, hold="now"))

    report = world.prune()

    assert oldest in world.backup.stored
    assert why(report)[oldest].endswith("(tag snapkeep:hold)")


def test_a_point_that_a_restore_needs_stays() -> None:
    world = PruneWorld()
    world.nights(3)
    world.night(prune=False)
    oldest = world.good()[0].arn
    world.restore(world.good()[0])

    report = world.prune()

    assert oldest in world.backup.stored
    assert dict(report.keep)[oldest] == ("restore r-1 needs it",)


def test_a_locked_vault_keeps_everything_and_the_report_says_why() -> None:
    world = PruneWorld()
    world.nights(3)
    world.night(prune=False)
    world.backup.locked = True

    report = world.prune()

    assert len(world.good()) == 4 and not report.given_up
    assert dict(report.keep)[world.good()[0].arn] == ("the vault is locked: AWS deletes nothing from it",)


def test_a_deletion_that_aws_refuses_is_told_and_tried_again() -> None:
    world = PruneWorld()
    world.nights(3)
    world.night(prune=False)
    refused = Forbidden("the policy of the vault denies it")
    world.backup.fail_next("delete", refused, refused)

    report = world.prune()

    assert report.given_up["deletions"].startswith("2 deletions were refused")
    assert len(world.good()) == 4
    world.prune()
    assert len(world.good()) == 3


def test_what_aws_backup_could_not_delete_is_deleted_again_and_told() -> None:
    world = PruneWorld()
    world.nights(3)
    world.night(prune=False)
    oldest = world.good()[0].arn
    world.pruner.run("one")
    for day in range(3):
        world.backup.stored[oldest] = replace(world.backup.stored[oldest], state=StoredState.EXPIRED)
        world.clock.forward(days=day and 1)
        (report,) = world.pruner.run(f"day-{day}")
        assert world.backup.stored[oldest].state is StoredState.DELETING

    assert "AWS Backup still shows it" in why(report)[oldest]
    assert oldest in world.announcer.rung()
    world.prune()
    world.prune()
    assert world.journal.deletions.ended[oldest] == "deleted: AWS Backup no longer has it"


def test_an_expired_point_that_nobody_asked_us_to_delete_stays() -> None:
    world = PruneWorld()
    world.nights(3)
    odd = world.good()[0]
    world.backup.stored[odd.arn] = replace(odd, state=StoredState.EXPIRED)
    world.nights(3)

    assert "could not" in dict(world.prune().unreadable)[odd.arn]
    assert odd.arn in world.backup.stored
