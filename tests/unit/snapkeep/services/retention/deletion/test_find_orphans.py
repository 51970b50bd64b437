"""Finding orphans: what belongs to something is not one, and what is in doubt is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.claims import ClaimName
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.policies import Method
from snapkeep.domain.retention.deletion.deletions import SnapshotContent
from snapkeep.domain.retention.deletion.orphans import OrphanKind
from tests.fakes.restore_samples import a_restore
from tests.unit.snapkeep.services.retention.deletion.test_sweep_orphans import Story


def test_a_stale_content_goes() -> None:
    story = Story(method=Method.CSI)
    name = story.stale_content()
    assert story.one().ended == [(name, "deleted")]
    assert name not in story.world.cluster.contents


def test_a_content_whose_snapshot_is_only_missing_in_the_listing_stays() -> None:
    story = Story(method=Method.CSI)
    hidden = story.good[0]
    find = story.world.ebs.find
    story.world.ebs.find = lambda *given, **named: (  # type: ignore[method-assign]
        item for item in find(*given, **named) if item.id != hidden
    )
    assert story.one().counts == {}


@pytest.mark.parametrize("method", ["snapshot_contents", "listed_snapshots"])
def test_without_the_objects_of_the_cluster_only_ec2_is_judged(method: str) -> None:
    story = Story()
    twin = story.late_twin()
    story.stale_content()
    story.world.cluster.fail_next(method, TemporaryError("the API does not answer"))
    report = story.one()
    assert report.notes == ["the objects of the cluster were not compared: the API does not answer"]
    assert [name for name, _ in report.ended] == [twin]
    assert "snapcontent-stale" in story.world.cluster.contents


def test_an_import_pair_of_an_open_restore_stays_and_goes_when_it_is_over() -> None:
    story = Story(method=Method.CSI)
    restore = story.world.journal.restores.add_restore(a_restore())
    pair = restore.objects
    story.world.cluster.contents[pair] = SnapshotContent(pair, story.good[0], "Retain", "shop", pair)
    assert story.one().counts == {}
    story.world.journal.restores.all.clear()
    assert story.one().ended == [(pair, "deleted")]


def test_a_point_that_somebody_deleted_is_told_and_one_of_ours_is_not() -> None:
    story = Story()
    stolen, pruned = story.good[:2]
    for name in (stolen, pruned):
        del story.world.ebs.all[name]
    story.world.journal.deletions.ended[pruned] = "deleted"
    (orphan,) = story.one().orphans
    assert (orphan.kind, stolen in orphan.reason) == (OrphanKind.LOST_POINT, True)


def test_a_point_of_a_backup_on_demand_that_somebody_deleted_is_told_as_well() -> None:
    story = Story()
    world = story.world
    wish = OnDemandRequest(claims=(ClaimName("shop", world.cluster.claim_list[0].name),), method=Method.EBS)
    run = world.request_backup.accept("myeks", wish, "request-1")
    world.plan_backup.run(run.cluster, run.policy, run.slot, world.owner())
    world.work()
    world.finish_snapshots()
    (point,) = world.journal.points.points_of(run.id)
    del world.ebs.all[point.snapshot_id]
    (orphan,) = story.one().orphans
    assert (orphan.kind, orphan.name) == (OrphanKind.LOST_POINT, point.id)


def test_snapshots_of_a_cluster_that_left_the_config_are_told_and_stay() -> None:
    story = Story()
    theirs = {tags.MANAGED: "true", tags.CLUSTER: "gone", tags.RUN: "gone.nightly.20261124T180000Z"}
    stranger = story.world.ebs.create("vol-data-0", theirs, "")
    story.world.ebs.complete()
    ours, nobody = story.sweep()
    assert (ours.counts, nobody.cluster) == ({}, "")
    assert nobody.orphans[0].name == "gone"
    assert stranger.id in story.world.ebs.all


@pytest.mark.parametrize(
    "copied",
    [{}, {tags.CLUSTER: "myeks"}, {tags.CLUSTER: "gone"}, {"aws:backup:source-resource": "vol-data-0"}],
)
def test_a_snapshot_that_only_inherited_the_tags_of_a_volume_is_nobodys_orphan(
    copied: dict[str, str],
) -> None:
    story = Story()
    foreign = story.world.ebs.create("vol-data-0", {tags.MANAGED: "true"} | copied, "by AWS Backup")
    story.world.ebs.complete()
    story.world.wait(days=2)
    assert story.one().counts == {}
    assert story.world.prune().unreadable == []
    assert story.world.ebs.all[foreign.id].tags == foreign.tags


def test_nothing_is_younger_than_a_day() -> None:
    story = Story()
    twin = story.late_twin()
    young = story.world.clock() - timedelta(hours=23)
    story.world.ebs.all[twin] = replace(story.world.ebs.all[twin], started_at=young)
    assert story.one().counts == {}


def test_a_lost_journal_makes_no_orphans() -> None:
    story = Story()
    story.world.journal.runs.all.clear()
    story.world.journal.points.all.clear()
    assert story.one().counts == {}


def test_a_healthy_cluster_has_no_orphans_and_nothing_is_announced() -> None:
    story = Story(method=Method.CSI)
    assert story.one().counts == {}
    assert story.world.announcer.orphans == []
