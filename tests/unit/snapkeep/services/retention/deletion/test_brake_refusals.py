"""How a refusal lasts, is announced, and ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import SnapshotState
from tests.fakes.world import SLOT, names
from tests.unit.snapkeep.services.retention.deletion.stories import DAY, Story, a_slip, a_story_beside_others


def test_one_token_confirms_one_refusal_and_no_other() -> None:
    story = Story({"last": 20})
    story.live(20)
    story.lower({"last": 10})
    first = story.until_refused()
    story.lower({"last": 2})
    story.live(4)
    older, newer = story.world.journal.refusals.refusals("myeks")
    assert older.names == first and not older.names & newer.names
    story.world.prune(confirm=older.token)
    assert not older.names & story.points() and newer.names <= story.points()
    story.live(10)
    assert newer.names <= story.points()
    story.world.prune(confirm=newer.token)
    assert len(story.points()) == 2 and story.world.journal.refusals.refusals("myeks") == []


def test_a_config_that_keeps_them_again_closes_the_refusal_and_a_second_slip_asks_again() -> None:
    story = Story({"last": 7})
    story.live(10)
    story.lower({"last": 1})
    refused = story.until_refused()
    story.lower({"last": 90})
    story.live(1)
    assert story.refused() == set() and refused <= story.points()
    story.lower({"last": 1})
    assert refused <= story.until_refused()


def test_a_refused_point_that_becomes_the_newest_is_still_refused() -> None:
    story = Story({"last": 7})
    story.live(10)
    story.lower({"last": 1})
    refused = story.until_refused()
    for name in story.points() - refused:
        del story.world.ebs.all[name]
    story.world.prune()
    story.live(5)
    assert refused <= story.points()


def test_what_somebody_deleted_leaves_the_refusal_and_the_last_one_closes_it() -> None:
    story = Story({"last": 7})
    story.live(10)
    story.lower({"last": 1})
    refused = sorted(story.until_refused())
    del story.world.ebs.all[refused[0]]
    story.world.prune()
    assert story.refused() == set(refused[1:])
    for name in refused[1:]:
        del story.world.ebs.all[name]
    story.world.prune()
    assert story.world.journal.refusals.refusals("myeks") == []


def test_a_refusal_that_cannot_be_announced_is_announced_by_the_next_prune() -> None:
    story = Story({"last": 7})
    story.live(10)
    story.lower({"last": 1})
    story.live(3)
    story.world.wait(hours=24)
    story.world.announcer.fail_next("prune_braked", TemporaryError("no answer"))
    assert story.world.prune().refused == ""
    assert story.refused() and story.world.announcer.braked == []
    story.world.prune()
    story.world.prune()
    assert len(story.world.announcer.braked) == 1


def test_a_journal_that_is_lost_forgets_the_refusal_and_refuses_again() -> None:
    story = Story({"last": 7})
    story.live(10)
    story.lower({"last": 1})
    refused = story.until_refused()
    for refusal in story.world.journal.refusals.refusals("myeks"):
        story.world.journal.refusals.remove_refusal("myeks", refusal.token)
    story.live(1)
    assert len(refused - story.refused()) <= 1, "the measure allows one deletion, as ever"
    assert story.refused() <= story.points()


def test_what_one_token_confirms_gives_a_second_slip_no_room() -> None:
    story, beside = a_story_beside_others({"last": 20}, 22)
    story.deploy(replace(story.policy, retention={"last": 8}), beside)
    first = story.until_refused()
    story.deploy(replace(story.policy, retention={"last": 1}), beside)
    story.world.prune()
    before = story.points()
    story.world.wait(hours=80)
    (refusal,) = story.world.journal.refusals.refusals("myeks")
    story.world.prune(confirm=refusal.token)
    lost = before - story.points()
    assert first <= lost and len(lost - first) <= 1, "one may go by the newest point"
    assert len(story.refused()) >= 6


def test_a_rehearsal_shows_the_token_and_writes_nothing() -> None:
    story = Story({"last": 1})
    for day in range(5):
        story.world.back_up(SLOT + day * DAY)
    (shown,) = story.world.prune(dry_run=True).refusals
    assert "shop/c0 (policy nightly) would lose 4 of 5" in shown.reason
    assert story.world.journal.refusals.refusals("myeks") == [] and story.world.announcer.braked == []
    story.world.prune(confirm=shown.token)
    assert names(story.world.ebs.all.values()) == [max(story.points())]


@pytest.mark.parametrize(
    "meanwhile", [{"name": "renamed"}, {"retention": {"no-such-rule": 1}}, {"clusters": ("other",)}]
)
def test_a_policy_that_the_config_lacks_for_a_while_closes_no_refusal(meanwhile: Mapping[str, Any]) -> None:
    story, refused = a_slip()
    story.deploy(replace(story.policy, **meanwhile))
    story.world.prune()
    assert story.refused() == refused, "nothing keeps them but that their policy is missing"
    story.lower({"last": 1})
    story.live(3)
    assert refused <= story.points() and refused <= story.refused()


@pytest.mark.parametrize("key", [tags.DUPLICATE, tags.MANAGED])
def test_a_refused_point_that_the_listing_leaves_out_for_a_while_is_still_refused(key: str) -> None:
    story, refused = a_slip()
    ebs = story.world.ebs
    before = {name: ebs.all[name] for name in refused}
    for name, point in before.items():
        ebs.all[name] = replace(point, tags={**point.tags, key: "true" if key == tags.DUPLICATE else "no"})
    story.world.prune()
    assert story.refused() == refused
    ebs.all |= before
    story.live(3)
    assert refused <= story.points()


def test_a_refused_point_in_the_recycle_bin_is_gone() -> None:
    story, refused = a_slip()
    name = min(refused)
    story.world.ebs.all[name] = replace(story.world.ebs.all[name], state=SnapshotState.RECOVERABLE, tags={})
    story.world.prune()
    assert story.refused() == refused - {name}


@pytest.mark.parametrize("rules", ["3f6a", "12345678"])
def test_a_refusal_of_an_older_version_holds(rules: str) -> None:
    story, refused = a_slip()
    (refusal,) = story.world.journal.refusals.refusals("myeks")
    story.world.journal.refusals.write_refusal(replace(refusal, rules=rules))
    story.live(2)
    assert refused <= story.points()
    story.lower({"last": 90})
    story.world.prune()
    assert story.refused() == set()
