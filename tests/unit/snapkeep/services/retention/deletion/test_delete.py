"""One deletion, as far as it goes now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import Forbidden, PermanentError, TemporaryError, Throttled
from snapkeep.domain.policies import USUAL_NAME, Method, Pace
from snapkeep.domain.retention.deletion.deletions import Deletion, DeletionStep, PlannedDeletion
from snapkeep.services.retention.deletion.checks import OurPoints
from snapkeep.services.retention.deletion.delete import LOOKS, DeletePoints, DeletionOutcome
from snapkeep.services.retention.snapshot_objects import open_objects
from tests.fakes.world import SLOT, World, a_claim, a_policy, names


class Story:
    """Two points of a claim; the older one is to go."""

    def __init__(self, method: Method = Method.EBS) -> None:
        self.world = World(a_claim("mysql"), policy=a_policy(method=method))
        for number in range(2):
            self.world.back_up(SLOT + number * timedelta(days=1))
        self.old, self.good = names(self.world.ebs.all.values())
        self.world.journal.deletions.intend_deletions([Deletion(self.old, "myeks", "why", SLOT)])

    def delete(self) -> tuple[DeletionOutcome, str]:
        world = self.world
        deleter = DeletePoints(
            "myeks",
            OurPoints(USUAL_NAME, "myeks"),
            world.ebs,
            world.journal.deletions,
            world.journal.absences,
            world.journal.restores,
            world.journal.holds,
            world.journal.suspicions,
            world.clock,
            world.pause,
            Pace(),
            open_objects(world.clusters, "myeks"),
        )
        (found,) = deleter.run(
            [PlannedDeletion(self.old, shield=self.good)], world.clock() + timedelta(minutes=1)
        )
        return found.fate, found.reason


def test_it_goes_and_the_journal_says_so() -> None:
    story = Story()
    assert story.delete() == (DeletionOutcome.DELETED, "deleted: EC2 no longer has it")
    assert story.world.journal.deletions.under_way == {}


def test_gone_already_is_success() -> None:
    story = Story()
    del story.world.ebs.all[story.old]
    assert story.delete()[0] is DeletionOutcome.DELETED


def test_while_ec2_still_shows_it_the_deletion_stays_open() -> None:
    story = Story()
    story.world.ebs.delete = lambda snapshot_id: None  # type: ignore[method-assign]
    assert story.delete() == (DeletionOutcome.WAITING, "deletion requested, but EC2 still shows it")
    assert story.world.journal.deletions.under_way[story.old].step is DeletionStep.ASKED


def test_a_lost_answer_waits_and_the_next_attempt_finds_it_done() -> None:
    story = Story()
    story.world.ebs.lose_answer("delete")
    assert story.delete()[0] is DeletionOutcome.WAITING
    assert story.delete()[0] is DeletionOutcome.DELETED


def test_a_throttle_is_for_the_whole_run() -> None:
    story = Story()
    story.world.ebs.fail_next("delete", Throttled("slow down"))
    with pytest.raises(Throttled):
        story.delete()


def test_when_ec2_cannot_be_read_nothing_is_deleted() -> None:
    story = Story()
    story.world.ebs.fail_next("protections", TemporaryError("no answer"))
    assert story.delete() == (DeletionOutcome.WAITING, "no answer")
    assert story.old in story.world.ebs.all


@pytest.mark.parametrize("edited", [{tags.HOLD: "true"}, {tags.MANAGED: "no"}, {tags.CLUSTER: "another"}])
def test_tags_that_changed_since_the_plan_win(edited: dict[str, str]) -> None:
    story = Story()
    story.world.ebs.add_tags(story.old, edited)
    assert story.delete()[0] is DeletionOutcome.SKIPPED
    assert story.old in story.world.ebs.all and story.world.journal.deletions.under_way == {}


def objects_of(story: Story) -> tuple[str, str]:
    """The names of the old point's VolumeSnapshot and of its content."""
    content = next(item for item in story.world.cluster.contents.values() if item.snapshot_id == story.old)
    return content.volume_snapshot, content.name


def test_an_object_that_may_not_be_deleted_is_refused_so_that_people_hear_of_it() -> None:
    story = Story(Method.CSI)
    story.world.cluster.fail_next("delete_volume_snapshot", Forbidden("the API server says 403"))
    assert story.delete() == (DeletionOutcome.REFUSED, "kept: the API server says 403")
    name = objects_of(story)[1]
    story.world.cluster.flip(name)
    assert story.delete()[0] is DeletionOutcome.REFUSED
    assert story.old in story.world.ebs.all and story.world.journal.deletions.under_way == {}


@pytest.mark.parametrize("kind", ["VolumeSnapshot", "VolumeSnapshotContent"])
def test_an_object_that_a_finalizer_holds_keeps_the_snapshot_and_is_named(kind: str) -> None:
    story = Story(Method.CSI)
    held = objects_of(story)[kind == "VolumeSnapshotContent"]
    story.world.cluster.hold(held, "example.com/audit", "example.com/ledger")
    fate, reason = story.delete()
    where = f"shop/{held}" if kind == "VolumeSnapshot" else held
    assert reason == (
        f"{kind} {where} still exists, held by its finalizers example.com/audit, example.com/ledger"
    )
    assert fate is DeletionOutcome.WAITING and story.old in story.world.ebs.all
    assert story.world.journal.deletions.under_way[story.old].step is DeletionStep.INTENDED
    assert story.world.pauses == list(LOOKS)
    story.world.cluster.let_go(held)
    assert story.delete()[0] is DeletionOutcome.DELETED
    assert story.old not in story.world.ebs.all and story.world.journal.deletions.under_way == {}


def test_a_controller_that_needs_a_moment_is_given_one() -> None:
    story = Story(Method.CSI)
    name, content = objects_of(story)
    story.world.cluster.hold(name, "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection")
    story.world.cluster.hold(content, "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection")

    def controller() -> None:
        story.world.cluster.let_go(name)
        story.world.cluster.let_go(content)

    story.world.during_pause = controller
    assert story.delete()[0] is DeletionOutcome.DELETED
    assert story.world.pauses == [LOOKS[0]]


@pytest.mark.parametrize("error", [TemporaryError("no answer"), PermanentError("cannot get")])
def test_a_look_at_the_objects_that_fails_lets_the_snapshot_wait(error: Exception) -> None:
    story = Story(Method.CSI)
    story.world.cluster.fail_next("volume_snapshot_left", *[error] * 5)
    assert story.delete() == (DeletionOutcome.WAITING, f"it is unknown whether its objects are gone: {error}")
    assert story.old in story.world.ebs.all and story.old in story.world.journal.deletions.under_way
    assert story.delete()[0] is DeletionOutcome.DELETED


def test_without_objects_nobody_waits() -> None:
    story = Story()
    story.delete()
    assert story.world.pauses == []
