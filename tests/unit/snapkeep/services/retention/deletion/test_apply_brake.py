"""What the brake refused stays refused: neither time nor new points turn a refusal into consent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapkeep.domain import tags
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.policies import Policy, Schedule, Selection
from snapkeep.domain.retention.deletion.deletions import PlannedDeletion
from snapkeep.domain.retention.turnover import Tally
from snapkeep.services.retention.survey import Survey
from snapkeep.wiring import retention
from tests.fakes import MemoryJournal
from tests.fakes.world import SLOT, World, a_claim, a_policy, names

DAY = timedelta(days=1)
Retention = Mapping[str, int | str]


class Story:
    """Claims that are backed up and pruned in turn; nobody confirms anything unless the test does."""

    def __init__(self, before: Retention, *, claims: int = 1, every: timedelta = DAY) -> None:
        schedule = Schedule(f"rate({int(every.total_seconds() // 3600)} hours)")
        self.every = every
        self.policy = a_policy(retention=before, schedule=schedule)
        self.world = World(*(a_claim(f"c{number}") for number in range(claims)), policy=self.policy)
        self.slot = SLOT - every

    def live(self, rounds: int, each: Callable[[], object] = lambda: None) -> None:
        """Back up and prune so many times."""
        for _ in range(rounds):
            self.slot += self.every
            self.world.back_up(self.slot)
            self.world.prune()
            each()

    def lower(self, after: Retention) -> None:
        """Deploy another retention."""
        self.deploy(replace(self.policy, retention=after))

    def deploy(self, *policies: Policy) -> None:
        deployment = replace(self.world.deployment, policies=policies)
        self.world.pruner = retention.prune(self.world.deployed(deployment))

    def points(self) -> set[str]:
        return set(self.world.ebs.all)

    def refused(self) -> set[str]:
        """What open refusals name now."""
        return {name for refusal in self.world.journal.refusals.refusals("myeks") for name in refusal.names}

    def until_refused(self) -> set[str]:
        """Live on until the brake refuses something."""
        for _ in range(40):
            self.live(1)
            if self.refused():
                return self.refused()
        raise AssertionError("the brake never refused anything")


SLIPS: list[Any] = [
    ({"last": 7}, {"last": 1}, 24, 1),
    pytest.param({"last": 14}, {"last": 2}, 24, 3, marks=pytest.mark.slow),
    pytest.param({"daily": 7, "weekly": 4, "monthly": 6}, {"last": 1}, 24, 2, marks=pytest.mark.slow),
    ({"last": 28, "daily": 14, "weekly": 8, "monthly": 12}, {"last": 1}, 6, 1),
]


@pytest.mark.parametrize(("before", "after", "hours", "claims"), SLIPS)
def test_in_400_days_of_pruning_nothing_that_was_refused_goes(
    before: Retention, after: Retention, hours: int, claims: int
) -> None:
    story = Story(before, claims=claims, every=timedelta(hours=hours))
    story.live(60 if hours == 24 else 120)
    story.lower(after)
    refused = story.until_refused()
    announced_at: list[datetime] = []

    def look() -> None:
        assert refused <= story.points()
        announced_at[:] = [story.slot] if len(story.world.announcer.braked) == 1 else announced_at

    story.every = DAY
    story.live(400, look)
    kept = next(iter(after.values()))
    assert isinstance(kept, int)
    assert len(story.points() - refused) == kept * claims, "turnover goes on as the new rules say"
    assert 400 // 7 - 1 <= len(story.world.announcer.braked) <= 400 // 7 + 2, "people hear of it every week"


def test_a_slip_in_one_policy_leaves_the_turnover_of_others_as_it_was() -> None:
    story = Story({"last": 10}, claims=6)
    story.live(12)
    story.lower({"last": 1})
    story.until_refused()
    before = len(story.points())
    story.live(30)
    assert len(story.points()) == before


def test_new_points_of_another_claim_account_for_nothing() -> None:
    story = Story({"last": 20}, claims=10)
    story.live(20)
    story.lower({"last": 12})
    story.live(3)
    busy = a_claim("busy")
    story.world.cluster.claim_list.append(busy)
    story.world.ebs.add_volume("vol-busy")
    for hour in range(60):
        story.world.back_up(story.slot + timedelta(minutes=hour))
    story.world.wait(hours=80)
    report = story.world.prune()
    assert sum(refusal.count for refusal in report.refusals) >= 80
    assert report.counts.get("deleted", 0) <= 20


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


def a_story_beside_others(before: Retention, rounds: int) -> tuple[Story, Policy]:
    """A claim that was backed up so often, beside many other points under a policy that keeps all."""
    story = Story(before)
    world = story.world
    others = [a_claim(f"other{number}", namespace="beside") for number in range(12)]
    beside = a_policy("beside", retention={"last": "all"}, selection=Selection(namespaces=("beside",)))
    for claim in others:
        world.ebs.add_volume(f"vol-{claim.name}")
    story.policy = replace(story.policy, selection=Selection(namespaces=("shop",)))
    world.cluster.claim_list += others
    object.__setattr__(
        world.plan_backup, "deployment", replace(world.deployment, policies=(story.policy, beside))
    )
    story.deploy(story.policy, beside)
    story.live(rounds)
    for minute in range(1, 7):
        slot = story.slot + timedelta(minutes=minute)
        world.plan_backup.run("myeks", "beside", slot, world.owner())
        world.work()
        world.finish_snapshots()
    return story, beside


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


def test_a_slip_that_no_prune_looked_at_for_days_gets_no_room_from_the_points_that_came() -> None:
    story, beside = a_story_beside_others({"last": 7}, 9)
    story.deploy(replace(story.policy, retention={"last": 1}), beside)
    story.world.prune()  # the last one for a week: its grace passes unseen
    before = {name for name, item in story.world.ebs.all.items() if item.tags[tags.POLICY] == "nightly"}
    for _ in range(7):
        story.slot += DAY
        story.world.back_up(story.slot)
    story.world.prune()
    assert len(before & story.points()) >= len(before) - 2 and story.refused() <= before


def test_a_slip_in_the_schedule_empties_no_history_before_its_grace_is_over() -> None:
    story = Story({"last": 7})
    story.live(9)
    history = story.points()
    story.deploy(replace(story.policy, schedule=Schedule("cron(* 18 * * ? *)")))
    for _ in range(20):
        story.slot += timedelta(minutes=1)
        story.world.back_up(story.slot)
    story.every = timedelta(minutes=1)
    story.live(10)
    assert len(history & story.points()) == 6, "only the newest may be taken for one of the new schedule"


def test_a_rehearsal_shows_the_token_and_writes_nothing() -> None:
    story = Story({"last": 1})
    for day in range(5):
        story.world.back_up(SLOT + day * DAY)
    (shown,) = story.world.prune(dry_run=True).refusals
    assert "shop/c0 (policy nightly) would lose 4 of 5" in shown.reason
    assert story.world.journal.refusals.refusals("myeks") == [] and story.world.announcer.braked == []
    story.world.prune(confirm=shown.token)
    assert names(story.world.ebs.all.values()) == [max(story.points())]


def a_slip() -> tuple[Story, set[str]]:
    """A claim whose retention was lowered by mistake, and what the brake refused of it."""
    story = Story({"last": 7})
    story.live(10)
    story.lower({"last": 1})
    return story, story.until_refused()


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


def test_a_change_of_another_policy_releases_no_refused_point_that_is_just_the_last_one() -> None:
    story, refused = a_slip()
    for name in story.points() - refused:
        del story.world.ebs.all[name]
    lowered = replace(story.policy, retention={"last": 1})
    story.deploy(lowered, a_policy("other", retention={"last": 5}))
    story.world.prune()
    story.live(3)
    assert refused <= story.points() and refused <= story.refused()


def test_failing_backups_release_nothing_that_age_was_refused_to_delete() -> None:
    story = Story({"last": "all", "max_age": "30d"})
    story.live(20)
    story.lower({"last": "all", "max_age": "2d"})
    refused = story.until_refused()
    for name in story.points() - refused:
        del story.world.ebs.all[name]
    story.world.wait(hours=24 * 10)
    story.lower({"last": "all", "max_age": "3d"})
    story.world.prune()
    spared = max(refused)
    assert spared in story.refused(), "only failing backups spare it"
    story.live(12)
    assert refused <= story.points()


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


def test_deletions_that_were_let_through_and_never_end_give_no_room_to_lose_more() -> None:
    mine = [f"snap-{number}" for number in range(9)]
    survey = Survey(
        deletions=[PlannedDeletion(name, "", "", "c/p", counts=True) for name in mine],
        tallies={"c/p": Tally("c/p", 10, 0, tuple(mine))},
    )
    (change,) = survey.changes(mine[:5])
    assert change.goes_too_far and set(change.beyond) == set(mine[5:])


@pytest.mark.parametrize("age", ["2d", "3d", "4d", "8d"])
def test_age_that_lets_one_go_before_its_successor_is_ready_never_brakes(age: str) -> None:
    story = Story({"last": "all", "max_age": age}, claims=12)
    for _ in range(14):
        story.slot += DAY
        world = story.world
        world.clock.now = story.slot
        world.backup(story.slot)
        world.work()
        world.wait(minutes=1)
        world.prune()
        world.finish_snapshots()
        for minutes in (20, 300, 600):
            world.wait(minutes=minutes)
            world.prune()
    assert story.refused() == set()
    assert len(story.points()) <= 12 * int(age[:-1])


COPIED = (
    ("runs", "all"),
    ("points", "all"),
    ("prunes", "_prunes"),
    ("refusals", "_refusals"),
    ("retentions", "_retentions"),
    ("retentions", "_gone"),
    ("deletions", "under_way"),
    ("deletions", "ended"),
)


def copy_of(journal: MemoryJournal) -> Mapping[tuple[str, str], Any]:
    return deepcopy({(store, name): getattr(getattr(journal, store), name) for store, name in COPIED})


def restore_from(copy: Mapping[tuple[str, str], Any], journal: MemoryJournal) -> None:
    """Let the journal know again what it knew when the copy was made."""
    for (store, name), known in deepcopy(dict(copy)).items():
        setattr(getattr(journal, store), name, known)


@pytest.mark.parametrize("days", [0, 10, 40, 400])
def test_a_journal_restored_from_an_old_copy_lets_no_slip_through(days: int) -> None:
    story = Story({"last": 1}, every=timedelta(hours=6))
    story.live(3)
    copy = copy_of(story.world.journal)
    story.slot += timedelta(days=days)
    story.world.journal.retentions.write_retention_history("myeks", "nightly", ())
    story.lower({"last": 28})
    story.live(60)
    kept = story.points()
    assert len(kept) == 28
    restore_from(copy, story.world.journal)
    story.lower({"last": 1})
    notes = story.world.prune().notes
    assert [note for note in notes if "restored from an old copy" in note]
    story.live(11)
    assert kept <= story.points(), "what the last rules kept is spared for a grace"
    story.live(20)
    assert kept <= story.points(), "and then the brake asks"
    assert story.refused()


def test_a_restored_journal_calls_no_point_new_that_it_does_not_know() -> None:
    story = Story({"last": 28}, every=timedelta(hours=6))
    story.live(4)
    copy = copy_of(story.world.journal)
    story.live(24)
    restore_from(copy, story.world.journal)
    verdict = story.world.prune(dry_run=True).verdict
    assert verdict is not None and verdict.new == 1, "the one that came with the last prune that it knows"
    story.world.prune()
    story.live(1)
    verdict = story.world.prune(dry_run=True).verdict
    assert verdict is not None and verdict.new <= 1
    assert not [note for note in story.world.prune().notes if "old copy" in note], "it is told once"


@pytest.mark.parametrize("days", [3, 30, 100, 400])
def test_a_prune_that_did_not_run_for_long_is_no_old_copy(days: int) -> None:
    """The journal knows the runs meanwhile, or their time in it is over."""
    story = Story({"last": 28}, every=DAY)
    story.live(4)
    for _ in range(days):
        story.slot += DAY
        story.world.back_up(story.slot)
        journal = story.world.journal
        over = {name for name, run in journal.runs.all.items() if run.slot < story.slot - 90 * DAY}
        journal.runs.all = {name: run for name, run in journal.runs.all.items() if name not in over}
    report = story.world.prune()
    assert not [note for note in report.notes if "old copy" in note]
    assert not [why for _, reasons in report.keep for why in reasons if "grace" in why]


@given(
    before=st.integers(1, 12),
    meanwhile=st.integers(1, 12),
    after=st.integers(1, 12),
    lived=st.integers(1, 10),
    since=st.integers(1, 20),
)
@settings(max_examples=25, deadline=None)
def test_whatever_was_kept_when_an_old_copy_came_back_stays_for_its_grace(
    before: int, meanwhile: int, after: int, lived: int, since: int
) -> None:
    story = Story({"last": before}, every=timedelta(hours=6))
    story.live(lived)
    copy = copy_of(story.world.journal)
    story.lower({"last": meanwhile})
    story.live(since)
    kept = story.points()
    restore_from(copy, story.world.journal)
    story.lower({"last": after})
    story.live(11)
    assert kept <= story.points()
