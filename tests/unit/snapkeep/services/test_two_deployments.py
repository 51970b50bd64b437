"""Two deployments in one account: neither counts, ends, marks or deletes what is the other's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.domain.retention.deletion.deletions import SnapshotContent
from snapkeep.domain.retention.deletion.orphans import OrphanKind
from snapkeep.domain.retention.snapshot_tags import ReadablePoint, Unreadable, read
from snapkeep.services.backup.complete import Settled
from tests.fakes.world import SLOT, World, a_claim, a_policy

DAY = timedelta(days=1)


def two(method: Method = Method.EBS, **retention: int) -> tuple[World, World]:
    """Two deployments, of the same policy, that serve the same cluster."""
    policy = a_policy(method=method, **({"retention": retention} if retention else {}))
    claim = a_claim("mysql")
    blue = World(claim, policy=policy, name="blue")
    return blue, World(claim, policy=policy, name="green", beside=blue)


def of(world: World) -> list[str]:
    """The snapshots that name the deployment of a world."""
    name = world.deployment.name
    return [each.id for each in world.ebs.all.values() if each.tags.get(tags.DEPLOYMENT) == name]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_on_one_cluster_and_in_one_slot_each_has_a_point_that_counts(order: tuple[int, int]) -> None:
    worlds = two()
    for number in order:
        worlds[number].backup()
        worlds[number].work()
    blue = worlds[0]
    blue.ebs.complete()
    for snapshot_id in list(blue.ebs.all):
        for world in worlds:
            world.event(snapshot_id)
    for world in worlds:
        world.reconcile()
        assert world.point("mysql").state is PointState.READY
        assert [world.point("mysql").snapshot_id] == of(world)
        assert not world.prune_twins()
    assert len({world.point("mysql").id for world in worlds}) == 2
    assert not [each for each in blue.ebs.all.values() if tags.DUPLICATE in each.tags]


def test_the_end_of_anothers_snapshot_is_dropped_in_silence() -> None:
    blue, green = two()
    green.backup()
    green.work()
    (theirs,) = of(green)
    green.ebs.complete()
    before = green.ebs.all[theirs]

    assert blue.complete_points.on_event(theirs, finished=True, ended_at=blue.clock()) is Settled.NOT_OURS
    assert green.ebs.all[theirs] == before


def test_a_snapshot_that_is_gone_when_its_end_is_told_is_dropped_once_no_lag_explains_it() -> None:
    blue, _ = two()
    ended = blue.clock()
    with pytest.raises(TemporaryError, match="does not show"):
        blue.complete_points.on_event("snap-gone", finished=True, ended_at=ended)
    blue.wait(minutes=4)
    assert blue.complete_points.on_event("snap-gone", finished=True, ended_at=ended) is Settled.GONE


def test_neither_prunes_what_is_the_others() -> None:
    blue, green = two(last=1)
    for day in range(4):
        green.back_up(SLOT + day * DAY)
    theirs = of(green)
    for day in range(4, 8):
        blue.back_up(SLOT + day * DAY)
    for _ in range(3):
        blue.prune(confirm=blue.token())
        blue.wait(hours=25)

    assert of(green) == theirs and len(theirs) == 4
    assert len(of(blue)) < 4


def test_a_deletion_that_is_journaled_already_ends_when_the_point_is_anothers_by_now() -> None:
    blue, _ = two(last=1)
    for day in range(3):
        blue.back_up(SLOT + day * DAY)
    adopted = of(blue)[0]
    blue.during_pause = lambda: blue.ebs.add_tags(adopted, {tags.DEPLOYMENT: "green"})
    blue.ebs.add_tags(adopted, {tags.DEPLOYMENT: "green"})
    blue.prune()

    assert adopted in blue.ebs.all


def test_the_sweep_tells_of_another_deployment_on_the_same_cluster_and_touches_nothing() -> None:
    blue, green = two()
    green.back_up(SLOT)
    blue.wait(days=2)
    everything = dict(blue.ebs.all)
    reports = blue.sweeper.run(PruneRequest(orphans=True))

    found = [orphan for report in reports for orphan in report.orphans]
    assert [(orphan.kind, orphan.name) for orphan in found] == [(OrphanKind.OTHER_DEPLOYMENT, "green")]
    assert "snapkeep adopt --cluster myeks --from green" in found[0].reason
    assert blue.ebs.all == everything


def test_objects_of_a_cluster_that_both_serve_are_not_swept() -> None:
    blue, green = two()
    content = SnapshotContent("snapcontent-of-green", "snap-gone", "Retain", "shop", "gone-1")
    blue.cluster.contents[content.name] = content
    blue.wait(days=2)
    alone = [orphan.name for orphan in blue.sweeper.run(PruneRequest(orphans=True))[0].orphans]
    assert alone == [content.name]

    green.back_up(blue.clock())
    blue.wait(days=2)
    (report,) = blue.sweeper.run(PruneRequest(orphans=True))
    assert [orphan.name for orphan in report.orphans] == ["green"]
    assert "some are those of green" in report.notes[0]


def test_the_sweep_is_silent_about_other_deployments_of_other_clusters() -> None:
    blue, green = two()
    green.back_up(SLOT)
    (theirs,) = of(green)
    green.ebs.add_tags(theirs, {tags.CLUSTER: "elsewhere"})
    blue.wait(days=2)

    assert [report.counts for report in blue.sweeper.run(PruneRequest(orphans=True))] == [{}]


def test_what_the_driver_cuts_by_a_class_from_before_the_tag_is_named_when_it_is_completed() -> None:
    blue = World(a_claim("mysql"), policy=a_policy(method=Method.CSI), name="blue")
    blue.backup()
    blue.work()
    blue.cluster.run_driver(blue.ebs)
    ((name, cut),) = blue.ebs.all.items()
    blue.ebs.all[name] = replace(cut, tags={k: v for k, v in cut.tags.items() if k != tags.DEPLOYMENT})
    blue.finish_snapshots()

    assert blue.point("mysql").state is PointState.READY
    assert of(blue) == [name]


def test_points_from_before_the_tag_count_for_who_serves_their_cluster() -> None:
    blue, _ = two(last=2)
    for day in range(3):
        blue.back_up(SLOT + day * DAY)
    for name, made in blue.ebs.all.items():
        blue.ebs.all[name] = replace(made, tags=from_before(made.tags))

    newest = sorted(blue.ebs.all)[-2:]
    for _ in range(2):
        blue.prune(confirm=blue.token())
        blue.wait(hours=25)

    assert sorted(blue.ebs.all) == newest


def test_a_point_whose_deployment_somebody_rewrote_fits_no_lineage() -> None:
    blue, _ = two()
    blue.back_up(SLOT)
    (mine,) = blue.ebs.all.values()

    assert isinstance(read(mine, "myeks"), ReadablePoint)
    for stolen in ({tags.DEPLOYMENT: "green"}, {tags.DEPLOYMENT: ""}):
        assert isinstance(read(replace(mine, tags=mine.tags | stolen), "myeks"), Unreadable)


def test_a_pending_point_that_somebody_gave_to_another_deployment_fails_and_says_so() -> None:
    blue, _ = two()
    blue.backup()
    blue.work()
    (mine,) = blue.ebs.all
    blue.ebs.add_tags(mine, {tags.DEPLOYMENT: "green"})
    blue.finish_snapshots()
    blue.reconcile()

    assert blue.point("mysql").state is PointState.FAILED
    assert "somebody changed snapkeep:deployment" in blue.point("mysql").reason


def test_a_class_that_names_another_deployment_fails_its_points_with_what_to_do() -> None:
    blue = World(a_claim("mysql"), policy=a_policy(method=Method.CSI), name="green")
    blue.backup()
    blue.work()
    blue.finish_snapshots()
    assert blue.point("mysql").state is PointState.PENDING
    blue.wait(minutes=20)
    blue.reconcile()

    assert blue.point("mysql").state is PointState.FAILED
    assert "apply again what `snapkeep manifests` prints" in blue.point("mysql").reason


def test_the_only_good_snapshot_of_a_point_is_never_marked_as_a_duplicate() -> None:
    blue = World(a_claim("mysql"))
    blue.backup()
    blue.work()
    (first,) = blue.ebs.all
    second = blue.ebs.create("vol-mysql", blue.ebs.all[first].tags, "").id
    blue.ebs.break_snapshot(first)
    blue.event(first)
    blue.ebs.complete(second)
    blue.event(second)

    assert tags.DUPLICATE not in blue.ebs.all[second].tags
    assert isinstance(read(blue.ebs.all[second], "myeks"), ReadablePoint)


def test_a_second_snapshot_waits_while_ec2_may_only_hide_the_first() -> None:
    blue = World(a_claim("mysql"))
    blue.backup()
    blue.work()
    (first,) = blue.ebs.all
    second = blue.ebs.create("vol-mysql", blue.ebs.all[first].tags, "").id
    blue.ebs.hide(first, timedelta(minutes=1))
    blue.ebs.complete(second)
    with pytest.raises(TemporaryError, match="beside which"):
        blue.complete_points.on_event(second, finished=True)
    blue.wait(minutes=2)

    assert blue.complete_points.on_event(second, finished=True) is Settled.DUPLICATE


def from_before(present: dict[str, str]) -> dict[str, str]:
    """The tags of a point that a version without the name of deployments made."""
    facts, slot = tags.claim_facts_of(present), tags.slot_of(present)
    assert facts is not None and slot is not None
    old = point_id(facts.name, facts.cluster, facts.uid, present[tags.POLICY], slot)
    return {**{k: v for k, v in present.items() if k != tags.DEPLOYMENT}, tags.POINT: old}
