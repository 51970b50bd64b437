"""What prevents that a namespace comes back, and is said before anything is made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from snapkeep_cli.cluster.kubectl import KubectlFailed
from tests.fakes.preflight_samples import a_target
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.target_cluster import FakeTargetCluster
from tests.unit.snapkeep_cli.conftest import Command, Ended

CONF = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "conf"}}


def refused(ended: Ended, code: str) -> str:
    """What the command says when it refuses for this reason."""
    assert ended.code == 3, ended.err
    assert f"[{code}]" in ended.err, ended.err
    return ended.err


@pytest.mark.parametrize(("manager", "origin"), [("argocd-controller", ""), ("snapkeep", "myeks.nightly.1")])
def test_what_others_made_is_in_the_way_and_stays(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command, manager: str, origin: str
) -> None:
    world.cluster.namespaces["shop"] = "Active"
    item: dict[str, Any] = json.loads(json.dumps(CONF))
    item["metadata"]["annotations"] = {"snapkeep.io/restored-from": origin} if origin else {}
    cluster.has("shop", item, manager)
    command = ("restore-namespace", run_of(), "-n", "shop", "--yes", "--timeout", "2")

    ended = snapkeep(*command)

    said = refused(ended, "in_the_way")
    whose = f"restored from {origin}" if origin else f"managed by {manager}"
    assert f"ConfigMap/conf exists in shop, {whose}: nothing is overwritten" in said
    assert cluster.applied == []
    assert snapkeep(*command, "--without", "ConfigMap/conf").code == 0
    assert "data" not in cluster.items["shop", "configmap/conf"]


def test_conflicts_are_told_with_their_managers_and_are_not_forced(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    world.cluster.namespaces["shop"] = "Active"
    text = 'Apply failed with 1 conflict: conflict with "team": .metadata.labels.tier'
    cluster.refuses = lambda item: text if item["kind"] == "Namespace" else ""

    said = refused(snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes"), "field_conflict")

    assert 'conflict with "team": .metadata.labels.tier' in said
    assert cluster.applied == []


def test_a_kind_that_the_cluster_lacks_is_named_before_anything_is_made(
    cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    del cluster.kinds["configmaps"]

    said = refused(snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes"), "kind_missing")

    assert "does not serve ConfigMap of v1 in namespaces, the kind of conf" in said
    assert cluster.applied == []
    assert snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes", "--without", "configmap").code == 0


@pytest.mark.parametrize(
    ("right", "text"),
    [
        ("create deployments", "you may not create deployments.apps in namespace shop"),
        ("create namespaces", "you may not create namespaces"),
    ],
)
def test_missing_rights_are_named_before_anything_is_made(
    cluster: FakeTargetCluster, snapkeep: Command, right: str, text: str
) -> None:
    cluster.denied = {right}

    assert text in refused(snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes"), "not_allowed")
    assert cluster.applied == []


def test_who_may_not_patch_the_namespace_restores_into_one_that_is_there(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    world.cluster.namespaces["shop"] = "Active"
    cluster.denied = {"patch namespaces", "create namespaces", "list secrets"}

    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes", "--timeout", "2")

    assert ended.code == 0, ended.err
    assert "its saved labels and annotations are not applied" in ended.err
    assert "you may not list Secrets; the saved objects need db" in ended.err
    assert "namespace/shop" not in cluster.applied


def test_a_namespace_that_is_being_deleted_is_waited_for(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    world.cluster.namespaces["shop"] = "Terminating"

    said = refused(snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes"), "namespace_terminating")

    assert "kubectl wait --for=delete namespace/shop" in said


def test_a_restore_that_cannot_work_refuses_all(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    world.cluster.place = a_target(classes={})

    said = refused(snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes"), "no_storage_class")

    assert "claim data:" in said and "no_namespace" not in said
    assert cluster.applied == []


def test_kubectl_of_another_cluster_is_found_out(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [{"metadata": {"name": "shop"}, "status": {"phase": "Active"}}]
    monkeypatch.setattr(cluster, "objects", lambda *_: found)

    said = refused(snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes"), "another_cluster")

    assert "kubectl sees the namespace shop, but cluster myeks has none" in said


@pytest.mark.parametrize(
    "reason",
    [
        'configmaps "conf" not found',
        'error looking up service account shop/default: serviceaccount "default" not found',
        'admission webhook "audit.example.com" does not support dry run',
    ],
)
def test_what_only_a_dry_run_misses_is_no_reason_to_refuse(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command, reason: str
) -> None:
    world.cluster.namespaces["shop"] = "Active"
    cluster.refuses = lambda item: reason if item["kind"] == "Deployment" and not cluster.applied else ""

    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes", "--timeout", "2")

    assert ended.code == 0, ended.err
    assert "warning[not_tried]" in ended.err


def test_a_namespace_that_only_snapkeep_sees_is_in_another_cluster(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.cluster.namespaces["shop"] = "Active"
    monkeypatch.setattr(cluster, "objects", lambda *_: [])

    said = refused(snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes"), "another_cluster")

    assert "kubectl sees no namespace shop, but cluster myeks has one" in said
    assert cluster.applied == []


def test_programs_get_the_findings_of_a_dry_run(cluster: FakeTargetCluster, snapkeep: Command) -> None:
    cluster.denied = {"create deployments"}

    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--dry-run", "-o", "json")

    assert ended.code == 3
    found = json.loads(ended.out)
    assert found["claims"].keys() == {"data"}
    assert [each["code"] for each in found["findings"]][:2] == ["not_allowed", "secret_missing"]


def test_what_the_person_may_not_see_ends_with_the_code_for_rights(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise KubectlFailed("Error from server (Forbidden): configmaps is forbidden")

    world.cluster.namespaces["shop"] = "Active"
    monkeypatch.setattr(cluster, "living", refuse)

    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes")

    assert ended.code == 5 and "kubectl says: Error from server (Forbidden)" in ended.err
