"""Attempts to make prune delete everything, each confirmed by whoever makes them, for two weeks.

Whatever is tried, the newest good point of every claim is in EC2 at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.policies import Method
from snapkeep.domain.retention.deletion.deletions import SnapshotContent
from snapkeep.domain.times import compact
from snapkeep.wiring import retention
from tests.fakes.world import SLOT, World, a_claim, a_policy

CLAIMS = ("mysql", "redis", "files")
DAYS = 9


class Story:
    """Three claims with nine daily points each; `retention` and the rest may be turned against them."""

    def __init__(self, method: Method = Method.CSI) -> None:
        self.policy = a_policy(method=method, retention={"last": 3})
        self.world = World(*map(a_claim, CLAIMS), policy=self.policy)
        for day in range(DAYS):
            self.world.back_up(SLOT + timedelta(days=day))
            self.world.prune()
        self.world.wait(hours=1)
        self.newest = {claim: self.of(claim)[-1].id for claim in CLAIMS}

    def of(self, claim: str) -> list[Snapshot]:
        """The good points of a claim's volume, oldest first."""
        found = [
            item
            for item in self.world.ebs.all.values()
            if item.volume_id == f"vol-{claim}" and item.state is SnapshotState.COMPLETED
        ]
        return sorted(found, key=lambda item: (item.started_at, item.id))

    def say(self, **policy: Any) -> None:
        """Ship another policy to the functions, past every check of the config."""
        self.ship(replace(self.policy, **policy))

    def ship(self, *policies: Any) -> None:
        deployment = replace(self.world.deployment, policies=policies)
        self.world.pruner = retention.prune(self.world.deployed(deployment))

    def tag(self, change: Callable[[Snapshot], dict[str, str]]) -> None:
        """Change tags of every snapshot, as somebody with ec2:CreateTags could."""
        for item in list(self.world.ebs.all.values()):
            self.world.ebs.all[item.id] = replace(item, tags=item.tags | change(item))

    def list_only(self, wanted: Callable[[Snapshot], bool]) -> None:
        """Let EC2's listings show only some snapshots; asked for one by one they are all there."""
        find = self.world.ebs.find

        def some(*given: Any, **named: Any) -> Iterator[Snapshot]:
            return (item for item in find(*given, **named) if wanted(item))

        self.world.ebs.find = some  # type: ignore[method-assign]

    def prune_for_two_weeks(self) -> None:
        """Prune every other day, and confirm whatever is braked."""
        for _ in range(7):
            self.world.prune()
            for refusal in self.world.prune(dry_run=True).refusals:
                self.world.prune(confirm=refusal.token)
            self.world.wait(days=2)


Attack = Callable[[Story], None]


def broken(retention: Any, **policy: Any) -> Attack:
    return lambda story: story.say(retention=retention, **policy)


def without_policies(story: Story) -> None:
    story.ship()


def another_policy_of_the_name(story: Story) -> None:
    story.say(retention={"last": 1, "max_age": "1h"}, clusters=("myeks",))


def claims_that_all_look_gone(story: Story) -> None:
    story.say(retention={"last": 3, "after_claim_deleted": "1h"})
    story.world.cluster.claim_list.clear()


def a_listing_without_the_newest(story: Story) -> None:
    story.list_only(lambda item: item.id not in story.newest.values())


def a_listing_of_the_newest_alone(story: Story) -> None:
    story.list_only(lambda item: item.id in story.newest.values())


def an_empty_listing(story: Story) -> None:
    story.list_only(lambda item: False)


def a_listing_that_breaks_off(story: Story) -> None:
    story.world.ebs.fail_next("find", *[TemporaryError("page 2 is missing")] * 3)


def a_year_ahead(story: Story) -> None:
    story.world.wait(days=365)


def a_year_back(story: Story) -> None:
    story.world.wait(days=-365)


def everything_marked_as_twins(story: Story) -> None:
    story.tag(lambda item: {tags.DUPLICATE: "true"})


def the_newest_marked_as_twins(story: Story) -> None:
    story.tag(lambda item: {tags.DUPLICATE: "true"} if item.id in story.newest.values() else {})


def slots_in_the_future(story: Story) -> None:
    story.tag(lambda item: {tags.SLOT: "20991231T000000Z"})


def claims_swapped(story: Story) -> None:
    others = dict(zip(CLAIMS, CLAIMS[1:] + CLAIMS[:1], strict=True))
    story.tag(lambda item: {tags.CLAIM_UID: f"uid-shop-{others[item.tags[tags.CLAIM]]}"})


def points_of_another_claim(story: Story) -> None:
    """Rewrite the tags of redis' points, as a role that completes tags could: they fit each other."""
    for item in story.of("redis")[:-1]:
        slot = item.started_at + timedelta(days=3)
        name = point_id("mysql", "myeks", "uid-shop-mysql", "nightly", slot)
        forged = {
            tags.CLAIM: "mysql",
            tags.CLAIM_UID: "uid-shop-mysql",
            tags.SLOT: compact(slot),
            tags.POINT: name,
        }
        story.world.ebs.all[item.id] = replace(item, tags=item.tags | forged)
    story.say(retention={"last": 1})


