"""VolumeSnapshots: created once, never over somebody else's, believed only when both sides agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from snapkeep.adapters.kubernetes import snapshots
from snapkeep.adapters.kubernetes.snapshots import VolumeSnapshots
from snapkeep.domain.errors import NameTaken, NotAdmitted, NotFound
from snapkeep.domain.points import ClaimFacts, Point
from snapkeep.domain.policies import Method
from snapkeep.ports.kubernetes import VolumeSnapshot
from tests.unit.snapkeep.adapters.kubernetes.scripted import Reply, a_client, status

SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)
POINT = Point(
    id="data-20261124t180000z-0123456789",
    run="myeks.daily.20261124T180000Z",
    policy="daily",
    slot=SLOT,
    claim=ClaimFacts(
        "myeks", "wordpress", "data", "uid-1", "20Gi", "gp3", ("ReadWriteOnce",), "Filesystem", "xfs"
    ),
    volume_id="vol-1",
    method=Method.CSI,
    accepted_at=SLOT,
    lead="data-20261124t180000z-0123456789",
)
PATH = "/apis/snapshot.storage.k8s.io/v1/namespaces/wordpress/volumesnapshots"
ABSENT = status(404, "NotFound", "not found")


def taken(**annotations: str) -> Reply:
    found = snapshots.manifest("myeks", POINT)
    found["metadata"]["annotations"] |= annotations
    found["metadata"]["uid"] = "vs-uid"
    return Reply(200, found)


def a_snapshot(**changes: Any) -> Reply:
    return Reply(200, {"metadata": {"name": POINT.id, "uid": "vs-uid"}, "status": changes})


def a_content(uid: str = "vs-uid", **changes: Any) -> Reply:
    return Reply(200, {"spec": {"volumeSnapshotRef": {"uid": uid}}, "status": changes})


def test_the_snapshot_is_named_after_the_point_and_carries_its_identity() -> None:
    client, http = a_client(Reply(201, {"metadata": {"uid": "vs-uid"}}))
    assert VolumeSnapshots(client).create_volume_snapshot(POINT) == "vs-uid"
    ((method, url, body),) = http.requests
    assert (method, url) == ("POST", PATH)
    assert body["metadata"]["name"] == POINT.id
    assert body["metadata"]["annotations"]["snapkeep.io/run"] == POINT.run
    assert body["metadata"]["annotations"]["snapkeep.io/claim-uid"] == "uid-1"
    assert body["spec"] == {
        "volumeSnapshotClassName": "snapkeep-myeks",
        "source": {"persistentVolumeClaimName": "data"},
    }


def test_a_snapshot_we_made_before_is_success() -> None:
    client, _ = a_client(status(409, "AlreadyExists", "exists"), taken())
    assert VolumeSnapshots(client).create_volume_snapshot(POINT) == "vs-uid"


def test_a_claim_of_auto_mode_is_snapshotted_by_the_class_of_its_driver() -> None:
    auto = replace(POINT, claim=replace(POINT.claim, driver="ebs.csi.eks.amazonaws.com"))
    wanted = snapshots.manifest("myeks", auto)
    assert wanted["spec"]["volumeSnapshotClassName"] == "snapkeep-myeks-auto"


@pytest.mark.parametrize(
    "annotations",
    [{"snapkeep.io/run": "another"}, {"snapkeep.io/claim-uid": "uid-2"}],
)
def test_a_snapshot_of_somebody_else_is_not_taken_for_ours(annotations: dict[str, str]) -> None:
    client, _ = a_client(status(409, "AlreadyExists", "exists"), taken(**annotations))
    with pytest.raises(NameTaken, match=f"wordpress/{POINT.id} exists and does not belong to run"):
        VolumeSnapshots(client).create_volume_snapshot(POINT)


def test_a_namespace_that_is_gone_is_reported() -> None:
    client, _ = a_client(status(404, "NotFound", 'namespaces "wordpress" not found'))
    with pytest.raises(NotFound, match='namespaces "wordpress" not found'):
        VolumeSnapshots(client).create_volume_snapshot(POINT)


def test_a_snapshot_nobody_made_is_none() -> None:
    client, _ = a_client(ABSENT)
    assert VolumeSnapshots(client).volume_snapshot("wordpress", POINT.id) is None


def test_a_fresh_snapshot_is_neither_bound_nor_ready() -> None:
    client, _ = a_client(Reply(200, {"metadata": {"name": POINT.id, "uid": "vs-uid"}}))
    expected = VolumeSnapshot(POINT.id, "wordpress", bound=False, ready=False)
    assert VolumeSnapshots(client).volume_snapshot("wordpress", POINT.id) == expected


def test_a_ready_snapshot_names_its_ebs_snapshot() -> None:
    client, _ = a_client(
        a_snapshot(boundVolumeSnapshotContentName="snapcontent-1", readyToUse=True),
        a_content(snapshotHandle="snap-1"),
    )
    found = VolumeSnapshots(client).volume_snapshot("wordpress", POINT.id)
    assert found == VolumeSnapshot(POINT.id, "wordpress", bound=True, ready=True, snapshot_id="snap-1")


def test_a_content_that_belongs_to_another_snapshot_is_not_believed() -> None:
    client, _ = a_client(
        a_snapshot(boundVolumeSnapshotContentName="snapcontent-1", readyToUse=True),
        a_content(uid="foreign", snapshotHandle="snap-666"),
    )
    found = VolumeSnapshots(client).volume_snapshot("wordpress", POINT.id)
    assert found is not None and found.snapshot_id == ""


def test_the_last_error_is_told_wherever_it_stands() -> None:
    client, _ = a_client(
        a_snapshot(boundVolumeSnapshotContentName="snapcontent-1"),
        a_content(error={"message": "InvalidVolume.NotFound"}),
    )
    found = VolumeSnapshots(client).volume_snapshot("wordpress", POINT.id)
    assert found is not None and found.error == "InvalidVolume.NotFound"


def test_support_needs_the_crds() -> None:
    client, _ = a_client(Reply(404, "404 page not found\n"))
    support = snapshots.support(client)
    assert not support.available
    assert "CRDs" in support.reason


def test_support_needs_our_class() -> None:
    client, http = a_client(Reply(200, {}), ABSENT)
    support = snapshots.support(client)
    assert not support.available
    assert "snapkeep-myeks is missing" in support.reason
    assert http.requests[1][1].endswith("/volumesnapshotclasses/snapkeep-myeks")


def test_support_needs_a_class_that_keeps_backups_of_deleted_namespaces() -> None:
    client, _ = a_client(Reply(200, {}), Reply(200, {"deletionPolicy": "Delete"}))
    support = snapshots.support(client)
    assert not support.available
    assert "'Delete'" in support.reason


def test_crds_and_a_retaining_class_are_enough() -> None:
    client, _ = a_client(Reply(200, {}), Reply(200, {"deletionPolicy": "Retain"}))
    assert snapshots.support(client).available


def test_a_quota_that_our_own_snapshot_filled_refuses_nothing() -> None:
    full = status(403, "Forbidden", 'volumesnapshots "x" is forbidden: exceeded quota: team, limited: 1')
    client, _ = a_client(full, taken())
    VolumeSnapshots(client).create_volume_snapshot(POINT)
    client, _ = a_client(full, status(404, "NotFound", "not found"))
    with pytest.raises(NotAdmitted, match="exceeded quota: team"):
        VolumeSnapshots(client).create_volume_snapshot(POINT)


@pytest.mark.parametrize(
    ("where", "key", "value"),
    [
        (("metadata", "annotations"), "snapkeep.io/nonce", "fedcba9876543210"),
        (("metadata", "annotations"), "snapkeep.io/run", "another"),
        (("metadata", "annotations"), "snapkeep.io/claim-uid", "another"),
        (("spec", "source"), "persistentVolumeClaimName", "empty"),
        (("spec",), "volumeSnapshotClassName", "somebody-elses"),
    ],
)
def test_a_volume_snapshot_under_our_name_is_ours_only_by_all_its_signs(
    where: tuple[str, ...], key: str, value: str
) -> None:
    point = replace(POINT, nonce="0123456789abcdef")
    found = snapshots.manifest("myeks", point)
    assert found["metadata"]["name"] == f"{POINT.id}-0123456789abcdef"
    assert snapshots.is_of("myeks", found, point)
    inner = found
    for step in where:
        inner = inner[step]
    inner[key] = value
    assert not snapshots.is_of("myeks", found, point)
    del inner[key]
    assert not snapshots.is_of("myeks", found, point)
