"""`snapkeep restore-namespace`: a lost namespace comes back, or a copy of one is made."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from snapkeep_cli.commands import restore_namespace
from snapkeep_cli.main import app
from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.target_cluster import RUNNING, FakeTargetCluster
from tests.unit.snapkeep_cli.conftest import Command

OBJECTS = ["configmap/conf", "deployment.apps/api", "deployment.apps/web"]


def test_a_lost_namespace_comes_back_claims_first(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    seen: list[bool] = []
    cluster.refuses = lambda item: seen.append(("shop", "data") in world.cluster.restored) or ""

    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes", "--timeout", "2")

    assert ended.code == 0, ended.err
    assert cluster.applied == ["namespace/shop", *OBJECTS]
    assert set(cluster.tried) == set(cluster.applied), "the API server tried them first"
    assert seen[-3:] == [True] * 3, "the claim is there before what might mount it"
    assert "shop is restored whole: 1 claim and 4 objects, and its pods run" in ended.err
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

    assert ended.code == 3 and "error[object_refused]" in ended.err
    assert "refuse configmap/conf: denied by hook" in ended.err
    assert cluster.applied == []


def test_it_does_nothing_without_a_yes(cluster: FakeTargetCluster, snapkeep: Command) -> None:
    ended = snapkeep("restore-namespace", run_of(), "-n", "shop")

    assert ended.code == 2 and "add --yes" in ended.err
    assert "1 claim and 3 objects" in ended.err
    assert cluster.applied == []


def test_a_repeated_command_continues_with_what_is_missing(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    cluster.refuses = lambda item: (
        "no" if item["metadata"]["name"] == "api" and "configmap/conf" in cluster.applied else ""
    )
    command = ("restore-namespace", run_of(), "-n", "shop", "--yes", "--timeout", "2")
    broken = snapkeep(*command)
    assert broken.code == 1 and "deployment.apps/api  it was refused: no" in broken.out
    restores = [path for method, path, _ in snapkeep.transport.sent if method == "POST"]
    cluster.refuses = lambda item: ""
    cluster.applied.clear()

    ended = snapkeep(*command)

    assert ended.code == 0, ended.err
    assert cluster.applied == ["namespace/shop", "deployment.apps/api"]
    again = [path for method, path, _ in snapkeep.transport.sent if method == "POST"][len(restores) :]
    assert not [path for path in again if path.endswith("/restores")], "the claim is there"


def test_which_namespace_must_be_clear_and_a_point_names_its_own(snapkeep: Command) -> None:
    ended = snapkeep("restore-namespace", run_of(), "--dry-run")
    assert ended.code == 2 and "saved shop, store" in ended.err
    (point,) = json.loads(snapkeep("get", "points", "-n", "shop", "-o", "json").out)["recovery_points"]
    assert snapkeep("restore-namespace", point["id"], "--dry-run").code == 0
    assert (
        snapkeep("restore-namespace", run_of(), "-n", "shop", "--dry-run", "--without", "nothing").code == 2
    )


def test_pods_that_wait_for_a_secret_name_it_in_the_end(
    cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    waits = [{"name": "main", "state": {"waiting": {"reason": "CreateContainerConfigError"}}}]
    ill = {"phase": "Pending", "containerStatuses": waits}
    cluster.pods = lambda name: ill if name.startswith("api") else RUNNING

    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes", "--timeout", "1")

    assert ended.code == 7, ended.err
    assert (
        "Deployment api" in ended.out
        and "0 of 1 pods run; pod api-1-0: it waits for the Secret db" in ended.out
    )
    assert "kubectl create secret generic db -n shop" in ended.err
    assert "error[still_waiting]: shop is not whole yet: it lacks claim data, Deployment api" in ended.err
    cluster.pods, cluster.secrets = (lambda name: RUNNING), {"db"}
    assert snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes").code == 0


def test_a_claim_that_is_left_out_is_not_restored(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    claim = "PersistentVolumeClaim/data"
    ended = snapkeep("restore-namespace", run_of(), "-n", "shop", "--yes", "--without", claim, "-o", "json")

    assert ended.code == 0, ended.err
    assert ("shop", "data") not in world.cluster.sources
    found = json.loads(ended.out)
    assert (found["whole"], found["claims"], found["missing"]) == (True, {}, [])


def test_a_namespace_that_is_lost_again_comes_back_again(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    command = ("restore-namespace", run_of(), "-n", "shop", "--yes", "--timeout", "2")
    assert snapkeep(*command).code == 0
    del world.cluster.namespaces["shop"]
    world.cluster.restored.clear()
    world.cluster.sources.clear()
    cluster.items.clear()

    ended = snapkeep(*command)

    assert ended.code == 0, ended.err
    assert ("shop", "data") in world.cluster.restored


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 0), ("", 1)])
def test_at_a_terminal_it_asks(
    cluster: FakeTargetCluster,
    snapkeep: Command,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
) -> None:
    monkeypatch.setattr(restore_namespace, "at_a_terminal", lambda: True)
    words = ["restore-namespace", run_of(), "-n", "shop", "--timeout", "2"]

    ended = CliRunner().invoke(app, words, input=answer)

    assert ended.exit_code == code, ended.stderr
    assert "Make 1 claim and 3 objects in namespace shop of cluster myeks?" in ended.stderr
    assert bool(cluster.applied) is (answer == "y\n")
