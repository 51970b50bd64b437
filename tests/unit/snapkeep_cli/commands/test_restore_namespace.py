"""`snapkeep restore-namespace`: a lost namespace, a copy of one, and what prevents either."""

from __future__ import annotations

import json
from typing import Any

import pytest

from snapkeep_cli.commands import restore_namespace
from snapkeep_cli.namespaces import applying
from tests.fakes.preflight_samples import a_target
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.target_cluster import FakeTargetCluster
from tests.fakes.world import SLOT
from tests.unit.snapkeep_cli.conftest import Command, Ended, connected
from tests.unit.snapkeep_cli.saved import put_behind_links

OBJECTS = ["configmap/conf", "deployment.apps/api", "deployment.apps/web"]
CONF = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "conf"}}


@pytest.fixture
def world() -> SavingWorld:
    """shop was saved, and is lost; store is there."""
    world = SavingWorld()
    env = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]
    pods = {"containers": [{"env": env}], "volumes": [{"persistentVolumeClaim": {"claimName": "data"}}]}
    world.objects.put("deployments.apps", "shop", "api", spec={"replicas": 1, "template": {"spec": pods}})
    world.objects.put("configmaps", "shop", "conf", data={"host": "web.shop.svc"})
    world.cluster.namespaces |= {"store": "Active"}
    world.cluster.place = a_target()
    world.back_up(SLOT)
    world.save()
    world.cluster.claim_list.clear()
    return world


@pytest.fixture
def cluster(world: SavingWorld, monkeypatch: pytest.MonkeyPatch) -> FakeTargetCluster:
    cluster = FakeTargetCluster(world)
    monkeypatch.setattr(restore_namespace, "kubectl_for", lambda *_, **__: cluster)
    monkeypatch.setattr(applying, "PAUSE", 0)
    return cluster


@pytest.fixture
def snapkeep(world: SavingWorld, cluster: FakeTargetCluster, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, with the archives behind their links."""
    put_behind_links(world, monkeypatch)
    return connected(world, monkeypatch)


def refused(ended: Ended, code: str) -> str:
    """What the command says when it refuses for this reason."""
    assert ended.code == 3, ended.err
    assert f"[{code}]" in ended.err, ended.err
    return ended.err


def test_a_lost_namespace_comes_back_claims_first(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    seen: list[bool] = []
    cluster.refuses = lambda item: seen.append(("shop", "data") in world.cluster.restored) or ""

    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes")

    assert ended.code == 0, ended.err
    assert cluster.applied == ["namespace/shop", *OBJECTS]
    assert set(cluster.tried) == set(cluster.applied), "the API server tried them first"
    assert seen[-3:] == [True] * 3, "the claim is there before what might mount it"
    assert "web.shop.svc" in str(cluster.items["shop", "configmap/conf"])


def test_a_copy_takes_the_claims_of_the_other_namespace(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    world.cluster.namespaces["shop"] = "Active"

    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--into", "copy", "--yes")

    assert ended.code == 0, ended.err
    assert ("copy", "data") in world.cluster.restored
    assert {place for place, _ in cluster.items} == {"copy"}
    assert "warning[old_names]: these still name Services in shop: ConfigMap conf" in ended.err


def test_a_dry_run_shows_the_plan_and_makes_nothing(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--dry-run")

    assert ended.code == 0, ended.err
    assert "restored from their recovery points" in ended.out and "api, web" in ended.out
    assert "shop lacks Secrets that are not saved: db" in ended.err
    assert (cluster.applied, world.cluster.restored) == ([], {})
    assert "shop" not in world.cluster.namespaces


def test_a_dry_run_in_a_namespace_that_is_there_is_tried_by_the_api_server(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    world.cluster.namespaces["copy"] = "Active"
    cluster.refuses = lambda item: "denied by hook" if item["kind"] == "ConfigMap" else ""

    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--into", "copy", "--dry-run")

    assert "refuse configmap/conf: denied by hook" in refused(ended, "object_refused")
    assert cluster.applied == []


def test_it_does_nothing_without_a_yes(cluster: FakeTargetCluster, snapkeep: Command) -> None:
    ended = snapkeep("restore-namespace", run_of(), "-n", "shop")

    assert ended.code == 2 and "add --yes" in ended.err
    assert "1 claims and 3 objects" in ended.err
    assert cluster.applied == []


def test_a_repeated_command_continues_with_what_is_missing(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    cluster.refuses = lambda item: (
        "no" if item["metadata"]["name"] == "api" and "configmap/conf" in cluster.applied else ""
    )
    command = ("restore-namespace", run_of(), "-n", "shop", "--yes")
    broken = snapkeep(*command)
    assert broken.code == 1 and "deployment.apps/api was not applied: no" in broken.err
    restores = [path for method, path, _ in snapkeep.transport.sent if method == "POST"]
    cluster.refuses = lambda item: ""
    cluster.applied.clear()

    ended = snapkeep(*command)

    assert ended.code == 0, ended.err
    assert cluster.applied == ["namespace/shop", "deployment.apps/api"]
    again = [path for method, path, _ in snapkeep.transport.sent if method == "POST"][len(restores) :]
    assert not [path for path in again if path.endswith("/restores")], "the claim is there"


@pytest.mark.parametrize(("manager", "origin"), [("argocd-controller", ""), ("snapkeep", "myeks.nightly.1")])
def test_what_others_made_is_in_the_way_and_stays(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command, manager: str, origin: str
) -> None:
    world.cluster.namespaces["shop"] = "Active"
    item: dict[str, Any] = json.loads(json.dumps(CONF))
    item["metadata"]["annotations"] = {"snapkeep.io/restored-from": origin} if origin else {}
    cluster.has("shop", item, manager)
    command = ("restore-namespace", run_of(), "-n", "shop", "--yes")

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

    assert "does not serve ConfigMap of v1, the kind of conf" in said
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

    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes")

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

    assert "kubectl sees namespace shop, but cluster myeks has none" in said


def test_what_misses_only_what_was_tried_before_is_no_reason_to_refuse(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    world.cluster.namespaces["shop"] = "Active"
    cluster.refuses = lambda item: (
        'configmaps "conf" not found' if item["kind"] == "Deployment" and not cluster.applied else ""
    )

    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes")

    assert ended.code == 0, ended.err
    assert "warning[not_tried]" in ended.err


def test_which_namespace_must_be_clear_and_a_point_names_its_own(snapkeep: Command) -> None:
    ended = snapkeep("restore-namespace", run_of(), "--dry-run")
    assert ended.code == 2 and "saved shop, store" in ended.err
    (point,) = json.loads(snapkeep("get", "points", "-n", "shop", "-o", "json").out)["recovery_points"]
    assert snapkeep("restore-namespace", point["id"], "--dry-run").code == 0
    assert (
        snapkeep("restore-namespace", run_of(), "-n", "shop", "--dry-run", "--without", "nothing").code == 2
    )
