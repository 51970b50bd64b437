"""One deletion, as far as it goes now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.deletions import Deletion, DeletionStep
from snapkeep.domain.errors import TemporaryError, Throttled
from snapkeep.services.delete_points import DeletePoints, Fate
from snapkeep.services.prune_objects import open_objects
from tests.fakes.world import SLOT, World, a_claim, names


class Story:
    """Two points of a claim; the older one is to go."""

    def __init__(self) -> None:
        self.world = World(a_claim("mysql"))
        for number in range(2):
            self.world.back_up(SLOT + number * timedelta(days=1))
        self.old, self.good = names(self.world.ebs.all.values())
        self.world.journal.intend_deletions([Deletion(self.old, "myeks", "why", SLOT)])
        self.deleter = DeletePoints(self.world.ebs, self.world.journal, self.world.clock)

    def delete(self) -> tuple[Fate, str]:
        objects = open_objects(self.world.clusters, "myeks")
        found = self.deleter.delete("myeks", self.old, self.good, objects)
        return found.fate, found.reason


def test_it_goes_and_the_journal_says_so() -> None:
    story = Story()
    assert story.delete() == (Fate.DELETED, "deleted: EC2 knows it no more")
    assert story.world.journal.deletions == {}


def test_gone_already_is_success() -> None:
    story = Story()
    del story.world.ebs.all[story.old]
    assert story.delete()[0] is Fate.DELETED


def test_while_ec2_still_shows_it_the_deletion_stays_open() -> None:
    story = Story()
    story.world.ebs.delete = lambda snapshot_id: None  # type: ignore[method-assign]
    assert story.delete() == (Fate.WAITING, "deletion asked for, but EC2 still shows it")
    assert story.world.journal.deletions[story.old].step is DeletionStep.ASKED


def test_a_lost_answer_waits_and_the_next_attempt_finds_it_done() -> None:
    story = Story()
    story.world.ebs.lose_answer("delete")
    assert story.delete()[0] is Fate.WAITING
    assert story.delete()[0] is Fate.DELETED


def test_a_throttle_is_for_the_whole_run() -> None:
    story = Story()
    story.world.ebs.fail_next("delete", Throttled("slow down"))
    with pytest.raises(Throttled):
        story.delete()


def test_when_ec2_cannot_be_read_nothing_is_deleted() -> None:
    story = Story()
    story.world.ebs.fail_next("protections", TemporaryError("no answer"))
    assert story.delete() == (Fate.WAITING, "no answer")
    assert story.old in story.world.ebs.all


@pytest.mark.parametrize("edited", [{tags.HOLD: "true"}, {tags.MANAGED: "no"}, {tags.CLUSTER: "another"}])
def test_tags_that_changed_since_the_plan_win(edited: dict[str, str]) -> None:
    story = Story()
    story.world.ebs.add_tags(story.old, edited)
    assert story.delete()[0] is Fate.SKIPPED
    assert story.old in story.world.ebs.all and story.world.journal.deletions == {}