def all_under_a_built_in_policy(story: Story) -> None:
    story.tag(lambda item: {tags.POLICY: "interruption"})


def all_of_another_cluster(story: Story) -> None:
    story.tag(lambda item: {tags.CLUSTER: "other"})


def copies_of_the_newest(story: Story) -> None:
    """Snapshots of an empty volume with the tags of good points, newer than them."""
    story.world.ebs.add_volume("vol-empty")
    for item in list(story.world.ebs.all.values()):
        if item.id in story.newest.values():
            story.world.ebs.create("vol-empty", item.tags, "")
    story.world.ebs.complete()


def contents_that_would_delete(story: Story) -> None:
    for name, item in story.world.cluster.contents.items():
        story.world.cluster.contents[name] = replace(item, deletion_policy="Delete")
    story.say(retention={"last": 1, "max_age": "1h"})


def contents_that_name_the_newest(story: Story) -> None:
    for claim, name in story.newest.items():
        content = SnapshotContent(f"evil-{claim}", name, "Retain", "shop", "old")
        story.world.cluster.contents[content.name] = content


def contents_that_cannot_be_listed(story: Story) -> None:
    story.world.cluster.fail_next("snapshot_contents", *[TemporaryError("page 2 is missing")] * 3)
    story.say(retention={"last": 1})


ATTACKS: dict[str, Attack] = {
    "last 0": broken({"last": 0}),
    "negative": broken({"last": -3}),
    "empty": broken({}),
    "no mapping": broken(["last", 3]),
    "unknown rule": broken({"lust": 3}),
    "minimum 0": broken({"last": 1, "minimum": 0}),
    "max_age of an hour": broken({"last": 1, "max_age": "1h"}),
    "within nothing": broken({"within": "0d"}),
    "one point": broken({"last": 1}),
} | {
    attack.__name__.replace("_", " "): attack
    for attack in (
        without_policies,
        another_policy_of_the_name,
        claims_that_all_look_gone,
        a_listing_without_the_newest,
        a_listing_of_the_newest_alone,
        an_empty_listing,
        a_listing_that_breaks_off,
        a_year_ahead,
        a_year_back,
        everything_marked_as_twins,
        the_newest_marked_as_twins,
        slots_in_the_future,
        claims_swapped,
        points_of_another_claim,
        all_under_a_built_in_policy,
        all_of_another_cluster,
        copies_of_the_newest,
        contents_that_would_delete,
        contents_that_name_the_newest,
        contents_that_cannot_be_listed,
    )
}


def test_the_story_begins_with_points_to_lose() -> None:
    story = Story()
    assert {claim: len(story.of(claim)) for claim in CLAIMS} == dict.fromkeys(CLAIMS, 3)


@pytest.mark.parametrize("method", [Method.CSI, Method.EBS])
@pytest.mark.parametrize("name", ATTACKS)
def test_the_newest_good_point_of_every_claim_stays(name: str, method: Method) -> None:
    story = Story(method)
    ATTACKS[name](story)
    story.prune_for_two_weeks()
    assert set(story.newest.values()) <= set(story.world.ebs.all)


@pytest.mark.parametrize("first", ["last 0", "a year ahead", "claims that all look gone", "a year back"])
@pytest.mark.parametrize("second", ["one point", "the newest marked as twins", "copies of the newest"])
def test_nor_do_two_attacks_at_once_take_it(first: str, second: str) -> None:
    story = Story()
    ATTACKS[first](story)
    ATTACKS[second](story)
    story.prune_for_two_weeks()
    assert set(story.newest.values()) <= set(story.world.ebs.all)


@pytest.mark.parametrize("name", ["one point", "max_age of an hour", "contents that cannot be listed"])
def test_what_may_be_deleted_is_deleted_so_the_attacks_reach_something(name: str) -> None:
    story = Story(Method.EBS)
    ATTACKS[name](story)
    story.prune_for_two_weeks()
    assert {claim: len(story.of(claim)) for claim in CLAIMS} == dict.fromkeys(CLAIMS, 1)


def test_points_of_another_claim_are_kept_and_told_and_push_nothing_out() -> None:
    story = Story()
    mine = {item.id for item in story.of("mysql")}
    points_of_another_claim(story)
    forged = {item.id for item in story.of("redis")[:-1]}
    story.say(retention={"last": 3})
    report = story.world.prune()
    assert mine | forged <= set(story.world.ebs.all)
    told = dict(report.unreadable)
    assert set(told) == forged
    assert all("volume is vol-mysql and the snapshot is of vol-redis" in reason for reason in told.values())
