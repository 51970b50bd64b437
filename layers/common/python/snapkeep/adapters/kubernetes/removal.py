"""Deleting objects of a cluster: every deletion of a VolumeSnapshot, a content or a claim goes through here.

Each object is read right before its deletion, and deleted with its UID and resourceVersion as preconditions.
Deleting a content that does not retain deletes its EBS snapshot, so nothing bound to such a content is
deleted.
https://kubernetes.io/docs/concepts/storage/volume-snapshots/#deletion-policy
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from snapkeep.domain.errors import NameTaken, NotFound, TemporaryError
from snapkeep.domain.retention.deletion.deletions import refuse_unless_retained

if TYPE_CHECKING:
    from snapkeep.adapters.kubernetes.client import KubernetesClient

API = "/apis/snapshot.storage.k8s.io/v1"
CONTENTS = f"{API}/volumesnapshotcontents"

LOOKS = 5
"""How often to try: the snapshot controller updates a content a few times while its VolumeSnapshot is
deleted."""

Document = dict[str, Any]
Test = Callable[[Document], bool]


def snapshot_path(namespace: str, name: str) -> str:
    """The path of a VolumeSnapshot."""
    return f"{API}/namespaces/{namespace}/volumesnapshots/{name}"


def content_path(name: str) -> str:
    """The path of a VolumeSnapshotContent."""
    return f"{CONTENTS}/{name}"


def has_uid(uid: str) -> Test:
    """A test that only the object with this UID passes; with an empty UID, any object does."""
    return lambda document: uid in ("", document["metadata"]["uid"])


def remove(client: KubernetesClient, path: str, may_go: Test) -> None:
    """Delete the object at a path if it passes `may_go`; one that is gone is success.

    Raises TemporaryError when it changes between every read and deletion, and what `may_go` and the client
    raise.
    """
    for _ in range(LOOKS):
        found = find(client, path)
        if found is None or not may_go(found):
            return
        meta = found["metadata"]
        try:
            client.delete(path, meta["uid"], version=meta.get("resourceVersion", ""))
            return
        except NameTaken:
            continue
    raise TemporaryError(f"{path} changed {LOOKS} times before it could be deleted")


def remove_snapshot(client: KubernetesClient, namespace: str, name: str, may_go: Test) -> None:
    """Delete a VolumeSnapshot as `remove` does. Raises PermanentError when its content does not retain."""

    def retained(found: Document) -> bool:
        if not may_go(found):
            return False
        for content in bound_contents(client, found):
            refuse_unless_retained(*_described(content), f"VolumeSnapshot {namespace}/{name}")
        return True

    remove(client, snapshot_path(namespace, name), retained)


def remove_content(client: KubernetesClient, name: str, may_go: Test) -> None:
    """Delete a VolumeSnapshotContent as `remove` does. Raises PermanentError when it does not retain."""

    def retained(found: Document) -> bool:
        if not may_go(found):
            return False
        refuse_unless_retained(*_described(found), "it")
        return True

    remove(client, content_path(name), retained)


def bound_contents(client: KubernetesClient, snapshot: Document) -> Iterator[Document]:
    """The contents that name a VolumeSnapshot, or that it names by its status, source or UID.

    The controller names the content it creates after the UID, before any status mentions it.
    https://github.com/kubernetes-csi/external-snapshotter/blob/master/pkg/common-controller/snapshot_controller.go
    """
    meta, source = snapshot["metadata"], (snapshot.get("spec") or {}).get("source") or {}
    bound = (snapshot.get("status") or {}).get("boundVolumeSnapshotContentName")
    imported = source.get("volumeSnapshotContentName")
    names = [bound, imported] if bound or imported else [f"snapcontent-{meta['uid']}"]
    for name in dict.fromkeys(filter(None, names)):
        content = find(client, content_path(name))
        if content is not None and _names(content, meta):
            yield content


def find(client: KubernetesClient, path: str) -> Document | None:
    """The object at a path, or None when there is none."""
    try:
        return client.get(path)
    except NotFound:
        return None


def _names(content: Document, meta: Document) -> bool:
    """True when a content names the VolumeSnapshot with this metadata; an import has no UID at first."""
    reference = content["spec"].get("volumeSnapshotRef") or {}
    same = (reference.get("namespace"), reference.get("name")) == (meta["namespace"], meta["name"])
    return same and reference.get("uid", "") in ("", meta["uid"])


def _described(content: Document) -> tuple[str, str, str]:
    """Name, deletion policy and EBS snapshot of a content."""
    spec = content["spec"]
    imported = (spec.get("source") or {}).get("snapshotHandle")
    handle = (content.get("status") or {}).get("snapshotHandle") or imported or ""
    return content["metadata"]["name"], str(spec.get("deletionPolicy") or ""), handle
