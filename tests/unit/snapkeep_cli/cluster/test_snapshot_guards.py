"""What our functions may create and delete of snapshot objects and claims, asked of the sandbox's server."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.adapters.kubernetes import restores
from snapkeep.domain.drivers import AUTO_MODE
from snapkeep.domain.restore.operations import Way
from snapkeep_cli.cluster.manifests import cluster_manifests
from snapkeep_cli.cluster.snapshot_guards import guards
from snapkeep_cli.config.cluster_access import FUNCTIONS
from tests.fakes.restore_samples import a_restore
from tests.unit.snapkeep_cli.cluster.guarded_objects import (
    CLAIM,
    CONTENT,
    DRIVERS_OWN,
    IMPORT,
    OF_POINT,
    POINT,
    RESTORE,
    Cluster,
    Document,
    but,
)

CONTENTS, SNAPSHOTS, CLAIMS = "volumesnapshotcontents", "volumesnapshots", "persistentvolumeclaims"


def on_create(function: str, plural: str, document: Document, group: str = "") -> list[str]:
    return Cluster().complaints(function, "POST", plural, document, document, group)


def on_delete(function: str, plural: str, document: Document, group: str = "") -> list[str]:
    cluster = Cluster()
    cluster.store.create(plural, document["metadata"].get("namespace"), document)
    return cluster.complaints(function, "DELETE", plural, document, None, group)


@pytest.mark.parametrize("function", ["api", "finish_restores"])
@pytest.mark.parametrize(
    "restore",
    [
        RESTORE,
        a_restore(2, namespace="default", imports=3),
        a_restore(3, namespace="default", driver=AUTO_MODE.name, volume_mode="Block", zone="a"),
    ],
)
def test_what_a_restore_makes_passes_and_may_be_removed(function: str, restore: Any) -> None:
    made = (
        (CONTENTS, restores.content_manifest("myeks", restore)),
        (SNAPSHOTS, restores.snapshot_manifest("myeks", restore)),
        (CLAIMS, restores.claim_manifest(restore)),
    )
    for plural, document in made:
        assert on_create(function, plural, document) == []
        assert on_delete("finish_restores", plural, document) == []


def test_a_claim_passes_with_the_finalizer_that_kubernetes_writes_first() -> None:
    assert on_create("api", CLAIMS, but(CLAIM, {"finalizers": ["kubernetes.io/pvc-protection"]})) == []


def test_a_claim_from_the_points_own_snapshot_passes() -> None:
    own = a_restore(namespace="default", way=Way.SAME_NAMESPACE, volume_snapshot=POINT.id)
    assert on_create("api", CLAIMS, restores.claim_manifest(own)) == []


def test_what_a_point_is_made_of_passes_and_may_be_withdrawn_and_pruned() -> None:
    assert on_create("take_snapshots", SNAPSHOTS, OF_POINT) == []
    for function in ("take_snapshots", "prune"):
        assert on_delete(function, SNAPSHOTS, OF_POINT) == []
        assert on_delete(function, CONTENTS, DRIVERS_OWN) == []


def test_what_lost_its_labels_may_still_be_removed() -> None:
    bare: Document = {"labels": None}
    assert on_delete("prune", SNAPSHOTS, but(OF_POINT, bare)) == []
    for plural, document in ((CONTENTS, CONTENT), (SNAPSHOTS, IMPORT), (CLAIMS, CLAIM)):
        assert on_delete("finish_restores", plural, but(document, bare)) == []


def test_a_sweep_may_remove_an_import() -> None:
    assert on_delete("prune", SNAPSHOTS, IMPORT) == on_delete("prune", CONTENTS, CONTENT) == []


NO_MARK: Document = {"annotations": {"snapkeep.io/restore": None}}
MODE_CHANGE: Document = {"annotations": {"snapshot.storage.kubernetes.io/allow-volume-mode-change": "true"}}
BARE_POINT: Document = {"annotations": {"snapkeep.io/run": None}}
OWNED: Document = {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u1"}]}
OTHERS_NAME: Document = {"name": "snapkeep-restore-ffffffffffff"}
OWN_CLASSES = "of their own classes"
EACH_ITS_OWN = "each function its own"
NOT_RETAINED = "does not have deletionPolicy Retain"
OURS_ONLY = "create only VolumeSnapshotContents of restores"
OWN_SNAPSHOTS = "create only VolumeSnapshots of recovery points and of restores, each function its own"


@pytest.mark.parametrize(
    ("function", "plural", "document", "complaint"),
    [
        ("finish_restores", CONTENTS, but(CONTENT, deletionPolicy="Delete"), OURS_ONLY),
        ("api", CONTENTS, but(CONTENT, deletionPolicy="Delete"), OURS_ONLY),
        ("api", CONTENTS, but(CONTENT, driver="efs.csi.aws.com"), OURS_ONLY),
        ("api", CONTENTS, but(CONTENT, volumeSnapshotClassName="theirs"), OURS_ONLY),
        ("api", CONTENTS, but(CONTENT, volumeSnapshotClassName=None), OURS_ONLY),
        ("api", CONTENTS, but(CONTENT, volumeSnapshotRef={"name": "theirs"}), OURS_ONLY),
        ("api", CONTENTS, but(CONTENT, source={"snapshotHandle": None, "volumeHandle": "vol-1"}), OURS_ONLY),
        ("api", CONTENTS, but(CONTENT, NO_MARK), OURS_ONLY),
        ("api", CONTENTS, but(CONTENT, {"annotations": None}), OURS_ONLY),
        ("api", CONTENTS, but(CONTENT, MODE_CHANGE), OURS_ONLY),
        ("api", CONTENTS, but(CONTENT, {"labels": None}), OURS_ONLY),
        (
            "api",
            CONTENTS,
            but(CONTENT, OTHERS_NAME, volumeSnapshotRef=OTHERS_NAME),
            OURS_ONLY,
        ),
        ("take_snapshots", SNAPSHOTS, IMPORT, OWN_SNAPSHOTS),
        ("finish_restores", SNAPSHOTS, OF_POINT, OWN_SNAPSHOTS),
        ("take_snapshots", SNAPSHOTS, but(OF_POINT, BARE_POINT), OWN_SNAPSHOTS),
        ("take_snapshots", SNAPSHOTS, but(OF_POINT, {"labels": None}), OWN_SNAPSHOTS),
        (
            "take_snapshots",
            SNAPSHOTS,
            but(OF_POINT, volumeSnapshotClassName="theirs"),
            OWN_CLASSES,
        ),
        ("api", SNAPSHOTS, but(IMPORT, source={"volumeSnapshotContentName": "theirs"}), OWN_SNAPSHOTS),
        ("api", SNAPSHOTS, but(IMPORT, NO_MARK), OWN_SNAPSHOTS),
        ("api", SNAPSHOTS, but(IMPORT, volumeSnapshotClassName=None), OWN_CLASSES),
        ("api", CLAIMS, but(CLAIM, NO_MARK), "create only claims of restores"),
        ("api", CLAIMS, but(CLAIM, dataSource=None), "create only claims of restores"),
        (
            "api",
            CLAIMS,
            but(CLAIM, dataSource={"apiGroup": None, "kind": "PersistentVolumeClaim"}),
            "create only claims of restores",
        ),
        ("api", CLAIMS, but(CLAIM, volumeName="pv-of-somebody"), "create only claims of restores"),
        (
            "api",
            CLAIMS,
            but(CLAIM, selector={"matchLabels": {"app": "theirs"}}),
            "create only claims of restores",
        ),
        ("api", CLAIMS, but(CLAIM, OWNED), "create only claims of restores"),
        ("api", CONTENTS, but(CONTENT, OWNED), OURS_ONLY),
        ("api", SNAPSHOTS, but(IMPORT, OWNED), OWN_SNAPSHOTS),
        ("api", SNAPSHOTS, but(IMPORT, MODE_CHANGE), OWN_SNAPSHOTS),
        ("take_snapshots", SNAPSHOTS, but(OF_POINT, OWNED), OWN_SNAPSHOTS),
        ("take_snapshots", SNAPSHOTS, but(OF_POINT, MODE_CHANGE), OWN_SNAPSHOTS),
    ],
)
def test_nothing_else_is_created(function: str, plural: str, document: Document, complaint: str) -> None:
    (said,) = on_create(function, plural, document)

    assert complaint in said and said.startswith("functions of Snapkeep ")


@pytest.mark.parametrize(
    ("function", "plural", "document", "complaint"),
    [
        *[
            (
                function,
                CONTENTS,
                but(document, deletionPolicy="Delete"),
                NOT_RETAINED,
            )
            for function in ("prune", "take_snapshots", "finish_restores")
            for document in (CONTENT, DRIVERS_OWN)
        ],
        ("prune", CONTENTS, but(DRIVERS_OWN, volumeSnapshotClassName="theirs"), OWN_CLASSES),
        ("prune", CONTENTS, but(DRIVERS_OWN, volumeSnapshotClassName=None), OWN_CLASSES),
        ("finish_restores", CONTENTS, DRIVERS_OWN, "finish restores delete only"),
        ("take_snapshots", CONTENTS, CONTENT, "delete no imported"),
        ("finish_restores", SNAPSHOTS, OF_POINT, EACH_ITS_OWN),
        ("take_snapshots", SNAPSHOTS, IMPORT, EACH_ITS_OWN),
        ("prune", SNAPSHOTS, but(OF_POINT, {"labels": None} | BARE_POINT), EACH_ITS_OWN),
        (
            "prune",
            SNAPSHOTS,
            but(OF_POINT, {"labels": {"snapkeep.io/managed": "no"}} | BARE_POINT),
            EACH_ITS_OWN,
        ),
        ("prune", SNAPSHOTS, but(OF_POINT, volumeSnapshotClassName="theirs"), OWN_CLASSES),
        ("prune", SNAPSHOTS, but(OF_POINT, volumeSnapshotClassName=None), OWN_CLASSES),
        ("finish_restores", SNAPSHOTS, but(IMPORT, NO_MARK), EACH_ITS_OWN),
        ("finish_restores", CLAIMS, but(CLAIM, volumeName="pv-1"), "delete no claim that has a volume"),
        ("finish_restores", CLAIMS, but(CLAIM, NO_MARK), "delete only claims of restores"),
    ],
)
def test_nothing_else_is_deleted(function: str, plural: str, document: Document, complaint: str) -> None:
    (said,) = on_delete(function, plural, document)

    assert complaint in said and said.startswith("functions of Snapkeep ")


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("plural", "document", "patch"),
    [
        (CONTENTS, CONTENT, {"spec": {"deletionPolicy": "Delete"}}),
        (CONTENTS, CONTENT, {"metadata": {"finalizers": None, "labels": {"a": "b"}}}),
        (SNAPSHOTS, IMPORT, {"metadata": {"labels": {"snapkeep.io/managed": "true"}}}),
        (CLAIMS, CLAIM, {"metadata": {"annotations": {"snapkeep.io/restore": "mine"}}}),
    ],
)
def test_nothing_is_changed(function: str, plural: str, document: Document, patch: Document) -> None:
    cluster = Cluster()
    assert cluster.complaints("api", "POST", plural, document, document) == []

    (said,) = cluster.complaints(function, "PATCH", plural, document, patch)

    assert said.startswith("functions of Snapkeep change no ")


def test_people_and_controllers_are_not_limited() -> None:
    theirs = but(CONTENT, {"name": "theirs", "annotations": None, "labels": None}, deletionPolicy="Delete")
    assert on_create("", CONTENTS, theirs, group="admins") == []
    assert on_delete("", CONTENTS, theirs, group="admins") == []


def test_whoever_may_create_or_delete_such_objects_has_a_guard_that_denies() -> None:
    written = {
        resource
        for rules in FUNCTIONS.values()
        for rule in rules
        for resource in rule.resources
        if {"create", "delete", "patch", "update"} & set(rule.verbs)
    }
    guarded = {
        resource
        for spec in guards("myeks").values()
        for rule in spec["matchConstraints"]["resourceRules"]
        for resource in rule["resources"]
    }
    assert guarded == written & {CONTENTS, SNAPSHOTS, CLAIMS}
    applied = cluster_manifests("myeks")
    bound = {
        each["metadata"]["name"]: each["spec"] for each in applied if each["kind"].endswith("PolicyBinding")
    }
    for name in guards("myeks"):
        assert bound[name] == {"policyName": name, "validationActions": ["Deny"]}
