"""Sweeping: told always, deleted only when the config says so, looked at again, under the brake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.domain.retention.candidates import locked
from snapkeep.domain.retention.deletion.brake_refusals import Kind
from snapkeep.domain.retention.deletion.deletions import SnapshotContent
from snapkeep.services.retention.deletion.sweep_orphans import OrphanReport
from snapkeep.wiring import retention
from tests.fakes.world import SLOT, World, a_claim, a_policy, names


class Story:
    """Six claims with a point each, a day ago; what is left over is added."""

    def __init__(self, delete: bool = True, method: Method = Method.EBS) -> None:
        self.world = World(*(a_claim(f"data-{n}") for n in range(6)), policy=a_policy(method=method))
        self.world.back_up(SLOT)
        self.good = names(self.world.ebs.all.values())
        self.delete = delete
        self.world.wait(days=2)

    def sweep(self, **request: Any) -> list[OrphanReport]:
        world = self.world
        deployment = replace(world.deployment, delete_orphans=self.delete)
        sweeper = retention.sweep_orphans(world.deployed(deployment))
        return sweeper.run(PruneRequest(orphans=True, **request))

    def one(self, **request: Any) -> OrphanReport:
        (report,) = self.sweep(**request)
        return report

    def late_twin(self, of: int = 0) -> str:
        """A second snapshot of a claim whose point of that slot has failed."""
        good = self.world.ebs.all[self.good[of]]
        other = {tags.SLOT: "20261120T180000Z", tags.POINT: "failed-point", tags.DUPLICATE: "true"}
        twin = self.world.ebs.create(good.volume_id, good.tags | other, "")
        self.world.ebs.complete(twin.id)
        self.world.ebs.all[twin.id] = replace(self.world.ebs.all[twin.id], started_at=SLOT)
        failed = replace(self.world.points()[of], id="failed-point", state=PointState.FAILED, snapshot_id="")
        self.world.journal.points.all[failed.run, failed.id] = failed
        return twin.id

    def stale_content(self, name: str = "snapcontent-stale") -> str:
        self.world.cluster.contents[name] = SnapshotContent(name, "snap-gone", "Retain", "shop", "gone-1")
        return name


def test_report_tells_what_it_costs_and_deletes_nothing() -> None:
    story = Story(delete=False)
    twin = story.late_twin()
    report = story.one()
    assert report.counts == {"late snapshot": 1}
    assert (report.gib, report.dollars_a_month, report.ended) == (4, 0.2, [])
    assert twin in story.world.ebs.all
    assert story.world.announcer.orphans == [("myeks", {"late snapshot": 1}, 0.2)]


def test_delete_removes_a_late_snapshot_and_journals_it() -> None:
    story = Story()
    twin = story.late_twin()
    assert story.one().ended == [(twin, "deleted: EC2 no longer has it")]
    assert names(story.world.ebs.all.values()) == story.good
    assert story.world.journal.deletions.knows_deletion(twin)


@pytest.mark.parametrize(
    ("is_known", "reason"),
    [
        (True, "as a duplicate: find out who did that"),
        (False, "the journal does not know its point"),
    ],
)
def test_a_good_point_that_somebody_marked_stays(is_known: bool, reason: str) -> None:
    story = Story()
    world = story.world
    world.back_up(SLOT + timedelta(days=2))
    world.wait(days=2)
    world.ebs.add_tags(story.good[0], {tags.DUPLICATE: "true"})
    if not is_known:
        world.journal.points.all.clear()
    report = story.one()
    assert (report.counts, report.ended) == ({"late snapshot": 1}, [])
    assert report.orphans[0].reason.endswith(reason)
    assert story.good[0] in world.ebs.all


def test_a_dry_run_tells_the_same_and_touches_nothing() -> None:
    story = Story()
    twin = story.late_twin()
    report = story.one(dry_run=True)
    assert (report.counts, report.ended) == ({"late snapshot": 1}, [])
    assert twin in story.world.ebs.all and story.world.announcer.orphans == []


def test_a_late_snapshot_whose_good_point_goes_meanwhile_stays() -> None:
    story = Story()
    twin = story.late_twin()
    find = story.world.ebs.find

    def then_lost(*given: Any, **named: Any) -> Any:
        listed = list(find(*given, **named))
        story.world.ebs.all.pop(story.good[0], None)
        return iter(listed)

    story.world.ebs.find = then_lost  # type: ignore[method-assign]
    ((name, what),) = story.one().ended
    assert name == twin and "must stay" in what
    assert twin in story.world.ebs.all


def test_a_locked_late_snapshot_stays_with_the_reason() -> None:
    story = Story()
    twin = story.late_twin()
    story.world.ebs.locks[twin] = (locked("governance", None),)
    ((_, what),) = story.one().ended
    assert "lock" in what and twin in story.world.ebs.all


def test_many_orphans_are_refused_until_somebody_confirms_them() -> None:
    story = Story()
    twins = [story.late_twin(of) for of in range(6)]
    report = story.one()
    (refusal,) = report.refusals
    assert refusal.reason.startswith("6 of 12 snapshots would be deleted as orphans, more than 20 %")
    assert f'{{"orphans": true, "confirm": "{refusal.token}"}}' in refusal.reason
    assert (report.refused, report.ended) == ("", [])
    assert set(twins) <= set(story.world.ebs.all)
    unknown = story.one(confirm="0" * 16).refused
    assert f"Open refusals: {refusal.token} (6 deletions)" in unknown
    assert len(story.one(confirm=refusal.token).ended) == 6
    assert names(story.world.ebs.all.values()) == story.good
    assert story.one().refusals == []


def test_a_refusal_holds_however_many_points_come_and_what_is_new_is_judged_by_itself() -> None:
    story = Story()
    twins = {story.late_twin(of) for of in range(6)}
    (refusal,) = story.one().refusals
    for day in range(60):
        story.world.back_up(SLOT + timedelta(days=3 + day))
    fresh = story.late_twin()
    assert [name for name, _ in story.one().ended] == [fresh]
    assert twins <= set(story.world.ebs.all)
    story.late_twin()
    (open_one,) = story.one(confirm=refusal.token, dry_run=True).refusals or [refusal]
    assert open_one.token == refusal.token
    assert {name for name, _ in story.one(confirm=refusal.token).ended} >= twins


def test_a_refused_sweep_is_told_at_once_and_every_week() -> None:
    story = Story()
    for of in range(6):
        story.late_twin(of)
    for _ in range(4):
        story.one()
        story.one(dry_run=True)
        story.world.wait(days=7, minutes=-1)
    told = story.world.announcer.braked
    assert len(told) == 4
    assert {(item.kind, item.count, item.cluster) for item in told} == {(Kind.ORPHANS, 6, "myeks")}


def test_a_rehearsal_refuses_nothing_for_good() -> None:
    story = Story()
    for of in range(6):
        story.late_twin(of)
    assert len(story.one(dry_run=True).refusals) == 1
    assert story.world.journal.refusals.refusals("myeks") == []
    assert story.world.announcer.braked == []


def test_only_the_group_that_goes_too_far_is_refused() -> None:
    story = Story()
    twin = story.late_twin()
    stale = [story.stale_content(f"snapcontent-{number}") for number in range(5)]
    report = story.one()
    assert [name for name, _ in report.ended] == [twin]
    (refusal,) = report.refusals
    assert refusal.names == tuple(stale)
    assert set(stale) <= set(story.world.cluster.contents)
    assert len(story.one(confirm=refusal.token).ended) == 5


def test_objects_that_cannot_be_listed_stay_refused() -> None:
    story = Story()
    for number in range(5):
        story.stale_content(f"snapcontent-{number}")
    (refusal,) = story.one().refusals
    story.world.cluster.fail_next("snapshot_contents", TemporaryError("the API does not answer"))
    assert story.one().refusals == [refusal]


def test_refused_orphans_that_somebody_deleted_are_held_no_more() -> None:
    story = Story()
    twins = [story.late_twin(of) for of in range(6)]
    story.one()
    for name in twins[:5]:
        del story.world.ebs.all[name]
    (refusal,) = story.one().refusals
    assert refusal.names == (twins[5],)
    del story.world.ebs.all[twins[5]]
    assert story.one().refusals == []
    assert story.world.journal.refusals.refusals("myeks") == []


def test_prune_and_sweep_confirm_only_what_they_refused_themselves() -> None:
    story = Story()
    for of in range(6):
        story.late_twin(of)
    (refusal,) = story.one().refusals
    assert "no refusal has the token" in story.world.prune(confirm=refusal.token).refused
    assert story.world.prune(dry_run=True).refusals == []
    assert len(story.world.journal.refusals.refusals("myeks")) == 1


def test_a_braked_sweep_and_one_that_cannot_list_ring() -> None:
    story = Story()
    for of in range(6):
        story.late_twin(of)
    (refusal,) = story.one().refusals
    story.world.ebs.fail_next("find", TemporaryError("no answer"))
    story.sweep()
    assert [item.token for item in story.world.announcer.braked] == [refusal.token]
    told = [(topic.about, item.reason) for topic, due, _ in story.world.announcer.troubles for item in due]
    assert told == [("sweep_orphans", "EC2 could not be listed: no answer")]
    assert story.world.announcer.given_up == [("sweep_orphans", 0), ("sweep_orphans", 1)]


def test_strangers_that_nobody_could_be_told_of_are_counted_and_hide_nothing_else() -> None:
    story = Story()
    stranger = next(iter(story.world.ebs.all.values()))
    story.world.ebs.create(stranger.volume_id, stranger.tags | {tags.CLUSTER: "gone"}, "")
    story.world.announcer.fail_next("orphans_found", TemporaryError("PutEvents: no answer"))
    reports = story.sweep()
    assert [(report.cluster, list(report.given_up)) for report in reports] == [("myeks", []), ("", ["sweep"])]
    assert story.world.announcer.given_up == [("sweep_orphans", 0), ("sweep_orphans", 1)]


def test_a_broken_listing_of_ec2_sweeps_nothing() -> None:
    story = Story(method=Method.CSI)
    story.stale_content()
    story.world.ebs.fail_next("find", TemporaryError("page 3 is missing"))
    assert story.one().refused == "EC2 could not be listed: page 3 is missing"
    assert "snapcontent-stale" in story.world.cluster.contents


def test_trouble_with_one_object_does_not_stop_the_next() -> None:
    story = Story(method=Method.CSI)
    first, second = story.stale_content("snapcontent-a"), story.stale_content("snapcontent-b")
    story.world.cluster.fail_next("delete_snapshot_content", TemporaryError("not now"))
    assert dict(story.one().ended) == {first: "kept for now: not now", second: "deleted"}


def test_an_orphan_that_ec2_refuses_to_delete_for_good_stays_and_rings() -> None:
    story = Story()
    twin = story.late_twin()
    story.world.ebs.fail_next("delete", PermanentError("UnauthorizedOperation: denied"))
    report = story.one()
    assert twin in story.world.ebs.all
    assert "UnauthorizedOperation: denied" in report.given_up[f"orphan {twin}"]
    assert story.world.announcer.rung() == [f"orphan {twin}"]


def test_an_object_that_the_cluster_refuses_to_delete_for_good_rings_and_stops_no_other() -> None:
    story = Story(method=Method.CSI)
    first, second = story.stale_content("snapcontent-a"), story.stale_content("snapcontent-b")
    story.world.cluster.fail_next("delete_snapshot_content", PermanentError("forbidden"))
    report = story.one()
    assert report.ended == [(first, "kept for now: forbidden"), (second, "deleted")]
    assert story.world.announcer.rung() == [f"orphan {first}"]
    assert story.world.announcer.given_up == [("sweep_orphans", 1)]


def test_a_content_that_is_flipped_after_the_listing_stays_and_says_how_to_mend_it() -> None:
    story = Story(method=Method.CSI)
    name = story.stale_content()
    story.world.cluster.meanwhile("delete_snapshot_content", lambda: story.world.cluster.flip(name))
    ((_, what),) = story.one().ended
    assert what.startswith("kept for now: ") and f"kubectl patch volumesnapshotcontent {name} " in what
    assert name in story.world.cluster.contents
