"""What is read before an object is deleted, and what is deleted."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.adapters.kubernetes.removal import has_uid, remove, remove_content, remove_snapshot
from snapkeep.domain.errors import ClusterUnreachable, PermanentError, TemporaryError
from tests.unit.snapkeep.adapters.kubernetes.scripted import Reply, ScriptedTransport, a_client, status

GROUP = "/apis/snapshot.storage.k8s.io/v1"
PATH = f"{GROUP}/namespaces/shop/volumesnapshots/data"
CONTENTS = f"{GROUP}/volumesnapshotcontents"
ANY = has_uid("")
GONE = status(404, "NotFound", "not found")
CHANGED = status(409, "Conflict", "the ResourceVersion in the precondition does not match")
DONE = Reply(200, {})


def a_snapshot(version: str = "7", uid: str = "vs-uid", bound: str = "", imported: str = "") -> Reply:
    meta = {"name": "data", "namespace": "shop", "uid": uid, "resourceVersion": version}
    source = {"volumeSnapshotContentName": imported} if imported else {"persistentVolumeClaimName": "data"}
    status = {"boundVolumeSnapshotContentName": bound} if bound else {}
    return Reply(200, {"metadata": meta, "spec": {"source": source}, "status": status})


def a_content(policy: str = "Retain", uid: str = "vs-uid", namespace: str = "shop") -> Reply:
    spec = {
        "deletionPolicy": policy,
        "source": {"snapshotHandle": "snap-1"},
        "volumeSnapshotRef": {"namespace": namespace, "name": "data", "uid": uid},
    }
    meta = {"name": "kept", "uid": "content-uid", "resourceVersion": "9"}
    return Reply(200, {"metadata": meta, "spec": spec})


def deletions(http: ScriptedTransport) -> list[tuple[str, Any]]:
    return [(url, body) for method, url, body in http.requests if method == "DELETE"]


def reads(http: ScriptedTransport) -> list[str]:
    return [url for method, url, _ in http.requests if method == "GET"]


def test_only_the_object_that_was_just_read_is_deleted() -> None:
    client, http = a_client(a_snapshot(bound="kept"), a_content(), DONE)
    remove_snapshot(client, "shop", "data", ANY)
    assert deletions(http) == [(PATH, {"preconditions": {"uid": "vs-uid", "resourceVersion": "7"}})]


def test_one_that_changed_in_between_is_looked_at_again() -> None:
    client, http = a_client(
        a_snapshot("7", bound="kept"), a_content(), CHANGED, a_snapshot("8", bound="kept"), a_content(), DONE
    )
    remove_snapshot(client, "shop", "data", ANY)
    assert [body["preconditions"]["resourceVersion"] for _, body in deletions(http)] == ["7", "8"]


def test_a_flip_between_two_looks_is_seen() -> None:
    client, http = a_client(
        a_snapshot(bound="kept"), a_content(), CHANGED, a_snapshot(bound="kept"), a_content("Delete")
    )
    with pytest.raises(PermanentError):
        remove_snapshot(client, "shop", "data", ANY)
    assert len(deletions(http)) == 1


def test_another_object_that_took_the_name_stays() -> None:
    client, http = a_client(a_snapshot(bound="kept"), a_content(), CHANGED, a_snapshot(uid="new"))
    remove_snapshot(client, "shop", "data", has_uid("vs-uid"))
    assert len(deletions(http)) == 1


def test_what_changes_all_the_time_is_left_for_later() -> None:
    client, http = a_client(*[a_content(), CHANGED] * 5)
    with pytest.raises(TemporaryError, match="changed 5 times"):
        remove_content(client, "kept", ANY)
    assert len(deletions(http)) == 5


@pytest.mark.parametrize("policy", ["Delete", "", "retain"])
@pytest.mark.parametrize("uid", ["vs-uid", ""])
def test_a_content_that_does_not_retain_keeps_its_volume_snapshot(policy: str, uid: str) -> None:
    client, http = a_client(a_snapshot(bound="kept"), a_content(policy, uid))
    with pytest.raises(PermanentError) as refused:
        remove_snapshot(client, "shop", "data", ANY)
    assert (
        """kubectl patch volumesnapshotcontent kept --type merge -p '{"spec":{"deletionPolicy":"Retain"}}'"""
        in refused.value.reason
    )
    assert "VolumeSnapshot shop/data" in refused.value.reason and "snap-1" in refused.value.reason
    assert deletions(http) == []


@pytest.mark.parametrize(
    ("snapshot", "looked_at"),
    [
        (a_snapshot(), ["snapcontent-vs-uid"]),
        (a_snapshot(imported="kept"), ["kept"]),
        (a_snapshot(bound="kept", imported="kept"), ["kept"]),
        (a_snapshot(bound="snapcontent-vs-uid"), ["snapcontent-vs-uid"]),
    ],
)
def test_a_content_that_no_status_names_yet_is_looked_at(snapshot: Reply, looked_at: list[str]) -> None:
    client, http = a_client(snapshot, a_content("Delete"))
    with pytest.raises(PermanentError):
        remove_snapshot(client, "shop", "data", ANY)
    assert reads(http)[1:] == [f"{CONTENTS}/{name}" for name in looked_at]


def test_both_contents_that_a_volume_snapshot_may_have_are_looked_at() -> None:
    client, _ = a_client(a_snapshot(bound="kept", imported="other"), a_content(), a_content("Delete"))
    with pytest.raises(PermanentError):
        remove_snapshot(client, "shop", "data", ANY)


@pytest.mark.parametrize("content", [a_content("Delete", "another"), a_content("Delete", namespace="other")])
def test_a_content_of_another_volume_snapshot_keeps_nothing(content: Reply) -> None:
    client, http = a_client(a_snapshot(bound="kept"), content, DONE)
    remove_snapshot(client, "shop", "data", ANY)
    assert len(deletions(http)) == 1


def test_nothing_is_deleted_whose_content_cannot_be_read() -> None:
    client, http = a_client(a_snapshot(bound="kept"), status(500, "InternalError", "etcd is busy"))
    with pytest.raises(ClusterUnreachable):
        remove_snapshot(client, "shop", "data", ANY)
    client, refused = a_client(a_snapshot(bound="kept"), status(403, "Forbidden", 'User "x" cannot get it'))
    with pytest.raises(PermanentError):
        remove_snapshot(client, "shop", "data", ANY)
    assert deletions(http) == deletions(refused) == []


def test_a_volume_snapshot_whose_content_is_gone_goes() -> None:
    client, http = a_client(a_snapshot(bound="kept"), GONE, DONE)
    remove_snapshot(client, "shop", "data", ANY)
    assert len(deletions(http)) == 1


def test_what_is_gone_or_may_not_go_is_not_deleted() -> None:
    client, http = a_client(GONE, a_content("Delete"))
    remove(client, PATH, ANY)
    remove_content(client, "kept", has_uid("another"))
    assert deletions(http) == []
