"""Copies are pruned as points are, apart from them, and in doubt they stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.times import compact
from tests.fakes.copying import A_DAY, OSAKA, CopyWorld, to_osaka
from tests.fakes.faults import Crash
from tests.fakes.journal import MemoryJournal
from tests.unit.snapkeep.domain.copies.copy_samples import with_tags


def a_world(days: int = 5, *, pruned_daily: bool = True, lock: Any = None, **rule: Any) -> CopyWorld:
    """Daily points of one claim, each copied to Osaka, where the last three are kept."""
    world = CopyWorld("mysql", rule=to_osaka(lock=lock, **rule))
    world.live(minutes=15)
    world.copied(1)
    world.prune_copies()
    world.wait(days=3)  # the grace of a record that was lost, as it seems to the first prune
    world.prune_copies()
    world.copied(days - 2, prune=pruned_daily)
    return world


def there(world: CopyWorld) -> list[Snapshot]:
    return sorted(world.osaka.all.values(), key=lambda copy: copy.tags[copy_tags.TAKEN])


def taken_out(world: CopyWorld, number: int, **changes: Any) -> Snapshot:
    """The copy of that number, oldest first, after these changes."""
    changed = replace(there(world)[number], **changes)
    world.osaka.all[changed.id] = changed
    return changed


def test_copies_run_down_to_what_their_rule_keeps_and_points_stay() -> None:
    world = a_world(8)
    points = set(world.ebs.all)
    report = world.prune_copies()
    assert (report.cluster, report.refused, report.given_up) == ("myeks@osaka", "", {})
    assert len(there(world)) == 3 and len(points) == 8
    assert set(world.ebs.all) == points
    assert world.announcer.braked == []


def test_a_prune_at_home_sees_no_copies() -> None:
    world = a_world(8, pruned_daily=False)
    copies = set(world.osaka.all)
    world.prune()
    assert set(world.osaka.all) == copies


def test_deletions_beyond_the_new_copies_wait_for_a_token_that_is_the_places_own() -> None:
    world = a_world(4)
    world.copied(8)
    last = world.journal.prunes.last_prune("myeks@osaka")
    assert last is not None  # one saw all of them, but died before it deleted any
    world.journal.prunes.write_last_prune(replace(last, at=world.clock()))
    world.wait(hours=1)
    (refusal,) = world.prune_copies().refusals
    assert refusal.count == 8 and len(there(world)) == 11
    assert [item.token for item in world.announcer.braked] == [refusal.token]
    assert "no refusal has the token" in world.prune(confirm=refusal.token).refused
    assert world.prune_copies(confirm=refusal.token, place="osaka").refused == ""
    assert len(there(world)) == 3


def test_a_rehearsal_writes_and_deletes_nothing() -> None:
    world = a_world(4)
    world.copied(1)
    before = dict(world.osaka.all)
    rehearsed = world.prune_copies(dry_run=True)
    assert world.osaka.all == before and world.journal.deletions.under_way == {}
    assert rehearsed.delete == world.prune_copies().delete != []


def test_retention_that_gets_shorter_spares_for_72_hours_what_it_kept() -> None:
    world = a_world(6, retention={"last": 6})
    assert len(there(world)) == 6
    rule = to_osaka(lock=None, retention={"last": 1})
    world.deployment = replace(world.deployment, policies=(replace(world.policy, copies=(rule,)),))
    world.build()
    world.prune_copies()
    assert len(there(world)) == 6
    world.wait(hours=73)
    (refusal,) = world.prune_copies().refusals
    assert len(there(world)) == 6 and refusal.count == 5


def test_a_locked_or_held_copy_stays_also_when_it_was_locked_only_now() -> None:
    world = a_world(4)
    world.copied(2)
    first, second, *_ = there(world)
    world.osaka.locks[first.id] = ()
    world.osaka.add_tags(second.id, {tags.HOLD: "true"})
    world.prune_copies()
    assert {first.id, second.id} <= set(world.osaka.all)


def test_the_newest_copy_of_a_volume_stays_and_says_why() -> None:
    world = a_world(3, retention={"last": 1, "within": "1h"})
    (copy,) = there(world)
    world.wait(days=400)
    report = world.prune_copies()
    assert there(world) == [copy]
    reasons = dict(report.keep)[copy.id]
    assert any("without it the next one would be a full copy" in reason for reason in reasons)


def test_failed_copies_go_once_they_are_settled() -> None:
    world = a_world(3)
    world.osaka.fails = ["Given key ID is not accessible"]
    world.back_up_again(world.clock() + A_DAY)
    world.turn()
    world.osaka.finish_copies()
    failed = [copy.id for copy in there(world) if copy.state is SnapshotState.ERROR]
    world.prune_copies()
    assert failed[0] in world.osaka.all, "its reason is not journaled yet"
    world.turn()
    world.prune_copies()
    assert failed[0] not in world.osaka.all


def test_a_cancelled_copy_goes_while_pending_if_the_journal_knows_of_it() -> None:
    world = a_world(3)
    world.back_up_again(world.clock() + A_DAY)
    world.turn()
    (pending,) = [copy for copy in there(world) if copy.state is SnapshotState.PENDING]
    world.osaka.add_tags(pending.id, {copy_tags.CANCELLED: compact(world.clock())})
    world.prune_copies()
    assert pending.id in world.osaka.all
    (key, record) = next(
        item for item in world.journal.copies.all.items() if item[1].snapshot_id == pending.id
    )
    world.journal.copies.all[key] = replace(record, stage=CopyStage.CANCELLED)
    world.prune_copies()
    assert pending.id not in world.osaka.all


@pytest.mark.parametrize(
    "poison",
    [
        {copy_tags.TAKEN: "20990101T000000Z"},
        {copy_tags.TAKEN: "yesterday"},
        {copy_tags.COPY_FROM: "111122223333/us-east-1"},
        {tags.SLOT: "20990101T000000Z"},
        {tags.CLAIM_UID: "uid-of-another"},
        {tags.POLICY: "weekly"},
        {tags.DUPLICATE: "true"},
        {copy_tags.CANCELLED: "20261201T000000Z"},
        {copy_tags.SOURCE_VOLUME: ""},
        {tags.DEPLOYMENT: "another"},
        {copy_tags.PLACE: "vault"},
        {tags.MANAGED: "true"},
    ],
    ids=str,
)
def test_an_edited_copy_stays_and_shields_nothing(poison: dict[str, str]) -> None:
    world = a_world(4)
    world.copied(1)
    newest = there(world)[-1]
    world.osaka.add_tags(newest.id, poison)
    world.prune_copies()
    assert newest.id in world.osaka.all
    good = [copy for copy in there(world) if copy.id != newest.id]
    assert len(good) == 3


def test_a_forged_duplicate_mark_on_every_copy_deletes_none_of_them() -> None:
    world = a_world(5)
    for copy in there(world):
        world.osaka.add_tags(copy.id, {tags.DUPLICATE: "true"})
    before = set(world.osaka.all)
    world.prune_copies()
    assert set(world.osaka.all) == before


def test_copies_of_runs_that_never_were_push_nothing_out() -> None:
    world = a_world(4)
    real, model = {copy.id for copy in there(world)}, there(world)[-1]
    for number in range(5):
        world.osaka.put(forged(world, model, number))
    world.wait(days=1)
    world.prune_copies()
    assert real <= set(world.osaka.all)


def forged(world: CopyWorld, model: Snapshot, number: int) -> Snapshot:
    """A copy that an attacker made in advance: of no run, but with tags that fit each other."""
    slot = world.clock() - timedelta(minutes=number)
    facts = tags.claim_facts_of(model.tags)
    assert facts is not None
    slot = slot.replace(microsecond=0)
    point = point_id(
        facts.name, facts.cluster, facts.uid, model.tags[tags.POLICY], slot, model.tags[tags.DEPLOYMENT]
    )
    changed = {
        tags.SLOT: compact(slot),
        tags.POINT: point,
        tags.RUN: f"forged-{number}",
        copy_tags.TAKEN: compact(slot),
    }
    return with_tags(model, changed, id=f"snap-f{number:016x}", started_at=slot)


def test_without_its_journal_it_spares_everything_for_72_hours() -> None:
    world = a_world(5)
    world.copied(3)
    world.journal = MemoryJournal()
    world.build()
    before = set(world.osaka.all)
    world.prune_copies()
    assert set(world.osaka.all) == before


def test_copies_of_a_place_that_left_the_config_are_never_pruned() -> None:
    world = a_world(6)
    copies = set(world.osaka.all)
    renamed = replace(OSAKA, name="kansai")
    rule = to_osaka(lock=None, to="kansai", retention={"last": 1})
    world.deployment = replace(
        world.deployment, places=(renamed,), policies=(replace(world.policy, copies=(rule,)),)
    )
    world.build()
    for _ in range(5):
        world.wait(days=1)
        world.prune_copies()
    assert set(world.osaka.all) == copies


def test_a_place_that_retires_runs_down_by_its_rules_with_nothing_pinned() -> None:
    world = a_world(6, retention={"last": 3, "max_age": "10d"})
    world.deployment = replace(world.deployment, places=(replace(OSAKA, retire=True),))
    world.build()
    for _ in range(30):
        world.wait(days=1)
        world.prune_copies()
    (last,) = there(world)
    assert dict(world.prune_copies().keep)[last.id] == ("last ready point of its lineage",)


def test_what_is_frozen_at_home_is_frozen_in_the_place() -> None:
    world = a_world(4)
    world.copied(2)
    cluster = world.clusters.clusters.pop("myeks")
    world.prune()
    before = set(world.osaka.all)
    assert "retention is frozen" in world.prune_copies().refused
    assert set(world.osaka.all) == before
    world.clusters.clusters["myeks"] = cluster
    world.prune()
    world.prune_copies()
    assert len(there(world)) == 3


def test_two_deployments_in_one_place_prune_their_own_copies() -> None:
    world = a_world(4)
    model = there(world)[0]
    others = [
        replace(model, id=f"snap-{number:017x}", tags=model.tags | {tags.DEPLOYMENT: "blue"})
        for number in range(5)
    ]
    for each in others:
        world.osaka.put(each)
    world.copied(2, prune=True)
    assert {each.id for each in others} <= set(world.osaka.all)
    assert len(there(world)) == 3 + 5
    assert "names no such cluster or place" in world.prune_copies(place="vault").refused


def test_a_hold_and_another_point_between_plan_and_deletion_win() -> None:
    world = a_world(4)
    world.copied(1)
    (oldest, *_) = there(world)
    world.osaka.meanwhile("protections", lambda: world.osaka.add_tags(oldest.id, {tags.HOLD: "x"}))
    report = world.prune_copies()
    assert oldest.id in world.osaka.all
    assert report.ended[0].reason == "kept: it is held (tag snapkeep:hold)"


def test_a_death_after_the_deletion_is_made_good_by_the_next_prune() -> None:
    world = a_world(4)
    world.copied(1)
    world.osaka.crash_after("delete")
    with pytest.raises(Crash):
        world.prune_copies()
    report = world.prune_copies()
    assert [item.fate for item in report.ended] == ["deleted"]
    assert world.journal.deletions.under_way == {} and len(there(world)) == 3
