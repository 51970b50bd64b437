"""The admission policies on snapshot objects and claims, enforced by a real API server."""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from typing import Any

import pytest

from sandbox.demo import build
from sandbox.demo.kube import Admin
from sandbox.kubernetes.patches import merge_patch
from snapkeep.adapters.kubernetes import restores, snapshots
from snapkeep.domain.policies import Method
from tests.contract.ports.samples import a_point
from tests.e2e.controlplane.api_server import ApiServer
from tests.e2e.controlplane.remote_store import Refused, RemoteStore
from tests.e2e.product import CLAIMS, CONTENTS, SNAPSHOTS
from tests.fakes.restore_samples import a_restore
from tests.integration.deployed import until

Document = dict[str, Any]

RESTORE = a_restore(namespace="default")
CONTENT = restores.content_manifest("myeks", RESTORE)
IMPORT = restores.snapshot_manifest("myeks", RESTORE)
CLAIM = restores.claim_manifest(RESTORE)
OF_POINT = merge_patch(
    snapshots.manifest("myeks", a_point("data", method=Method.CSI)), {"metadata": {"namespace": "default"}}
)
KINDS = ((CONTENTS, CONTENT), (SNAPSHOTS, IMPORT), (CLAIMS, CLAIM))


def but(document: Document, metadata: Document | None = None, **spec: Any) -> Document:
    """The document with another metadata and spec."""
    changed: Document = merge_patch(deepcopy(document), {"metadata": metadata or {}, "spec": spec})
    return changed


MODE_CHANGE = {"annotations": {"snapshot.storage.kubernetes.io/allow-volume-mode-change": "true"}}
FLIPPED = but(CONTENT, deletionPolicy="Delete")
THEIRS = but(CONTENT, {"annotations": None, "labels": None}, volumeSnapshotClassName="theirs")
FOREIGN = but(OF_POINT, {"labels": None}, volumeSnapshotClassName="theirs")
NO_CREATE: tuple[tuple[str, str, Document, str], ...] = (
    ("finish-restores", CONTENTS, FLIPPED, "create only VolumeSnapshotContents"),
    ("api", CONTENTS, FLIPPED, "create only VolumeSnapshotContents"),
    ("api", CONTENTS, THEIRS, "create only VolumeSnapshotContents"),
    ("api", CONTENTS, but(CONTENT, MODE_CHANGE), "create only VolumeSnapshotContents"),
    ("api", SNAPSHOTS, but(IMPORT, source={"volumeSnapshotContentName": "x"}), "create only VolumeSnapshots"),
    ("take-snapshots", SNAPSHOTS, IMPORT, "create only VolumeSnapshots"),
    ("api", CLAIMS, but(CLAIM, dataSource=None), "create only claims of restores"),
)
NO_DELETE: tuple[tuple[str, str, Document, str], ...] = (
    ("finish-restores", CONTENTS, FLIPPED, "does not have deletionPolicy Retain"),
    ("prune", CONTENTS, FLIPPED, "does not have deletionPolicy Retain"),
    ("prune", CONTENTS, THEIRS, "of their own classes"),
    ("take-snapshots", CONTENTS, CONTENT, "delete no imported"),
    ("finish-restores", SNAPSHOTS, OF_POINT, "each function its own"),
    ("prune", SNAPSHOTS, FOREIGN, "of their own classes"),
    ("finish-restores", CLAIMS, but(CLAIM, volumeName="pv-1"), "delete no claim that has a volume"),
    ("finish-restores", CLAIMS, but(CLAIM, {"annotations": None}), "delete only claims of restores"),
)


@pytest.fixture(scope="module")
def store(api_server: ApiServer) -> RemoteStore:
    """An API server with the manifests, once it enforces all three policies."""
    Admin(api_server.kubeconfig).apply(build.manifests(build.ROOT / "snapkeep.yaml", "myeks"))
    found = api_server.store
    probes = (
        (CONTENTS, but(CONTENT, {"annotations": None})),
        (SNAPSHOTS, but(IMPORT, {"annotations": None})),
        (CLAIMS, but(CLAIM, {"annotations": None})),
    )
    for plural, document in probes:
        until(partial(denied, found, plural, document), f"{plural} to be guarded")
    return found


def denied(store: RemoteStore, plural: str, document: Document) -> bool | None:
    """The API server takes a moment to notice a new admission policy."""
    try:
        create(store.speaking_for("snapkeep:api"), plural, document)
    except Refused as refused:
        return True if refused.code == 422 else None
    remove(store, plural, document)
    return None


def create(store: RemoteStore, plural: str, document: Document) -> None:
    store.create(plural, document["metadata"].get("namespace"), document)


def delete(store: RemoteStore, plural: str, document: Document) -> None:
    store.delete(plural, document["metadata"].get("namespace"), document["metadata"]["name"])


def remove(store: RemoteStore, plural: str, document: Document) -> None:
    """Delete as the administrator; no controller is there to take finalizers off."""
    meta = document["metadata"]
    store.patch(plural, meta.get("namespace"), meta["name"], {"metadata": {"finalizers": None}})
    delete(store, plural, document)


def test_what_a_restore_makes_goes_through_and_may_be_removed(store: RemoteStore) -> None:
    finisher = store.speaking_for("snapkeep:finish-restores")
    for plural, document in KINDS:
        for group in ("api", "finish-restores"):
            create(store.speaking_for(f"snapkeep:{group}"), plural, document)
            store.patch(
                plural,
                document["metadata"].get("namespace"),
                document["metadata"]["name"],
                {"metadata": {"finalizers": None}},
            )
            delete(finisher, plural, document)


def test_what_a_point_is_made_of_goes_through_and_may_be_removed(store: RemoteStore) -> None:
    for group in ("take-snapshots", "prune"):
        create(store.speaking_for("snapkeep:take-snapshots"), SNAPSHOTS, OF_POINT)
        delete(store.speaking_for(f"snapkeep:{group}"), SNAPSHOTS, OF_POINT)


@pytest.mark.parametrize(("group", "plural", "document", "said"), NO_CREATE)
def test_what_a_function_never_makes_is_refused(
    store: RemoteStore, group: str, plural: str, document: Document, said: str
) -> None:
    with pytest.raises(Refused, match=said) as refused:
        create(store.speaking_for(f"snapkeep:{group}"), plural, document)

    assert refused.value.code == 422


@pytest.mark.parametrize(("group", "plural", "document", "said"), NO_DELETE)
def test_what_is_not_a_functions_to_delete_stays(
    store: RemoteStore, group: str, plural: str, document: Document, said: str
) -> None:
    create(store, plural, document)
    try:
        with pytest.raises(Refused, match=said) as refused:
            delete(store.speaking_for(f"snapkeep:{group}"), plural, document)
    finally:
        remove(store, plural, document)

    assert refused.value.code == 422
