"""Lists of recovery points: complete, in order, bounded in what they cost, stable while the world moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapkeep.domain import tags
from snapkeep.domain.errors import NotFound, UnknownCluster
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import PointState, Snapshot, SnapshotState
from snapkeep.domain.report.catalogue import PointQuery
from snapkeep.domain.restore.holds import Hold
from snapkeep.domain.restore.points import PointFacts
from snapkeep.services.report.list_points import CHUNK, CHUNKS, ListPoints
from snapkeep.wiring.retention import read_cluster
from tests.fakes.journal import wrapped
from tests.fakes.world import SLOT, World, a_claim

GIB = 2**30


def a_snapshot(number: int, namespace: str, claim: str, policy: str, cluster: str = "myeks") -> Snapshot:
    """A completed point of a claim, `number` hours before the usual slot."""
    slot = SLOT - timedelta(hours=number)
    uid = f"uid-{namespace}-{claim}"
    name = point_id(claim, cluster, uid, policy, slot)
    known = {
        tags.MANAGED: "true",
        tags.CLUSTER: cluster,
        tags.NAMESPACE: namespace,
        tags.CLAIM: claim,
        tags.CLAIM_UID: uid,
        tags.POLICY: policy,
        tags.SLOT: f"{slot:%Y%m%dT%H%M%SZ}",
        tags.POINT: name,
        tags.SIZE: "4Gi",
        tags.ACCESS_MODES: "ReadWriteOnce",
        tags.VOLUME_MODE: "Filesystem",
    }
    return Snapshot(f"snap-{name}", f"vol-{claim}", SnapshotState.COMPLETED, slot, 4 * GIB, known)


def listing(world: World) -> ListPoints:
    return ListPoints(world.deployment, world.ebs, world.journal.catalogue, world.journal.holds)


def walk(
    points: ListPoints,
    wanted: PointQuery,
    limit: int,
    cluster: str = "myeks",
    between: Callable[[], None] = lambda: None,
) -> list[PointFacts]:
    """All pages of a list, one after the other."""
    found: list[PointFacts] = []
    cursor = ""
    while True:
        page = points.page(cluster, wanted, limit, cursor)
        assert len(page.points) <= limit
        found += page.points
        cursor = page.cursor
        if not cursor:
            return found
        between()


def filled(*snapshots: Snapshot, complete: bool = True) -> World:
    """A world whose EC2 holds these; its catalogue is compared with them unless it is not `complete`."""
    world = World()
    for snapshot in snapshots:
        world.ebs.put(snapshot)
    if complete:
        compare(world)
    return world


def compare(world: World) -> None:
    """Compare the catalogue with EC2 as prune does, without pruning."""
    sync = read_cluster(world.ports()).sync_catalogue("myeks", world.clock())
    for _ in sync.watch(world.ebs.find({tags.MANAGED: "true", tags.CLUSTER: "myeks"})):
        pass
    sync.finish(timedelta())


NAMES = st.sampled_from(["a", "a-2", "b"])
SNAPSHOTS = st.lists(
    st.builds(a_snapshot, st.integers(0, 40), NAMES, NAMES, st.sampled_from(["nightly", "weekly"])),
    unique_by=lambda snapshot: snapshot.id,
    max_size=25,
)
WANTED = st.builds(
    PointQuery,
    namespace=st.one_of(st.just(""), NAMES),
    claim=st.one_of(st.just(""), NAMES),
    policy=st.sampled_from(["", "nightly", "weekly"]),
    state=st.sampled_from([None, PointState.READY, PointState.FAILED]),
    since=st.sampled_from([None, SLOT - timedelta(hours=20)]),
    until=st.sampled_from([None, SLOT - timedelta(hours=10)]),
)


def matches(snapshot: Snapshot, wanted: PointQuery) -> bool:
    known = snapshot.tags
    return (
        wanted.namespace in ("", known[tags.NAMESPACE])
        and wanted.claim in ("", known[tags.CLAIM])
        and wanted.policy in ("", known[tags.POLICY])
        and wanted.state in (None, PointState.READY)
        and (wanted.since is None or snapshot.started_at >= wanted.since)
        and (wanted.until is None or snapshot.started_at <= wanted.until)
    )


def order(snapshot: Snapshot) -> tuple[Any, ...]:
    known = snapshot.tags
    return known[tags.NAMESPACE], known[tags.CLAIM], -snapshot.started_at.timestamp(), known[tags.POINT]


@settings(max_examples=60, deadline=None)
@given(SNAPSHOTS, WANTED, st.integers(1, 7), st.booleans())
def test_all_pages_together_are_all_wanted_points_once_and_in_order(
    snapshots: list[Snapshot], wanted: PointQuery, limit: int, complete: bool
) -> None:
    world = filled(*snapshots, complete=complete)
    found = [point.snapshot_id for point in walk(listing(world), wanted, limit)]
    assert found == [each.id for each in sorted(snapshots, key=order) if matches(each, wanted)]


@settings(max_examples=40, deadline=None)
@given(SNAPSHOTS, SNAPSHOTS, st.integers(1, 5), st.data())
def test_points_that_stay_are_listed_once_while_others_come_and_go(
    snapshots: list[Snapshot], fresh: list[Snapshot], limit: int, data: st.DataObject
) -> None:
    world = filled(*snapshots)
    coming = [each for each in fresh if each.id not in world.ebs.all]
    leaving = data.draw(st.lists(st.sampled_from(snapshots), unique_by=id)) if snapshots else []
    moved: Counter[str] = Counter()

    def between() -> None:
        if coming:
            snapshot = coming.pop()
            world.ebs.put(snapshot)
            moved[snapshot.id] += 1
        if leaving:
            gone = leaving.pop()
            world.ebs.all.pop(gone.id, None)
            moved[gone.id] += 1
        compare(world)

    found = [point.snapshot_id for point in walk(listing(world), PointQuery(), limit, between=between)]
    assert len(found) == len(set(found))
    untouched = [each.id for each in sorted(snapshots, key=order) if each.id not in moved]
    assert [name for name in found if name in set(untouched)] == untouched


class Counting:
    """Counts the calls of the methods of a fake."""

    def __init__(self, inner: Any, calls: Counter[str]) -> None:
        self._inner, self._calls = inner, calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        def call(*given: Any, **named: Any) -> Any:
            self._calls[name] += 1
            return method(*given, **named)

        return call


@pytest.mark.parametrize(
    "wanted", [PointQuery(), PointQuery("n-7"), PointQuery(claim="c-9"), PointQuery(policy="rare")]
)
def test_a_page_costs_a_bounded_number_of_calls_whatever_the_total(wanted: PointQuery) -> None:
    snapshots = [a_snapshot(n // 500, f"n-{n % 10}", f"c-{n % 50}", "nightly") for n in range(5000)]
    world = filled(*snapshots)
    calls: Counter[str] = Counter()
    ebs: Any = Counting(world.ebs, calls)
    journal = wrapped(world.journal, lambda store: Counting(store, calls))
    points = ListPoints(world.deployment, ebs, journal.catalogue, journal.holds)
    cursor, pages = "", 0
    while pages < 5:
        page = points.page("myeks", wanted, 50, cursor)
        assert calls["entries"] <= CHUNKS
        assert calls["get_many"] <= CHUNKS
        assert set(calls) <= {"entries", "get_many", "catalogue_complete_since"}
        calls.clear()
        cursor, pages = page.cursor, pages + 1
        if not cursor:
            break
    assert CHUNK * CHUNKS < 5000


def test_points_of_a_cluster_that_the_config_forgot_are_listed() -> None:
    world = filled(a_snapshot(0, "a", "b", "nightly", cluster="gone"))
    (point,) = walk(listing(world), PointQuery(), 10, cluster="gone")
    assert point.cluster == "gone"


def test_a_cluster_that_nobody_knows_is_named_beside_those_there_are() -> None:
    with pytest.raises(UnknownCluster, match=r"no cluster nope .* it names myeks"):
        listing(filled()).page("nope", PointQuery(), 10)


def test_a_point_shows_what_ec2_says_now() -> None:
    snapshot = a_snapshot(0, "a", "b", "nightly")
    world = filled(snapshot)
    world.holds.keep(Hold(snapshot.id, "api", "before the migration", SLOT + timedelta(days=1), by="ann"))
    shown = listing(world).show("myeks", "a", snapshot.tags[tags.POINT])
    assert shown.point.held
    assert [hold.reason for hold in shown.holds] == ["before the migration"]


@pytest.mark.parametrize(("cluster", "namespace"), [("other", ""), ("myeks", "b")])
def test_a_point_of_another_place_is_not_found(cluster: str, namespace: str) -> None:
    snapshot = a_snapshot(0, "a", "b", "nightly")
    world = filled(snapshot)
    with pytest.raises(NotFound, match="snapkeep get points"):
        listing(world).show(cluster, namespace, snapshot.tags[tags.POINT])


def test_a_point_is_listed_as_soon_as_it_is_ready() -> None:
    world = World(a_claim("data"))
    world.prune()
    world.back_up(SLOT)
    (point,) = listing(world).page("myeks", PointQuery(), 10).points
    assert (point.claim, point.state) == ("data", PointState.READY)
