"""Planning a restore: the right point is found by its tags, and the place is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import ForeignSource, NotFound, TemporaryError
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.policies import Method
from snapkeep.domain.proof.checks import Subject
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep.domain.restore.findings import Severity
from snapkeep.domain.restore.operations import Stage, Way
from snapkeep.domain.restore.plans import RestorePlan
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.services.restore.find_copies import FindCopies
from snapkeep.services.restore.plan import PlanRestore
from tests.fakes.preflight_samples import a_target
from tests.fakes.world import SLOT, World, a_claim, a_policy

GIB = 2**30


class Story:
    """Three daily points of shop/mysql, and a namespace `shop` to restore into."""

    def __init__(self, method: Method = Method.EBS) -> None:
        self.world = World(a_claim("mysql"), policy=a_policy(method=method))
        for day in range(3):
            self.world.back_up(SLOT + timedelta(days=day))
        listed = sorted(self.world.ebs.all.values(), key=lambda item: item.started_at)
        self.points = [item.tags[tags.POINT] for item in listed]
        self.times = [item.started_at for item in listed]
        self.world.cluster.place = a_target()
        self.world.cluster.namespaces = {"shop": "Active", "other": "Active"}
        self.planner = PlanRestore(
            self.world.deployment,
            self.world.clusters,
            self.world.ebs,
            self.world.journal.points,
            self.world.keys,
            FindCopies(self.world.deployment, self.world.ebs),
            self.world.journal.suspicions,
        )

    def plan(self, **changes: Any) -> RestorePlan:
        given = {"cluster": "myeks", "namespace": "shop", "target": "mysql-2"}
        return self.planner.plan(RestoreRequest(**(given | changes)))


def test_a_point_is_found_by_its_id() -> None:
    story = Story()
    found = story.plan(point_id=story.points[1])
    assert (found.point.id, found.refused, found.size_bytes) == (story.points[1], False, 4 * GIB)


def test_a_failed_snapshot_of_the_same_point_is_not_restored_from() -> None:
    story = Story()
    ready = next(item for item in story.world.ebs.all.values() if item.tags[tags.POINT] == story.points[1])
    failed = replace(ready, id="snap-fffffffffffffffff", state=SnapshotState.ERROR)
    story.world.ebs.put(failed)
    assert story.plan(point_id=story.points[1]).point.snapshot_id == ready.id


def test_latest_is_the_newest_ready_one_of_the_claim() -> None:
    story = Story()
    assert story.plan(claim="mysql").point.id == story.points[2]


def test_a_time_gives_the_newest_one_at_or_before_it() -> None:
    story = Story()
    late = next(item for item in story.world.ebs.all.values() if item.started_at == story.times[1])
    story.world.ebs.put(replace(late, started_at=late.started_at + timedelta(seconds=7)))
    slot = SLOT + timedelta(days=1)
    assert story.plan(claim="mysql", at=slot).point.id == story.points[1], "its slot names a point"
    assert story.plan(claim="mysql", at=slot + timedelta(seconds=3)).point.id == story.points[0]
    story.world.ebs.put(late)
    assert story.plan(claim="mysql", at=story.times[1]).point.id == story.points[1]
    assert story.plan(claim="mysql", at=story.times[2] - timedelta(seconds=1)).point.id == story.points[1]
    with pytest.raises(NotFound, match="has no ready recovery point at or before 2026"):
        story.plan(claim="mysql", at=story.times[0] - timedelta(seconds=1))


def test_a_twin_is_never_restored_from() -> None:
    story = Story()
    newest = next(item for item in story.world.ebs.all.values() if item.tags[tags.POINT] == story.points[2])
    story.world.ebs.all[newest.id] = replace(newest, tags=newest.tags | {tags.DUPLICATE: "true"})
    assert story.plan(claim="mysql").point.id == story.points[1]
    with pytest.raises(NotFound, match=story.points[2]):
        story.plan(point_id=story.points[2])


def test_a_claim_of_another_namespace_is_imported() -> None:
    story = Story()
    found = story.plan(namespace="other", source_namespace="shop", claim="mysql")
    assert (found.way, found.refused) == (Way.IMPORT, False)


def test_a_point_of_a_cluster_that_is_gone_is_imported_by_its_tags_alone() -> None:
    story = Story()
    listed = story.world.ebs.all
    for item in list(listed.values()):
        listed[item.id] = replace(item, tags=item.tags | {tags.CLUSTER: "gone"})
    found = story.plan(source_cluster="gone", claim="mysql")
    assert (found.way, found.refused, found.point.cluster) == (Way.IMPORT, False, "gone")


def test_in_its_own_namespace_a_ready_volume_snapshot_is_used() -> None:
    story = Story(Method.CSI)
    assert story.plan(claim="mysql").way in (Way.SAME_NAMESPACE, Way.IMPORT)
    story.world.cluster.mark_ready()
    assert story.plan(claim="mysql").way is Way.SAME_NAMESPACE
    story.world.cluster.snapshots.clear()
    assert story.plan(claim="mysql").way is Way.IMPORT


def test_a_restore_size_of_the_cluster_counts_too() -> None:
    story = Story(Method.CSI)
    for key, found in story.world.cluster.snapshots.items():
        story.world.cluster.snapshots[key] = replace(found, restore_size_bytes=10 * GIB)
    assert [item.code for item in story.plan(claim="mysql").findings] == ["too_small"]


def test_a_namespace_that_is_missing_is_a_finding_and_a_name_that_is_none_asks_nobody() -> None:
    story = Story()
    assert [
        item.code for item in story.plan(namespace="lost", source_namespace="shop", claim="mysql").findings
    ] == ["no_namespace"]
    story.world.cluster.fail_next("restore_target", TemporaryError("was asked"))
    bad = story.plan(namespace="../secrets", source_namespace="shop", claim="mysql")
    assert "no_namespace" in [item.code for item in bad.findings]


def test_what_is_not_there_is_named_with_where_to_look() -> None:
    story = Story()
    with pytest.raises(NotFound, match=r"snapkeep\.yaml names no cluster elsewhere; it names myeks"):
        story.plan(cluster="elsewhere", claim="mysql")
    with pytest.raises(NotFound, match=r"there is no recovery point nothing: `snapkeep get points`"):
        story.plan(point_id="nothing")
    with pytest.raises(NotFound, match="claim shop/redis of cluster myeks has no ready recovery point"):
        story.plan(claim="redis")


def test_a_plan_makes_nothing() -> None:
    story = Story()
    before = dict(story.world.ebs.calls)
    story.plan(claim="mysql")
    calls = story.world.ebs.calls.items()
    made = {name.split()[0] for name, count in calls if count != before.get(name, 0)}
    assert made == {"find"}
    assert story.world.cluster.restored == {} and story.world.cluster.imported_contents == {}


def archive(story: Story, *numbers: int) -> None:
    for snapshot in list(story.world.ebs.all.values()):
        if snapshot.tags[tags.POINT] in [story.points[number] for number in numbers]:
            story.world.ebs.all[snapshot.id] = replace(snapshot, archived=True)


def test_an_archived_newest_point_is_passed_over_and_that_is_told() -> None:
    story = Story()
    archive(story, 2)
    found = story.plan(claim="mysql")
    assert found.point.id == story.points[1]
    assert [finding.code for finding in found.findings] == ["newer_archived"]


def test_a_claim_that_was_made_again_says_which_points_the_one_before_has() -> None:
    story = Story()
    snapshots = sorted(story.world.ebs.all.values(), key=lambda item: item.started_at)
    newest = snapshots[-1]
    made_again = {**newest.tags, tags.CLAIM_UID: "uid-made-again"}
    story.world.ebs.all[newest.id] = replace(newest, tags=made_again)
    found = story.plan(claim="mysql")
    assert (found.point.id, found.refused) == (story.points[2], False)
    (finding,) = found.findings
    assert (finding.code, finding.severity) == ("earlier_claim", Severity.WARNING)
    assert story.points[1] in finding.text and story.points[0] in finding.text
    assert story.points[1] in finding.fix
    assert story.plan(claim="mysql", strict=True).refused
    assert story.plan(point_id=story.points[2]).findings == ()
    assert story.plan(claim="mysql", at=snapshots[1].started_at).findings == ()


def test_when_all_points_are_archived_the_newest_is_brought_back() -> None:
    story = Story()
    archive(story, 0, 1, 2)
    found = story.plan(claim="mysql")
    assert (found.point.id, found.refused) == (story.points[2], False)
    assert [finding.code for finding in found.findings] == ["point_archived"]
    operation = found.operation("0123456789ab", "arn:aws:iam::111122223333:user/ann", story.world.clock())
    assert (operation.stage, operation.archived) == (Stage.BRINGING_BACK, True)
    assert story.plan(claim="mysql", strict=True).refused


def test_a_name_that_is_none_is_refused_before_the_cluster_is_asked_for_it() -> None:
    found = Story().plan(claim="mysql", target="a,b")
    assert [finding.code for finding in found.findings] == ["bad_name"]


def test_a_request_for_its_own_points_gets_no_foreign_one() -> None:
    story = Story()
    with pytest.raises(ForeignSource, match="POST /v1/clusters/myeks/restores"):
        story.plan(point_id=story.points[0], namespace="other", own_points_only=True)
    assert story.plan(point_id=story.points[0], own_points_only=True).point.id == story.points[0]


def test_a_time_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        RestoreRequest("myeks", "shop", "x", claim="mysql", at=SLOT.replace(tzinfo=None))


def test_a_point_whose_key_cannot_be_used_is_refused() -> None:
    story = Story()
    for snapshot in list(story.world.ebs.all.values()):
        story.world.ebs.all[snapshot.id] = replace(snapshot, key="arn:key/1")
    assert story.plan(point_id=story.points[0]).findings == ()
    story.world.keys.troubles["arn:key/1"] = "arn:key/1 is disabled"
    (found,) = story.plan(point_id=story.points[0]).findings
    assert found.code == "key_unusable"
    assert found.text == (
        f"the key that encrypts recovery point {story.points[0]} cannot be used: arn:key/1 is disabled"
    )


def test_a_point_in_the_recycle_bin_says_how_to_get_it_back() -> None:
    story = Story()
    gone = story.world.ebs.all.pop(next(iter(story.world.ebs.all)))
    point = gone.tags[tags.POINT]
    with pytest.raises(NotFound, match=f"no recovery point {point}"):
        story.plan(point_id=point)
    story.world.ebs.bin.add(gone.id)
    (found,) = story.plan(point_id=point).findings
    assert found.code == "point_in_bin"
    hold, bring_back = found.fix.split(" && ")
    assert hold == f"aws ec2 create-tags --resources {gone.id} --tags Key=snapkeep:hold,Value=true"
    assert bring_back == f"aws ec2 restore-snapshot-from-recycle-bin --snapshot-id {gone.id}"


def test_a_newer_snapshot_of_another_volume_is_not_restored_under_the_claims_name() -> None:
    story = Story()
    newest = story.world.ebs.all[max(story.world.ebs.all)]
    story.world.ebs.add_volume("vol-forged")
    story.world.ebs.create("vol-forged", newest.tags, "")
    story.world.ebs.complete()
    assert story.plan(claim="mysql").point.snapshot_id == newest.id
    assert story.plan(point_id=story.points[2]).point.snapshot_id == newest.id


def test_the_newest_point_is_restored_with_a_warning_if_a_check_found_it_suspicious() -> None:
    story = Story()
    newest = story.points[2]
    (snapshot,) = [each for each in story.world.ebs.all.values() if each.tags[tags.POINT] == newest]
    subject = Subject(newest, snapshot.id, "myeks", "shop", "mysql", "uid-shop-mysql", story.times[2])
    story.world.journal.suspicions.write_suspicion(Suspicion(subject, "it shrank", "snap-good"))
    (found,) = story.plan(claim="mysql").findings
    assert found.code == "point_suspicious"
    assert "it shrank; snap-good is the last good point before it" in found.text
    assert not story.plan(point_id=story.points[1]).findings


def test_a_journal_that_says_nothing_about_suspicions_stops_no_restore() -> None:
    story = Story()
    story.world.journal.suspicions.fail_next("suspicions", TemporaryError("the journal is slow"))
    assert not story.plan(claim="mysql").refused
