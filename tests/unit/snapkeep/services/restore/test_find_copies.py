"""Finding the copy that a restore from a place means, whatever deployment made it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.errors import BadCursor, Invalid, NotFound
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.report.catalogue import PointQuery
from snapkeep.domain.restore.points import PointFacts
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.times import read_compact
from snapkeep.services.restore.find_copies import FindCopies
from snapkeep.wiring.restore import find_copies
from tests.fakes.adopting import SPARE, AdoptingWorld
from tests.unit.snapkeep.domain.copies.copy_samples import moved_to, with_tags


class Story:
    """Two daily copies of mysql and of wordpress in Osaka, made by deployment `snapkeep` of cluster myeks."""

    def __init__(self) -> None:
        self.world = AdoptingWorld()
        self.finder: FindCopies = find_copies(self.world.ports())

    def find(self, **changes: Any) -> PointFacts:
        given = {"cluster": SPARE, "namespace": "shop", "target": "back", "from_place": "osaka"}
        return self.finder.point(RestoreRequest(**(given | changes)))

    def copies(self, claim: str = "mysql") -> list[Snapshot]:
        """The copies of a claim, oldest data first."""
        found = [each for each in self.world.ebs.all.values() if each.tags[tags.CLAIM] == claim]
        return sorted(found, key=lambda each: each.tags[copy_tags.TAKEN])

    def change(self, snapshot: Snapshot, **changes: Any) -> None:
        self.world.ebs.all[snapshot.id] = replace(snapshot, **changes)

    def add_of_cluster(self, cluster: str, snapshot_id: str, whence: str = "111122223333/us-east-1") -> None:
        """The newest copy of mysql again, as if it were of another cluster."""
        newest = self.copies()[-1]
        slot = tags.slot_of(newest.tags)
        assert slot is not None
        identity = (newest.tags[tags.CLAIM], cluster, newest.tags[tags.CLAIM_UID], newest.tags[tags.POLICY])
        named = {
            tags.CLUSTER: cluster,
            tags.POINT: point_id(*identity, slot, newest.tags[tags.DEPLOYMENT]),
            copy_tags.COPY_FROM: whence,
        }
        self.world.ebs.put(with_tags(newest, named, id=snapshot_id))


def test_the_newest_is_the_one_whose_source_is_newest_however_late_it_was_copied() -> None:
    story = Story()
    old, new = story.copies()
    story.change(old, started_at=new.started_at + timedelta(days=1))
    assert story.find(claim="mysql").snapshot_id == new.id


def test_a_time_means_when_the_data_was_taken() -> None:
    story = Story()
    old, new = story.copies()
    between = story.find(claim="mysql").started_at - timedelta(seconds=1)
    assert new.started_at > old.started_at > between - timedelta(days=2)
    assert story.find(claim="mysql", at=between).snapshot_id == old.id
    with pytest.raises(NotFound, match="no ready copy of claim shop/mysql at or before"):
        story.find(claim="mysql", at=between - timedelta(days=2))


def test_a_copy_is_found_by_the_id_of_its_point_in_any_state() -> None:
    story = Story()
    old, _ = story.copies()
    assert story.find(point_id=old.tags[tags.POINT]).snapshot_id == old.id
    story.change(old, state=SnapshotState.PENDING)
    assert story.find(point_id=old.tags[tags.POINT]).state.value == "pending"
    with pytest.raises(NotFound, match="place osaka has no copy of recovery point nothing in ap-northeast-3"):
        story.find(point_id="nothing")


def test_of_two_copies_of_a_point_the_ready_one_is_taken() -> None:
    story = Story()
    old, _ = story.copies()
    story.world.ebs.put(replace(old, id="snap-fffffffffffffffff", state=SnapshotState.ERROR))
    assert story.find(point_id=old.tags[tags.POINT]).snapshot_id == old.id


@pytest.mark.parametrize("state", [SnapshotState.PENDING, SnapshotState.ERROR])
def test_a_claims_newest_copy_is_its_newest_ready_one(state: SnapshotState) -> None:
    story = Story()
    old, new = story.copies()
    story.change(new, state=state)
    found = story.find(claim="mysql")
    assert found.snapshot_id == old.id
    assert new.tags[tags.POINT] in found.newer_not_ready


def test_a_newer_copy_is_named_only_if_it_was_asked_for_and_is_not_ready() -> None:
    story = Story()
    old, new = story.copies()
    assert story.find(claim="mysql").newer_not_ready == ""
    story.change(new, state=SnapshotState.PENDING)
    assert story.find(claim="mysql", at=read_compact(old.tags[copy_tags.TAKEN])).newer_not_ready == ""


def test_another_namespace_is_named_apart_from_the_target() -> None:
    story = Story()
    found = story.find(claim="mysql", namespace="elsewhere", source_namespace="shop")
    assert found.snapshot_id == story.copies()[-1].id
    with pytest.raises(NotFound, match="claim elsewhere/mysql"):
        story.find(claim="mysql", namespace="elsewhere")


def test_claims_of_two_clusters_are_told_apart_by_the_cluster() -> None:
    story = Story()
    story.add_of_cluster("prod", "snap-00000000000000abc")
    with pytest.raises(Invalid, match="give --from-cluster myeks or prod"):
        story.find(claim="mysql")
    assert story.find(claim="mysql", source_cluster="prod").snapshot_id == "snap-00000000000000abc"
    assert story.find(claim="mysql", source_cluster="myeks").snapshot_id == story.copies()[1].id
    assert story.find(claim="wordpress").cluster == "myeks"


def test_clusters_of_one_name_in_two_regions_are_told_apart_by_the_points_id() -> None:
    story = Story()
    newest = story.copies()[-1]
    moved = {copy_tags.COPY_FROM: "111122223333/us-east-1"}
    story.world.ebs.put(with_tags(newest, moved, id="snap-00000000000000abc"))
    with pytest.raises(Invalid, match="give the id of a recovery point"):
        story.find(claim="mysql", source_cluster="myeks")


def test_a_cluster_whose_copies_are_not_ready_is_not_mistaken_for_another() -> None:
    story = Story()
    story.add_of_cluster("prod", "snap-00000000000000abc")
    for copy in story.copies():
        if copy.tags[tags.CLUSTER] == "myeks":
            story.change(copy, state=SnapshotState.PENDING)
    with pytest.raises(Invalid, match="give --from-cluster myeks or prod"):
        story.find(claim="mysql")
    with pytest.raises(NotFound, match="of cluster myeks"):
        story.find(claim="mysql", source_cluster="myeks")


def test_a_point_of_another_cluster_or_namespace_than_the_request_says_is_not_found() -> None:
    story = Story()
    point = story.copies()[-1].tags[tags.POINT]
    here = {"source_cluster": "myeks", "source_namespace": "shop"}
    assert story.find(point_id=point, **here).id == point
    with pytest.raises(NotFound, match=f"{point} of namespace shop of cluster prod"):
        story.find(point_id=point, **here | {"source_cluster": "prod"})
    with pytest.raises(NotFound, match=f"{point} of namespace billing"):
        story.find(point_id=point, source_namespace="billing")


def test_a_deployment_that_does_not_adopt_reads_no_copies() -> None:
    story = Story()
    finder = replace(story.finder, deployment=replace(story.world.deployment, adopt=False))
    with pytest.raises(Invalid, match="adopt: true"):
        finder.point(RestoreRequest(SPARE, "shop", "back", claim="mysql", from_place="osaka"))
    with pytest.raises(Invalid, match="adopt: true"):
        finder.page("osaka", "", PointQuery(), 10)


def test_pages_list_every_copy_once_and_end() -> None:
    story = Story()
    seen: list[str] = []
    cursor = ""
    while True:
        page = story.finder.page("osaka", "", PointQuery(), 3, cursor)
        seen += [point.snapshot_id for point in page.points]
        cursor = page.cursor
        if not cursor:
            break
    listed = [each.id for claim in ("mysql", "wordpress") for each in reversed(story.copies(claim))]
    assert seen == listed


def test_a_list_can_be_narrowed_and_its_cursor_belongs_to_it() -> None:
    story = Story()
    story.add_of_cluster("prod", "snap-00000000000000abc")
    of_prod = story.finder.page("osaka", "prod", PointQuery(), 10).points
    assert [point.snapshot_id for point in of_prod] == ["snap-00000000000000abc"]
    of_claim = story.finder.page("osaka", "myeks", PointQuery("shop", "wordpress"), 1)
    assert [point.claim for point in of_claim.points] == ["wordpress"]
    with pytest.raises(BadCursor):
        story.finder.page("osaka", "myeks", PointQuery("shop", "mysql"), 1, of_claim.cursor)
    assert story.finder.page("osaka", "nobody", PointQuery(), 10).points == ()


def test_a_place_without_copies_names_those_that_have_some() -> None:
    with pytest.raises(NotFound, match=r"no copies of place oska in ap-northeast-3; .* there: osaka"):
        Story().finder.page("oska", "", PointQuery(), 10)


def test_copies_hidden_by_edited_tags_are_named_where_they_would_be_used() -> None:
    story = Story()
    old, new = story.copies()
    assert story.find(claim="mysql").unreadable == ""
    story.change(new, tags=new.tags | moved_to(new, new.started_at - timedelta(days=60)))
    found = story.find(claim="mysql")
    assert found.snapshot_id == old.id
    assert f"1 copy cannot be read and is left out: {new.id}, because its tags do not fit" in found.unreadable
    first = story.finder.page("osaka", "myeks", PointQuery(), 1)
    assert new.id in first.unreadable
    assert story.finder.page("osaka", "myeks", PointQuery(), 1, first.cursor).unreadable == ""


def test_where_no_copy_can_be_read_that_is_the_reason() -> None:
    story = Story()
    for each in story.copies():
        story.change(each, tags=each.tags | {tags.SIZE: ""})
    with pytest.raises(NotFound, match="In osaka 2 copies cannot be read and are left out: snap-"):
        story.find(claim="mysql")


def test_marked_copies_are_left_out_in_silence() -> None:
    story = Story()
    old, _ = story.copies()
    story.change(old, tags=old.tags | {tags.DUPLICATE: "true"})
    assert story.find(claim="mysql").unreadable == ""
