"""A batch of deletions: what they share, and what is read for each alone, whatever happens meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import TemporaryError, Throttled
from snapkeep.domain.policies import USUAL_NAME, Method, Pace
from snapkeep.domain.restore.holds import Hold
from snapkeep.domain.retention.deletion.deletions import Deletion, PlannedDeletion
from snapkeep.services.retention.deletion.checks import OurPoints
from snapkeep.services.retention.deletion.delete import BATCH, Deleted, DeletePoints, DeletionOutcome
from snapkeep.services.retention.snapshot_objects import open_objects
from tests.fakes.crashes import CrashAt
from tests.fakes.world import SLOT, World, a_claim, a_policy, names

NEVER = -1
SLOW = Throttled("slow down")


class CountCalls(CrashAt):
    """Counts the calls of the ports that it wraps, by name."""

    def __init__(self) -> None:
        super().__init__(NEVER, after=False)
        self.by_name: Counter[str] = Counter()

    def _around(self, name: str, call: Callable[[], Any]) -> Any:
        self.by_name[name] += 1
        return super()._around(name, call)


class Story:
    """Points of a claim, of which all but the newest are to go."""

    def __init__(self, points: int, method: Method = Method.EBS) -> None:
        self.world = World(a_claim("mysql"), policy=a_policy(method=method))
        for number in range(points + 1):
            self.world.back_up(SLOT + number * timedelta(hours=6))
        *self.old, self.good = names(self.world.ebs.all.values())
        self.count = CountCalls()

    def intend(self) -> None:
        self.world.journal.deletions.intend_deletions(
            [Deletion(name, "myeks", "why", SLOT) for name in self.old]
        )

    def delete(self) -> list[Deleted]:
        self.intend()
        found: list[Deleted] = []
        self.delete_into(found)
        return found

    def delete_into(self, found: list[Deleted]) -> None:
        world, count = self.world, self.count
        stores = world.journal
        deleter = DeletePoints(
            "myeks",
            OurPoints(USUAL_NAME, "myeks"),
            count(world.ebs),
            count(stores.deletions),
            count(stores.absences),
            count(stores.restores),
            count(stores.holds),
            count(stores.suspicions),
            world.clock,
            world.pause,
            Pace(),
            open_objects(world.clusters, "myeks"),
        )
        wanted = [PlannedDeletion(name, shield=self.good) for name in self.old]
        for item in deleter.run(wanted, world.clock() + timedelta(minutes=1)):
            found.append(item)  # what came before an error counts, too

    def fates(self) -> dict[str, DeletionOutcome]:
        return {item.snapshot_id: item.fate for item in self.delete()}


def test_a_deletion_is_four_calls_and_its_batch_eight() -> None:
    story = Story(BATCH)
    assert set(story.fates().values()) == {DeletionOutcome.DELETED}
    good = Counter(get=1)  # the point that must stay
    shared = Counter(
        get_many=2, open_restores=1, suspicions=1, protections=1, move_deletions=1, end_deletions=1
    )
    alone = Counter(get=BATCH, holds=BATCH, delete=BATCH, write_absences=BATCH)
    assert story.count.by_name == good + shared + alone


def test_a_hold_set_while_the_batch_is_being_deleted_still_wins() -> None:
    story = Story(4)
    first, by_tag, by_journal, last = story.old
    until = story.world.clock() + timedelta(days=1)

    def somebody() -> None:
        story.world.ebs.add_tags(by_tag, {tags.HOLD: "true"})
        story.world.journal.holds.write_hold(Hold(by_journal, "restore 1", "it is being restored", until))

    story.world.ebs.meanwhile("delete", somebody)
    deleted, skipped = DeletionOutcome.DELETED, DeletionOutcome.SKIPPED
    assert story.fates() == {first: deleted, by_tag: skipped, by_journal: skipped, last: deleted}
    assert {by_tag, by_journal} <= set(story.world.ebs.all)


def test_a_restore_that_holds_a_point_keeps_its_objects_also_if_the_listing_is_older() -> None:
    story = Story(2, Method.CSI)
    held, other = story.old
    until = story.world.clock() + timedelta(days=1)
    hold = Hold(held, "restore 1", "it is being restored", until)
    story.world.ebs.meanwhile("get", lambda: story.world.journal.holds.write_hold(hold))
    before = {item.snapshot_id for item in story.world.cluster.contents.values()}
    assert story.fates() == {held: DeletionOutcome.SKIPPED, other: DeletionOutcome.DELETED}
    left = {item.snapshot_id for item in story.world.cluster.contents.values()}
    assert before - left == {other}


def test_what_went_before_a_throttle_is_deleted_and_the_rest_stays_open() -> None:
    story = Story(3)
    first, second, third = story.old
    story.world.ebs.meanwhile(
        "delete",
        lambda: story.world.ebs.meanwhile("delete", lambda: story.world.ebs.fail_next("delete", SLOW)),
    )
    story.intend()
    found: list[Deleted] = []
    with pytest.raises(Throttled):
        story.delete_into(found)
    assert [(item.snapshot_id, item.fate) for item in found] == [(first, DeletionOutcome.DELETED)]
    assert set(story.world.journal.deletions.under_way) == {second, third}


@pytest.mark.parametrize(("call", "times"), [("get_many", 2), ("move_deletions", 1), ("end_deletions", 1)])
def test_a_shared_call_that_fails_loses_nothing_and_the_next_attempt_ends_it(call: str, times: int) -> None:
    story = Story(3)
    port = story.world.ebs if call == "get_many" else story.world.journal.deletions
    port.fail_next(call, *[TemporaryError("no answer")] * times)
    waiting = story.fates()
    assert set(waiting) == set(story.old) and set(waiting.values()) == {DeletionOutcome.WAITING}
    assert set(story.world.journal.deletions.under_way) == set(story.old)
    assert set(story.fates().values()) == {DeletionOutcome.DELETED}
    assert set(story.world.ebs.all) == {story.good} and story.world.journal.deletions.under_way == {}


def test_a_point_that_the_listing_lacks_is_asked_for_alone_before_anything_is_done() -> None:
    story = Story(2)
    held, other = story.old
    story.world.ebs.add_tags(held, {tags.HOLD: "true"})
    many = story.world.ebs.get_many
    story.world.ebs.get_many = (  # type: ignore[method-assign]
        lambda ids: {name: found for name, found in many(ids).items() if name != held}
    )
    assert story.fates() == {held: DeletionOutcome.SKIPPED, other: DeletionOutcome.DELETED}
    assert held in story.world.ebs.all
