"""What a restore writes into a cluster, to the letter, and what it never touches."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.adapters.kubernetes import restores
from snapkeep.adapters.kubernetes.restores import RestoredObjects
from snapkeep.domain.errors import NameTaken, NotAdmitted
from snapkeep.domain.restore.bindings import Binding
from snapkeep.domain.restore.operations import Way
from snapkeep.domain.restore.progress import RestoredClaim
from tests.fakes.restore_samples import a_restore
from tests.unit.snapkeep.adapters.kubernetes.scripted import Reply, a_client, status

RESTORE = a_restore()
GROUP = "/apis/snapshot.storage.k8s.io/v1"
CLAIM = "/api/v1/namespaces/shop/persistentvolumeclaims/data-restored"
PAIR = f"snapkeep-restore-{RESTORE.id}"
ABSENT = status(404, "NotFound", "not found")
TAKEN = status(409, "AlreadyExists", "exists")


def owned(owner: str = RESTORE.id, **spec: Any) -> Reply:
    metadata = {"name": PAIR, "namespace": "shop", "uid": "uid-1", "resourceVersion": "5"}
    annotations = {"snapkeep.io/restore": owner}
    return Reply(200, {"metadata": metadata | {"annotations": annotations}, "spec": spec})


def test_an_import_makes_the_content_first_and_it_retains() -> None:
    client, http = a_client(Reply(201, {}), Reply(201, {}))
    RestoredObjects(client).import_snapshot(RESTORE)
    (_, first, content), (_, second, snapshot) = http.requests
    assert (first, second) == (
        f"{GROUP}/volumesnapshotcontents",
        f"{GROUP}/namespaces/shop/volumesnapshots",
    )
    assert content["spec"]["deletionPolicy"] == "Retain"
    assert content["spec"]["source"] == {"snapshotHandle": RESTORE.snapshot_id}
    assert content["spec"]["volumeSnapshotRef"] == {"name": PAIR, "namespace": "shop"}
    assert snapshot["spec"]["source"] == {"volumeSnapshotContentName": PAIR}


def test_the_claim_asks_for_the_planned_size_and_copies_no_annotation() -> None:
    client, http = a_client(Reply(201, {}))
    RestoredObjects(client).create_restored_claim(RESTORE)
    ((_, _, claim),) = http.requests
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "dataSource": {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": PAIR},
        "resources": {"requests": {"storage": "10Gi"}},
        "storageClassName": "gp3",
        "volumeMode": "Filesystem",
    }
    assert set(claim["metadata"]["annotations"]) == {"snapkeep.io/restore", "snapkeep.io/restored-from"}
    assert claim["metadata"]["labels"] == {"app": "data", "snapkeep.io/restored": RESTORE.id}


def test_in_its_own_namespace_the_points_own_snapshot_is_the_source() -> None:
    manifest = restores.claim_manifest(a_restore(way=Way.SAME_NAMESPACE, volume_snapshot="data-1"))
    assert manifest["spec"]["dataSource"]["name"] == "data-1"


def test_a_claim_we_made_before_is_success() -> None:
    client, _ = a_client(TAKEN, owned())
    RestoredObjects(client).create_restored_claim(RESTORE)


@pytest.mark.parametrize("found", [owned("another"), Reply(200, {"metadata": {"name": "x"}}), ABSENT])
def test_somebody_elses_claim_is_not_taken_over(found: Reply) -> None:
    client, _ = a_client(TAKEN, found)
    with pytest.raises(NameTaken, match="shop/data-restored exists and was not created by this restore"):
        RestoredObjects(client).create_restored_claim(RESTORE)


def test_only_what_names_this_restore_is_removed_and_only_that_object() -> None:
    client, http = a_client(owned(), ABSENT, Reply(200, {}), owned("another"))
    RestoredObjects(client).remove_imported_snapshot(RESTORE)
    assert [method for method, _, _ in http.requests] == ["GET", "GET", "DELETE", "GET"]
    assert http.requests[2][2] == {"preconditions": {"uid": "uid-1", "resourceVersion": "5"}}


def test_a_claim_with_a_volume_is_never_removed() -> None:
    client, http = a_client(owned(volumeName="pvc-1"))
    RestoredObjects(client).remove_restored_claim(RESTORE)
    assert [method for method, _, _ in http.requests] == ["GET"]


def test_a_claim_without_a_volume_is_removed() -> None:
    client, http = a_client(owned(), Reply(200, {}))
    RestoredObjects(client).remove_restored_claim(RESTORE)
    preconditions = {"uid": "uid-1", "resourceVersion": "5"}
    assert http.requests[-1] == ("DELETE", CLAIM, {"preconditions": preconditions})


def test_a_claim_that_gets_its_volume_between_look_and_deletion_stays() -> None:
    client, http = a_client(owned(), status(409, "Conflict", "changed"), owned(volumeName="pvc-1"))
    RestoredObjects(client).remove_restored_claim(RESTORE)
    assert [method for method, _, _ in http.requests] == ["GET", "DELETE", "GET"]


def test_no_claim_is_no_claim() -> None:
    client, _ = a_client(ABSENT)
    assert RestoredObjects(client).restored_claim(RESTORE) is None


def test_a_pending_claim_says_what_it_waits_for() -> None:
    late = Reply(200, {"volumeBindingMode": "WaitForFirstConsumer"})
    event = {
        "metadata": {"uid": "e1", "creationTimestamp": "2026-11-24T18:00:00Z"},
        "type": "Normal",
        "reason": "WaitForFirstConsumer",
        "message": "waiting for first consumer to be created before binding",
    }
    client, http = a_client(owned(storageClassName="gp3"), ABSENT, late, Reply(200, {"items": [event]}))
    claim = RestoredObjects(client).restored_claim(RESTORE)
    assert claim is not None
    assert (claim.phase, claim.operation, claim.waits_for_consumer) == ("Pending", RESTORE.id, True)
    assert (claim.snapshot_ready, claim.snapshot_error) == (False, f"VolumeSnapshot {PAIR} is gone")
    assert [item.reason for item in claim.events] == ["WaitForFirstConsumer"]
    assert "involvedObject.uid%3Duid-1" in http.requests[-1][1]


def bound_to(volume: Reply) -> RestoredClaim:
    """A bound claim of ours, whose volume is read as told."""
    metadata = {"name": "x", "uid": "uid-1", "annotations": {"snapkeep.io/restore": RESTORE.id}}
    claim = {"metadata": metadata, "spec": {"volumeName": "pv-1"}, "status": {"phase": "Bound"}}
    client, _ = a_client(Reply(200, claim), volume, Reply(200, {"items": []}))
    found = RestoredObjects(client).restored_claim(RESTORE)
    assert found is not None
    return found


def a_volume(**spec: Any) -> Reply:
    return Reply(200, {"metadata": {"name": "pv-1"}, "spec": spec})


def test_a_bound_claim_names_the_ebs_volume_behind_it() -> None:
    found = bound_to(a_volume(csi={"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}))
    assert (found.phase, found.binding) == ("Bound", Binding("pv-1", "vol-1"))


def test_what_is_no_ebs_volume_has_no_id() -> None:
    assert bound_to(a_volume(hostPath={"path": "/data"})).binding == Binding("pv-1")


def test_a_claim_whose_volume_was_deleted_is_lost() -> None:
    found = bound_to(ABSENT)
    assert (found.phase, found.binding) == ("Lost", Binding("pv-1"))


def test_a_quota_that_this_restore_filled_itself_refuses_nothing() -> None:
    full = status(
        403, "Forbidden", 'persistentvolumeclaims "x" is forbidden: exceeded quota: team, limited: 1'
    )
    client, _ = a_client(full, owned())
    RestoredObjects(client).create_restored_claim(RESTORE)
    client, _ = a_client(full, owned("another"))
    with pytest.raises(NotAdmitted, match="exceeded quota: team"):
        RestoredObjects(client).create_restored_claim(RESTORE)
