"""What the withdrawal of a VolumeSnapshot deletes, and what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from snapkeep.adapters.kubernetes import snapshots
from snapkeep.adapters.kubernetes.withdrawal import WithdrawableSnapshots
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.retention.deletion.deletions import Withdrawn
from tests.unit.snapkeep.adapters.kubernetes.scripted import Reply, a_client, status
from tests.unit.snapkeep.adapters.kubernetes.test_snapshots import PATH, POINT

ABSENT = status(404, "NotFound", "not found")
CONTENT = f"{snapshots.API}/volumesnapshotcontents/snapcontent-vs-uid"


def the_snapshot() -> Reply:
    document = snapshots.manifest("myeks", POINT)
    document["metadata"] |= {"uid": "vs-uid", "resourceVersion": "7"}
    return Reply(200, document)


def a_content(**spec: Any) -> dict[str, Any]:
    given = {
        "volumeSnapshotRef": {"namespace": "wordpress", "name": POINT.id, "uid": "vs-uid"},
        "source": {"volumeHandle": POINT.volume_id},
        "deletionPolicy": "Retain",
        "volumeSnapshotClassName": "snapkeep-myeks",
    }
    meta = {"name": "snapcontent-vs-uid", "uid": "content-uid", "resourceVersion": "9"}
    return {"metadata": meta, "spec": given | spec}


def test_the_volume_snapshot_goes_before_its_content_and_each_as_it_was_read() -> None:
    pair = (the_snapshot(), Reply(200, a_content()))
    done = Reply(200, {})
    client, http = a_client(*pair, *pair, done, Reply(200, a_content()), done, ABSENT, ABSENT)
    assert WithdrawableSnapshots(client).withdraw_volume_snapshot(POINT) == Withdrawn()
    deletions = [(url, body) for method, url, body in http.requests if method == "DELETE"]
    assert deletions == [
        (f"{PATH}/{POINT.id}", {"preconditions": {"uid": "vs-uid", "resourceVersion": "7"}}),
        (CONTENT, {"preconditions": {"uid": "content-uid", "resourceVersion": "9"}}),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"source": {"volumeHandle": "vol-of-somebody-else"}},
        {"volumeSnapshotClassName": "theirs"},
        {"volumeSnapshotRef": {"namespace": "theirs", "name": POINT.id}},
    ],
)
def test_a_content_that_was_not_made_for_the_point_stays(other: dict[str, Any]) -> None:
    client, http = a_client(ABSENT, Reply(200, {"items": [a_content(**other)], "metadata": {}}))
    assert WithdrawableSnapshots(client).withdraw_volume_snapshot(POINT) == Withdrawn()
    assert [method for method, _, _ in http.requests] == ["GET", "GET"]


def test_a_content_that_would_take_its_snapshot_along_is_left_to_a_person() -> None:
    flipped = (the_snapshot(), Reply(200, a_content(deletionPolicy="Delete")))
    client, http = a_client(*flipped, *flipped)
    with pytest.raises(PermanentError, match="kubectl patch volumesnapshotcontent snapcontent-vs-uid "):
        WithdrawableSnapshots(client).withdraw_volume_snapshot(POINT)
    assert all(method == "GET" for method, _, _ in http.requests)


def test_what_was_cut_is_told_with_its_time_and_keeps_its_objects() -> None:
    content = a_content() | {"status": {"snapshotHandle": "snap-1", "creationTime": 1764007200123456789}}
    client, http = a_client(the_snapshot(), Reply(200, content))
    found = WithdrawableSnapshots(client).withdraw_volume_snapshot(POINT)
    assert (found.snapshot_id, found.left) == ("snap-1", ())
    assert found.cut_at is not None
    assert found.cut_at.replace(microsecond=0) == datetime(2025, 11, 24, 18, tzinfo=UTC)
    assert all(method == "GET" for method, _, _ in http.requests)


def test_a_content_that_a_snapshot_was_cut_for_meanwhile_stays_and_is_told_as_left() -> None:
    cut = a_content() | {"status": {"snapshotHandle": "snap-1"}}
    pair = (the_snapshot(), Reply(200, a_content()))
    client, http = a_client(*pair, *pair, Reply(200, {}), Reply(200, cut), ABSENT, Reply(200, cut))
    assert [item.name for item in WithdrawableSnapshots(client).withdraw_volume_snapshot(POINT).left] == [
        "snapcontent-vs-uid"
    ]
    assert [url for method, url, _ in http.requests if method == "DELETE"] == [f"{PATH}/{POINT.id}"]
